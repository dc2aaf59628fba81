import { afterAll, afterEach, describe, expect, test } from "vitest";
import { bearer, giveToken } from "../helpers/access.ts";
import { createTestApp } from "../helpers/app.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { testClock } from "../helpers/clock.ts";
import { DEMO_CONFIG, DEMO_NOW } from "../helpers/demo-month.ts";
import { PASSWORD, servePeople } from "../helpers/people.ts";
import { createVisitor, formsOf, type Visitor } from "../helpers/visitor.ts";

const onEnd = cleanUpAfterEach();

type Served = Awaited<ReturnType<typeof servePeople>>;

/** One for each configuration: what the tests ask for is mostly refused. */
const started = new Map<string, Served>();
afterEach(async () => {
  for (const { db } of started.values()) await db.query(`delete from app_user where name = 'eve'`);
});
afterAll(async () => {
  for (const { close } of started.values()) await close();
});

async function serve(config = DEMO_CONFIG): Promise<Served> {
  const known = started.get(config);
  if (known !== undefined) return known;
  const served = await servePeople({ root: "admin", wu: "admin" }, { config });
  started.set(config, served);
  return served;
}

const tokenOf = async (visitor: Visitor) =>
  formsOf((await visitor.get("/access")).body)[0]!.hidden["_csrf"]!;

const NEW_USER = { name: "eve", role: "admin", accounts: "", password: PASSWORD };

const addUser = async (visitor: Visitor, csrf?: string, headers?: Record<string, string>) =>
  visitor.post(
    "/access/users?lang=en",
    { ...NEW_USER, ...(csrf === undefined ? {} : { _csrf: csrf }) },
    headers,
  );

async function isThere({ db }: { db: Awaited<ReturnType<typeof serve>>["db"] }, name = "eve") {
  const { rowCount } = await db.query(`select from app_user where name = $1`, [name]);
  return rowCount === 1;
}

describe("a form", () => {
  test("that a page of the login holds does what it says", async () => {
    const served = await serve();
    const visitor = await served.enter("root");
    expect((await addUser(visitor, await tokenOf(visitor))).statusCode).toBe(303);
    expect(await isThere(served)).toBe(true);
  });

  test("without what the page holds does nothing, and says what to do", async () => {
    const served = await serve();
    const visitor = await served.enter("root");
    const csrf = await tokenOf(visitor);
    const [salt = "", sign = ""] = csrf.split(".");
    const other = sign.startsWith("A") ? "B" : "A";
    const wrong = [
      undefined,
      "",
      ".",
      "x",
      salt,
      `${salt}.`,
      `.${sign}`,
      `${salt}.${other}${sign.slice(1)}`,
      `${salt}x.${sign}`,
      `${csrf}.`,
      `${csrf}x`,
      `${salt}.${sign}${sign}`,
      visitor.cookies.get("nines")!,
    ];
    for (const sent of wrong) {
      const answer = await addUser(visitor, sent);
      expect(answer.statusCode, String(sent)).toBe(403);
      expect(answer.body).toContain("load its page again");
    }
    expect(await isThere(served)).toBe(false);
  });

  test("of another's login, or of one's own earlier one, does nothing", async () => {
    const served = await serve();
    const [visitor, wu] = [await served.enter("root"), await served.enter("wu")];
    expect((await addUser(visitor, await tokenOf(wu))).statusCode).toBe(403);
    const early = await tokenOf(visitor);
    await visitor.post("/login", { name: "root", password: PASSWORD });
    expect((await addUser(visitor, early)).statusCode).toBe(403);
    expect(await isThere(served)).toBe(false);
    expect((await addUser(visitor, await tokenOf(visitor))).statusCode).toBe(303);
  });

  test("is told from another one of the same login by what it holds, and both hold", async () => {
    const served = await serve();
    const visitor = await served.enter("root");
    const [first, second] = [await tokenOf(visitor), await tokenOf(visitor)];
    expect(first).not.toBe(second);
    expect((await addUser(visitor, second)).statusCode).toBe(303);
    const again = await visitor.post("/access/users", { ...NEW_USER, name: "kai", _csrf: first });
    expect(again.statusCode).toBe(303);
  });

  test.each([
    [{ origin: "https://evil.example" }],
    [{ origin: "null" }],
    [{ origin: "http://localhost.evil.example" }],
    [{ origin: "http://localhost:81" }],
    [{ origin: "nonsense" }],
    [{ "sec-fetch-site": "cross-site" }],
    [{ "sec-fetch-site": "same-site" }],
    [{ "sec-fetch-site": "cross-site", origin: "http://localhost" }],
  ])("from elsewhere, %o, does nothing even with what the page holds", async (headers) => {
    const served = await serve();
    const visitor = await served.enter("root");
    const answer = await addUser(visitor, await tokenOf(visitor), headers);
    expect(answer.statusCode).toBe(403);
    expect(await isThere(served)).toBe(false);
  });

  test.each([
    ["", { origin: "http://localhost" }],
    ["", { "sec-fetch-site": "same-origin", origin: "https://nines.example" }],
    // Behind a proxy that ends TLS and does not say so.
    ["", { origin: "https://localhost" }],
    ["publicUrl: http://nines.example", { origin: "http://nines.example" }],
  ])("from here, %s %o, is taken", async (more, headers) => {
    const served = await serve(`${DEMO_CONFIG}\n${more}\n`);
    const visitor = await served.enter("root");
    expect((await addUser(visitor, await tokenOf(visitor), headers)).statusCode).toBe(303);
  });

  test("sent over http to a service that is reached by https is from elsewhere", async () => {
    const served = await serve(`${DEMO_CONFIG}\npublicUrl: https://nines.example\n`);
    const own = { host: "nines.example" };
    const visitor = await served.enter("root", { ...own, origin: "https://nines.example" });
    const csrf = await tokenOf(visitor);
    const plain = await addUser(visitor, csrf, { origin: "http://nines.example" });
    expect(plain.statusCode).toBe(403);
    expect((await addUser(visitor, csrf)).statusCode).toBe(303);
  });

  test("logs nobody in, or out, from elsewhere", async () => {
    const served = await serve();
    const evil = { origin: "https://evil.example" };
    const victim = served.visit();
    const given = { name: "wu", password: PASSWORD };
    expect((await victim.post("/login", given, evil)).statusCode).toBe(403);
    expect(victim.cookies.size).toBe(0);
    const visitor = await served.enter("root");
    expect((await visitor.post("/logout", {})).statusCode).toBe(403);
    expect((await visitor.get("/access")).statusCode).toBe(200);
  });

  test("may be large, but not endless", async () => {
    const served = await serve();
    const visitor = await served.enter("root");
    const answer = await visitor.post("/access/users", { name: "x".repeat(300_000) });
    expect(answer.statusCode).toBe(413);
  });
});

