import { describe, expect, test } from "vitest";
import { disableUser, changePassword } from "../../src/manage-access.ts";
import { verifyAudit } from "../../src/verify-audit.ts";
import { bearer, giveToken, SETUP } from "../helpers/access.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { DEMO_CONFIG, DEMO_NOW } from "../helpers/demo-month.ts";
import { PASSWORD, servePeople } from "../helpers/people.ts";
import type { Visitor } from "../helpers/visitor.ts";

const onEnd = cleanUpAfterEach();
const HOUR_MS = 3_600_000;

async function serve(...given: Parameters<typeof servePeople>) {
  const served = await servePeople(...given);
  onEnd(served.close);
  return served;
}

const withConfig = (more: string) => ({ config: `${DEMO_CONFIG}\n${more}\n` });
const isIn = async (visitor: Visitor) => (await visitor.get("/login/mine")).statusCode === 200;

/** What browsers read as another site, or what leads round in a circle. */
const ELSEWHERE = [
  "//evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "https://evil.example/",
  "HTTPS:evil.example",
  "javascript:alert(1)",
  "/\t/evil.example",
  "/\n//evil.example",
  " //evil.example",
  "/a/..//evil.example",
  "/.//evil.example",
  "///evil.example",
  "evil.example",
  "/%0d%0aset-cookie:x=y\r\n",
  "@evil.example",
  "/login?next=//evil.example",
  "/logout",
  "/\u2028/evil.example",
  `/${"a".repeat(3_000)}`,
];

async function actions({ db }: { db: Awaited<ReturnType<typeof serve>>["db"] }) {
  const { rows } = await db.query<{ line: string }>(
    `select actor || ' ' || action || ' ' || item as line from audit order by seq`,
  );
  return rows.map(({ line }) => line);
}

