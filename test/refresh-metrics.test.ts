import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { closeMonth } from "../src/close-month.ts";
import type { Config } from "../src/config.ts";
import { SYSTEM } from "../src/core/access.ts";
import { createMetrics, type Metrics } from "../src/metrics.ts";
import { createMetricsRefresh } from "../src/refresh-metrics.ts";
import { createIdCache } from "../src/store/prepare-rounds.ts";
import { configOf, fillRounds, MINUTE_MS, type Weather } from "./helpers/app.ts";
import { testClock } from "./helpers/clock.ts";
import { createTestDatabase, type TestDatabase } from "./helpers/database.ts";
import { createHourlyMonth } from "./helpers/hourly-month.ts";
import { outageMalfunction } from "./helpers/malfunctions.ts";
import { waitFor } from "./helpers/wait.ts";
import { parsePrometheus } from "./helpers/prometheus-text.ts";

const FROM = Date.parse("2026-10-01T00:00:00+08:00");
const UNTIL = Date.parse("2026-11-01T00:00:00+08:00");
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const probe = 'probe: { kind: tcp, address: "192.0.2.1:22" }';
const web = (id: string, more = "") =>
  `  - { id: ${id}, product: ecs, region: cn-hangzhou, account: acme, ${more} ${probe} }\n`;
const yaml = (targets: string) => `
version: 1
timeZone: Asia/Shanghai
vantages: [{ id: a, controls: [] }]
accounts: [{ id: acme, name: Acme Ltd }]
agreements:
  - { id: perfect, from: 2020-01-01, objective: "100", method: all-failed }
  - { id: ny, from: 2020-01-01, objective: "99", method: all-failed, timeZone: America/New_York }
defaults: { interval: 1m, timeout: 5s, vantages: [a] }
targets:
${targets}`;

let database: TestDatabase;
let clock: ReturnType<typeof testClock>;
let config: Config;
let metrics: Metrics;
let refresh: () => Promise<void>;
beforeEach(async () => {
  database = await createTestDatabase();
  clock = testClock(FROM);
  config = configOf(yaml(web("web-1") + web("web-2")));
  metrics = createMetrics();
  refresh = createMetricsRefresh({
    db: database.db,
    clock,
    config: () => config,
    metrics,
    queues: () => new Map(),
    withFigures: true,
  });
});
afterEach(() => database.drop());

async function measure(fromMs: number, untilMs: number, weather: Weather = () => "o") {
  clock.set(untilMs + 30_000);
  const store = { db: database.db, ids: createIdCache() };
  const targets = config.targets.map(({ id }) => id);
  await fillRounds({ store, clock }, { vantage: "a", targets, fromMs, untilMs, weather });
}

/** The value of each series of a metric, by subject and what else tells them apart. */
async function series(name: string): Promise<Record<string, number>> {
  await refresh();
  const samples = parsePrometheus(String(await metrics.text("prometheus")));
  return Object.fromEntries(
    samples
      .filter((sample) => sample.name === name)
      .map(({ labels, value }) => {
        const { subject, agreement, window, long, month, level, state, vantage } = labels;
        const parts = [agreement, subject, window, long, month, level, state, vantage];
        return [parts.filter((part) => part !== undefined).join(" "), value];
      }),
  );
}

const lastMinutes =
  (count: number, untilMs: number): Weather =>
  (target, atMs) =>
    target === "web-1" && atMs >= untilMs - count * MINUTE_MS ? "f" : "o";

