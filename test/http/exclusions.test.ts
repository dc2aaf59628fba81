import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import { closeMonth } from "../../src/close-month.ts";
import { SYSTEM } from "../../src/core/access.ts";
import type { Report } from "../../src/core/report.ts";
import { problemAnswer } from "../../src/http/answers.ts";
import { exclusionAnswer, exclusionsAnswer } from "../../src/http/exclusions.ts";
import { bearer, giveToken } from "../helpers/access.ts";
import { createTestApp, fillRounds, MINUTE_MS, type TestApp } from "../helpers/app.ts";
import { testClock } from "../helpers/clock.ts";
import { createHourlyMonth, OCTOBER, type HourlyMonth } from "../helpers/hourly-month.ts";

type Answer = z.output<typeof exclusionAnswer>;

const CONFIG = `
version: 1
timeZone: Asia/Shanghai
vantages: [{ id: here, controls: [] }]
accounts: [{ id: acme }, { id: globex }]
defaults: { interval: 1m, timeout: 5s, vantages: [here] }
targets:
  - { id: web-1, product: ecs, region: cn-shanghai, account: acme, probe: { kind: tcp, address: "192.0.2.1:22" } }
  - { id: db-1, product: rds, region: cn-shanghai, account: globex, probe: { kind: tcp, address: "192.0.2.2:22" } }
`;
const FROM = Date.parse("2026-10-01T00:00:00+08:00");
const OUTAGE = FROM + 600 * MINUTE_MS;
const instant = (ms: number) => new Date(ms).toISOString();

const clock = testClock(FROM + 26 * 60 * MINUTE_MS);
const tokens = { sre: "", approver: "", admin: "", viewer: "", acme: "", globex: "" };
type Who = keyof typeof tokens;
let served: TestApp;

beforeAll(async () => {
  served = await createTestApp({ config: CONFIG, clock });
  const give = (wish: Parameters<typeof giveToken>[1]) => giveToken(served, wish, clock);
  for (const role of ["sre", "approver", "admin", "viewer"] as const) {
    tokens[role] = await give({ role, name: role });
  }
  tokens.acme = await give({ role: "account-manager", accounts: ["acme"] });
  tokens.globex = await give({ role: "account-manager", accounts: ["globex"] });
  await fillRounds(
    { store: served.store, clock },
    {
      vantage: "here",
      targets: ["web-1", "db-1"],
      fromMs: FROM,
      untilMs: clock.nowMs(),
      weather: (target, atMs) =>
        target === "web-1" && atMs >= OUTAGE && atMs < OUTAGE + 38 * MINUTE_MS ? "f" : "o",
    },
  );
});
afterAll(() => served.close());

const proposal = (changes: object = {}) => ({
  kind: "maintenance",
  scope: { targets: ["web-1"] },
  from: instant(OUTAGE - 5 * MINUTE_MS),
  until: instant(OUTAGE + 45 * MINUTE_MS),
  reason: "a cut-over that was announced",
  evidence: "https://status.example.com/2026/10/1",
  ...changes,
});

const get = (who: Who, url: string) =>
  served.app.inject({ url: `/api/v1${url}`, headers: bearer(tokens[who]) });
const post = (who: Who, url: string, payload?: object) =>
  served.app.inject({
    method: "POST",
    url: `/api/v1/exclusions${url}`,
    headers: bearer(tokens[who]),
    ...(payload === undefined ? {} : { payload }),
  });
const propose = async (changes: object = {}) =>
  (await post("sre", "", proposal(changes))).json<Answer>().id;
const web = async () => {
  const report = (await get("viewer", "/reports/2026-10?account=acme")).json<Report>();
  return report.subjects.find(({ id }) => id === "web-1")!;
};