describe("coming in", () => {
  test("who asks for a page gets there by the login, and is greeted by name", async () => {
    const { visit } = await serve({ li: "viewer" });
    const visitor = visit();
    const sent = await visitor.get("/malfunctions?lang=en");
    expect(sent.statusCode).toBe(303);
    const login = sent.headers.location!;
    expect(login).toBe("/login?next=%2Fmalfunctions%3Flang%3Den&lang=en");
    const answer = await visitor.submit(login, "/login", { name: "li", password: PASSWORD });
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe("/malfunctions?lang=en");
    expect(answer.headers["cache-control"]).toBe("no-store");
    const page = await visitor.get(answer.headers.location!);
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain(">li</a>");
    // Else the button back shows it after the way out.
    expect(page.headers["cache-control"]).toBe("no-store");
    // The form is for who is not in yet.
    expect((await visitor.get("/login?next=%2Faudit")).headers.location).toBe("/audit");
  });

  test("programs are answered, not sent to a form", async () => {
    const { app, visit } = await serve({ li: "viewer" });
    for (const url of ["/", "/api/v1/targets"]) {
      const { statusCode, headers } = await app.inject(url);
      expect(statusCode).toBe(401);
      expect(headers["content-type"]).toContain("application/problem+json");
    }
    expect((await visit().get("/api/v1/targets")).statusCode).toBe(401);
  });

  test("the cookie is for this host, for no script, and ends with the login", async () => {
    const { visit } = await serve({ li: "viewer" });
    const answer = await visit().post("/login", { name: "li", password: PASSWORD });
    expect(answer.cookies).toEqual([
      {
        name: "nines",
        value: expect.stringMatching(/^nines_session_[\w-]{43}$/u),
        path: "/",
        httpOnly: true,
        sameSite: "Lax",
        maxAge: 12 * 3600,
      },
    ]);
  });

  test.each([
    [
      "the configuration says so",
      "publicUrl: https://nines.example",
      { origin: "https://nines.example" },
    ],
    [
      "a proxy that is trusted says so",
      "trustProxy: true",
      { origin: "https://localhost", "x-forwarded-proto": "https" },
    ],
  ])("over https, when %s, no other host can plant it", async (_, more, headers) => {
    const { visit, enter, app } = await serve({ li: "viewer" }, withConfig(more));
    const visitor = await enter("li", headers);
    expect([...visitor.cookies.keys()]).toEqual(["__Host-nines"]);
    expect(await isIn(visitor)).toBe(true);
    const answer = await visit(headers).post("/login", { name: "li", password: PASSWORD });
    expect(answer.cookies[0]).toMatchObject({ secure: true, path: "/", httpOnly: true });
    expect(answer.cookies[0]).not.toHaveProperty("domain");
    const planted = await app.inject({
      url: "/api/v1/me",
      headers: { ...headers, cookie: `nines=${visitor.cookies.get("__Host-nines")}` },
    });
    expect(planted.statusCode).toBe(401);
  });

  test("a proxy that is not trusted changes nothing", async () => {
    const { enter } = await serve({ li: "viewer" });
    const visitor = await enter("li", { "x-forwarded-proto": "https" });
    expect([...visitor.cookies.keys()]).toEqual(["nines"]);
  });

  test("with a wrong password the form comes back with the name, and no word of what was wrong", async () => {
    const { visit } = await serve({ li: "viewer" });
    const bodies = [];
    for (const name of ["li", "nobody"]) {
      const visitor = visit();
      const answer = await visitor.post("/login?lang=en", { name, password: "a wrong password" });
      expect(answer.statusCode).toBe(401);
      expect(answer.body).toContain("Name or password is wrong.");
      expect(answer.body).toContain(`value="${name}"`);
      expect(answer.body).not.toContain("a wrong password");
      expect(visitor.cookies.size).toBe(0);
      bodies.push(answer.body.replace(`value="${name}"`, ""));
    }
    expect(bodies[0]).toBe(bodies[1]);
    for (const fields of [{}, { name: "li" }, { name: "x".repeat(3_000), password: PASSWORD }]) {
      expect((await visit().post("/login", fields)).statusCode).toBe(401);
    }
  });

  test("pages and API count the same failures", async () => {
    const { visit, app, clock } = await serve({ li: "viewer" });
    const visitor = visit();
    const byPage = async (password: string) =>
      visitor.post("/login?lang=en", { name: "li", password });
    const byApi = async (password: string) =>
      app.inject({ method: "POST", url: "/api/v1/login", payload: { name: "li", password } });
    for (const guess of [byPage, byApi, byPage, byApi, byPage]) {
      expect((await guess("a wrong password")).statusCode).toBe(401);
    }
    expect((await byApi(PASSWORD)).statusCode).toBe(429);
    const shut = await byPage(PASSWORD);
    expect(shut.statusCode).toBe(429);
    expect(shut.headers["retry-after"]).toBe("900");
    expect(shut.body).toContain("Try again in 15 minutes");
    expect(visitor.cookies.size).toBe(0);
    clock.set(DEMO_NOW + HOUR_MS / 4);
    expect((await byPage(PASSWORD)).statusCode).toBe(303);
  });

  test("nobody is sent on to another site", async () => {
    const { visit } = await serve({ li: "viewer" });
    for (const next of ELSEWHERE) {
      const query = new URLSearchParams({ next });
      const visitor = visit();
      expect((await visitor.get(`/login?${query}`)).body, next).not.toContain("evil");
      const answer = await visitor.post(`/login?${query}`, { name: "li", password: PASSWORD });
      expect([answer.statusCode, answer.headers.location], next).toEqual([303, "/"]);
      expect((await visitor.get(`/login?${query}`)).headers.location, next).toBe("/");
    }
  });

  test("a path of ours is gone to, with its query", async () => {
    const { visit } = await serve({ li: "viewer" });
    const next = "/targets/web-1?month=2026-10&lang=zh";
    const answer = await visit().post(`/login?${new URLSearchParams({ next })}`, {
      name: "li",
      password: PASSWORD,
    });
    expect(answer.headers.location).toBe(next);
  });

  test("the place on the page that was asked for is not lost", async () => {
    const { visit } = await serve({ li: "viewer" });
    const visitor = visit();
    const { body } = await visitor.get("/login?next=%2Freports%2F2026-10");
    // A form without an action is sent to the address of its page, whose "#" browsers carry along.
    expect(body).toContain('<form class="form" method="post">');
    const next = encodeURIComponent("/reports/2026-10?lang=en#claim-1");
    const answer = await visitor.post(`/login?next=${next}`, { name: "li", password: PASSWORD });
    expect(answer.headers.location).toBe("/reports/2026-10?lang=en#claim-1");
    expect((await visitor.get("/login?next=%2Flogin%23a")).headers.location).toBe("/");
  });

  test.each(["en", "zh"])("the pages of the login speak %s", async (lang) => {
    const { enter, visit } = await serve({ li: "viewer" });
    const visitor = await enter("li");
    const pages = [
      await visit().get(`/login?lang=${lang}&ended=yes`),
      await visit().post(`/login?lang=${lang}`, { name: "li", password: "x" }),
      await visitor.get(`/login/mine?lang=${lang}&done=password`),
    ];
    for (const { body } of pages) {
      expect(body).toMatch(new RegExp(`<html lang="${lang}`, "u"));
      expect(body).not.toMatch(/undefined|NaN|\[object|<script(?! type="module" src="\/assets\/)/u);
      expect(/[\u4e00-\u9fff]{4}/u.test(body.replace(/<header.*<\/header>/su, ""))).toBe(
        lang === "zh",
      );
    }
  });
});

describe("whose login it is", () => {
  test("one that somebody planted before is not taken over", async () => {
    const { visit, enter } = await serve({ li: "viewer", mallory: "viewer" });
    const invented = visit();
    const planted = `nines_session_${"A".repeat(43)}`;
    invented.cookies.set("nines", planted);
    await invented.post("/login", { name: "li", password: PASSWORD });
    expect(invented.cookies.get("nines")).not.toBe(planted);

    // Her own login, put into his browser: after his own login she sees nothing of it.
    const mallory = await enter("mallory");
    const victim = visit();
    victim.cookies.set("nines", mallory.cookies.get("nines")!);
    await victim.post("/login", { name: "li", password: PASSWORD });
    expect(victim.cookies.get("nines")).not.toBe(mallory.cookies.get("nines"));
    expect((await victim.get("/api/v1/me")).json()).toMatchObject({ name: "user:li" });
    expect(await isIn(mallory)).toBe(false);
  });

  test("what is sent as a header goes before the cookie, right or wrong", async () => {
    const served = await serve({ li: "viewer" });
    const token = await giveToken(served, { role: "sre", name: "ci" }, served.clock);
    const visitor = await served.enter("li");
    const name = async (headers: Record<string, string>) =>
      (await visitor.get("/api/v1/me", headers)).json<{ name?: string }>().name;
    expect(await name({})).toBe("user:li");
    expect(await name(bearer(token))).toBe("token:ci");
    expect((await visitor.get("/api/v1/me", bearer("nines_wrong"))).statusCode).toBe(401);
    expect((await visitor.get("/", bearer(token))).body).not.toContain('action="/logout"');
  });

  test("a program's token is no cookie", async () => {
    const served = await serve({ li: "viewer" });
    const token = await giveToken(served, { role: "admin" }, served.clock);
    const visitor = served.visit();
    visitor.cookies.set("nines", token);
    expect((await visitor.get("/api/v1/me")).statusCode).toBe(401);
  });

  test("it sees what its user may see, and no more", async () => {
    const { enter } = await serve({ li: "viewer", am: "account-manager", root: "admin" });
    const statuses = async (visitor: Visitor) =>
      Promise.all(
        ["/access", "/audit", "/"].map(async (url) => (await visitor.get(url)).statusCode),
      );
    expect(await statuses(await enter("root"))).toEqual([200, 200, 200]);
    expect(await statuses(await enter("li"))).toEqual([403, 200, 200]);
    expect(await statuses(await enter("am"))).toEqual([403, 403, 200]);
  });
});

describe("going out", () => {
  test("ends the login, not the cookie alone", async () => {
    const { enter, visit, db } = await serve({ li: "viewer" });
    const visitor = await enter("li");
    const thief = visit();
    thief.cookies.set("nines", visitor.cookies.get("nines")!);
    expect(await isIn(thief)).toBe(true);
    const answer = await visitor.submit("/", "/logout");
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe("/login?lang=en");
    expect(visitor.cookies.size).toBe(0);
    expect(await isIn(thief)).toBe(false);
    expect((await actions({ db })).slice(-2)).toEqual([
      "user:li login.begin user:li",
      "user:li login.end user:li",
    ]);
  });

  test("everywhere shuts out whoever has a copy, and other browsers, and nobody else", async () => {
    const { enter, visit, db } = await serve({ li: "viewer", wu: "viewer" });
    const [visitor, other, wu] = [await enter("li"), await enter("li"), await enter("wu")];
    const thief = visit();
    thief.cookies.set("nines", visitor.cookies.get("nines")!);
    const answer = await visitor.submit("/login/mine", "/login/mine/end-all");
    expect(answer.headers.location).toBe("/login?lang=en");
    expect(visitor.cookies.size).toBe(0);
    expect(await Promise.all([thief, other, wu].map(isIn))).toEqual([false, false, true]);
    expect((await actions({ db })).at(-1)).toBe("user:li login.end-all user:li");
    expect(await verifyAudit(db)).toBeNull();
  });

  test("one elsewhere can be ended by its owner alone", async () => {
    const { enter, db } = await serve({ li: "viewer", wu: "viewer" });
    const here = await enter("li", { "user-agent": "Laptop" });
    const phone = await enter("li", { "user-agent": "Phone <b>" });
    const wu = await enter("wu");
    const { body } = await here.get("/login/mine");
    expect(body).toContain("Laptop");
    expect(body).toContain("Phone &lt;b>");
    const { rows } = await db.query<{ id: number }>(
      `select id from session where agent like 'Phone%'`,
    );
    const { id } = rows[0]!;
    const [form] = body.match(/\/login\/mine\/end\/\d+/gu) ?? [];
    expect(form).toBe(`/login/mine/end/${id}`);
    const csrf = /name="_csrf" value="([^"]+)"/u.exec((await wu.get("/login/mine")).body)![1]!;
    const foreign = await wu.post(`/login/mine/end/${id}`, { _csrf: csrf });
    expect(foreign.statusCode).toBe(404);
    expect(await isIn(phone)).toBe(true);
    expect((await here.submit("/login/mine", `/login/mine/end/${id}`)).statusCode).toBe(303);
    expect(await isIn(phone)).toBe(false);
    expect(await isIn(here)).toBe(true);
  });

  test("a disabled user is out at once, wherever", async () => {
    const served = await serve({ li: "viewer" });
    const visitor = await served.enter("li");
    await disableUser(served, "li", SETUP);
    const { statusCode, headers } = await visitor.get("/");
    expect(statusCode).toBe(303);
    expect(headers.location).toContain("ended=yes");
    expect((await visitor.post("/login", { name: "li", password: PASSWORD })).statusCode).toBe(401);
  });

  test("another password, given by an admin, ends the logins with the old one", async () => {
    const served = await serve({ li: "viewer" });
    const visitor = await served.enter("li");
    await changePassword(served, { name: "li", password: "another password" }, SETUP);
    expect(await isIn(visitor)).toBe(false);
  });

  test("after twelve hours a page leads to the login, and a form back to its page", async () => {
    const { enter, clock } = await serve({ li: "viewer" });
    const visitor = await enter("li");
    const session = visitor.cookies.get("nines")!;
    await use(visitor, { clock, until: 12 * HOUR_MS - 1 });
    clock.set(DEMO_NOW + 12 * HOUR_MS - 1);
    const { body } = await visitor.get("/login/mine");
    clock.set(DEMO_NOW + 12 * HOUR_MS);
    const page = await visitor.get("/audit?lang=en");
    expect(page.headers.location).toBe("/login?next=%2Faudit%3Flang%3Den&ended=yes&lang=en");
    expect(visitor.cookies.size).toBe(0);
    const told = await visitor.get(page.headers.location!);
    expect(told.body).toContain("Your login was over");

    visitor.cookies.set("nines", session);
    const csrf = /name="_csrf" value="([^"]+)"/u.exec(body)![1]!;
    const sent = await visitor.post(
      "/login/mine/end-all?lang=en",
      { _csrf: csrf },
      { referer: "http://localhost/login/mine?lang=en" },
    );
    expect(sent.statusCode).toBe(303);
    expect(sent.headers.location).toBe("/login?ended=yes&lang=en");
    visitor.cookies.set("nines", session);
    const elsewhere = await visitor.post(
      "/access/users?lang=en",
      { _csrf: csrf },
      { referer: "http://localhost/access?lang=en" },
    );
    expect(elsewhere.headers.location).toBe("/login?next=%2Faccess%3Flang%3Den&ended=yes&lang=en");
  });
});