describe("the gauges of a subject", () => {
  test("tell the burn of every window", async () => {
    const now = FROM + 4 * DAY_MS;
    await measure(FROM, now, lastMinutes(4, now));
    const burn = await series("sla_burn_rate");
    expect(Object.keys(burn)).toEqual([
      ...["5m", "30m", "1h", "6h", "3d"].map((window) => `ecs web-1 ${window}`),
      ...["5m", "30m", "1h", "6h", "3d"].map((window) => `ecs web-2 ${window}`),
    ]);
    expect(burn["ecs web-1 5m"]).toBe(1600);
    expect(burn["ecs web-1 3d"]).toBeCloseTo(1.851851, 5);
    expect(burn["ecs web-2 3d"]).toBe(0);
  });

  test("tell which rules fire: both windows, and never for a single bad slot", async () => {
    const now = FROM + 4 * DAY_MS;
    await measure(FROM, now, lastMinutes(1, now));
    expect((await series("sla_burn_rate"))["ecs web-1 1h"]).toBeGreaterThan(14.88);
    expect(await series("sla_burn_rate_firing")).toEqual({
      "ecs web-1 1h": 0,
      "ecs web-1 6h": 0,
      "ecs web-1 3d": 0,
      "ecs web-2 1h": 0,
      "ecs web-2 6h": 0,
      "ecs web-2 3d": 0,
    });
    await measure(now, now + MINUTE_MS, lastMinutes(1, now + MINUTE_MS));
    expect(await series("sla_burn_rate_firing")).toMatchObject({
      "ecs web-1 1h": 1,
      "ecs web-1 6h": 1,
      "ecs web-1 3d": 0,
      "ecs web-2 1h": 0,
      "ecs web-2 6h": 0,
      "ecs web-2 3d": 0,
    });
  });

  test("tell the budget of the whole month, negative when it is overspent", async () => {
    const now = FROM + DAY_MS;
    await measure(FROM, now, lastMinutes(6, now));
    const left = async () => (await series("sla_error_budget_remaining_ratio"))["ecs web-1"];
    expect(await left()).toBeCloseTo((22.32 - 6) / 22.32, 9);
    await measure(now, now + HOUR_MS, lastMinutes(60, now + HOUR_MS));
    expect(await left()).toBeCloseTo((22.32 - 66) / 22.32, 9);
  });

  test("say that the objective is out of reach from the minute on that does it", async () => {
    const now = FROM + DAY_MS;
    await measure(FROM, now, lastMinutes(22, now));
    expect(await series("sla_breached")).toEqual({ "ecs web-1": 0, "ecs web-2": 0 });
    await measure(now, now + MINUTE_MS, lastMinutes(1, now + MINUTE_MS));
    expect(await series("sla_breached")).toEqual({ "ecs web-1": 1, "ecs web-2": 0 });
  });

  test("speak of this month: the next one begins without a breach, and with the burn of the last", async () => {
    await measure(UNTIL - DAY_MS, UNTIL, lastMinutes(30, UNTIL));
    clock.set(UNTIL - 1);
    expect((await series("sla_breached"))["ecs web-1"]).toBe(1);
    clock.set(UNTIL + 30_000);
    expect((await series("sla_breached"))["ecs web-1"]).toBe(0);
    expect((await series("sla_burn_rate"))["ecs web-1 1h"]).toBe(1000);
    expect((await series("sla_availability_ratio"))["ecs web-1"]).toBeUndefined();
    await measure(UNTIL, UNTIL + MINUTE_MS);
    expect((await series("sla_availability_ratio"))["ecs web-1"]).toBe(1);
  });

  test("speak of each agreement's own month", async () => {
    config = configOf(yaml(web("web-1", "agreements: [ecs, ny],")));
    await measure(UNTIL - HOUR_MS, UNTIL + HOUR_MS, lastMinutes(120, UNTIL + HOUR_MS));
    expect(await series("sla_bad_seconds")).toEqual({ "ecs web-1": 3600, "ny web-1": 7200 });
    await measure(UNTIL + HOUR_MS, UNTIL + 13 * HOUR_MS);
    expect(await series("sla_bad_seconds")).toEqual({ "ecs web-1": 3600, "ny web-1": 0 });
  });

  test("are absent where there is nothing to divide by", async () => {
    config = configOf(yaml(web("web-1", "agreements: [perfect],")));
    await measure(FROM, FROM + HOUR_MS);
    expect(await series("sla_burn_rate")).toEqual({});
    expect(await series("sla_error_budget_remaining_ratio")).toEqual({});
    expect(await series("sla_breached")).toEqual({ "perfect web-1": 0 });
  });

  test("tell the rules also where every bad slot is one too many", async () => {
    config = configOf(yaml(web("web-1", "agreements: [perfect],")));
    await measure(FROM, FROM + HOUR_MS, lastMinutes(2, FROM + HOUR_MS));
    expect(await series("sla_burn_rate")).toEqual({});
    expect((await series("sla_burn_rate_firing"))["perfect web-1 1h"]).toBe(1);
  });

  test("vanish with the subject", async () => {
    await measure(FROM, FROM + HOUR_MS);
    const names = [
      "sla_availability_ratio",
      "sla_objective_ratio",
      "sla_coverage_ratio",
      "sla_min_coverage_ratio",
      "sla_error_budget_remaining_ratio",
      "sla_bad_seconds",
      "sla_allowed_bad_seconds",
      "sla_burn_rate",
      "sla_burn_rate_firing",
      "sla_breached",
    ];
    const subjects = async () => {
      const found = await Promise.all(names.map((name) => series(name)));
      return found.map((one) => new Set(Object.keys(one).map((key) => key.split(" ")[1])));
    };
    expect(await subjects()).toEqual(names.map(() => new Set(["web-1", "web-2"])));
    config = configOf(yaml(web("web-2")));
    expect(await subjects()).toEqual(names.map(() => new Set(["web-2"])));
    config = configOf(yaml(web("web-3", 'until: "2026-09-01T00:00:00+08:00",')));
    expect(await subjects()).toEqual(names.map(() => new Set()));
  });
});

