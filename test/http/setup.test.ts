import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { verifyAudit } from "../../src/verify-audit.ts";
import { giveToken } from "../helpers/access.ts";
import { createTestApp } from "../helpers/app.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { testClock } from "../helpers/clock.ts";
import { DEMO_CONFIG, DEMO_NOW } from "../helpers/demo-month.ts";
import { startNginx } from "../helpers/nginx.ts";
import { has } from "../helpers/programs.ts";
import { createVisitor } from "../helpers/visitor.ts";

const onEnd = cleanUpAfterEach();
const PASSWORD = "correct horse battery";
const FIRST = { name: "root", password: PASSWORD, again: PASSWORD };

async function serve(deps: Parameters<typeof createTestApp>[0]["deps"] = {}) {
  const clock = testClock(DEMO_NOW);
  const served = await createTestApp({ config: DEMO_CONFIG, clock, deps });
  onEnd(served.close);
  const users = async () => {
    const { rows } = await served.store.db.query<{ name: string; role: string }>(
      `select name, role from app_user order by name`,
    );
    return rows;
  };
  return { ...served, clock, users, visit: () => createVisitor(served.app) };
}

test("the first page leads to the set-up, and that to an admin who is logged in", async () => {
  const { visit, users, store } = await serve();
  const visitor = visit();
  expect((await visitor.get("/?lang=en")).body).toContain('href="/setup?lang=en"');
  expect((await visitor.get("/login?lang=en")).body).toContain('href="/setup?lang=en"');
  const answer = await visitor.submit("/setup?lang=en", "/setup", FIRST);
  expect(answer.statusCode).toBe(303);
  expect(answer.headers.location).toBe("/");
  expect(await users()).toEqual([{ name: "root", role: "admin" }]);
  expect((await visitor.get("/access")).statusCode).toBe(200);
  expect((await visitor.get("/?lang=en")).body).not.toContain("no user and no token yet");
  // From now on everybody logs in, and nobody sets up.
  const other = visit();
  expect((await other.get("/")).statusCode).toBe(303);
  expect((await other.get("/setup?lang=en")).headers.location).toBe("/login?lang=en");
  expect((await other.post("/setup", { ...FIRST, name: "eve" })).headers.location).toContain(
    "/login",
  );
  expect(await users()).toHaveLength(1);
  const { rows } = await store.db.query<{ line: string }>(
    `select actor || ' ' || action || ' ' || item || ' ' || origin as line from audit order by seq`,
  );
  expect(rows.map(({ line }) => line)).toEqual([
    "local user.set-up user:root 127.0.0.1",
    "user:root login.begin user:root 127.0.0.1",
  ]);
  expect(await verifyAudit(store.db)).toBeNull();
});

test.each([
  ["a name that is none", { ...FIRST, name: "no name" }, "a letter or digit first"],
  ["a short password", { ...FIRST, password: "short", again: "short" }, "12 to 512"],
  ["two passwords that differ", { ...FIRST, again: `${PASSWORD}!` }, "not the same"],
])("%s is told beside its field, with what was typed", async (_, fields, told) => {
  const { visit, users } = await serve();
  const answer = await visit().submit("/setup?lang=en", "/setup", fields);
  expect(answer.statusCode).toBe(400);
  expect(answer.body).toContain(told);
  expect(answer.body).toContain(`value="${fields.name}"`);
  expect(answer.body).not.toContain(fields.password);
  expect(await users()).toEqual([]);
});

test("of two who set up at once one gets in", async () => {
  const { visit, users } = await serve();
  const names = ["one", "two", "three", "four"];
  const answers = await Promise.all(
    names.map(async (name) => visit().post("/setup", { ...FIRST, name })),
  );
  const locations = answers.map(({ headers }) => headers.location);
  expect(locations.filter((location) => location === "/")).toHaveLength(1);
  expect(locations.filter((location) => location === "/login?lang=en")).toHaveLength(3);
  expect(await users()).toHaveLength(1);
});

describe("nobody sets up from elsewhere", () => {
  const refused: readonly [string, Record<string, string>][] = [
    ["under a name that was made to point here", { host: "evil.example" }],
    ["through a proxy", { "x-forwarded-for": "203.0.113.7" }],
    ["by a page of another site", { origin: "https://evil.example" }],
    ["by a page on another port", { "sec-fetch-site": "same-site" }],
    [
      "by a page of another site, with what a browser sends by itself for a proxy",
      { origin: "https://evil.example", authorization: "Basic bGk6bGk=" },
    ],
  ];
  test.each(refused)("%s", async (_, headers) => {
    const { visit, users } = await serve();
    const answer = await visit().post("/setup?lang=en", FIRST, headers);
    expect(answer.statusCode).toBe(403);
    expect(answer.cookies).toEqual([]);
    expect(await users()).toEqual([]);
  });

  test.skipIf(!has("nginx"))("through a proxy that does not say that it is one", async () => {
    const { app, visit } = await serve();
    expect((await visit().get("/setup")).statusCode).toBe(200);
    await app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = app.server.address() as AddressInfo;
    const nginx = await startNginx(
      `server { listen 127.0.0.1:$PORT; location / { proxy_pass http://127.0.0.1:${port}; } }`,
    );
    onEnd(nginx.kill);
    const statusOf = async (at: number, path: string) =>
      (await fetch(`http://127.0.0.1:${at}${path}`)).status;
    expect(await statusOf(port, "/setup")).toBe(200);
    for (const [path, status] of [
      ["/setup", 403],
      ["/metrics", 401],
      ["/api/v1/targets", 401],
    ] as const) {
      expect(await statusOf(nginx.port, path), path).toBe(status);
    }
  });

  test("beyond loopback the page and the login tell the command", async () => {
    const { visit, users } = await serve({ isLoopback: false });
    const visitor = visit();
    const page = await visitor.get("/setup?lang=en");
    expect(page.statusCode).toBe(403);
    expect(page.body).toContain("nines user add NAME --role admin");
    expect(page.body).not.toContain("<form class");
    expect((await visitor.get("/login?lang=en")).body).toContain("nines user add");
    expect((await visitor.post("/setup", FIRST)).statusCode).toBe(403);
    expect(await users()).toEqual([]);
  });

  test("after a token was given nobody does, not even when it is over", async () => {
    const served = await serve();
    await giveToken(served, { role: "viewer", expires: "1s" }, served.clock);
    served.clock.set(DEMO_NOW + 2_000);
    const visitor = served.visit();
    expect((await visitor.get("/setup")).headers.location).toContain("/login");
    await visitor.post("/setup", FIRST);
    expect(await served.users()).toEqual([]);
  });
});

test("the page speaks Chinese", async () => {
  const { visit } = await serve();
  const { body } = await visit().get("/setup?lang=zh");
  expect(body).toContain("设置首位管理员");
  expect(body).not.toContain("Password");
});
