import { createHmac } from "node:crypto";
import { percentEncode, sha256Hex } from "../src/acs3-signature.ts";
import type { AccessKey } from "../src/acs3-signature.ts";

/** What a V4 signature is made over. */
export type OssRequest = {
  readonly method: string;
  /** "" for the service root. */
  readonly bucket: string;
  /** The object's key, not encoded; "" for the bucket itself. */
  readonly key: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Further headers to sign, beside x-oss-*, content-type and content-md5. */
  readonly additionalHeaders?: readonly string[];
  /** Without "oss-": cn-hangzhou. */
  readonly region: string;
  readonly atMs: number;
};

/** The object's path, percent-encoded with its slashes kept: what is sent and what is signed. */
export function ossPath(bucket: string, key: string): string {
  const path = bucket === "" ? `/${key}` : `/${bucket}/${key}`;
  return path.split("/").map(percentEncode).join("/");
}

/** 20231216T162057Z */
export function ossDate(atMs: number): string {
  return new Date(atMs).toISOString().replace(/[-:]|\.\d+/g, "");
}

/** Sorted by the encoded name; a name with an empty value goes without "=". */
export function ossQuery(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => ({ name: percentEncode(name), value: percentEncode(value) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, value }) => (value === "" ? name : `${name}=${value}`))
    .join("&");
}

/** Signature, scope and the hash of the canonical request of OSS4-HMAC-SHA256. */
export function ossSignature(
  secret: string,
  request: OssRequest,
): { readonly signature: string; readonly scope: string; readonly canonicalSha256: string } {
  const additional = additionalHeaders(request);
  const headers = Object.entries(request.headers)
    .map(([name, value]) => ({ name: name.toLowerCase(), value: value.trim() }))
    .filter(({ name }) => isAlwaysSigned(name) || additional.includes(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const canonical = [
    request.method,
    ossPath(request.bucket, request.key),
    ossQuery(request.query),
    headers.map(({ name, value }) => `${name}:${value}\n`).join(""),
    additional.join(";"),
    "UNSIGNED-PAYLOAD",
  ].join("\n");
  const canonicalSha256 = sha256Hex(canonical);
  const date = ossDate(request.atMs);
  const day = date.slice(0, 8);
  const scope = `${day}/${request.region}/oss/aliyun_v4_request`;
  const signingKey = [day, request.region, "oss", "aliyun_v4_request"].reduce<Buffer>(
    (key, part) => createHmac("sha256", key).update(part).digest(),
    Buffer.from(`aliyun_v4${secret}`),
  );
  const signature = createHmac("sha256", signingKey)
    .update(["OSS4-HMAC-SHA256", date, scope, canonicalSha256].join("\n"))
    .digest("hex");
  return { signature, scope, canonicalSha256 };
}

/** The request's headers with all that a signed request needs; the secret is not in them. */
export function ossSignedHeaders(key: AccessKey, request: OssRequest): Record<string, string> {
  const headers: Record<string, string> = {
    ...request.headers,
    "x-oss-date": ossDate(request.atMs),
    "x-oss-content-sha256": "UNSIGNED-PAYLOAD",
    ...(key.securityToken === undefined ? {} : { "x-oss-security-token": key.securityToken }),
  };
  const { signature, scope } = ossSignature(key.accessKeySecret, { ...request, headers });
  const additional = additionalHeaders(request);
  const names = additional.length === 0 ? "" : `AdditionalHeaders=${additional.join(";")},`;
  return {
    ...headers,
    authorization: `OSS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope},${names}Signature=${signature}`,
  };
}

function additionalHeaders(request: OssRequest): readonly string[] {
  const present = new Set(Object.keys(request.headers).map((name) => name.toLowerCase()));
  return [...new Set((request.additionalHeaders ?? []).map((name) => name.toLowerCase()))]
    .filter((name) => present.has(name) && !isAlwaysSigned(name))
    .toSorted();
}

function isAlwaysSigned(name: string): boolean {
  return name.startsWith("x-oss-") || name === "content-type" || name === "content-md5";
}