describe("a proposal", () => {
  test("is stored and answered with where it stands", async () => {
    const answer = await post("sre", "", proposal());
    expect(answer.statusCode).toBe(201);
    const made = exclusionAnswer.parse(answer.json());
    expect(answer.headers["location"]).toBe(`/api/v1/exclusions/${made.id}`);
    expect(made).toEqual({
      id: made.id,
      ...proposal(),
      recurrence: null,
      state: "proposed",
      proposedBy: "token:sre",
      proposedAt: instant(clock.nowMs()),
      decidedBy: null,
      decidedAt: null,
      note: null,
    });
    expect((await get("viewer", `/exclusions/${made.id}`)).json()).toEqual(made);
    await post("sre", `/${made.id}/withdraw`);
  });

  test("keeps its recurrence", async () => {
    const recurrence = { rrule: "FREQ=WEEKLY;BYDAY=TH;COUNT=4", timeZone: "Asia/Shanghai" };
    const answer = await post("sre", "", proposal({ recurrence }));
    expect(answer.json<Answer>().recurrence).toEqual(recurrence);
    await post("sre", `/${answer.json<Answer>().id}/withdraw`);
  });

  test("that is wrong is refused with all that is wrong, by place", async () => {
    const answer = await post("sre", "", {
      kind: "weather",
      targets: ["web-1"],
      from: "2026-10-01",
      until: 7,
      reason: "",
      evidence: null,
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.headers["content-type"]).toContain("application/problem+json");
    const { problems } = problemAnswer.parse(answer.json());
    expect(problems!.map(({ place }) => place)).toEqual([
      "targets",
      "kind",
      "scope",
      "from",
      "until",
      "reason",
      "evidence",
    ]);
    expect(problems![0]!.message).toContain("belongs into scope");
  });

  test("without a body, or of another form, is refused", async () => {
    expect((await post("sre", "")).statusCode).toBe(400);
    expect((await post("sre", "", [proposal()])).statusCode).toBe(400);
  });
});

describe("a decision", () => {
  test("38 bad minutes inside an approved exclusion leave the figure whole", async () => {
    expect(await web()).toMatchObject({ bad: "38", verdict: "already-missed", excluded: 0 });
    const id = await propose();
    expect(await web()).toMatchObject({ bad: "38", excluded: 0 });
    const answer = await post("approver", `/${id}/approve`);
    expect(answer.statusCode, answer.body).toBe(200);
    expect(exclusionAnswer.parse(answer.json())).toMatchObject({
      state: "approved",
      decidedBy: "token:approver",
      decidedAt: instant(clock.nowMs()),
      note: null,
    });
    const subject = await web();
    expect(subject).toMatchObject({
      bad: "0",
      excluded: 50,
      availabilityPercent: "100.000",
      verdict: "on-track",
      outages: [],
      exclusions: [{ id, kind: "maintenance", approvedBy: "token:approver" }],
    });
    expect((await get("viewer", "/outages?month=2026-10")).json()).toMatchObject({ outages: [] });
    const range = `from=${instant(OUTAGE - 6 * MINUTE_MS)}&until=${instant(OUTAGE + MINUTE_MS)}`;
    const { slots } = (await get("viewer", `/targets/web-1/slots?${range}`)).json<{
      slots: { bad: string; excluded: boolean }[];
    }>();
    expect(slots.map(({ bad, excluded }) => `${bad} ${excluded}`)).toEqual([
      "0 false",
      ...Array.from({ length: 5 }, () => "0 true"),
      "1 true",
    ]);
    const metrics = (await served.app.inject("/metrics")).body;
    expect(metrics).toMatch(/^sla_bad_seconds\{[^}]*subject="web-1"[^}]*\} 0$/mu);

    const back = await post("approver", `/${id}/withdraw`, { note: "it was not announced" });
    expect(back.json()).toMatchObject({ state: "withdrawn", note: "it was not announced" });
    expect(await web()).toMatchObject({ bad: "38", verdict: "already-missed" });
    const again = (await served.app.inject("/metrics")).body;
    expect(again).toMatch(/^sla_bad_seconds\{[^}]*subject="web-1"[^}]*\} 2280$/mu);
  });

  test("is refused with 403 for the proposer and for roles that may not, 409 once decided", async () => {
    const own = (await post("admin", "", proposal())).json<Answer>().id;
    const refused = await post("admin", `/${own}/approve`);
    expect(refused.statusCode).toBe(403);
    expect(refused.json()).toMatchObject({ detail: expect.stringContaining("another approves") });
    for (const who of ["sre", "viewer", "acme"] as const) {
      expect((await post(who, `/${own}/approve`)).statusCode).toBe(403);
      expect((await post(who, `/${own}/reject`, { note: "no" })).statusCode).toBe(403);
    }
    expect((await post("viewer", "", proposal())).statusCode).toBe(403);
    expect((await post("viewer", `/${own}/withdraw`)).statusCode).toBe(403);
    expect((await post("approver", `/${own}/reject`)).statusCode).toBe(400);
    expect((await post("approver", `/${own}/reject`, { note: " " })).statusCode).toBe(400);
    expect((await post("approver", `/${own}/reject`, { note: "no proof" })).statusCode).toBe(200);
    for (const step of ["approve", "reject", "withdraw"]) {
      expect((await post("approver", `/${own}/${step}`, { note: "x" })).statusCode).toBe(
        step === "withdraw" ? 403 : 409,
      );
      expect((await post("approver", `/99999/${step}`, { note: "x" })).statusCode).toBe(404);
      expect((await post("approver", `/x/${step}`, { note: "x" })).statusCode).toBe(400);
    }
    expect((await post("approver", `/${own}/approve`, { comment: "x" })).statusCode).toBe(400);
  });

  test("of two approvals at once one is answered 409", async () => {
    const id = await propose();
    const answers = await Promise.all([
      post("approver", `/${id}/approve`),
      post("admin", `/${id}/approve`),
    ]);
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200, 409]));
    await post("admin", `/${id}/withdraw`, { note: "tidy" });
  });

  test("nobody who is unknown may read or write", async () => {
    for (const url of ["/api/v1/exclusions", "/api/v1/exclusions/1"]) {
      expect((await served.app.inject(url)).statusCode).toBe(401);
    }
    const payload = proposal();
    const url = "/api/v1/exclusions";
    expect((await served.app.inject({ method: "POST", url, payload })).statusCode).toBe(401);
  });
});

