import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Round } from "../src/core/round.ts";
import { createMetrics, type Metrics } from "../src/metrics.ts";
import { createRecorder } from "../src/record.ts";
import type { Database } from "../src/store/connect.ts";
import { dropPartitionsBefore } from "../src/store/partitions.ts";
import { testClock } from "./helpers/clock.ts";
import { createTestDatabase, type TestDatabase } from "./helpers/database.ts";
import { clearRounds, DAY_MS, NOON, testRound, testStore } from "./helpers/rounds.ts";

let database: TestDatabase;
let db: Database;
let metrics: Metrics;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
});
afterAll(() => database.drop());
beforeEach(async () => {
  await clearRounds(db);
  metrics = createMetrics();
});

const recorder = (store = testStore(db)) =>
  createRecorder({ store, clock: testClock(NOON), metrics });
const series = (count: number) =>
  Array.from({ length: count }, (_, at) => testRound({ plannedAtMs: NOON + at * 1_000 }));
const count = async () =>
  (await db.query<{ n: number }>("select count(*) as n from round")).rows[0]?.n;

/** A round that no schema would let through. */
const bad: Round = testRound({ plannedAtMs: NOON + 500, latenciesUs: [2 ** 40, 1, 1] });

describe("a recorder", () => {
  test("stores rounds that arrive together in few transactions, and says which were there", async () => {
    const { record } = recorder();
    const rounds = series(1_200);
    const recorded = await Promise.all(
      [...rounds, ...rounds.slice(0, 10)].map((round) => record(round)),
    );
    expect(recorded.filter(({ result }) => result === "stored")).toHaveLength(1_200);
    expect(recorded.slice(1_200)).toEqual(Array.from({ length: 10 }, () => ({ result: "double" })));
    const { rows } = await db.query<{ n: number }>(
      "select count(distinct xmin::text) as n from round",
    );
    expect(rows[0]?.n).toBeLessThan(6);
    expect(await count()).toBe(1_200);
    expect(await metrics.rounds.get()).toMatchObject({
      values: [
        { labels: { vantage: "a", result: "stored" }, value: 1_200 },
        { labels: { vantage: "a", result: "double" }, value: 10 },
      ],
    });
  });

  test("refuses a round that the database cannot hold, and stores those that came with it", async () => {
    const { record } = recorder();
    const recorded = await Promise.all(
      [...series(5), bad, testRound({ shard: "15s-1" })].map((round) => record(round)),
    );
    expect(recorded.map(({ result }) => result)).toEqual([
      ...Array.from({ length: 5 }, () => "stored"),
      "refused",
      "stored",
    ]);
    expect(await count()).toBe(6);
  });

  test("refuses rounds of a time that was dropped, one by one", async () => {
    const { record } = recorder();
    await record(testRound({ plannedAtMs: NOON - 90 * DAY_MS }));
    await dropPartitionsBefore(db, { horizonMs: NOON - 30 * DAY_MS, nowMs: NOON });
    const recorded = await Promise.all(
      [testRound({ plannedAtMs: NOON - 91 * DAY_MS }), testRound()].map((round) => record(round)),
    );
    expect(recorded).toEqual([
      { result: "refused", why: "rounds of its time were dropped" },
      { result: "stored" },
    ]);
  });

  test("makes a partition again that somebody took away", async () => {
    const { record } = recorder();
    await record(testRound());
    await db.query("drop table round_2026_10");
    const later = testRound({ plannedAtMs: NOON + 1_000 });
    await expect(record(later)).rejects.toThrow("no partition");
    expect(await record(later)).toEqual({ result: "stored" });
  });

  test("fails all rounds at once while the database is away, and goes on when it is back", async () => {
    const away = new Error("connect ECONNREFUSED");
    let isAway = true;
    let asked = 0;
    const flaky = {
      connect: () => db.connect(),
      query: (...args: [string]) => {
        asked += 1;
        return isAway ? Promise.reject(away) : db.query(...args);
      },
    } as unknown as Database;
    const { record } = recorder(testStore(flaky));
    const recorded = await Promise.allSettled(series(300).map((round) => record(round)));
    expect(recorded).toEqual(
      Array.from({ length: 300 }, () => ({ status: "rejected", reason: away })),
    );
    expect(asked).toBeLessThan(5);
    isAway = false;
    expect(await Promise.all(series(300).map((round) => record(round)))).toHaveLength(300);
    expect(await count()).toBe(300);
  });
});