/** Asks for a page each hour, and is let in each time. */
async function use(
  visitor: Visitor,
  { clock, until }: { clock: Awaited<ReturnType<typeof serve>>["clock"]; until: number },
) {
  for (let ms = HOUR_MS; ms < until; ms += HOUR_MS) {
    clock.set(DEMO_NOW + ms);
    expect(await isIn(visitor)).toBe(true);
  }
}

describe("a login that is not used", () => {
  const ends = async ({ db }: Awaited<ReturnType<typeof serve>>) =>
    (
      await db.query<{ endMs: number; version: string }>(
        `select expires_at as "endMs", xmin::text as version from session`,
      )
    ).rows[0]!;

  test("ends after two hours, and the page says where to go on", async () => {
    const { enter, clock } = await serve({ li: "viewer" });
    const [visitor, busy] = [await enter("li"), await enter("li")];
    clock.set(DEMO_NOW + HOUR_MS);
    expect(await isIn(busy)).toBe(true);
    clock.set(DEMO_NOW + 2 * HOUR_MS - 1);
    expect(await isIn(busy)).toBe(true);
    clock.set(DEMO_NOW + 2 * HOUR_MS);
    expect(await isIn(busy)).toBe(true);
    const { headers } = await visitor.get("/audit?lang=en");
    expect(headers.location).toBe("/login?next=%2Faudit%3Flang%3Den&ended=yes&lang=en");
    expect((await busy.get("/login/mine")).body.match(/Browser\/1/gu)).toHaveLength(1);
  });

  test("ends after as long as the configuration says, from the next time it is used", async () => {
    const served = await serve({ li: "viewer" }, withConfig("login: { idle: 30m }"));
    const visitor = await served.enter("li");
    served.clock.set(DEMO_NOW + HOUR_MS / 2 - 1);
    expect(await isIn(visitor)).toBe(true);
    served.clock.set(DEMO_NOW + HOUR_MS - 1);
    expect(await isIn(visitor)).toBe(false);
  });

  test("that it is used is written down once in a few minutes", async () => {
    const served = await serve({ li: "viewer" });
    const visitor = await served.enter("li");
    const begun = await ends(served);
    for (const seconds of [0, 1, 60, 179]) {
      served.clock.set(DEMO_NOW + seconds * 1000);
      await visitor.get("/api/v1/me");
    }
    expect(await ends(served)).toEqual(begun);
    served.clock.set(DEMO_NOW + 180_000);
    await Promise.all([1, 2, 3].map(async () => visitor.get("/api/v1/me")));
    const { endMs, version } = await ends(served);
    expect(endMs).toBe(DEMO_NOW + 180_000 + 2 * HOUR_MS);
    await visitor.get("/api/v1/me");
    expect((await ends(served)).version).toBe(version);
  });

  test("a token of the API's login ends like the cookie's", async () => {
    const { app, clock } = await serve({ li: "viewer" });
    const payload = { name: "li", password: PASSWORD };
    const login = await app.inject({ method: "POST", url: "/api/v1/login", payload });
    const headers = bearer(login.json<{ token: string }>().token);
    const status = async () => (await app.inject({ url: "/api/v1/me", headers })).statusCode;
    clock.set(DEMO_NOW + 2 * HOUR_MS - 1);
    expect(await status()).toBe(200);
    clock.set(DEMO_NOW + 4 * HOUR_MS);
    expect(await status()).toBe(401);
  });
});

