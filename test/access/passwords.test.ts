import { expect, test } from "vitest";
import { generatePassword, hashPassword, isPassword } from "../../src/passwords.ts";

test("a password is known again, and no other", async () => {
  const stored = await hashPassword("correct horse battery");
  expect(await isPassword("correct horse battery", stored)).toBe(true);
  expect(await isPassword("correct horse batterz", stored)).toBe(false);
  expect(await isPassword("", stored)).toBe(false);
});

test("what is stored has a salt of its own and its parameters, and not the password", async () => {
  const [one, other] = [await hashPassword("correct horse"), await hashPassword("correct horse")];
  expect(one).not.toBe(other);
  expect(one).toMatch(/^scrypt\$32768\$8\$1\$[\w-]{22}\$[\w-]{43}$/u);
  expect(one).not.toContain("horse");
});

test("letters may be typed composed or not", async () => {
  const stored = await hashPassword("cafe\u0301 au lait");
  expect(await isPassword("caf\u00e9 au lait", stored)).toBe(true);
});

test("one that was hashed with other parameters is still known", async () => {
  const stored =
    "scrypt$1024$8$1$AAAAAAAAAAAAAAAAAAAAAA$" +
    (await import("node:crypto"))
      .scryptSync("an old password", Buffer.alloc(16), 32, { N: 1024, r: 8, p: 1 })
      .toString("base64url");
  expect(await isPassword("an old password", stored)).toBe(true);
});

test("nobody has a password", async () => {
  expect(await isPassword("", null)).toBe(false);
  expect(await isPassword("anything", null)).toBe(false);
});

test("a generated password is long and never the same", () => {
  expect(generatePassword()).toHaveLength(24);
  expect(generatePassword()).not.toBe(generatePassword());
});
