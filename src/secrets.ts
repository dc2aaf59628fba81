import { createHash, randomBytes } from "node:crypto";

const SECRET_BYTES = 32;
const SECRET_CHARACTERS = 43;
const SESSION = "nines_session_";

/** The text of a new token. Its prefix lets scanners for leaked secrets find it. */
export function newToken(): string {
  return `nines_${randomBytes(SECRET_BYTES).toString("base64url")}`;
}

/** The text that stands for a login. */
export function newSessionToken(): string {
  return `${SESSION}${randomBytes(SECRET_BYTES).toString("base64url")}`;
}

export function isSessionToken(text: string): boolean {
  return text.startsWith(SESSION) && text.length === SESSION.length + SECRET_CHARACTERS;
}

/**
 * What is stored of a token, and by which it is found: how long a search takes tells of the
 * digest alone, from which nobody can find the token.
 */
export function digestOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
