import { createHash, createHmac, pbkdf2, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify(pbkdf2);

export type ScramInput = {
  /** "n=user,r=nonce", what was sent after the "n,," that declines channel binding. */
  readonly clientFirst: string;
  readonly clientNonce: string;
  readonly password: string;
  /** As it came. */
  readonly serverFirst: string;
};

/** A server may ask for much work; this much takes about half a second. */
const mostIterations = 1_000_000;

/**
 * SCRAM-SHA-256 (RFC 5802, RFC 7677): what to answer, and whether the server's last word
 * proves that it knows the password too. Null when the server's message is not in order.
 */
export async function scramAnswer(input: ScramInput): Promise<{
  readonly clientFinal: string;
  readonly isServerFinal: (serverFinal: string) => boolean;
} | null> {
  const match = /^r=([^,]+),s=([A-Za-z0-9+/=]+),i=([1-9]\d{0,6})(?:,|$)/.exec(input.serverFirst);
  const [, nonce = "", salt = "", count = ""] = match ?? [];
  const iterations = Number(count);
  if (nonce.length <= input.clientNonce.length || !nonce.startsWith(input.clientNonce)) return null;
  if (iterations > mostIterations) return null;
  const salted = await derive(
    input.password.normalize("NFKC"),
    Buffer.from(salt, "base64"),
    iterations,
    32,
    "sha256",
  );
  const withoutProof = `c=biws,r=${nonce}`;
  const conversation = `${input.clientFirst},${input.serverFirst},${withoutProof}`;
  const clientKey = hmac(salted, "Client Key");
  const storedKey = createHash("sha256").update(clientKey).digest();
  const signature = hmac(storedKey, conversation);
  const proof = clientKey.map((byte, index) => byte ^ (signature[index] ?? 0));
  const expected = hmac(hmac(salted, "Server Key"), conversation);
  return {
    clientFinal: `${withoutProof},p=${Buffer.from(proof).toString("base64")}`,
    isServerFinal: (serverFinal) => {
      const given = Buffer.from(/^v=([A-Za-z0-9+/=]+)/.exec(serverFinal)?.[1] ?? "", "base64");
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
