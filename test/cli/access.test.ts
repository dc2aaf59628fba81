import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actorBy } from "../../src/cli/by.ts";
import { verifyAudit } from "../../src/verify-audit.ts";
import { createCommandLine, type CommandLine } from "../helpers/command-line.ts";
import { createTestDatabase } from "../helpers/database.ts";
import { makeHome, runNines, startNines } from "../helpers/nines.ts";

let line: CommandLine;
beforeAll(async () => {
  line = await createCommandLine();
});
afterAll(() => line.close());

const run = (...args: string[]) => line.run(...args);
const runWith = (input: string, ...args: string[]) => runNines(args, { ...line.options, input });

async function entries(...args: string[]) {
  const { stdout } = await run("audit", "--json", ...args);
  return stdout
    .trimEnd()
    .split("\n")
    .filter(Boolean)
    .map((entry) => JSON.parse(entry) as { actor: string; origin: string; action: string });
}

describe("nines token", () => {
  test("create prints the token alone on standard output", async () => {
    const args = ["--role", "account-manager", "--accounts", "globex,acme", "--name", "am"];
    const { status, stdout, stderr } = await run("token", "create", ...args, "--expires", "90d");
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^nines_[\w-]{43}\n$/u);
    expect(stderr).toContain("token am: account-manager of acme, globex, until ");
    expect(stderr).not.toContain(stdout.trim());
    const { rows } = await line.database.db.query<object>(`select * from token`);
    expect(rows).toMatchObject([{ name: "am", accounts: ["acme", "globex"], revoked_at: null }]);
    expect(JSON.stringify(rows)).not.toContain(stdout.trim());
    expect(await entries("--item", "token:am")).toMatchObject([
      { actor: "local", origin: "cli", action: "token.create", before: null },
    ]);
  });

  test("without a name it gets one; the configuration is needed for accounts alone", async () => {
    const args = ["token", "create", "--role", "viewer"];
    const nowhere = makeHome();
    const { status, stderr } = await runNines(args, { ...line.options, at: nowhere });
    nowhere.remove();
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/token viewer-[\da-f]{6}: viewer;/u);
  });

  test("revoke and list", async () => {
    await run("token", "create", "--role", "sre", "--name", "old");
    expect((await run("token", "revoke", "old")).stdout).toBe("token old is revoked\n");
    expect((await run("token", "revoke", "old")).status).toBe(0);
    const { stdout } = await run("token", "list");
    expect(stdout).toMatch(/^NAME +ROLE +ACCOUNTS +MADE +STATE$/mu);
    expect(stdout).toMatch(/^old +sre +\d{4}-\d\d-\d\d +revoked \d{4}-\d\d-\d\d$/mu);
    expect(await entries("--item", "token:old")).toHaveLength(2);
  });

  test.each([
    [["token"], "nines token: say what to do: create, revoke, list"],
    [["token", "crate"], 'nines token: "crate" is not known; did you mean "create"?'],
    [["token", "create"], "--role: give one of viewer, account-manager"],
    [["token", "create", "--role", "account-manager"], "--accounts: an account manager needs"],
    [
      ["token", "create", "--role", "account-manager", "--accounts", "acme,initech"],
      '--accounts: no account "initech" in the configuration; there is acme, globex',
    ],
    [
      ["token", "create", "--role", "sre", "--accounts", "acme"],
      "--accounts: the role sre sees every account",
    ],
    [["token", "create", "--role", "sre", "--name", "am"], '--name: there is a token "am"'],
    [["token", "create", "--role", "sre", "--by", "nobody"], '--by: "nobody" is no user or token'],
    [["token", "create", "--role", "sre", "--by", "am"], "--by: the role account-manager may not"],
    [["token", "revoke"], "NAME: is missing"],
    [["token", "revoke", "none"], 'NAME: there is no token "none"'],
    [["user", "add", "x y", "--role", "sre"], "NAME: a name has"],
    [["user", "update", "none", "--role", "sre"], 'NAME: there is no user "none"'],
    [["user", "update", "none"], "--role: give one of viewer, account-manager"],
    [
      ["user", "update", "none", "--role", "sre", "--accounts", "acme"],
      "--accounts: the role sre sees every account",
    ],
    [["user", "disable", "none"], 'NAME: there is no user "none"'],
    [["user", "enable", "none"], 'NAME: there is no user "none"'],
    [["audit", "--from", "monday"], "--from: give an instant"],
  ])("nines %j is bad usage", async (args, message) => {
    const { status, stdout, stderr } = await run(...args);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
    expect(stdout).toBe("");
  });
});

