import { expect, test } from "vitest";
import { logInByOidc } from "../../src/oidc-login.ts";
import { verifyAudit } from "../../src/verify-audit.ts";
import { bearer, giveToken } from "../helpers/access.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { DEMO_NOW } from "../helpers/demo-month.ts";
import { PASSWORD, servePeople } from "../helpers/people.ts";
import { formsOf, type Visitor } from "../helpers/visitor.ts";

const onEnd = cleanUpAfterEach();

async function serve() {
  const served = await servePeople({ root: "admin", li: "viewer" });
  onEnd(served.close);
  return { ...served, root: await served.enter("root") };
}

const secretIn = (body: string) => /<code class="secret">([^<]+)<\/code>/u.exec(body)?.[1] ?? null;
const submit = async (root: Visitor, action: string, fields: Record<string, string> = {}) =>
  root.submit("/access?lang=en", action, fields);

test("a user is added with a password that is shown once", async () => {
  const { root, visit, db } = await serve();
  const fields = { name: "am", role: "account-manager", accounts: "acme， globex", password: "" };
  const answer = await submit(root, "/access/users", fields);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers["cache-control"]).toBe("no-store");
  const password = secretIn(answer.body)!;
  expect(password).toMatch(/^[\w-]{24}$/u);
  const am = visit();
  expect((await am.post("/login", { name: "am", password })).statusCode).toBe(303);
  expect((await am.get("/api/v1/me")).json()).toEqual({
    name: "user:am",
    role: "account-manager",
    accounts: ["acme", "globex"],
  });
  expect((await root.get("/access")).body).not.toContain(password);
  expect(await verifyAudit(db)).toBeNull();
});

test("a user is added with a password that was thought of, which is shown nowhere", async () => {
  const { root, enter } = await serve();
  const fields = { name: "wu", role: "sre", accounts: "", password: PASSWORD };
  const answer = await submit(root, "/access/users", fields);
  expect(answer.statusCode).toBe(303);
  expect((await root.get(answer.headers.location!)).body).not.toContain(PASSWORD);
  expect((await (await enter("wu")).get("/api/v1/me")).json()).toMatchObject({ role: "sre" });
});

test.each([
  ["/access/users", { name: "no name", role: "viewer" }, 400, "a letter or digit first"],
  ["/access/users", { name: "x", role: "account-manager" }, 400, "An account manager needs some"],
  ["/access/users", { name: "x", role: "viewer", accounts: "acme" }, 400, "sees every account"],
  ["/access/users", { name: "x", role: "boss" }, 400, "is not one of"],
  ["/access/users", { name: "x", role: "viewer", password: "short" }, 400, "At least 12"],
  ["/access/users", { name: "li", role: "viewer" }, 409, "There is a user &quot;li&quot; already"],
  ["/access/users", { name: "x", role: "viewer", password: "Password1234" }, 400, "guessers try"],
  // Who reads "Li" in the audit log would take it for "li".
  ["/access/users", { name: "Li", role: "viewer" }, 409, "There is a user &quot;Li&quot; already"],
  ["/access/tokens", { name: "a b", role: "viewer", expires: "" }, 400, "a letter or digit first"],
  ["/access/tokens", { name: "x", role: "viewer", expires: "soon" }, 400, "a time such as 90d"],
  ["/access/tokens", { role: "account-manager", accounts: "none" }, 400, "No account &quot;none"],
] as [string, Record<string, string>, number, string][])(
  "%s with %o is refused beside the form",
  async (action, fields, status, told) => {
    const { root } = await serve();
    const answer = await submit(root, action, fields);
    expect(answer.statusCode).toBe(status);
    expect(answer.body).toContain(told);
    expect(answer.body).toContain('role="alert"');
    if (fields["name"] !== undefined) expect(answer.body).toContain(`value="${fields["name"]}"`);
    if (fields["password"] !== undefined) expect(answer.body).not.toContain(fields["password"]);
    expect(answer.body).not.toContain('value="_csrf');
    const { body } = await root.submit("/access?lang=zh", action, fields);
    expect(/[a-z]{4,} [a-z]{3,} [a-z]{3,}/u.test(alertOf(body))).toBe(false);
  },
);
const alertOf = (body: string) =>
  [...body.matchAll(/(?:role="alert"|class="wrongs").*?<\/(?:div|ul|p)>/gsu)]
    .map(([text]) => text.replaceAll(/<[^>]*>/gu, ""))
    .join(" ");

