import { randomBytes } from "node:crypto";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { changePassword, disableUser, revokeToken } from "../../src/manage-access.ts";
import { verifyAudit } from "../../src/verify-audit.ts";
import { bearer, giveToken, SETUP } from "../helpers/access.ts";
import { createTestApp } from "../helpers/app.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { testClock } from "../helpers/clock.ts";
import { DEMO_CONFIG, DEMO_NOW } from "../helpers/demo-month.ts";
import { listRoutes } from "../helpers/routes.ts";

const onEnd = cleanUpAfterEach();
const MINUTE_MS = 60_000;
const PASSWORD = "correct horse battery";

async function serve(
  deps: Parameters<typeof createTestApp>[0]["deps"] = {},
  config: string = DEMO_CONFIG,
) {
  const clock = testClock(DEMO_NOW);
  const served = await createTestApp({ config, clock, deps });
  onEnd(served.close);
  const { app, store } = served;
  const ask = async (url: string, headers: Record<string, string> = {}) =>
    app.inject({ url, headers });
  const post = async (url: string, payload: object | string, headers = {}) =>
    app.inject({ method: "POST", url, payload, headers });
  const login = async (name: string, password: string, address = "127.0.0.1") =>
    app.inject({
      method: "POST",
      url: "/api/v1/login",
      payload: { name, password },
      remoteAddress: address,
    });
  return { ...served, db: store.db, clock, ask, post, login };
}

type Served = Awaited<ReturnType<typeof serve>>;

async function addUser(served: Served, name = "li", role = "viewer") {
  const admin = await giveToken(served, { role: "admin" }, served.clock);
  const added = await served.post(
    "/api/v1/users",
    { name, role, password: PASSWORD },
    bearer(admin),
  );
  expect(added.statusCode, added.body).toBe(200);
  return admin;
}

async function actionsOf({ ask }: Served, admin: string, query = ""): Promise<string[]> {
  const { entries } = (await ask(`/api/v1/audit?${query}`, bearer(admin))).json<{
    entries: { actor: string; action: string; item: string }[];
  }>();
  return entries.map(({ actor, action, item }) => `${actor} ${action} ${item}`);
}

describe("while nobody was given access", () => {
  test("this machine reads without a token, and the page says so", async () => {
    const served = await serve();
    expect((await served.ask("/api/v1/targets")).statusCode).toBe(200);
    expect((await served.ask("/api/v1/me")).json()).toEqual({
      name: "local",
      role: "viewer",
      accounts: null,
    });
    expect((await served.ask("/?lang=en")).body).toContain("no user and no token yet");
  });

  test("this machine imports results and writes nothing else", async () => {
    const { post } = await serve();
    const ndjson = { "content-type": "application/x-ndjson" };
    expect((await post("/api/v1/results", "", ndjson)).statusCode).not.toBe(403);
    expect((await post("/api/v1/tokens", { role: "admin" })).statusCode).toBe(403);
  });

  test("nobody else reads, nor whoever asks for another", async () => {
    const { ask } = await serve();
    const others: Record<string, string>[] = [
      { host: "nines.example" },
      { "x-forwarded-for": "198.51.100.7" },
      { forwarded: "for=198.51.100.7" },
      { "x-real-ip": "198.51.100.7" },
      { via: "1.1 proxy" },
      { "x-forwarded-proto": "https" },
    ];
    for (const headers of others) {
      for (const url of ["/", "/api/v1/targets", "/metrics"]) {
        expect((await ask(url, headers)).statusCode, `${url} ${JSON.stringify(headers)}`).toBe(401);
      }
    }
  });

  test("beyond loopback nobody reads", async () => {
    const { ask } = await serve({ isLoopback: false });
    for (const url of ["/", "/api/v1/targets", "/metrics"]) {
      expect((await ask(url)).statusCode).toBe(401);
    }
    expect((await ask("/healthz")).statusCode).toBe(200);
  });

  test("a wrong token is refused also where reading is open", async () => {
    const { ask } = await serve();
    for (const authorization of ["Bearer nines_x", "Bearer", "Basic bGk6bGk=", "nines_x"]) {
      for (const url of ["/", "/api/v1/targets", "/metrics"]) {
        const answer = await ask(url, { authorization });
        expect(answer.statusCode, `${url} ${authorization}`).toBe(401);
        expect(answer.headers["www-authenticate"]).toContain("Bearer");
      }
    }
  });

  test("the first token closes it at once, and it stays closed when that is revoked", async () => {
    const served = await serve();
    expect((await served.ask("/")).statusCode).toBe(200);
    const token = await giveToken(served, { role: "viewer", name: "first" }, served.clock);
    expect((await served.ask("/")).statusCode).toBe(401);
    const page = await served.ask("/?lang=en", bearer(token));
    expect(page.statusCode).toBe(200);
    expect(page.body).not.toContain("no user and no token yet");
    await revokeToken(served, "first", SETUP);
    expect((await served.ask("/")).statusCode).toBe(401);
    expect((await served.ask("/", bearer(token))).statusCode).toBe(401);
  });
});

