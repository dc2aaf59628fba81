import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  addUser,
  changePassword,
  createToken,
  disableUser,
  revokeToken,
} from "../../src/manage-access.ts";
import { appendAudit } from "../../src/store/audit.ts";
import { verifyAudit } from "../../src/verify-audit.ts";
import { SETUP } from "../helpers/access.ts";
import { testClock } from "../helpers/clock.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";

const account = { id: "acme", name: "Acme", currency: "CNY", contacts: [], lang: "en" as const };
const config = { accounts: [account] };
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  const deps = { db: database.db, clock: testClock(Date.parse("2026-10-01T00:00:00Z")), config };
  await createToken(deps, { role: "admin", name: "root", expires: "90d" }, SETUP);
  await createToken(deps, { role: "viewer", name: "old" }, SETUP);
  await revokeToken(deps, "old", SETUP);
  const manager = { name: "li", role: "account-manager", accounts: ["acme"] };
  await addUser(deps, { ...manager, password: "a long password" }, SETUP);
  await changePassword(deps, { name: "li" }, SETUP);
  await addUser(deps, { name: "wu", role: "sre" }, SETUP);
  await disableUser(deps, "wu", SETUP);
  await appendAudit(database.db, {
    atMs: 0,
    actor: SETUP,
    action: "login.fail",
    item: "user:li",
    before: null,
    after: null,
  });
});
afterAll(() => database.drop());

/** What is found after the statement, which is taken back. */
async function foundAfter(sql: string): Promise<string | null> {
  const client = await database.db.connect();
  try {
    await client.query("begin");
    await client.query("alter table audit disable trigger append_only");
    await client.query(sql);
    // The same connection, so that it sees what is not committed.
    const query = client.query.bind(client);
    const inside = async (text: string, ...rest: unknown[]) =>
      /^(begin|commit|rollback|set transaction)/u.test(text)
        ? { rows: [] }
        : (query as (...args: unknown[]) => unknown)(text, ...rest);
    const tx = { query: inside, release: () => undefined };
    return await verifyAudit({ query: inside, connect: async () => tx } as never);
  } finally {
    await client.query("rollback");
    client.release();
  }
}

test("what was done through the service holds", async () => {
  expect(await verifyAudit(database.db)).toBeNull();
});

test("the log cannot be changed by a statement", async () => {
  for (const sql of [`update audit set actor = 'x'`, `delete from audit`, `truncate audit`]) {
    await expect(database.db.query(sql)).rejects.toThrow("audit is append-only");
  }
});

describe("in the log is found", () => {
  test.each([
    [`update audit set at = at + interval '1 microsecond' where seq = 2`, "entry 2: its hash"],
    [`update audit set at = at + interval '1 second' where seq = 2`, "entry 2: its hash"],
    [`update audit set actor = 'user:wu' where seq = 1`, "entry 1: its hash"],
    [`update audit set origin = 'x' where seq = 3`, "entry 3: its hash"],
    [`update audit set action = 'user.enable' where seq = 7`, "entry 7: its hash"],
    [`update audit set item = 'user:x' where seq = 4`, "entry 4: its hash"],
    [`update audit set before = null where seq = 3`, "entry 3: its hash"],
    [`update audit set after = replace(after, 'acme', 'acma') where seq = 4`, "entry 4: its hash"],
    [
      `update audit set hash = set_byte(hash, 0, get_byte(hash, 0) # 1) where seq = 8`,
      "entry 8: its hash",
    ],
    [
      `update audit set previous_hash = set_byte(previous_hash, 9, get_byte(previous_hash, 9) # 1)
       where seq = 5`,
      "entry 5 does not follow",
    ],
    [`delete from audit where seq = 1`, "entry 1 is missing"],
    [`delete from audit where seq = 4`, "entry 4 is missing"],
    [`update audit set seq = 20 where seq = 8`, "entry 8 is missing"],
    [
      `insert into audit select -1, at, actor, origin, action, item, before, after, previous_hash, hash
       from audit where seq = 1`,
      "entry -1 was put in",
    ],
  ])("%s", async (sql, found) => {
    expect(await foundAfter(sql)).toContain(`audit ${found}`);
  });
});

describe("in the tables is found", () => {
  test.each([
    [`update token set role = 'admin' where name = 'old'`, "token:old is not what"],
    [`update token set role = 'boss' where name = 'old'`, "token:old is not what"],
    [`update token set accounts = '{acme}' where name = 'root'`, "token:root is not what"],
    [
      `update token set hash = set_byte(hash, 0, get_byte(hash, 0) # 1) where name = 'root'`,
      "token:root is not what",
    ],
    [`update token set created_at = 'epoch' where name = 'root'`, "token:root is not what"],
    [`update token set expires_at = null where name = 'root'`, "token:root is not what"],
    [`update token set expires_at = 'infinity' where name = 'root'`, "a row of token"],
    [`update token set revoked_at = null where name = 'old'`, "token:old is not what"],
    [`update token set name = 'new' where name = 'old'`, "token:new is there without"],
    [`delete from token where name = 'old'`, "token:old is in the audit log and not"],
    [
      `insert into token values ('x', 'admin', '{}', 'x', 'local', 'epoch')`,
      "token:x is there without",
    ],
    [`update app_user set role = 'admin' where name = 'li'`, "user:li is not what"],
    [`update app_user set accounts = '{acme,b}' where name = 'li'`, "user:li is not what"],
    [`update app_user set password_hash = 'x' where name = 'li'`, "user:li is not what"],
    [`update app_user set issuer = 'x', subject = 'y' where name = 'li'`, "user:li is not what"],
    [`update app_user set created_at = 'epoch' where name = 'li'`, "user:li is not what"],
    [`update app_user set disabled_at = null where name = 'wu'`, "user:wu is not what"],
    [`delete from app_user where name = 'li'`, "user:li is in the audit log and not"],
    [
      `insert into app_user values ('x', 'sre', '{}', '', 'local', 'epoch')`,
      "user:x is there without",
    ],
  ])("%s", async (sql, found) => {
    expect(await foundAfter(sql)).toContain(found);
  });
});
