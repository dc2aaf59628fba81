import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import { problemAnswer } from "../../src/http/answers.ts";
import {
  incidentAnswer,
  malfunctionAnswer,
  malfunctionsAnswer,
  malfunctionViewAnswer,
} from "../../src/http/malfunction-answers.ts";
import { listEvents } from "../../src/store/events.ts";
import { verifyAudit } from "../../src/verify-audit.ts";
import { bearer, giveToken } from "../helpers/access.ts";
import { createTestApp, MINUTE_MS, type TestApp } from "../helpers/app.ts";
import { testClock } from "../helpers/clock.ts";
import { outageMalfunction } from "../helpers/malfunctions.ts";

type Answer = z.output<typeof malfunctionAnswer>;

const CONFIG = `
version: 1
timeZone: Asia/Shanghai
vantages: [{ id: here, controls: [] }]
accounts: [{ id: acme }, { id: globex }]
defaults: { interval: 1m, timeout: 5s, vantages: [here] }
targets:
  - { id: web-1, product: ecs, region: cn-shanghai, account: acme, probe: { kind: tcp, address: "192.0.2.1:22" } }
  - { id: db-1, product: rds, region: cn-beijing, account: globex, probe: { kind: tcp, address: "192.0.2.2:22" } }
`;
const NOW = Date.parse("2026-10-20T12:00:00+08:00");
const iso = (ms: number) => new Date(ms).toISOString();
const EVIL = '<script>alert(1)</script> <img src=x onerror=alert(2)> "quoted" | piped';
const EVIL_MARKDOWN = [
  EVIL,
  "[click](javascript:alert(3)) [data](data:text/html;base64,PHNjcmlwdD4=) <javascript:alert(4)>",
  "![tracker](https://evil.example/pixel.png)",
  "[fine](https://status.example/7)",
  "<!-- never closed",
  "# A heading of their own",
  "```",
  "a fence that nobody closed",
].join("\n\n");

const clock = testClock(NOW);
const tokens = { sre: "", viewer: "", acme: "", globex: "" };
type Who = keyof typeof tokens;
let served: TestApp;

beforeAll(async () => {
  served = await createTestApp({ config: CONFIG, clock });
  const give = (wish: Parameters<typeof giveToken>[1]) => giveToken(served, wish, clock);
  tokens.sre = await give({ role: "sre", name: "li" });
  tokens.viewer = await give({ role: "viewer" });
  tokens.acme = await give({ role: "account-manager", accounts: ["acme"] });
  tokens.globex = await give({ role: "account-manager", accounts: ["globex"] });
});
afterAll(() => served.close());

const get = (who: Who, url: string) =>
  served.app.inject({
    url: url.startsWith("/") ? url : `/api/v1/malfunctions${url === "" ? "" : `/${url}`}`,
    headers: { ...bearer(tokens[who]), accept: "text/html, application/json" },
  });
const post = (who: Who, url: string, payload?: object) =>
  served.app.inject({
    method: "POST",
    url: `/api/v1/malfunctions${url}`,
    headers: bearer(tokens[who]),
    ...(payload === undefined ? {} : { payload }),
  });
const report = (changes: object = {}) => ({ title: "Console is slow", level: "P2", ...changes });
const open = async (changes: object = {}) =>
  (await post("sre", "", report(changes))).json<Answer>().id;

describe("a ticket system", () => {
  test("opens a malfunction once, however often it posts its ticket", async () => {
    const ticket = report({
      reference: "INC-4711",
      account: "acme",
      product: "ecs",
      region: "cn-shanghai",
      beganAt: "2026-10-20T11:50:00+08:00",
    });
    const first = await post("sre", "", ticket);
    expect(first.statusCode).toBe(201);
    const malfunction = malfunctionAnswer.parse(first.json());
    expect(first.headers["location"]).toBe(`/api/v1/malfunctions/${malfunction.id}`);
    expect(malfunction).toMatchObject({
      origin: "ticket",
      reference: "INC-4711",
      levelBy: "token:li",
      state: "open",
      beganAt: "2026-10-20T03:50:00.000Z",
      respondBy: iso(NOW + 30 * MINUTE_MS),
    });
    const again = await post("sre", "", { ...ticket, title: "Still slow", level: "P1" });
    expect(again.statusCode).toBe(200);
    expect(again.json()).toEqual(first.json());
  });

  test("is told what is wrong, field by field", async () => {
    const bad = await post("sre", "", { title: "x", level: "P9", extra: 1 });
    expect(bad.statusCode).toBe(400);
    const refused = await post("sre", "", report({ account: "acne", product: "ecz" }));
    expect(refused.statusCode).toBe(400);
    const { problems } = problemAnswer.parse(refused.json());
    expect(problems?.map(({ place }) => place)).toEqual(["account", "product"]);
  });
});