describe("tokens", () => {
  test("are shown once, and work until they are revoked", async () => {
    const served = await serve();
    const admin = await giveToken(served, { role: "admin", name: "root" }, served.clock);
    const made = (
      await served.post(
        "/api/v1/tokens",
        { role: "account-manager", accounts: ["globex"], name: "am" },
        bearer(admin),
      )
    ).json<{ token: string }>();
    expect(made.token).toMatch(/^nines_[\w-]{43}$/u);
    expect((await served.ask("/api/v1/me", bearer(made.token))).json()).toEqual({
      name: "token:am",
      role: "account-manager",
      accounts: ["globex"],
    });
    const listed = await served.ask("/api/v1/tokens", bearer(admin));
    expect(listed.json()).toMatchObject({ tokens: [{ name: "am" }, { name: "root" }] });
    expect(listed.body).not.toContain(made.token);
    const revoked = await served.app.inject({
      method: "DELETE",
      url: "/api/v1/tokens/am",
      headers: bearer(admin),
    });
    expect(revoked.json()).toMatchObject({ revokedAt: new Date(DEMO_NOW).toISOString() });
    expect((await served.ask("/api/v1/me", bearer(made.token))).statusCode).toBe(401);
    expect(await actionsOf(served, admin)).toEqual([
      "token:root token.revoke token:am",
      "token:root token.create token:am",
      "local token.create token:root",
    ]);
  });

  test("end when their time is over", async () => {
    const served = await serve();
    const token = await giveToken(served, { role: "viewer", expires: "1d" }, served.clock);
    served.clock.set(DEMO_NOW + 86_399_999);
    expect((await served.ask("/api/v1/me", bearer(token))).statusCode).toBe(200);
    served.clock.set(DEMO_NOW + 86_400_000);
    expect((await served.ask("/api/v1/me", bearer(token))).statusCode).toBe(401);
  });

  test("with a wish that cannot be fulfilled none is made", async () => {
    const served = await serve();
    const admin = await giveToken(served, { role: "admin", name: "root" }, served.clock);
    const refused: [object, number][] = [
      [{ role: "boss" }, 400],
      [{ role: "viewer", accounts: ["acme"] }, 400],
      [{ role: "account-manager" }, 400],
      [{ role: "account-manager", accounts: ["initech"] }, 400],
      [{ role: "viewer", name: "token:x" }, 400],
      [{ role: "viewer", name: "../x" }, 400],
      [{ role: "viewer", expires: "soon" }, 400],
      [{ role: "viewer", expires: "0d" }, 400],
      [{ role: "viewer", name: "root" }, 409],
    ];
    for (const [wish, status] of refused) {
      const answer = await served.post("/api/v1/tokens", wish, bearer(admin));
      expect(answer.statusCode, JSON.stringify(wish)).toBe(status);
    }
    const { tokens } = (await served.ask("/api/v1/tokens", bearer(admin))).json<{
      tokens: unknown[];
    }>();
    expect(tokens).toHaveLength(1);
  });

  test("a token that may read all reads the metrics from anywhere; an account manager's does not", async () => {
    const served = await serve({ isLoopback: false });
    const viewer = await giveToken(served, { role: "viewer" }, served.clock);
    const manager = await giveToken(
      served,
      { role: "account-manager", accounts: ["acme"] },
      served.clock,
    );
    expect((await served.ask("/metrics", bearer(viewer))).statusCode).toBe(200);
    expect((await served.ask("/metrics", bearer(manager))).statusCode).toBe(403);
    expect((await served.ask("/metrics", bearer("s3cret-token"))).statusCode).toBe(200);
    expect((await served.ask("/api/v1/targets", bearer("s3cret-token"))).statusCode).toBe(401);
  });
});