describe("nines user", () => {
  test("add prints a password, once, alone on standard output", async () => {
    const { status, stdout, stderr } = await run("user", "add", "li", "--role", "admin");
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^[\w-]{24}\n$/u);
    expect(stderr).toContain("user li is added: admin");
    expect((await run("user", "add", "li", "--role", "sre")).stderr).toContain(
      'NAME: there is a user "li" already',
    );
  });

  test("add takes a password from standard input, and says nothing of it", async () => {
    const args = ["user", "add", "wu", "--role", "viewer", "--password-stdin", "--by", "li"];
    const { status, stdout, stderr } = await runWith("a password of mine\n", ...args);
    expect([status, stdout]).toEqual([0, ""]);
    expect(stderr).not.toContain("password of mine");
    expect(await entries("--item", "user:wu")).toMatchObject([{ actor: "user:li" }]);
    const short = await runWith("short\n", "user", "password", "wu", "--password-stdin");
    expect(short.stderr).toContain("standard input: takes 12 to");
    expect(short.status).toBe(2);
  });

  test("update gives another role and other accounts, but leaves an admin", async () => {
    const args = ["--role", "account-manager", "--accounts", "globex,acme", "--by", "li"];
    const { status, stdout, stderr } = await run("user", "update", "wu", ...args);
    expect([status, stdout], stderr).toEqual([0, "user wu is account-manager of acme, globex\n"]);
    expect(await entries("--item", "user:wu", "--action", "user.update")).toMatchObject([
      { actor: "user:li", before: { role: "viewer" }, after: { accounts: ["acme", "globex"] } },
    ]);
    const last = await run("user", "update", "li", "--role", "viewer");
    expect(last.stderr).toContain('NAME: "li" is the last admin: make another one first');
    expect(last.status).toBe(2);
    await run("user", "update", "wu", "--role", "viewer", "--by", "li");
  });

  test("password, disable, enable and list", async () => {
    expect((await run("user", "password", "wu")).stdout).toMatch(/^[\w-]{24}\n$/u);
    expect((await run("user", "disable", "wu")).stdout).toBe("user wu is disabled\n");
    const { stdout } = await run("user", "list");
    expect(stdout).toMatch(/^li +admin +\d{4}-\d\d-\d\d +in force$/mu);
    expect(stdout).toMatch(/^wu +viewer +\d{4}-\d\d-\d\d +disabled \d{4}-\d\d-\d\d$/mu);
    expect((await run("user", "enable", "wu")).stdout).toBe("user wu is enabled\n");
    expect((await run("user", "list")).stdout).toMatch(/^wu +viewer .* in force$/mu);
    await run("user", "disable", "wu");
  });
});

test("nines audit prints a line for each entry, newest first", async () => {
  const { stdout } = await run("audit", "--item", "user", "--actor", "local");
  expect(stdout.trimEnd().split("\n")).toEqual([
    expect.stringMatching(/^\d+ {2}\S+Z {2}local from cli {2}user\.disable {2}user:wu$/u),
    expect.stringMatching(/ user\.enable {2}user:wu$/u),
    expect.stringMatching(/ user\.disable {2}user:wu$/u),
    expect.stringMatching(/ user\.password {2}user:wu$/u),
    expect.stringMatching(/ user\.add {2}user:li$/u),
  ]);
  expect(await entries("--action", "token.revoke")).toHaveLength(1);
  expect(await entries("--from", "2031-01-01T00:00:00Z")).toEqual([]);
  expect(await verifyAudit(line.database.db)).toBeNull();
});

test("a verb acts as a user or a token that is in force", async () => {
  await run("user", "add", "both", "--role", "sre");
  await run("token", "create", "--role", "viewer", "--name", "both");
  await run("token", "create", "--role", "viewer", "--name", "short", "--expires", "1ms");
  const { db } = line.database;
  expect(await actorBy(db, "li")).toEqual({
    name: "user:li",
    role: "admin",
    accounts: null,
    origin: "cli",
  });
  expect(await actorBy(db, "token:am")).toMatchObject({
    name: "token:am",
    accounts: ["acme", "globex"],
  });
  expect(await actorBy(db, "user:both")).toMatchObject({ name: "user:both", role: "sre" });
  await expect(actorBy(db, "both")).rejects.toThrow("write user:both or token:both");
  for (const name of ["wu", "old", "short", "none", "user:am", "token:li", ""]) {
    await expect(actorBy(db, name)).rejects.toThrow("is no user or token in force");
  }
});

test("a service heeds what the command line did at once, and logs no secret", async () => {
  const own = await createTestDatabase();
  const options = { at: line.at, env: { DATABASE_URL: own.url } };
  const service = await startNines([], options);
  try {
    const status = async (token?: string) =>
      (
        await fetch(`${service.url}/api/v1/targets`, {
          headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        })
      ).status;
    expect(await status()).toBe(200);
    const args = ["token", "create", "--role", "viewer", "--name", "ci"];
    const token = (await runNines(args, options)).stdout.trim();
    const wrong = `nines_${randomBytes(32).toString("base64url")}`;
    expect([await status(), await status(token), await status(wrong)]).toEqual([401, 200, 401]);
    await runNines(["token", "revoke", "ci"], options);
    expect(await status(token)).toBe(401);
    expect(service.log()).not.toContain(token);
    expect(service.log()).not.toContain(wrong);
  } finally {
    await service.stop();
    await own.drop();
  }
});