describe("the steps", () => {
  test("lead from the report to the review, each answered with the malfunction", async () => {
    const id = await open({ account: "acme" });
    const step = async (verb: string, payload?: object) => {
      const answer = await post("sre", `/${id}/${verb}`, payload);
      expect(answer.statusCode, answer.body).toBe(200);
      return malfunctionAnswer.parse(answer.json());
    };
    expect(await step("acknowledge")).toMatchObject({ owner: "token:li" });
    expect((await post("sre", `/${id}/acknowledge`)).statusCode).toBe(409);
    expect(await step("assign", { owner: "Network" })).toMatchObject({ owner: "Network" });
    await step("notes", { text: "It is the **uplink**." });
    expect(await step("level", { level: "P1" })).toMatchObject({ level: "P1" });
    expect((await post("sre", `/${id}/close`)).statusCode).toBe(409);
    expect(await step("restore", { at: iso(NOW) })).toMatchObject({ state: "restored" });
    await step("review", { cause: "A switch.", impact: "Logins.", resolution: "Replaced." });
    expect(await step("close")).toMatchObject({ state: "closed", cause: "A switch." });
    expect(await step("reopen", { note: "No: the fan." })).toMatchObject({ state: "restored" });

    const answer = await get("viewer", String(id));
    const view = malfunctionViewAnswer.parse(answer.json());
    expect(view.timeline.map(({ kind }) => kind)).toEqual([
      "open",
      "acknowledge",
      "assign",
      "level",
      "restore",
      "review",
      "close",
      "reopen",
      "note",
      "note",
    ]);
    expect(view).toMatchObject({ inTime: true, scope: { accounts: ["acme"] } });
    expect(await verifyAudit(served.store.db)).toBe(null);
  });

  test("refuse a body that they do not know, and a review that is too long", async () => {
    const id = await open();
    expect((await post("sre", `/${id}/notes`, { note: "x" })).statusCode).toBe(400);
    expect((await post("sre", `/${id}/acknowledge`, { by: "x" })).statusCode).toBe(400);
    const long = await post("sre", `/${id}/review`, { cause: "x".repeat(20_001) });
    expect(long.statusCode).toBe(400);
    expect(long.body).toContain("cause");
    const whole = await post("sre", `/${id}/review`, { cause: "x".repeat(20_000) });
    expect(whole.statusCode).toBe(200);
  });
});