test("a token is made, shown once, and revoked", async () => {
  const { root, app, clock } = await serve();
  const fields = { name: "ci", role: "viewer", expires: "1d" };
  const made = secretIn((await submit(root, "/access/tokens", fields)).body)!;
  const works = async () =>
    (await app.inject({ url: "/api/v1/me", headers: bearer(made) })).statusCode === 200;
  expect(await works()).toBe(true);
  const page = await root.get("/access");
  expect(page.body).not.toContain(made);
  expect((await submit(root, "/access/tokens/ci/revoke")).statusCode).toBe(303);
  expect(await works()).toBe(false);
  const { body } = await root.get("/access?lang=en");
  expect(body).toContain("revoked");
  expect(body).not.toContain("/access/tokens/ci/revoke");
  await submit(root, "/access/tokens", { name: "brief", role: "viewer", expires: "1h" });
  clock.set(DEMO_NOW + 3_600_000);
  expect((await root.get("/access?lang=en")).body).toContain("> over<".replace(" ", ""));
});

test("another password and disabling end the logins of a user", async () => {
  const { root, enter, visit } = await serve();
  const li = await enter("li");
  const answer = await submit(root, "/access/users/li/password", { password: "" });
  const password = secretIn(answer.body)!;
  expect((await li.get("/api/v1/me")).statusCode).toBe(401);
  expect((await visit().post("/login", { name: "li", password })).statusCode).toBe(303);
  const short = await submit(root, "/access/users/li/password", { password: "short" });
  expect(short.statusCode).toBe(400);
  expect(short.body).toContain("Takes 12 to 512 characters");
  expect((await submit(root, "/access/users/li/disable")).statusCode).toBe(303);
  expect((await visit().post("/login", { name: "li", password })).statusCode).toBe(401);
  expect((await root.get("/access?lang=en")).body).toContain("disabled");
});

test("a user is given another role and other accounts, and logs in anew", async () => {
  const { root, enter, visit, db } = await serve();
  const li = await enter("li");
  const fields = { role: "account-manager", accounts: "globex, acme" };
  expect((await submit(root, "/access/users/li/update", fields)).statusCode).toBe(303);
  expect((await li.get("/api/v1/me")).statusCode).toBe(401);
  const manager = { role: "account-manager", accounts: ["acme", "globex"] };
  expect((await (await enter("li")).get("/api/v1/me")).json()).toMatchObject(manager);
  const { body } = await root.get("/access?lang=en");
  expect(body).toContain('value="acme, globex"');
  expect(body).toMatch(/<option value="account-manager" selected/u);
  const { rows } = await db.query(
    `select actor, before::jsonb - 'passwordHash' as before, after::jsonb - 'passwordHash' as after
     from audit where action = 'user.update'`,
  );
  const before = { role: "viewer", accounts: [] };
  expect(rows).toMatchObject([{ actor: "user:root", before, after: manager }]);
  expect((await visit().post("/login", { name: "li", password: PASSWORD })).statusCode).toBe(303);
  expect(await verifyAudit(db)).toBeNull();
});

test("what is the same already changes nothing, and ends no login", async () => {
  const { root, enter, db } = await serve();
  const li = await enter("li");
  await submit(root, "/access/users/li/update", { role: "viewer", accounts: "" });
  expect((await li.get("/api/v1/me")).statusCode).toBe(200);
  const { rowCount } = await db.query(`select from audit where action = 'user.update'`);
  expect(rowCount).toBe(0);
});