describe("one's own password", () => {
  const change = async (visitor: Visitor, present: string, password: string, again = password) =>
    visitor.submit("/login/mine?lang=en", "/login/mine/password", { present, password, again });

  test("is changed by who knows it, and every other login ends", async () => {
    const { enter, visit, db } = await serve({ li: "viewer" });
    const [visitor, other] = [await enter("li"), await enter("li")];
    const thief = visit();
    thief.cookies.set("nines", visitor.cookies.get("nines")!);
    const answer = await change(visitor, PASSWORD, "another password");
    expect(answer.statusCode).toBe(303);
    expect((await visitor.get(answer.headers.location!)).body).toContain("was changed");
    expect(await Promise.all([visitor, other, thief].map(isIn))).toEqual([true, false, false]);
    expect((await actions({ db })).slice(-2)).toEqual([
      "user:li user.password user:li",
      "user:li login.begin user:li",
    ]);
    expect(await verifyAudit(db)).toBeNull();
  });

  test("is not changed by who does not, nor guessed", async () => {
    const { enter } = await serve({ li: "viewer" });
    const visitor = await enter("li");
    for (let n = 0; n < 5; n += 1) {
      const answer = await change(visitor, "a wrong password", "another password");
      expect(answer.statusCode).toBe(403);
      expect(answer.body).toContain("not your present password");
    }
    const shut = await change(visitor, PASSWORD, "another password");
    expect(shut.statusCode).toBe(429);
    expect(shut.headers["retry-after"]).toBe("900");
    expect((await visitor.post("/login", { name: "li", password: PASSWORD })).statusCode).toBe(429);
  });

  test("must be long enough, and typed twice the same", async () => {
    const { enter } = await serve({ li: "viewer" });
    const visitor = await enter("li");
    const short = await change(visitor, PASSWORD, "too short");
    expect(short.statusCode).toBe(400);
    expect(short.body).toContain("12 to 512 characters");
    const differing = await change(visitor, PASSWORD, "another password", "another passw0rd");
    expect(differing.statusCode).toBe(400);
    expect(differing.body).toContain("not the same");
    expect(await isIn(visitor)).toBe(true);
  });
});