describe("reading", () => {
  test("lists those that a filter lets through, newest first", async () => {
    const outages = [
      { account: "acme", region: "cn-shanghai" },
      { account: "globex", product: "rds", region: "cn-beijing" },
    ];
    const fromMs = NOW - 60 * MINUTE_MS;
    const id = await outageMalfunction({ db: served.store.db }, { fromMs, outages });
    const idsOf = async (who: Who, query: string) => {
      const answer = await get(who, `/api/v1/malfunctions?${query}`);
      const { malfunctions } = malfunctionsAnswer.parse(answer.json());
      return malfunctions.map((one) => one.id);
    };
    const all = await idsOf("viewer", "");
    expect(all[0]).toBe(id);
    expect(all).toEqual(all.toSorted((a, b) => b - a));
    expect(await idsOf("viewer", "product=rds")).toEqual([id]);
    // One outage must fit as a whole.
    expect(await idsOf("viewer", "product=rds&region=cn-shanghai")).toEqual([]);
    expect(await idsOf("viewer", "account=globex")).toEqual([id]);
    expect(await idsOf("viewer", "month=2026-09")).toEqual([]);
    expect(await idsOf("viewer", "state=closed")).toEqual([]);
    expect(await idsOf("globex", "")).toEqual([id]);
    expect((await get("viewer", "/api/v1/malfunctions?account=none")).statusCode).toBe(404);
    expect((await get("viewer", "/api/v1/malfunctions?month=october")).statusCode).toBe(400);
    const { scope } = malfunctionViewAnswer.parse((await get("acme", String(id))).json());
    expect(scope).toMatchObject({ accounts: ["acme"], regions: ["cn-shanghai"] });
  });

  test("reads on where the page before ended", async () => {
    const idsOf = async (who: Who, query: string) => {
      const answer = await get(who, `/api/v1/malfunctions?${query}`);
      return malfunctionsAnswer.parse(answer.json()).malfunctions.map((one) => one.id);
    };
    for (let count = 0; count < 3; count += 1) await open({ account: "acme" });
    await open({ account: "globex" });
    for (const who of ["viewer", "acme"] as const) {
      const all = await idsOf(who, "");
      const first = await idsOf(who, "limit=2");
      expect(first).toEqual(all.slice(0, 2));
      expect(await idsOf(who, `limit=2&before=${first[1]}`)).toEqual(all.slice(2, 4));
    }
    expect((await get("viewer", "/api/v1/malfunctions?limit=501")).statusCode).toBe(400);
  });

  test("lists one that is over for an account as restored, while it lasts for others", async () => {
    const [fromMs, untilMs] = [NOW - 60 * MINUTE_MS, NOW - 50 * MINUTE_MS];
    const outages = [{ account: "acme", untilMs }, { account: "globex" }];
    const id = await outageMalfunction({ db: served.store.db }, { fromMs, outages });
    const has = async (who: Who, state: string) => {
      const answer = await get(who, `/api/v1/malfunctions?state=${state}`);
      return malfunctionsAnswer.parse(answer.json()).malfunctions.some((one) => one.id === id);
    };
    expect([await has("acme", "open"), await has("acme", "restored")]).toEqual([false, true]);
    expect([await has("globex", "open"), await has("viewer", "open")]).toEqual([true, true]);
  });

  test("gives an account manager the review when it is finished, and not before", async () => {
    const id = await open({ account: "globex" });
    const review = { cause: "A draft.", impact: "Logins.", resolution: "Replaced." };
    await post("sre", `/${id}/restore`);
    await post("sre", `/${id}/review`, review);
    const causeOf = async (who: Who) =>
      malfunctionViewAnswer.parse((await get(who, String(id))).json()).cause;
    expect([await causeOf("viewer"), await causeOf("globex")]).toEqual(["A draft.", null]);
    await post("sre", `/${id}/close`);
    expect(await causeOf("globex")).toBe("A draft.");
    expect((await get("acme", String(id))).statusCode).toBe(404);
  });
});

