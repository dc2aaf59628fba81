import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Config } from "../src/config.ts";
import { readMonth } from "../src/read-month.ts";
import { readPresent, readStandings } from "../src/standings.ts";
import { decideExclusion, insertExclusion } from "../src/store/exclusions.ts";
import { createIdCache } from "../src/store/prepare-rounds.ts";
import { configOf, fillRounds, MINUTE_MS, type Weather } from "./helpers/app.ts";
import { testClock } from "./helpers/clock.ts";
import { createTestDatabase, type TestDatabase } from "./helpers/database.ts";

const FROM = Date.parse("2026-10-01T00:00:00+08:00");
const UNTIL = Date.parse("2026-11-01T00:00:00+08:00");
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const probe = 'probe: { kind: tcp, address: "192.0.2.1:22" }';
const CONFIG = `
version: 1
timeZone: Asia/Shanghai
vantages: [{ id: a, controls: [] }, { id: b, controls: [] }]
accounts: [{ id: acme, name: Acme Ltd }]
agreements:
  - { id: ny, from: 2020-01-01, objective: "99.9", method: threshold, threshold: "0.2", scope: target, slot: 5m, minStretch: 3, timeZone: America/New_York, closeAfter: 48h }
  - { id: strict, from: 2020-01-01, objective: "99", method: all-failed, exclusion: removed, noData: as-bad }
defaults: { interval: 1m, timeout: 5s, vantages: [a, b] }
targets:
  - { id: web-1, product: ecs, region: cn-hangzhou, account: acme, ${probe} }
  - { id: web-2, product: ecs, region: cn-hangzhou, account: acme, agreements: [ecs, ny, strict], ${probe} }
  - { id: bucket-1, product: oss, region: cn-hangzhou, account: acme, ${probe} }
  - { id: bucket-2, product: oss, region: cn-hangzhou, account: acme, until: "2026-10-03T00:00:00+08:00", ${probe} }
`;

let database: TestDatabase;
let clock: ReturnType<typeof testClock>;
let config: Config;
beforeEach(async () => {
  database = await createTestDatabase();
  clock = testClock(FROM);
  config = configOf(CONFIG);
});
afterEach(() => database.drop());

const deps = () => ({ db: database.db, config });
const targets = ["web-1", "web-2", "bucket-1", "bucket-2"];

/** Now and then something fails, by vantage, target and minute. */
const weatherOf =
  (vantage: string): Weather =>
  (target, atMs) => {
    const minute = atMs / MINUTE_MS;
    const seed = (minute * 31 + target.length * 7 + (target.at(-1) ?? "").charCodeAt(0)) % 97;
    if (minute % 500 < 20 && target !== "bucket-1") return "f";
    if (seed === 5) return vantage === "a" ? "f" : "o";
    return seed === 9 ? null : "o";
  };

async function measure(fromMs: number, untilMs: number, offsetMs = 0) {
  clock.set(Math.max(clock.nowMs(), untilMs + 30_000));
  for (const vantage of ["a", "b"]) {
    const span = { vantage, targets, fromMs: fromMs + offsetMs, untilMs };
    const store = { db: database.db, ids: createIdCache() };
    await fillRounds({ store, clock }, { ...span, weather: weatherOf(vantage) });
  }
}

async function expectSameAsMonth(month: string) {
  const { standings, settledUntilMs } = await readStandings(deps(), month);
  const { evaluated, ...facts } = await readMonth(deps(), { month });
  expect(settledUntilMs).toBe(facts.settledUntilMs);
  expect(standings.map(({ subject, figure }) => ({ subject, figure }))).toEqual(
    evaluated.map(({ subject, figure }) => {
      const { outages: _outages, timeline: _timeline, ...rest } = figure;
      return { subject, figure: rest };
    }),
  );
  expect(standings.map(({ recent }) => recent.outages)).toEqual(
    evaluated.map(({ figure }) =>
      figure.outages
        .slice(-20)
        .map(({ slots: _slots, ...outage }) => expect.objectContaining(outage)),
    ),
  );
}

