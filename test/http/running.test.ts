import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import { eventsAnswer } from "../../src/http/events.ts";
import { runningAnswer } from "../../src/http/running.ts";
import { appendEvent } from "../../src/store/events.ts";
import { watchMonths } from "../../src/watch-months.ts";
import { bearer, giveToken } from "../helpers/access.ts";
import { createTestApp, fillRounds, MINUTE_MS, type TestApp } from "../helpers/app.ts";
import { testClock } from "../helpers/clock.ts";

const CONFIG = `
version: 1
timeZone: Asia/Shanghai
vantages: [{ id: here, controls: [] }]
accounts: [{ id: acme, name: Acme Ltd }, { id: globex, name: Globex }]
defaults: { interval: 1m, timeout: 5s, vantages: [here] }
targets:
  - { id: web-1, product: ecs, region: cn-hangzhou, account: acme, probe: { kind: tcp, address: "192.0.2.1:22" } }
  - { id: bucket-1, product: oss, region: cn-hangzhou, account: acme, probe: { kind: tcp, address: "192.0.2.2:80" } }
  - { id: web-9, product: ecs, region: cn-hangzhou, account: globex, probe: { kind: tcp, address: "192.0.2.3:22" } }
`;
const FROM = Date.parse("2026-10-01T00:00:00+08:00");
const DAY_MS = 24 * 60 * MINUTE_MS;
const NOW = FROM + 3 * DAY_MS;

const clock = testClock(NOW + 30_000);
let served: TestApp;
let [manager, viewer] = ["", ""];

beforeAll(async () => {
  served = await createTestApp({ config: CONFIG, clock });
  const { store, config } = served;
  await fillRounds(
    { store, clock },
    {
      vantage: "here",
      targets: config.targets.map(({ id }) => id),
      fromMs: NOW - 5 * DAY_MS,
      untilMs: NOW,
      weather: (target, atMs) => {
        const beforeNow = (NOW - atMs) / MINUTE_MS;
        if (target === "web-1") return beforeNow <= 4 ? "f" : "o";
        return target === "web-9" && beforeNow > 2000 && beforeNow <= 2040 ? "f" : "o";
      },
    },
  );
  await watchMonths({ db: store.db, clock, config: () => config });
  await appendEvent(store.db, { atMs: NOW, kind: "notice", key: "of all", data: { text: "hi" } });
  manager = await giveToken(served, { role: "account-manager", accounts: ["acme"] }, clock);
  viewer = await giveToken(served, { role: "viewer" }, clock);
});
afterAll(() => served.close());

const ask = (url: string, token = viewer) => served.app.inject({ url, headers: bearer(token) });
const running = async (query = "", token = viewer) => {
  const answer = (await ask(`/api/v1/running${query}`, token)).json<unknown>();
  expect(runningAnswer.parse(answer)).toEqual(answer);
  return answer as z.output<typeof runningAnswer>;
};
const events = async (query = "", token = viewer) => {
  const answer = (await ask(`/api/v1/events${query}`, token)).json<unknown>();
  expect(eventsAnswer.parse(answer)).toEqual(answer);
  return answer as z.output<typeof eventsAnswer>;
};

describe("GET /api/v1/running", () => {
  test("tells of every subject how it stands and where it is heading", async () => {
    const { settledUntil, subjects } = await running();
    expect(settledUntil).toBe(new Date(NOW).toISOString());
    expect(subjects.map(({ subject, state }) => [subject, state])).toEqual([
      ["web-1", "at-risk"],
      ["web-9", "already-missed"],
      ["acme/oss/cn-hangzhou", "on-track"],
    ]);
    expect(subjects[0]).toEqual({
      month: "2026-10",
      agreement: "ecs",
      subject: "web-1",
      product: "ecs",
      region: "cn-hangzhou",
      account: "acme",
      state: "at-risk",
      since: new Date(NOW).toISOString(),
      objectivePercent: "99.95",
      availabilityPercent: "99.907",
      bad: "4",
      counted: 4320,
      slotsToCome: 40_320,
      slotSeconds: 60,
      allowedBad: "2.16",
      budgetLeft: "-1.84",
      monthAllowedBad: "22.32",
      monthBudgetLeft: "18.32",
      mayStillLoseSeconds: 1080,
      burn: [
        { window: "5m", rate: "1600", counted: 5, badSlots: 4 },
        { window: "30m", rate: "266.666", counted: 30, badSlots: 4 },
        { window: "1h", rate: "133.333", counted: 60, badSlots: 4 },
        { window: "6h", rate: "22.222", counted: 360, badSlots: 4 },
        { window: "3d", rate: "1.851", counted: 4320, badSlots: 4 },
      ],
      rules: [
        { severity: "page", long: "1h", short: "5m" },
        { severity: "page", long: "6h", short: "30m" },
        { severity: "ticket", long: "3d", short: "6h" },
      ],
      // Five days have data, two of them of the month before; four bad minutes on the last one.
      projection: {
        days: 5,
        expected: { bad: "132/5", availabilityPercent: "99.940" },
        best: { bad: "4", availabilityPercent: "99.991" },
        worst: { bad: "116", availabilityPercent: "99.740" },
      },
    });
    expect(subjects[1]).toMatchObject({ mayStillLoseSeconds: 0, monthBudgetLeft: "-17.68" });
  });

  test("tells account managers of their accounts alone", async () => {
    const { subjects } = await running("", manager);
    expect(new Set(subjects.map(({ account }) => account))).toEqual(new Set(["acme"]));
    expect((await running("?account=acme")).subjects).toEqual(subjects);
    expect((await ask("/api/v1/running?account=globex", manager)).statusCode).toBe(404);
    expect((await ask("/api/v1/running?account=nobody")).statusCode).toBe(404);
  });

  test("is for those we know", async () => {
    expect((await served.app.inject({ url: "/api/v1/running" })).statusCode).toBe(401);
    expect((await served.app.inject({ url: "/api/v1/events" })).statusCode).toBe(401);
  });
});

describe("GET /api/v1/events", () => {
  test("tells events in order, in portions", async () => {
    const all = await events();
    expect(all.events.map(({ kind, subject }) => [kind, subject])).toEqual([
      ["burn", "web-1"],
      ["breach", "web-9"],
      ["notice", null],
    ]);
    expect(all.events[0]).toMatchObject({
      at: new Date(clock.nowMs()).toISOString(),
      data: { from: null, to: "at-risk", bad: "4", mayStillLoseSeconds: 1080 },
    });
    const first = await events("?limit=1");
    expect(first.events).toEqual(all.events.slice(0, 1));
    const rest = await events(`?after=${first.last}`);
    expect(rest.events).toEqual(all.events.slice(1));
    expect(await events(`?after=${rest.last}`)).toEqual({ events: [], last: rest.last });
  });

  test("by kind and account", async () => {
    expect((await events("?kind=breach")).events).toMatchObject([{ subject: "web-9" }]);
    expect((await events("?account=acme")).events).toMatchObject([{ subject: "web-1" }]);
    expect((await events("?kind=breach&account=acme")).events).toEqual([]);
  });

  test("tells account managers of their accounts alone, and nothing that is of no account", async () => {
    expect((await events("", manager)).events).toMatchObject([{ subject: "web-1" }]);
    expect((await ask("/api/v1/events?account=globex", manager)).statusCode).toBe(404);
  });

  test.each(["?after=-1", "?after=x", "?limit=0", "?limit=1001", "?unknown=1"])(
    "refuses %s",
    async (query) => {
      expect((await ask(`/api/v1/events${query}`)).statusCode).toBe(400);
    },
  );
});