describe("logins", () => {
  test("give a token for twelve hours, with the role of the user", async () => {
    const served = await serve();
    await addUser(served, "li", "sre");
    const answer = await served.login("li", PASSWORD);
    expect(answer.statusCode).toBe(200);
    const { token, expiresAt } = answer.json<{ token: string; expiresAt: string }>();
    expect(Date.parse(expiresAt)).toBe(DEMO_NOW + 12 * 60 * MINUTE_MS);
    expect((await served.ask("/api/v1/me", bearer(token))).json()).toMatchObject({
      name: "user:li",
      role: "sre",
    });
    served.clock.set(DEMO_NOW + 12 * 60 * MINUTE_MS);
    expect((await served.ask("/api/v1/me", bearer(token))).statusCode).toBe(401);
  });

  test("end by logging out, by another password and with the user", async () => {
    const served = await serve();
    const admin = await addUser(served);
    const enter = async (password = PASSWORD) =>
      (await served.login("li", password)).json<{ token: string }>().token;
    const isIn = async (token: string) =>
      (await served.ask("/api/v1/me", bearer(token))).statusCode === 200;

    const [first, second] = [await enter(), await enter()];
    expect((await served.post("/api/v1/logout", {}, bearer(first))).statusCode).toBe(200);
    expect([await isIn(first), await isIn(second)]).toEqual([false, true]);
    await changePassword(served, { name: "li", password: "another password" }, SETUP);
    expect(await isIn(second)).toBe(false);
    expect((await served.login("li", PASSWORD)).statusCode).toBe(401);
    const third = await enter("another password");
    await disableUser(served, "li", SETUP);
    expect(await isIn(third)).toBe(false);
    expect((await served.login("li", "another password")).statusCode).toBe(401);
    expect(await actionsOf(served, admin, "item=user:li")).toEqual([
      "unknown login.fail user:li",
      "local user.disable user:li",
      "user:li login.begin user:li",
      "unknown login.fail user:li",
      "local user.password user:li",
      "user:li login.end user:li",
      "user:li login.begin user:li",
      "user:li login.begin user:li",
      expect.stringMatching(/^token:admin-\w+ user.add user:li$/u),
    ]);
    expect(await verifyAudit(served.db)).toBeNull();
  });

  test("a password that was changed meanwhile is not changed by who knew the one before", async () => {
    const served = await serve();
    await addUser(served);
    const { rows } = await served.db.query<{ hash: string }>(
      `select password_hash as hash from app_user where name = 'li'`,
    );
    await changePassword(served, { name: "li", password: "given by an admin" }, SETUP);
    const late = { name: "li", password: "of a thief, too late", insteadOf: rows[0]!.hash };
    await expect(changePassword(served, late, SETUP)).rejects.toThrow("meanwhile");
    expect((await served.login("li", "given by an admin")).statusCode).toBe(200);
  });

  test("nobody can tell a wrong name from a wrong password", async () => {
    const served = await serve();
    await addUser(served);
    const [name, password] = [
      await served.login("nobody", PASSWORD),
      await served.login("li", "a wrong password"),
    ];
    expect(name.statusCode).toBe(401);
    expect(name.body).toBe(password.body);
  });

  test("after five failures from an address a name is shut to it for a quarter of an hour, also with the right password", async () => {
    const served = await serve();
    const admin = await addUser(served);
    for (let n = 0; n < 5; n += 1) {
      expect((await served.login("li", "a wrong password")).statusCode).toBe(401);
    }
    served.clock.set(DEMO_NOW + 5 * MINUTE_MS);
    for (const password of [PASSWORD, "a wrong password"]) {
      const shut = await served.login("li", password);
      expect(shut.statusCode).toBe(429);
      expect(shut.headers["retry-after"]).toBe("600");
      expect(shut.headers["content-type"]).toContain("application/problem+json");
    }
    expect((await served.login("li", PASSWORD, "192.0.2.9")).statusCode).toBe(200);
    expect((await served.login("wu", PASSWORD)).statusCode).toBe(401);
    expect(await actionsOf(served, admin, "action=login.fail")).toHaveLength(6);
    served.clock.set(DEMO_NOW + 15 * MINUTE_MS);
    expect((await served.login("li", PASSWORD)).statusCode).toBe(200);
  });

  test("many guesses at once are no way around", async () => {
    const served = await serve();
    await addUser(served);
    const guesses = Array.from({ length: 20 }, async () => served.login("li", "a wrong password"));
    const statuses = (await Promise.all(guesses)).map(({ statusCode }) => statusCode);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(15);
  });

  test("from everywhere at once are looked at two by two, and few wait", async () => {
    const served = await serve();
    await addUser(served);
    const guesses = Array.from({ length: 30 }, async (_, n) =>
      served.login("li", "a wrong password", `192.0.2.${n}`),
    );
    const answers = await Promise.all(guesses);
    const turned = answers.filter(({ statusCode }) => statusCode === 429);
    expect(turned).toHaveLength(8);
    expect(turned[0]!.headers["retry-after"]).toBe("2");
    expect(turned[0]!.json<{ detail: string }>().detail).toContain("too many logins at once");
    expect(answers.filter(({ statusCode }) => statusCode === 401)).toHaveLength(22);
    expect((await served.login("li", PASSWORD, "192.0.2.40")).statusCode).toBe(200);
  });

  test.each([
    ["nobody's word", "false", "127.0.0.1", "203.0.113.7", "127.0.0.1"],
    ["the proxy's", "[127.0.0.1]", "127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"],
    ["that of a network", "[10.0.0.0/8, '::1']", "10.1.2.3", "203.0.113.7", "203.0.113.7"],
    ["one written as IPv6", "[10.0.0.0/8]", "::ffff:10.1.2.3", "203.0.113.7", "203.0.113.7"],
    ["no other's", "[10.0.0.0/8]", "192.0.2.1", "203.0.113.7", "192.0.2.1"],
    ["everybody's", "true", "192.0.2.1", "203.0.113.7, 10.0.0.1", "203.0.113.7"],
    ["what is an address alone", "true", "192.0.2.1", "unknown", "192.0.2.1"],
  ])("come from where %s says", async (_, trust, remoteAddress, forwarded, origin) => {
    const served = await serve({}, `${DEMO_CONFIG}\ntrustProxy: ${trust}\n`);
    const admin = await addUser(served);
    const failed = await served.app.inject({
      method: "POST",
      url: "/api/v1/login",
      payload: { name: "li", password: "a wrong password" },
      headers: { "x-forwarded-for": forwarded },
      remoteAddress,
    });
    expect(failed.statusCode).toBe(401);
    const { entries } = (await served.ask("/api/v1/audit?action=login.fail", bearer(admin))).json<{
      entries: { origin: string }[];
    }>();
    expect(entries.map((entry) => entry.origin)).toEqual([origin]);
  });

  test("a name that is none breaks nothing", async () => {
    const served = await serve();
    const admin = await addUser(served);
    const names = ["\ud800", "a\u0000b", "x".repeat(900), "user:li", "<script>"];
    for (const [at, name] of names.entries()) {
      expect((await served.login(name, PASSWORD, `192.0.2.${at}`)).statusCode).toBe(401);
      const [entry = ""] = await actionsOf(served, admin, "action=login");
      // It may be a password in the wrong field, and would stand there for ever.
      expect(entry).toBe("unknown login.fail user:?");
    }
    expect(await verifyAudit(served.db)).toBeNull();
  });
});

