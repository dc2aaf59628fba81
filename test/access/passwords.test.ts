import { expect, test, vi } from "vitest";
import { generatePassword, hashPassword, isGuessed, isPassword } from "../../src/passwords.ts";

// Here at what they cost in production.
vi.unmock("../../src/password-cost.ts");

test("a password is known again, and no other", async () => {
  const stored = await hashPassword("correct horse battery");
  expect(await isPassword("correct horse battery", stored)).toBe(true);
  expect(await isPassword("correct horse batterz", stored)).toBe(false);
  expect(await isPassword("", stored)).toBe(false);
});

test("what is stored has a salt of its own and its parameters, and not the password", async () => {
  const [one, other] = [await hashPassword("correct horse"), await hashPassword("correct horse")];
  expect(one).not.toBe(other);
  expect(one).toMatch(/^scrypt\$32768\$8\$3\$[\w-]{22}\$[\w-]{43}$/u);
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

test("one from when a guess cost less takes as much work as any other, and as one that is none", async () => {
  const passes: unknown[] = [];
  const crypto = await import("node:crypto");
  vi.doMock("node:crypto", () => ({
    ...crypto,
    scrypt: (...[password, salt, size, options, done]: Parameters<typeof crypto.scrypt>) => {
      passes.push(options.p);
      crypto.scrypt(password, salt, size, options, done);
    },
  }));
  vi.resetModules();
  const fresh = await import("../../src/passwords.ts");
  const work = async (stored: string | null) => {
    passes.length = 0;
    await fresh.isPassword("anything", stored);
    return passes.reduce((sum: number, p) => sum + Number(p), 0);
  };
  const key = Buffer.alloc(32).toString("base64url");
  expect(await work(`scrypt$32768$8$1$AAAAAAAAAAAAAAAAAAAAAA$${key}`)).toBe(3);
  expect(await work(await fresh.hashPassword("another one"))).toBe(3);
  expect(await work(null)).toBe(3);
  vi.doUnmock("node:crypto");
});

test("nobody has a password", async () => {
  expect(await isPassword("", null)).toBe(false);
  expect(await isPassword("anything", null)).toBe(false);
});

test("a generated password is long and never the same", () => {
  expect(generatePassword()).toHaveLength(24);
  expect(generatePassword()).not.toBe(generatePassword());
});

test.each([
  "Password1234",
  "passwordpassword",
  "P@ssw0rd2026!",
  "123456789012",
  "qwertyuiop12",
  "Welcome2026!!",
  "aaaaaaaaaaaa",
  "abababababab",
  "Wang.Li1234!",
  "nines-admin-1",
])("%s is what guessers try first", (password) => {
  expect(isGuessed(password, "wang.li")).toBe(true);
});

test("a sentence is not, nor one that is made, nor a name among other words", () => {
  for (const password of [
    "correct horse battery",
    "床前明月光疑是地上霜",
    "wang.li drinks green tea",
  ]) {
    expect(isGuessed(password, "wang.li"), password).toBe(false);
  }
  for (let n = 0; n < 100; n += 1) expect(isGuessed(generatePassword(), "li")).toBe(false);
});
