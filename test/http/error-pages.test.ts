import { expect, test } from "vitest";
import { bearer, giveToken } from "../helpers/access.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { servePeople } from "../helpers/people.ts";

const onEnd = cleanUpAfterEach();

async function serve(...given: Parameters<typeof servePeople>) {
  const served = await servePeople(...given);
  onEnd(served.close);
  return served;
}

/** Where the navigation of a page leads; null without one. */
function navOf(body: string): string[] | null {
  const [, nav] = /<nav class="nav"(.*?)<\/nav>/su.exec(body) ?? [];
  if (nav === undefined) return null;
  return [...nav.matchAll(/href="(\/[^"?]*)/gu)].map(([, path = ""]) => path);
}
/** Where the link to the other language leads. */
const otherOf = (body: string) =>
  /<a href="([^"]*)" lang="(?:zh-CN|en)"/u.exec(body)?.[1]?.replaceAll("&amp;", "&");

const EVERYBODY = ["/", "/malfunctions", "/exclusions", "/reports", "/agreements", "/inbox"];

test.each([
  ["/nothing/here?lang=en", 404, "/nothing/here?lang=zh"],
  ["/targets/web-9?month=2026-10&lang=zh", 404, "/targets/web-9?month=2026-10&lang=en"],
  ["/malfunctions/x?lang=en", 400, "/malfunctions/x?lang=zh"],
  ["/access?lang=en", 403, "/access?lang=zh"],
  ["/status/none?lang=en", 404, "/status/none?lang=zh"],
])("%s shows whoever is logged in where they can go", async (url, status, other) => {
  const { enter } = await serve({ li: "viewer", am: "account-manager" });
  const answer = await (await enter("li")).get(url);
  expect(answer.statusCode).toBe(status);
  expect(answer.headers["cache-control"]).toBe("no-store");
  expect(navOf(answer.body)).toEqual([...EVERYBODY, "/monitor", "/audit"]);
  expect(answer.body).toContain(">li</a>");
  expect(answer.body).toContain('action="/logout"');
  expect(otherOf(answer.body)).toBe(other);
  expect(navOf((await (await enter("am")).get(url)).body)).toEqual(EVERYBODY);
});

test.each(["/nothing/here", "/status/none", "/login/oidc"])(
  "%s shows nothing of it to who is nobody",
  async (url) => {
    const { visit } = await serve({ li: "viewer" });
    const visitor = visit();
    visitor.cookies.set("nines", `nines_session_${"A".repeat(43)}`);
    const { statusCode, body } = await visitor.get(url);
    expect(statusCode).toBe(404);
    expect(navOf(body)).toBeNull();
    expect(body).not.toMatch(/\/logout|\/search/u);
  },
);

test("what is not there is told in both languages", async () => {
  const { visit } = await serve({ li: "viewer" });
  const told = async (lang: string) => (await visit().get(`/nothing?lang=${lang}`)).body;
  expect(await told("en")).toContain("There is nothing at /nothing");
  expect(await told("zh")).toContain("这里没有 /nothing");
});

test.each([
  ["/access", 403],
  ["/login/mine", 409],
])("while nobody has access %s leads to where the first admin is set up", async (url, status) => {
  const { visit } = await serve({});
  const { statusCode, body } = await visit().get(`${url}?lang=en`);
  expect(statusCode).toBe(status);
  expect(body).toContain("nobody has access yet");
  expect(body).toContain('<a class="button primary" href="/setup?lang=en">');
  expect(body).not.toMatch(/role viewer|a token lasts/u);
});

test("what an address cannot mean is told in words of the address, in the page's language", async () => {
  const { enter } = await serve({ li: "viewer" });
  const li = await enter("li");
  const told = async (url: string) =>
    / lang="(?:en|zh)">([^<]*)<\/p>/u.exec((await li.get(url)).body)?.[1];
  expect(await told("/?month=2026-13&lang=en")).toBe("month: must be a month such as 2026-10");
  expect(await told("/?month=2026-13&lang=zh")).toBe("month：请填写月份，例如 2026-10");
  expect(await told("/products/vm?lang=en")).toMatch(/^product: must be one of ecs, /u);
  expect(await told("/products/vm?lang=zh")).toMatch(/^product：只能是 ecs、/u);
  expect(await told("/targets/web-9?lang=zh")).toBe("配置中没有监测目标“web-9”");
  expect((await li.get("/targets/web-9?lang=en")).body).toContain(
    '<a class="button" href="/search?lang=en">',
  );
});

test("the way out stands on it, and works", async () => {
  const { enter } = await serve({ li: "viewer" });
  const li = await enter("li");
  expect((await li.submit("/nothing", "/logout")).statusCode).toBe(303);
  expect(navOf((await li.get("/nothing")).body)).toBeNull();
});

test("whoever brings a token, or is on this machine before anybody has access, is known too", async () => {
  const served = await serve({});
  expect(navOf((await served.visit().get("/nothing")).body)).toContain("/monitor");
  const token = await giveToken(served, { role: "viewer" }, served.clock);
  expect(navOf((await served.visit().get("/nothing")).body)).toBeNull();
  const { body } = await served.visit().get("/nothing", bearer(token));
  expect(navOf(body)).toContain("/audit");
  expect(body).not.toContain("/logout");
});

test("the other language of what a form was refused is the overview, and never another site", async () => {
  const { enter } = await serve({ li: "viewer" });
  const li = await enter("li");
  const answer = await li.post("/access/users?lang=en", {});
  expect(answer.statusCode).toBe(403);
  expect(otherOf(answer.body)).toBe("/?lang=zh");
  for (const url of ["//evil.example/x", "/\\evil.example", "/.//evil.example"]) {
    expect(otherOf((await li.get(url)).body), url).toMatch(/^\/(?![/\\])/u);
  }
});

test("while the database is away what is not there is not there, and what fails says so", async () => {
  const { enter, db } = await serve({ li: "viewer" });
  const li = await enter("li");
  const { query } = db;
  const down = async () => {
    throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  };
  Object.assign(db, { query: down });
  try {
    const missing = await li.get("/nothing");
    expect([missing.statusCode, navOf(missing.body)]).toEqual([404, null]);
    const failed = await li.get("/");
    expect([failed.statusCode, navOf(failed.body)]).toEqual([503, null]);
  } finally {
    Object.assign(db, { query });
  }
});

test("what fails after somebody was let in keeps their way on, and asks no database for it", async () => {
  const { enter, db } = await serve({ li: "viewer" });
  const li = await enter("li");
  const { query } = db;
  let asked = 0;
  Object.assign(db, {
    query: async (...given: Parameters<typeof query>) => {
      asked += 1;
      // The first finds out who asks.
      if (asked > 1) throw Object.assign(new Error("away"), { code: "ECONNRESET" });
      return query.apply(db, given);
    },
  });
  try {
    const { statusCode, body } = await li.get("/login/mine");
    expect([statusCode, asked]).toEqual([503, 2]);
    expect(navOf(body)).toContain("/reports");
    expect(body).toContain(">li</a>");
  } finally {
    Object.assign(db, { query });
  }
});