describe("the incident report", () => {
  let id = 0;
  beforeAll(async () => {
    id = await open({ title: EVIL, account: "acme", product: "ecs" });
    await post("sre", `/${id}/acknowledge`);
    await post("sre", `/${id}/notes`, { text: EVIL_MARKDOWN });
    await post("sre", `/${id}/restore`);
    const review = { cause: EVIL_MARKDOWN, impact: "Nobody could **log in**." };
    await post("sre", `/${id}/review`, { ...review, resolution: "Replaced." });
    await post("sre", `/${id}/close`);
  });

  test("says in JSON what it was, how long, and whether somebody answered in time", async () => {
    const answer = await get("viewer", `${id}/report`);
    expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(incidentAnswer.parse(answer.json())).toMatchObject({
      id,
      level: "P2",
      from: iso(NOW),
      until: iso(NOW),
      seconds: 0,
      responseSeconds: 0,
      inTime: true,
      scope: { accounts: ["acme"], products: ["ecs"] },
      impact: "Nobody could **log in**.",
      timeZone: "Asia/Shanghai",
    });
  });

  test("can be made for one account, to be handed on", async () => {
    const own = await get("viewer", `${id}/report?account=acme`);
    const kinds = incidentAnswer.parse(own.json()).timeline.map(({ kind, by }) => [kind, by]);
    expect(kinds).toEqual([
      ["open", null],
      ["acknowledge", null],
      ["restore", null],
      ["close", null],
    ]);
    expect(own.body).toBe((await get("acme", `${id}/report`)).body);
    expect((await get("viewer", `${id}/report?account=globex`)).statusCode).toBe(404);
    expect((await get("acme", `${id}/report?account=globex`)).statusCode).toBe(404);
  });

  test("is Markdown whose parts stay apart, whatever people wrote into them", async () => {
    const answer = await get("viewer", `${id}/report?format=md`);
    expect(answer.headers["content-type"]).toBe("text/markdown; charset=utf-8");
    expect(answer.body).toContain("\n> # A heading of their own\n");
    expect(answer.body).toContain("\n> ```\n>\n> a fence that nobody closed\n\n## Scope of impact");
    expect(answer.body.split("\n").filter((line) => line.startsWith("#"))).toEqual([
      expect.stringMatching(/^# Incident report \d+: \\<script\\>/u),
      "## Cause",
      "## Scope of impact",
      "## Resolution",
      "## Follow-ups",
      "## Outages",
      "## Timeline",
    ]);
    const chinese = await get("viewer", `${id}/report?format=md&lang=zh`);
    expect(chinese.body).toContain("## 故障原因");
    expect(chinese.body).toMatch(/^# 故障报告 \d+：|^# 故障报告 \d+:/u);
  });

  test("makes no links of one person's words by what another wrote", async () => {
    const other = await open({ account: "acme" });
    await post("sre", `/${other}/notes`, { text: "[status]: https://evil.example/" });
    await post("sre", `/${other}/notes`, { text: "See [status]." });
    const answer = await get("viewer", `${other}/report?format=html`);
    expect(answer.body).toContain("See [status].");
    expect(answer.body).not.toContain("<a href");
  });

  test("is a page that needs nothing else and runs nothing", async () => {
    const answer = await get("viewer", `${id}/report?format=html`);
    const policy = String(answer.headers["content-security-policy"]);
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'/u);
    expect(answer.body).toContain(`content="${policy.replace("; frame-ancestors 'none'", "")}"`);
    expectHarmless(answer.body);
    expect(answer.body).toContain("<strong>log in</strong>");
    expect(answer.body).toContain('<a href="https://status.example/7" rel="noopener');
    expect(answer.body.match(/<h2>/gu)).toHaveLength(6);
  });

  test("and so is the page of the malfunction", async () => {
    for (const lang of ["en", "zh"]) {
      const page = await get("viewer", `/malfunctions/${id}?lang=${lang}`);
      expect(page.statusCode).toBe(200);
      expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
      expectHarmless(page.body);
      expect(page.body).not.toMatch(/undefined|NaN|\[object/u);
      expect(page.body).toContain("<strong>log in</strong>");
      const list = await get("viewer", `/malfunctions?lang=${lang}`);
      expectHarmless(list.body);
      expect(list.body).toContain(`/malfunctions/${id}?lang=${lang}`);
      expect((await get("viewer", `/?lang=${lang}`)).body).toContain("/malfunctions?lang=");
    }
    expect((await get("globex", `/malfunctions/${id}`)).statusCode).toBe(404);
    expect((await get("viewer", "/malfunctions/9999")).statusCode).toBe(404);
    expect((await get("viewer", "/malfunctions/none")).statusCode).toBe(400);
  });
});

function expectHarmless(html: string): void {
  expect(html).toMatch(/^<!doctype html>/u);
  expect(html).not.toMatch(/<script(?! type="module" src="\/assets\/)/iu);
  expect(html).not.toMatch(/<img|href="(?:javascript|data:text)|<[a-z][^>]*\son\w+=/iu);
  expect(html.match(/<h1>/gu)).toHaveLength(1);
}

test("the list begins with what is not over", async () => {
  const { body } = await get("viewer", "/malfunctions");
  const states = [...body.matchAll(/<\/svg>(open|over, review to come|reviewed)</gu)];
  const ranks = { open: 0, "over, review to come": 1, reviewed: 2 };
  const order = states.map(([, text]) => ranks[text as keyof typeof ranks]);
  expect(order.length).toBeGreaterThan(4);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
});

test("every event of a malfunction that names another account is kept from a manager", async () => {
  const events = await listEvents(served.store.db, { after: 0, limit: 1000, accounts: ["acme"] });
  expect(events.length).toBeGreaterThan(2);
  expect(JSON.stringify(events)).not.toContain("globex");
});