describe("the standings", () => {
  test("are the figures of the month, whatever came since they were read last", async () => {
    await measure(FROM - 5 * DAY_MS, FROM + 100 * MINUTE_MS);
    await expectSameAsMonth("2026-10");
    for (const hours of [7, 9, 26, 27, 50]) {
      await measure(clock.nowMs() - 30_000, FROM + hours * HOUR_MS);
      await expectSameAsMonth("2026-10");
    }
    // Late rounds: of today, of a day long past, and of the month before.
    for (const agoMs of [HOUR_MS, 30 * HOUR_MS, 70 * HOUR_MS]) {
      const lateMs = FROM + 50 * HOUR_MS - agoMs;
      await measure(lateMs, lateMs + 40 * MINUTE_MS, 20_000);
      await expectSameAsMonth("2026-10");
    }
    await expectSameAsMonth("2026-09");
  });

  test("are counted once while nothing changes, also for readers who come together", async () => {
    await measure(FROM, FROM + HOUR_MS);
    const [one, other] = await Promise.all([
      readStandings(deps(), "2026-10"),
      readStandings(deps(), "2026-10"),
    ]);
    expect(other).toBe(one);
    expect(await readStandings(deps(), "2026-10")).toBe(one);
    await measure(FROM + HOUR_MS, FROM + HOUR_MS + MINUTE_MS);
    expect(await readStandings(deps(), "2026-10")).not.toBe(one);
  });

  test("of a month that is over stay as they are while the next one runs", async () => {
    await measure(UNTIL - 2 * DAY_MS, UNTIL + HOUR_MS);
    await readStandings(deps(), "2026-10");
    // The UTC day of the month's end is over after 32 hours; New York's month is twelve hours
    // later, and may be closed 48 hours after that.
    const versions = new Map<string, number[]>();
    for (const hours of [33, 34, 47, 59, 60, 61, 80]) {
      await measure(UNTIL + hours * HOUR_MS - MINUTE_MS, UNTIL + hours * HOUR_MS);
      const { version } = await readStandings(deps(), "2026-10");
      versions.set(version, [...(versions.get(version) ?? []), hours]);
    }
    expect([...versions.values()]).toEqual([
      [33, 34, 47, 59],
      [60, 61, 80],
    ]);
    await expectSameAsMonth("2026-10");
    await measure(UNTIL - DAY_MS, UNTIL - DAY_MS + HOUR_MS, 20_000);
    await expectSameAsMonth("2026-10");
  });

  test("follow exclusions, also those to come, and another configuration", async () => {
    await measure(FROM - DAY_MS, FROM + 30 * HOUR_MS);
    await readStandings(deps(), "2026-10");
    for (const [fromMs, untilMs] of [
      [FROM - 3 * HOUR_MS, FROM + 20 * HOUR_MS],
      [FROM + 10 * DAY_MS, FROM + 12 * DAY_MS],
    ] as const) {
      const { id } = await insertExclusion(
        database.db,
        {
          kind: "maintenance",
          scope: { account: "acme" },
          fromMs,
          untilMs,
          recurrence: null,
          reason: "Cut-over",
          evidence: "https://example.com/1",
        },
        { by: "user:li", atMs: clock.nowMs() },
      );
      await decideExclusion(
        database.db,
        { id, expected: "proposed" },
        { state: "approved", decidedBy: "user:wang", decidedAtMs: clock.nowMs(), note: null },
      );
      await expectSameAsMonth("2026-10");
    }
    config = configOf(CONFIG.replace('objective: "99"', 'objective: "98"'));
    await expectSameAsMonth("2026-10");
  });

  test("count again after a reading that failed", async () => {
    await measure(FROM, FROM + HOUR_MS);
    await database.db.query("alter table day rename to away");
    await expect(readStandings(deps(), "2026-10")).rejects.toThrow("day");
    await database.db.query("alter table away rename to day");
    await expectSameAsMonth("2026-10");
  });
});

describe("the present", () => {
  test("is each agreement's own month", async () => {
    await measure(UNTIL - DAY_MS, UNTIL + HOUR_MS);
    const months = async () =>
      (await readPresent({ ...deps(), clock })).flatMap(({ month, standings }) =>
        standings.map(({ subject }) => `${month} ${subject.agreement.id} ${subject.id}`),
      );
    expect(await months()).toEqual([
      "2026-10 ny web-2",
      "2026-11 ecs web-1",
      "2026-11 ecs web-2",
      "2026-11 oss acme/oss/cn-hangzhou",
      "2026-11 strict web-2",
    ]);
    clock.set(UNTIL + 13 * HOUR_MS);
    expect(await months()).toContain("2026-11 ny web-2");
  });

  test("is there before anything was measured", async () => {
    const [present] = await readPresent({ ...deps(), clock });
    expect(present).toMatchObject({ settledUntilMs: 0 });
  });
});
