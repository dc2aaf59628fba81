import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { decode, encode, queryPairs } from "./http-service.ts";

const ALGORITHM = "OSS4-HMAC-SHA256";
const CONTENT_HEADERS = new Set(["content-type", "content-md5"]);

/** The parts of a request that the signature covers. */
export type SignedParts = {
  readonly method: string;
  /** `/bucket/key`, encoded or not. */
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
};

export type Authorization = {
  readonly accessKeyId: string;
  /** yyyymmdd */
  readonly date: string;
  readonly region: string;
  /** Lower case, without those that are signed anyway. */
  readonly additionalHeaders: readonly string[];
  readonly signature: string;
};

/** Reads an `Authorization: OSS4-HMAC-SHA256 ...` header; null when it has not that form. */
export function parseAuthorization(header: string): Authorization | null {
  const form =
    /^OSS4-HMAC-SHA256 +Credential=([^/,\s]+)\/(\d{8})\/([^/,\s]+)\/oss\/aliyun_v4_request *,(?: *AdditionalHeaders=([^,\s]*) *,)? *Signature=([0-9a-f]{64})$/;
  const match = form.exec(header);
  if (match === null) return null;
  const [, accessKeyId = "", date = "", region = "", additional = "", signature = ""] = match;
  const additionalHeaders = additional === "" ? [] : additional.toLowerCase().split(";");
  return { accessKeyId, date, region, additionalHeaders, signature };
}

/** The text that is hashed: verb, path, query, headers, names of additional headers, payload mark. */
export function canonicalRequest(parts: SignedParts, additionalHeaders: readonly string[]): string {
  const { method, path, query, headers } = parts;
  const signedNames = Object.keys(headers)
    .filter((name) => alwaysSigned(name) || additionalHeaders.includes(name))
    .toSorted();
  const additional = additionalHeaders.filter((name) => name in headers && !alwaysSigned(name));
  return [
    method,
    path
      .split("/")
      .map((part) => encode(decode(part)))
      .join("/"),
    canonicalQuery(query),
    signedNames.map((name) => `${name}:${(headers[name] ?? "").trim()}\n`).join(""),
    additional.toSorted().join(";"),
    "UNSIGNED-PAYLOAD",
  ].join("\n");
}

function alwaysSigned(name: string): boolean {
  return name.startsWith("x-oss-") || CONTENT_HEADERS.has(name);
}

function canonicalQuery(query: string): string {
  return queryPairs(query)
    .filter(([name]) => name !== "x-oss-signature")
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .toSorted(([a], [b]) => compare(a, b))
    .map(([name, value]) => (value === "" ? name : `${name}=${value}`))
    .join("&");
}

/** By code units, never by the language of the machine. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The text under the signature; `time` is yyyymmddTHHMMSSZ. */
export function stringToSign(canonical: string, time: string, region: string): string {
  const hash = createHash("sha256").update(canonical).digest("hex");
  return [ALGORITHM, time, `${time.slice(0, 8)}/${region}/oss/aliyun_v4_request`, hash].join("\n");
}

/** Signs with the key derived from the secret, the day and the region. */
export function signV4(secret: string, region: string, text: string): string {
  const day = (text.split("\n")[1] ?? "").slice(0, 8);
  const parts = [day, region, "oss", "aliyun_v4_request"];
  const key = parts.reduce<Buffer>(
    (above, part) => createHmac("sha256", above).update(part).digest(),
    Buffer.from(`aliyun_v4${secret}`),
  );
  return createHmac("sha256", key).update(text).digest("hex");
}

/** Equality of two hexadecimal signatures without a hint in the time it takes. */
export function sameSignature(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

/** Epoch milliseconds of yyyymmddTHHMMSSZ; null when it has not that form. */
export function parseCompactTime(text: string): number | null {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second] = match;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(ms) ? null : ms;
}