test.each([
  [{ role: "account-manager", accounts: "" }, "An account manager needs some", "客户经理需要"],
  [{ role: "account-manager", accounts: "x" }, "No account &quot;x&quot;", "配置中没有账号"],
  [{ role: "approver", accounts: "acme" }, "sees every account", "该角色可查看所有账号"],
  [{ role: "boss", accounts: "" }, "is not one of", "没有“boss”这个角色"],
])("of a user %o is refused in the row, with what was typed", async (fields, english, chinese) => {
  const { root, enter } = await serve();
  const li = await enter("li");
  const answer = await submit(root, "/access/users/li/update", fields);
  expect(answer.statusCode).toBe(400);
  expect(answer.body).toContain(english);
  expect(answer.body).toContain('<details class="row-acts" open');
  if (fields.accounts !== "") expect(answer.body).toContain(`value="${fields.accounts}"`);
  expect((await root.submit("/access?lang=zh", "/access/users/li/update", fields)).body).toContain(
    chinese,
  );
  expect((await li.get("/api/v1/me")).json()).toMatchObject({ role: "viewer" });
});

test("the last admin stays one, by whatever way, however many try at once", async () => {
  const { root, app, clock, store, config, enter } = await serve();
  const token = await giveToken({ store, config }, { role: "admin" }, clock);
  const post = async (url: string, payload: object = {}) =>
    app.inject({ method: "POST", url: `/api/v1/users${url}`, payload, headers: bearer(token) });
  for (const refused of [
    await post("/root/update", { role: "viewer" }),
    await post("/root/disable"),
  ]) {
    expect(refused.statusCode).toBe(409);
    expect(refused.json()).toMatchObject({ detail: expect.stringContaining("last admin") });
  }
  expect((await post("/li/update", { role: "admin" })).json()).toMatchObject({ role: "admin" });
  const li = await enter("li");
  expect((await li.get("/access")).statusCode).toBe(200);
  const both = await Promise.all([
    post("/root/update", { role: "sre" }),
    post("/li/update", { role: "sre" }),
  ]);
  expect(both.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, 409]);
  const left = [await root.get("/access"), await li.get("/access")];
  expect(left.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1);
});

test("the role of who logs in at a provider is not changed here", async () => {
  const { root, store, clock, config, db } = await serve();
  await logInByOidc(
    { db: store.db, clock, config: () => config },
    {
      issuer: "https://id.example",
      subject: "1",
      name: "zoe",
      granted: { role: "viewer", accounts: [] },
      idToken: "x",
    },
    { origin: "127.0.0.1", agent: "Browser/1" },
  );
  const { body } = await root.get("/access?lang=en");
  expect(body).toContain("given by https://id.example");
  expect(body).not.toContain("/access/users/zoe/update");
  const form = formsOf(body).find(({ path }) => path === "/access/users/zoe/disable");
  for (const [lang, told] of [
    ["en", "the role is given there"],
    ["zh", "角色由其决定"],
  ]) {
    const sent = await root.post(`/access/users/zoe/update?lang=${lang}`, {
      ...form!.hidden,
      role: "admin",
      accounts: "",
    });
    expect(sent.statusCode).toBe(409);
    expect(sent.body).toContain(told);
  }
  expect(await verifyAudit(db)).toBeNull();
});

test("a disabled user is enabled again, as they were, and logs in anew", async () => {
  const { root, enter, visit, db } = await serve();
  const li = await enter("li");
  await submit(root, "/access/users/li/disable");
  expect((await visit().post("/login", { name: "li", password: PASSWORD })).statusCode).toBe(401);
  expect((await submit(root, "/access/users/li/enable")).statusCode).toBe(303);
  expect((await li.get("/api/v1/me")).statusCode).toBe(401);
  expect((await (await enter("li")).get("/api/v1/me")).json()).toMatchObject({ role: "viewer" });
  const { rows } = await db.query(
    `select actor, origin, before::jsonb -> 'disabledAt' as before, after::jsonb -> 'disabledAt' as after
     from audit where action = 'user.enable'`,
  );
  const before = new Date(DEMO_NOW).toISOString();
  expect(rows).toEqual([{ actor: "user:root", origin: "127.0.0.1", before, after: null }]);
  expect(await verifyAudit(db)).toBeNull();
});

test("an admin does not shut out themselves by a button", async () => {
  const { root } = await serve();
  const { body } = await root.get("/access");
  expect(body).toContain("/access/users/li/disable");
  expect(body).not.toContain("/access/users/root/");
});
