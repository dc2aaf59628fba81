import { createHash, createHmac } from "node:crypto";

/** A key of the cloud's access control; the token comes with temporary keys only. */
export type AccessKey = {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string | undefined;
};

/** What a signature is made over. Header names in any case; a repeated header as "a,b". */
export type Acs3Request = {
  readonly method: string;
  /** Already percent-encoded; "/" for RPC. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Lower-case hex SHA-256 of the body. */
  readonly bodySha256: string;
};

/** Percent-encodes all but the unreserved characters of RFC 3986. */
export function percentEncode(text: string): string {
  // encodeURIComponent leaves !'()* alone, which the signatures do not.
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export function sha256Hex(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

/** The query as it is signed and sent: sorted, an empty value keeps its "=". */
export function acs3Query(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join("&");
}

/** SHA-256 of the canonical request, and the names of the headers it holds. */
export function acs3CanonicalRequest(request: Acs3Request): {
  readonly sha256: string;
  readonly signedHeaders: string;
} {
  const signed = Object.entries(request.headers)
    .map(([name, value]) => ({ name: name.toLowerCase(), value: value.trim() }))
    .filter(({ name }) => name.startsWith("x-acs-") || name === "host" || name === "content-type")
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const signedHeaders = signed.map(({ name }) => name).join(";");
  const canonical = [
    request.method,
    request.path,
    acs3Query(request.query),
    signed.map(({ name, value }) => `${name}:${value}\n`).join(""),
    signedHeaders,
    request.bodySha256,
  ].join("\n");
  return { sha256: sha256Hex(canonical), signedHeaders };
}

/** The `Authorization` header of an ACS3-HMAC-SHA256 request. */
export function acs3Authorization(key: AccessKey, request: Acs3Request): string {
  const { sha256, signedHeaders } = acs3CanonicalRequest(request);
  const signature = createHmac("sha256", key.accessKeySecret)
    .update(`ACS3-HMAC-SHA256\n${sha256}`)
    .digest("hex");
  return `ACS3-HMAC-SHA256 Credential=${key.accessKeyId},SignedHeaders=${signedHeaders},Signature=${signature}`;
}