describe("reading", () => {
  const idsFor = async (who: Who, query: string) => {
    const answer = await get(who, `/exclusions${query}`);
    expect(answer.statusCode, answer.body).toBe(200);
    expect(exclusionsAnswer.parse(answer.json())).toEqual(answer.json());
    return answer.json<{ exclusions: Answer[] }>().exclusions.map(({ id }) => id);
  };

  test("lists are filtered, and by account for account managers", async () => {
    const own = await propose({ from: "2026-12-01T00:00:00Z", until: "2026-12-02T00:00:00Z" });
    const both = await propose({
      scope: { targets: ["web-1", "db-1"] },
      from: "2026-12-01T00:00:00Z",
      until: "2026-12-02T00:00:00Z",
    });
    expect(await idsFor("viewer", "?month=2026-12")).toEqual([both, own]);
    expect(await idsFor("viewer", "?month=2026-12&target=db-1")).toEqual([both]);
    expect(await idsFor("viewer", "?month=2026-12&account=globex&state=proposed")).toEqual([both]);
    expect(await idsFor("viewer", "?month=2026-12&state=approved")).toEqual([]);
    expect(await idsFor("viewer", "?month=2026-12&product=rds&region=cn-shanghai")).toEqual([both]);
    expect(await idsFor("acme", "?month=2026-12")).toEqual([both, own]);
    expect(await idsFor("globex", "?month=2026-12")).toEqual([both]);
    expect((await get("globex", `/exclusions/${own}`)).statusCode).toBe(404);
    expect((await get("globex", `/exclusions/${both}`)).json()).toMatchObject({
      scope: { targets: ["db-1"] },
    });
    expect((await get("globex", "/exclusions?account=acme")).statusCode).toBe(404);
    expect((await get("globex", "/exclusions?target=web-1")).statusCode).toBe(404);
  });

  test.each(["?month=October", "?state=open", "?product=vm", "?owner=li"])(
    "the filter %s is refused",
    async (query) => {
      expect((await get("viewer", `/exclusions${query}`)).statusCode).toBe(400);
    },
  );
});

describe("a closed month", () => {
  let october: HourlyMonth;
  let app: TestApp;
  let [sre, approver] = ["", ""];
  beforeAll(async () => {
    october = await createHourlyMonth();
    await october.fill("web-1", (hour) => (hour >= 100 && hour < 104 ? "f" : "o"));
    await october.fill("web-2", () => "o");
    await closeMonth(october, { month: OCTOBER.month, by: SYSTEM, afresh: false });
    const { store, signer } = october;
    app = await createTestApp({
      config: "version: 1",
      clock: october.clock,
      deps: { store, signer, config: () => october.config },
    });
    sre = await giveToken(october, { role: "sre" }, october.clock);
    approver = await giveToken(october, { role: "approver" }, october.clock);
  });
  afterAll(async () => {
    await app.close();
    await october.drop();
  });

  test("that was missed gets a revision that is met, and the old one stays", async () => {
    const report = async (query = "") => {
      const url = `/api/v1/reports/2026-10${query}`;
      return (await app.app.inject({ url, headers: bearer(sre) })).json<Report>();
    };
    const step = (url: string, token: string, payload: object) =>
      app.app.inject({
        method: "POST",
        url: `/api/v1/exclusions${url}`,
        headers: bearer(token),
        payload,
      });
    const first = await report();
    expect(first).toMatchObject({ status: "closed", revision: 1 });
    expect(first.subjects[0]).toMatchObject({ id: "web-1", verdict: "missed" });
    const { id } = (
      await step("", sre, {
        ...proposal(),
        from: instant(OCTOBER.fromMs + 100 * 60 * MINUTE_MS),
        until: instant(OCTOBER.fromMs + 104 * 60 * MINUTE_MS),
      })
    ).json<Answer>();
    expect((await step(`/${id}/approve`, approver, {})).statusCode).toBe(200);
    const second = await report();
    expect(second).toMatchObject({ status: "closed", revision: 2 });
    expect(second.subjects[0]).toMatchObject({
      verdict: "met",
      credit: null,
      exclusions: [{ id }],
    });
    expect(await report("?revision=1")).toEqual(first);
    await step(`/${id}/withdraw`, approver, { note: "it was not announced" });
    const third = await report();
    expect(third).toMatchObject({ revision: 3 });
    expect(third.subjects[0]).toMatchObject({ verdict: "missed", exclusions: [] });
  });
});