describe("the API by a cookie", () => {
  const json = { accept: "application/json", "content-type": "application/json" };
  const make = async (app: Awaited<ReturnType<typeof serve>>["app"], headers: object) =>
    app.inject({
      method: "POST",
      url: "/api/v1/tokens",
      headers: { host: "localhost", ...json, ...headers },
      payload: JSON.stringify({ role: "viewer" }),
    });

  test("reads, and changes nothing without what pages hold", async () => {
    const served = await serve();
    const visitor = await served.enter("root");
    const csrf = await tokenOf(visitor);
    const cookie = `nines=${visitor.cookies.get("nines")}`;
    expect((await visitor.get("/api/v1/tokens")).statusCode).toBe(200);
    const bare = await make(served.app, { cookie });
    expect(bare.statusCode).toBe(403);
    expect(bare.json()).toMatchObject({ status: 403, detail: expect.stringContaining("x-csrf") });
    expect((await make(served.app, { cookie, "x-csrf-token": csrf })).statusCode).toBe(200);
    const evil = { cookie, "x-csrf-token": csrf, origin: "https://evil.example" };
    expect((await make(served.app, evil)).statusCode).toBe(403);
    const revoked = await served.app.inject({
      method: "DELETE",
      url: "/api/v1/tokens/none",
      headers: { cookie },
    });
    expect(revoked.statusCode).toBe(403);
  });

  test("ends the login that the cookie stands for", async () => {
    const served = await serve();
    const visitor = await served.enter("root");
    const csrf = await tokenOf(visitor);
    const cookie = `nines=${visitor.cookies.get("nines")}`;
    const answer = await served.app.inject({
      method: "POST",
      url: "/api/v1/logout",
      headers: { cookie, "x-csrf-token": csrf },
    });
    expect(answer.statusCode).toBe(200);
    expect((await visitor.get("/api/v1/me")).statusCode).toBe(401);
  });

  test("a token in the header needs nothing more, also beside a cookie", async () => {
    const served = await serve();
    const token = await giveToken(served, { role: "admin" }, served.clock);
    const visitor = await served.enter("root");
    const cookie = `nines=${visitor.cookies.get("nines")}`;
    expect((await make(served.app, bearer(token))).statusCode).toBe(200);
    expect((await make(served.app, { ...bearer(token), cookie })).statusCode).toBe(200);
    // A browser's cookie does not stand in for a wrong token.
    const csrf = await tokenOf(visitor);
    const wrong = { ...bearer("nines_wrong"), cookie, "x-csrf-token": csrf };
    expect((await make(served.app, wrong)).statusCode).toBe(401);
  });

  test.each([
    "application/x-www-form-urlencoded",
    "APPLICATION/X-WWW-FORM-URLENCODED; charset=utf-8",
    "multipart/form-data; boundary=x",
    "text/plain",
  ])("takes no %s, which any site can send", async (type) => {
    const served = await serve();
    const token = await giveToken(served, { role: "admin" }, served.clock);
    const headers = { ...bearer(token), "content-type": type };
    for (const url of ["/api/v1/tokens", "/api/v1/exclusions"]) {
      const payload = 'role=viewer&x={"role":"viewer"}';
      const answer = await served.app.inject({ method: "POST", url, headers, payload });
      expect([400, 415]).toContain(answer.statusCode);
      if (type.toLowerCase().includes("form")) expect(answer.statusCode).toBe(415);
    }
    const login = await served.app.inject({
      method: "POST",
      url: "/api/v1/login",
      headers: { "content-type": type },
      payload: `name=root&password=${encodeURIComponent(PASSWORD)}`,
    });
    expect([400, 415]).toContain(login.statusCode);
  });
});

test("while nobody has access no other site writes through a browser on this machine", async () => {
  const served = await createTestApp({ config: DEMO_CONFIG, clock: testClock(DEMO_NOW) });
  onEnd(served.close);
  const send = async (headers: Record<string, string>) =>
    served.app.inject({
      method: "POST",
      url: "/api/v1/results",
      headers: { host: "localhost:8080", "content-type": "application/x-ndjson", ...headers },
      payload: "",
    });
  expect((await send({ origin: "https://evil.example" })).statusCode).toBe(403);
  expect((await send({ "sec-fetch-site": "cross-site" })).statusCode).toBe(403);
  expect((await send({})).statusCode).not.toBe(403);
  const page = await createVisitor(served.app).get("/");
  expect(page.body).not.toContain("_csrf");
});