describe("the gauges of vantages", () => {
  const LAST = "nines_vantage_last_round_timestamp_seconds";

  test("tell when the last round was planned, and before the first one since when it is awaited", async () => {
    clock.set(FROM);
    expect(await series(LAST)).toEqual({ a: FROM / 1000 });
    clock.set(FROM + HOUR_MS);
    expect(await series(LAST)).toEqual({ a: FROM / 1000 });
    await measure(FROM + HOUR_MS, FROM + 2 * HOUR_MS);
    expect(await series(LAST)).toEqual({ a: (FROM + 2 * HOUR_MS - MINUTE_MS) / 1000 });
  });

  test("tell the shortest interval, of vantages that have targets alone", async () => {
    config = configOf(
      yaml(web("web-1", "interval: 5m,") + web("web-2", "interval: 30s,")).replace(
        "vantages: [{",
        "vantages: [{ id: idle, controls: [] }, {",
      ),
    );
    expect(await series("nines_vantage_interval_seconds")).toEqual({ a: 30 });
    expect(Object.keys(await series(LAST))).toEqual(["a"]);
  });
});

describe("the gauge of malfunctions", () => {
  test("tells every level and state, and which wait beyond their time", async () => {
    const deps = { db: database.db };
    const outages = [{ account: "acme" }];
    await outageMalfunction(deps, { fromMs: FROM, level: "P1", outages });
    await outageMalfunction(deps, { fromMs: FROM, untilMs: FROM + 1, level: "P3", outages });
    clock.set(FROM + MINUTE_MS);
    const counts = await series("sla_malfunctions");
    expect(Object.keys(counts)).toHaveLength(16);
    expect(counts).toMatchObject({ "P1 open": 1, "P1 overdue": 0, "P3 restored": 1, "P3 open": 0 });
    clock.set(FROM + HOUR_MS);
    expect(await series("sla_malfunctions")).toMatchObject({ "P1 open": 0, "P1 overdue": 1 });
    await database.db.query("update malfunction set acknowledged_at = respond_by");
    expect(await series("sla_malfunctions")).toMatchObject({
      "P1 overdue": 0,
      "P1 acknowledged": 1,
      "P3 restored": 1,
    });
    await database.db.query("update malfunction set state = 'closed'");
    expect(new Set(Object.values(await series("sla_malfunctions")))).toEqual(new Set([0]));
  });
});

describe("the gauges of the last closed month", () => {
  test("tell who missed it, and what a revision changes", async () => {
    const october = await createHourlyMonth();
    try {
      await october.fill("web-1", (hour) => (hour >= 100 && hour < 104 ? "f" : "o"));
      await october.fill("web-2", (hour) => (hour < 730 ? "o" : null));
      const deps = { ...october, config: () => october.config, metrics, queues: () => new Map() };
      refresh = createMetricsRefresh({ ...deps, db: october.store.db, withFigures: true });
      expect(await series("sla_month_missed")).toEqual({});
      await closeMonth(october, { month: "2026-10", by: SYSTEM, afresh: false });
      const [first] = Object.entries(await series("nines_month_closed_timestamp_seconds"));
      expect(first?.[0]).toBe("2026-10");
      const missed = async () =>
        Object.entries(await series("sla_month_missed")).map(([key, value]) => [
          key.split(" ").find((part) => part.startsWith("web-")),
          value,
        ]);
      expect(await missed()).toEqual([
        ["web-1", 1],
        ["web-2", 0],
      ]);
      await october.fill("web-2", (hour) => (hour < 730 ? null : "f"));
      await closeMonth(october, { month: "2026-10", by: SYSTEM, afresh: true });
      expect(await missed()).toEqual([
        ["web-1", 1],
        ["web-2", 1],
      ]);
    } finally {
      await october.drop();
    }
  });
});

test("a scrape that does not wait gets the last figures, and a later one the new", async () => {
  refresh = createMetricsRefresh({
    db: database.db,
    clock,
    config: () => config,
    metrics,
    queues: () => new Map(),
    withFigures: true,
    figuresWaitMs: 0,
  });
  await measure(FROM, FROM + HOUR_MS);
  expect((await series("sla_bad_seconds"))["ecs web-1"]).toBe(0);
  await measure(FROM + HOUR_MS, FROM + 2 * HOUR_MS, lastMinutes(5, FROM + 2 * HOUR_MS));
  await waitFor(async () => (await series("sla_bad_seconds"))["ecs web-1"] === 300);
});
