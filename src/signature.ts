import { createHash, createPublicKey, verify } from "node:crypto";

const PREFIX = "ed25519:";

/** Whether a text was signed by a raw Ed25519 public key; the signature is "ed25519:" and base64url. */
export function isSignedBy(
  { text, signature }: { readonly text: string; readonly signature: string },
  publicKey: string,
): boolean {
  if (!signature.startsWith(PREFIX)) return false;
  const encoded = signature.slice(PREFIX.length);
  const bytes = Buffer.from(encoded, "base64url");
  // One signature, one text: the last letter has bits to spare.
  if (bytes.toString("base64url") !== encoded) return false;
  try {
    const jwk = { kty: "OKP", crv: "Ed25519", x: publicKey };
    return verify(null, Buffer.from(text), createPublicKey({ key: jwk, format: "jwk" }), bytes);
  } catch {
    return false;
  }
}

/** The id by which a report names its key: half of the raw key's SHA-256, hexadecimal. */
export function keyIdOf(publicKey: string): string {
  const raw = Buffer.from(publicKey, "base64url");
  return createHash("sha256").update(raw).digest("hex").slice(0, 32);
}
