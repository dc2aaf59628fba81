import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { probeJobs, storeJobs } from "../../jobs/index.ts";
import type { StoreJobDeps } from "../../jobs/job.ts";
import type { Config } from "../../src/config.ts";
import type { Round } from "../../src/core/round.ts";
import { createMetrics } from "../../src/metrics.ts";
import type { JobView } from "../../src/queues.ts";
import { createRecorder } from "../../src/record.ts";
import type { Database } from "../../src/store/connect.ts";
import { findDroppedUntil, listPartitions } from "../../src/store/partitions.ts";
import { findSettledUntil } from "../../src/store/unsettled.ts";
import { testClock, type TestClock } from "../helpers/clock.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import {
  clearRounds,
  countsOf,
  DAY_MS,
  MINUTE_MS,
  NOON,
  rowsOf,
  testRound,
  testStore,
} from "../helpers/rounds.ts";

let database: TestDatabase;
let db: Database;
let clock: TestClock;
let deps: StoreJobDeps;
let refused: { round: Round | null; why: string }[];
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
});
afterAll(() => database.drop());
beforeEach(async () => {
  await db.query("drop table if exists round_2026_07, round_2026_08, round_2026_09");
  await clearRounds(db);
  clock = testClock(NOON + 10 * MINUTE_MS);
  refused = [];
  deps = {
    clock,
    db,
    log: pino({ level: "silent" }),
    config: () => ({ retentionDays: 30 }) as Config,
    recorder: createRecorder({ store: testStore(db), clock, metrics: createMetrics() }),
    signer: () => Promise.reject(new Error("no key here")),
    render: () => Promise.reject(new Error("nothing is rendered here")),
    holdsClosing: () => false,
    addJob: () => Promise.resolve(),
    onDelivered: () => undefined,
    onRefused: (round, why) => refused.push({ round, why }),
  };
});

const job = (data: unknown): JobView => ({
  name: "",
  data,
  plannedAtMs: NOON,
  progress: async () => {},
});
const record = (data: unknown) => storeJobs["record-rounds"](deps, job(data));
const overTheWire = (...rounds: Round[]): unknown => JSON.parse(JSON.stringify(rounds));

describe("record-rounds", () => {
  test("stores what came over the queue, and a job that runs twice changes nothing", async () => {
    const data = overTheWire(testRound(), testRound({ shard: "15s-1" }));
    await record(data);
    const before = await rowsOf(db, "round");
    await record(data);
    expect(before).toHaveLength(2);
    expect(await rowsOf(db, "round")).toEqual(before);
    expect(refused).toEqual([]);
  });

  test.each([null, {}, "rounds", 5])("refuses a job that is %j", async (data) => {
    await record(data);
    expect(refused).toHaveLength(1);
  });

  test("refuses what is no round, and stores the rest of the job", async () => {
    await record([{ ...testRound(), outcomes: "x" }, testRound(), null]);
    expect(refused.map(({ round }) => round)).toEqual([null, null]);
    expect(await rowsOf(db, "round")).toHaveLength(1);
  });

  test("refuses a round from a clock that runs an hour ahead", async () => {
    const ahead = testRound({ plannedAtMs: clock.nowMs() + 3_600_001 });
    await record(overTheWire(ahead, testRound({ plannedAtMs: clock.nowMs() + 3_600_000 })));
    expect(refused).toEqual([
      { round: ahead, why: "it is planned for the future: compare the clocks" },
    ]);
    expect(await rowsOf(db, "round")).toHaveLength(1);
  });

  test("fails when the database does, so that it is tried again, and what was stored stays", async () => {
    const { recorder } = deps;
    let turn = 0;
    const flaky = {
      record: (round: Round) => {
        turn += 1;
        return turn === 1 ? Promise.reject(new Error("away")) : recorder.record(round);
      },
    };
    const data = overTheWire(testRound(), testRound({ shard: "15s-1" }));
    await expect(
      storeJobs["record-rounds"]({ ...deps, recorder: flaky }, job(data)),
    ).rejects.toThrow("away");
    expect(await rowsOf(db, "round")).toHaveLength(1);
    await record(data);
    expect(await rowsOf(db, "round")).toHaveLength(2);
  });
});

test("settle-minute settles what has ended", async () => {
  await record(overTheWire(testRound()));
  await storeJobs["settle-minute"](deps, job({}));
  expect(await countsOf(db, "web-1")).toHaveLength(1);
  expect(await findSettledUntil(db)).toBe(NOON + 9 * MINUTE_MS);
});