describe("the audit log over HTTP", () => {
  test("is paged, newest first, and narrowed down", async () => {
    const served = await serve();
    const admin = await giveToken(served, { role: "admin", name: "root" }, served.clock);
    for (let n = 0; n < 5; n += 1) {
      served.clock.set(DEMO_NOW + n * 1000);
      await giveToken(served, { role: "viewer", name: `t${n}` }, served.clock);
    }
    const read = async (query: string) =>
      (await served.ask(`/api/v1/audit?${query}`, bearer(admin))).json<{
        entries: { seq: number; item: string; after: object }[];
        next: number | null;
      }>();
    const first = await read("limit=4");
    expect(first.entries.map(({ seq }) => seq)).toEqual([6, 5, 4, 3]);
    const rest = await read(`limit=4&before=${first.next}`);
    expect(rest.entries.map(({ seq }) => seq)).toEqual([2, 1]);
    expect(rest.next).toBeNull();
    expect(rest.entries[1]?.after).toMatchObject({ name: "root", role: "admin" });
    const items = async (query: string) => (await read(query)).entries.map(({ item }) => item);
    expect(await items("item=token:t2")).toEqual(["token:t2"]);
    expect(await items("item=token&limit=2")).toEqual(["token:t4", "token:t3"]);
    expect(await items("actor=user:li")).toEqual([]);
    expect(await items("action=token.create&limit=1")).toEqual(["token:t4"]);
    const at = (ms: number) => new Date(DEMO_NOW + ms).toISOString();
    expect(await items(`from=${at(1000)}&until=${at(3000)}`)).toEqual(["token:t2", "token:t1"]);
    expect((await served.ask("/api/v1/audit?item=%00", bearer(admin))).statusCode).toBe(400);
    expect((await served.ask("/api/v1/audit?limit=0", bearer(admin))).statusCode).toBe(400);
  });
});

