import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Interval } from "../src/core/month.ts";
import { latencyPoints } from "../src/core/target-view.ts";
import type { Database } from "../src/store/connect.ts";
import { pageResults } from "../src/store/results.ts";
import { storeRounds } from "../src/store/rounds.ts";
import { viewLatency } from "../src/view-latency.ts";
import { createTestDatabase, type TestDatabase } from "./helpers/database.ts";
import { DAY_MS, MINUTE_MS, NOON, testRound, testStore } from "./helpers/rounds.ts";

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
});
afterAll(() => database.drop());

/** The same from all single results in memory. */
async function fromResults(id: string, { fromMs, untilMs }: Interval) {
  const byVantage = new Map<string, { atMs: number; latencyMs: number }[]>();
  for await (const page of pageResults(db, id, { fromMs, untilMs })) {
    for (const { vantage, outcome, plannedAtMs, latencyMs } of page) {
      const samples = byVantage.get(vantage) ?? [];
      byVantage.set(vantage, samples);
      if (outcome === "ok") samples.push({ atMs: plannedAtMs, latencyMs });
    }
  }
  const apart = [...byVantage.values()].map((samples) => {
    const gaps = samples.slice(1, 200).map(({ atMs }, at) => atMs - samples[at]!.atMs);
    const sorted = gaps.filter((gap) => gap > 0).toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  });
  const stepMs = Math.ceil(Math.max(5_000, (untilMs - fromMs) / 480, ...apart) / 1_000) * 1_000;
  const range = { fromMs: Math.floor(fromMs / stepMs) * stepMs, untilMs, stepMs };
  const series = [...byVantage]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([vantage, samples]) => ({ vantage, points: latencyPoints(samples, range) }));
  return {
    stepMs,
    atMs: (series[0]?.points ?? []).map(({ atMs }) => atMs),
    series: series.map(({ vantage, points }) => {
      return { vantage, p50Ms: points.map(({ p50Ms }) => p50Ms) };
    }),
    phases: [],
  };
}

const burst = fc.record({
  vantage: fc.constantFrom("a", "b", "c"),
  shard: fc.constantFrom("5s-0", "60s-0", "import-1"),
  fromMs: fc.integer({ min: 0, max: 33 * DAY_MS }),
  everyMs: fc.constantFrom(1_000, 5_000, 7_001, MINUTE_MS, 20 * MINUTE_MS, 5 * 60 * MINUTE_MS),
  letters: fc.array(fc.constantFrom("o", "o", "o", "f", "i", "u"), {
    minLength: 1,
    maxLength: 230,
  }),
  latenciesUs: fc.array(fc.integer({ min: 0, max: 3_000_000 }), { minLength: 1, maxLength: 9 }),
  isFirst: fc.boolean(),
});

test("is to the digit what all single results give, over any time and by whatever rounds", async () => {
  let number = 0;
  const range = fc.record({
    fromMs: fc.integer({ min: -DAY_MS, max: 33 * DAY_MS }),
    lengthMs: fc.oneof(
      fc.integer({ min: 1, max: 2 * 60 * MINUTE_MS }),
      fc.integer({ min: 1, max: 32 * DAY_MS }),
    ),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(burst, { maxLength: 6 }),
      fc.array(range, { minLength: 3, maxLength: 3 }),
      async (bursts, ranges) => {
        await db.query("truncate round, chain_day, chain, unsettled, target, vantage cascade");
        const id = `target-${(number += 1)}`;
        const rounds = bursts.flatMap(({ letters, latenciesUs, ...one }) =>
          letters.map((letter, at) =>
            testRound({
              vantage: one.vantage,
              shard: one.shard,
              plannedAtMs: NOON + one.fromMs + at * one.everyMs,
              targets: one.isFirst ? [id, "other"] : ["other", id],
              outcomes: one.isFirst ? `${letter}f` : `f${letter}`,
              latenciesUs: [at, at].map((_, place) =>
                (place === 0) === one.isFirst ? latenciesUs[at % latenciesUs.length]! : 77,
              ),
            }),
          ),
        );
        await storeRounds(testStore(db), rounds, NOON);
        for (const { fromMs, lengthMs } of ranges) {
          const asked = { fromMs: NOON + fromMs, untilMs: NOON + fromMs + lengthMs };
          expect(await viewLatency(db, { id, ...asked })).toEqual(await fromResults(id, asked));
        }
      },
    ),
    { numRuns: 15 },
  );
});

test("of a target without results is empty", async () => {
  const asked = { fromMs: NOON, untilMs: NOON + DAY_MS };
  expect(await viewLatency(db, { id: "nobody", ...asked })).toEqual({
    stepMs: 180_000,
    atMs: [],
    series: [],
    phases: [],
  });
});

test("of two results weeks apart has steps of weeks", async () => {
  const apartMs = 26 * DAY_MS;
  const rounds = [0, 1].map((at) =>
    testRound({
      vantage: "a",
      plannedAtMs: NOON + at * apartMs,
      targets: ["seldom"],
      outcomes: "o",
      latenciesUs: [1000 + at],
    }),
  );
  await storeRounds(testStore(db), rounds, NOON);
  const asked = { fromMs: NOON, untilMs: NOON + 30 * DAY_MS };
  const { stepMs, series } = await viewLatency(db, { id: "seldom", ...asked });
  expect(stepMs).toBe(apartMs);
  expect(series.flatMap(({ p50Ms }) => p50Ms).filter((ms) => ms !== null)).toEqual([1, 1.001]);
});
