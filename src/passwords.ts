import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from "node:crypto";
import { PASSWORD_COST as COST } from "./password-cost.ts";

const KEY_BYTES = 32;
const SALT_BYTES = 16;
const MAX_MEMORY_BYTES = 256 * 2 ** 20;

export const MIN_PASSWORD_CHARACTERS = 12;
export const MAX_PASSWORD_CHARACTERS = 512;

/** A password that nobody needs to remember: 144 random bits. */
export function generatePassword(): string {
  return randomBytes(18).toString("base64url");
}

/** What guessers try first, with a year or a few signs after it. Longer ones first. */
const GUESSED = [
  "administrator",
  "abcdefghijklmnopqrstuvwxyz",
  "qwertyuiop",
  "1234567890",
  "0987654321",
  "asdfghjkl",
  "password",
  "passw0rd",
  "p@ssw0rd",
  "p@ssword",
  "1qaz2wsx",
  "changeme",
  "iloveyou",
  "zxcvbnm",
  "welcome",
  "letmein",
  "5201314",
  "alibaba",
  "123456",
  "qwerty",
  "abc123",
  "woaini",
  "aliyun",
  "secret",
  "admin",
  "nines",
];
/** Different characters that must be left beside those. */
const LEAST_OTHERS = 6;

/** Whether a password is the name, or what others take too, with little of its own. */
export function isGuessed(password: string, name: string): boolean {
  const words = [...GUESSED, name.toLowerCase()].filter((word) => word !== "");
  const rest = words.reduce((text, word) => text.replaceAll(word, ""), password.toLowerCase());
  return new Set(rest).size < LEAST_OTHERS;
}

/** What is stored of a password: `scrypt$N$r$p$salt$key`, salt and key as base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, COST);
  const { N, r, p } = COST;
  return ["scrypt", N, r, p, salt.toString("base64url"), key.toString("base64url")].join("$");
}

/** No password fits it. Trying costs what it costs with any other. */
const NOBODY = ["scrypt", COST.N, COST.r, COST.p, "", ""].join("$");

/**
 * Whether a password is the one that was hashed. `null`, for a user who is not there, takes the
 * same time and is never so.
 */
export async function isPassword(password: string, stored: string | null): Promise<boolean> {
  const [scheme, n, r, p, salt = "", key = ""] = (stored ?? NOBODY).split("$");
  if (scheme !== "scrypt") throw new Error(`a password is hashed with "${scheme}"`);
  const cost = { N: Number(n), r: Number(r), p: Number(p) };
  const derived = await derive(password, Buffer.from(salt, "base64url"), cost);
  const lacking = COST.p - cost.p;
  // One from before the cost was raised takes as long as any: nobody learns by the time who is here.
  if (lacking > 0) await derive(password, Buffer.alloc(0), { ...COST, p: lacking });
  const expected = Buffer.from(key, "base64url");
  return expected.length === KEY_BYTES && timingSafeEqual(derived, expected);
}

/** The same letters may arrive composed or not, depending on the keyboard. */
function derive(password: string, salt: Buffer, cost: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { ...cost, maxmem: MAX_MEMORY_BYTES };
    scrypt(password.normalize("NFC"), salt, KEY_BYTES, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