const ENDS_LOGIN = new Set(["/api/v1/logout", "/login/mine/end-all"]);

test("no answer, log line or audit entry has a token or a password in it", async () => {
  const lines: string[] = [];
  const log = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
  const served = await serve({ log });
  const admin = await addUser(served);
  const session = (await served.login("li", PASSWORD)).json<{ token: string }>().token;
  const wrong = `nines_${randomBytes(32).toString("base64url")}`;
  await served.login("li", "a wrong password");
  const bodies: string[] = [];
  for (const { method, url } of listRoutes(served.app)) {
    for (const token of [admin, session, wrong]) {
      if (ENDS_LOGIN.has(url)) continue;
      const answer = await served.app.inject({
        method: method as "GET",
        // One that goes on for ever answers once.
        url: url.replaceAll(/:\w+/gu, "li").replace(/^\/live$/u, "/live?once=true"),
        headers: bearer(token),
        ...(method === "GET" ? {} : { payload: { password: PASSWORD, token } }),
      });
      bodies.push(JSON.stringify(answer.headers), answer.body);
    }
  }
  const texts = [bodies.join("\n"), lines.join("\n")];
  for (const table of ["audit", "token", "app_user", "session"]) {
    const { rows } = await served.db.query<object>(`select * from ${table}`);
    if (table !== "session") expect(rows).not.toHaveLength(0);
    texts.push(JSON.stringify(rows));
  }
  for (const text of texts) {
    for (const secret of [admin, session, wrong, PASSWORD, "a wrong password"]) {
      expect(text.includes(secret), secret).toBe(false);
    }
  }
});