describe("prune", () => {
  const prune = () => storeJobs.prune(deps, job({}));
  const names = async () => (await listPartitions(db)).map(({ name }) => name);
  const fill = async () => {
    for (const daysAgo of [80, 50, 20, 0])
      await record(overTheWire(testRound({ plannedAtMs: NOON - daysAgo * DAY_MS })));
    await storeJobs["settle-minute"](deps, job({}));
  };

  test("drops the months that lie wholly before the retention, and nothing else", async () => {
    await fill();
    expect(await names()).toEqual([
      "round_2026_07",
      "round_2026_08",
      "round_2026_09",
      "round_2026_10",
    ]);
    await prune();
    // Thirty days before 15 October lie in September: August goes, September stays.
    expect(await names()).toEqual(["round_2026_09", "round_2026_10"]);
    expect(await findDroppedUntil(db)).toBe(Date.parse("2026-09-01T00:00:00Z"));
    expect(await rowsOf(db, "round")).toHaveLength(2);
  });

  test("deletes the phases of rounds of that age", async () => {
    for (const daysAgo of [31, 29]) {
      const plannedAtMs = NOON - daysAgo * DAY_MS;
      await record(
        overTheWire(testRound({ outcomes: "o", plannedAtMs, phasesUs: [1, 2, 3, 4, 5] })),
      );
    }
    await prune();
    expect(await rowsOf(db, "phase_sample")).toHaveLength(1);
  });

  test("keeps what was derived and what the proof counts", async () => {
    await fill();
    const tables = ["day", "chain", "chain_day"];
    const before = await Promise.all(tables.map((table) => rowsOf(db, table)));
    await prune();
    expect(await Promise.all(tables.map((table) => rowsOf(db, table)))).toEqual(before);
  });

  test("drops a month on the very day that its last instant is old enough", async () => {
    await fill();
    clock.set(Date.parse("2026-10-31T00:00:00Z") - 1);
    await prune();
    expect(await names()).toContain("round_2026_09");
    clock.pass(1);
    await prune();
    expect(await names()).toEqual(["round_2026_10"]);
  });

  test("may run twice, side by side, and with nothing to do", async () => {
    await fill();
    await Promise.all([prune(), prune(), prune()]);
    await prune();
    expect(await names()).toEqual(["round_2026_09", "round_2026_10"]);
  });

  test("never forgets how far it came", async () => {
    await fill();
    await prune();
    const untilMs = await findDroppedUntil(db);
    await db.query(
      "create table round_2026_07 (like round including defaults including constraints)",
    );
    await db.query(
      "alter table round attach partition round_2026_07 for values from ('2026-07-01Z') to ('2026-08-01Z')",
    );
    await prune();
    expect(await names()).toEqual(["round_2026_09", "round_2026_10"]);
    expect(await findDroppedUntil(db)).toBe(untilMs);
  });

  test("is followed by refusals of what is too old", async () => {
    await fill();
    await prune();
    const old = testRound({ plannedAtMs: NOON - 70 * DAY_MS });
    await record(overTheWire(old, testRound({ plannedAtMs: NOON - 40 * DAY_MS })));
    expect(refused).toEqual([{ round: old, why: "rounds of its time were dropped" }]);
    expect(await rowsOf(db, "round")).toHaveLength(3);
    expect(await names()).toEqual(["round_2026_09", "round_2026_10"]);
  });

  test("gives way to somebody who works on the month", async () => {
    await fill();
    const client = await db.connect();
    await client.query("begin");
    await client.query("select from round_2026_07");
    await expect(prune()).rejects.toThrow("lock timeout");
    await client.query("commit");
    client.release();
    await prune();
    expect(await names()).toEqual(["round_2026_09", "round_2026_10"]);
  });
});

describe("run-round", () => {
  test("measures the shard at the planned instant and sends the round", async () => {
    const sent: Round[] = [];
    await probeJobs["run-round"](
      {
        clock: testClock(NOON + 4),
        metrics: createMetrics(),
        vantage: "a",
        outbox: { send: async (round) => void sent.push(round) },
        signal: new AbortController().signal,
        findTarget: () => null,
        worstLagMs: () => 0,
        controlsFailed: async () => false,
      },
      job({ shard: "15s-0", everyMs: 15_000, targets: ["web-1"] }),
    );
    expect(sent).toMatchObject([
      { vantage: "a", shard: "15s-0", plannedAtMs: NOON, outcomes: "u", offsetsMs: [4] },
    ]);
  });

  test("sends nothing when it is too late", async () => {
    const sent: Round[] = [];
    await probeJobs["run-round"](
      {
        clock: testClock(NOON + 8_000),
        metrics: createMetrics(),
        vantage: "a",
        outbox: { send: async (round) => void sent.push(round) },
        signal: new AbortController().signal,
        findTarget: () => null,
        worstLagMs: () => 0,
        controlsFailed: async () => false,
      },
      job({ shard: "15s-0", everyMs: 15_000, targets: ["web-1"] }),
    );
    expect(sent).toEqual([]);
  });
});
