import { createHash, createHmac } from "node:crypto";
import { encode, queryPairs } from "./http-service.ts";
import type { Request } from "./http-service.ts";

export type Acs3Authorization = {
  readonly accessKeyId: string;
  /** Lower case, in the order sent. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
};

/** Reads an `Authorization: ACS3-HMAC-SHA256 ...` header; null when it has not that form. */
export function parseAcs3(header: string): Acs3Authorization | null {
  const form =
    /^ACS3-HMAC-SHA256 +Credential=([^,\s]+) *, *SignedHeaders=([^,\s]+) *, *Signature=([0-9a-f]{64})$/;
  const match = form.exec(header);
  if (match === null) return null;
  const [, accessKeyId = "", names = "", signature = ""] = match;
  return { accessKeyId, signedHeaders: names.toLowerCase().split(";"), signature };
}

/** The text that is hashed: verb, path, query, headers, their names, hash of the body. */
export function acs3Canonical(request: Request, signedHeaders: readonly string[]): string {
  const names = signedHeaders.toSorted();
  const query = queryPairs(request.query)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted()
    .join("&");
  return [
    request.method,
    request.path,
    query,
    names.map((name) => `${name}:${(request.headers[name] ?? "").trim()}\n`).join(""),
    names.join(";"),
    createHash("sha256").update(request.body).digest("hex"),
  ].join("\n");
}

/** The signature of a canonical request; the secret is the key as it is. */
export function signAcs3(secret: string, canonical: string): string {
  const hash = createHash("sha256").update(canonical).digest("hex");
  return createHmac("sha256", secret).update(`ACS3-HMAC-SHA256\n${hash}`).digest("hex");
}
