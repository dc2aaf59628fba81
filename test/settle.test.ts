import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { REASONS } from "../src/core/outcome.ts";
import type { Round } from "../src/core/round.ts";
import { rebuild } from "../src/rebuild.ts";
import { GRACE_MS, settle } from "../src/settle.ts";
import { withTransaction, type Database } from "../src/store/connect.ts";
import { dropPartitionsBefore } from "../src/store/partitions.ts";
import { prepareRounds } from "../src/store/prepare-rounds.ts";
import { addMinute, appendRounds, markUnsettled, storeRounds } from "../src/store/rounds.ts";
import { findSettledUntil } from "../src/store/unsettled.ts";
import { verify } from "../src/verify.ts";
import { testClock } from "./helpers/clock.ts";
import { createTestDatabase, type TestDatabase } from "./helpers/database.ts";
import { pauseAfter, someoneWaits } from "./helpers/pausing-db.ts";
import {
  clearRounds,
  countsOf,
  DAY_MS,
  MINUTE_MS,
  NOON,
  rowsOf,
  testRound,
  testStore,
} from "./helpers/rounds.ts";
import { waitFor } from "./helpers/wait.ts";

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
});
afterAll(() => database.drop());
beforeEach(() => clearRounds(db));

const MINUTE = NOON / MINUTE_MS;
const TIMEOUT = REASONS.indexOf("connect-timeout");
const later = testClock(NOON + 2 * DAY_MS);
const around = { fromMs: NOON - 30 * DAY_MS, untilMs: NOON + 30 * DAY_MS };

const store = (...rounds: readonly Round[]) => storeRounds(testStore(db), rounds, NOON);
const settleNow = (clock = later) => settle({ db, clock });
const differences = async () =>
  (await rebuild({ db, clock: later }, around, { save: false })).differences;

const run = (from: number, until: number, valid: number, failed = 0, reason = 0) => ({
  from: MINUTE + from,
  until: MINUTE + until,
  valid,
  failed,
  reason,
});

describe("settling", () => {
  test("counts the rounds of a minute by target", async () => {
    await store(testRound(), testRound({ plannedAtMs: NOON + 15_000, outcomes: "ofo" }));
    expect(await settleNow()).toBe(1);
    expect(await countsOf(db, "web-1")).toEqual([run(0, 1, 2)]);
    expect(await countsOf(db, "web-2")).toEqual([run(0, 1, 2, 1, TIMEOUT)]);
    expect(await rowsOf(db, "unsettled")).toEqual([]);
  });

  test("does not touch a minute before it has ended and the grace is over", async () => {
    await store(testRound(), testRound({ plannedAtMs: NOON + MINUTE_MS }));
    const clock = testClock(NOON + MINUTE_MS + GRACE_MS - 1);
    expect(await settleNow(clock)).toBe(0);
    expect(await countsOf(db, "web-1")).toEqual([]);
    expect(await findSettledUntil(db)).toBe(NOON);
    clock.pass(1);
    expect(await settleNow(clock)).toBe(1);
    expect(await countsOf(db, "web-1")).toEqual([run(0, 1, 1)]);
    expect(await findSettledUntil(db)).toBe(NOON + MINUTE_MS);
    clock.pass(MINUTE_MS);
    expect(await settleNow(clock)).toBe(1);
    expect(await countsOf(db, "web-1")).toEqual([run(0, 2, 1)]);
  });

  test("says how far it came, and does not go back", async () => {
    const clock = testClock(NOON + 10 * MINUTE_MS);
    await settleNow(clock);
    const untilMs = await findSettledUntil(db);
    expect(untilMs).toBe(NOON + 9 * MINUTE_MS);
    clock.turn(NOON + 7 * MINUTE_MS);
    await store(testRound({ plannedAtMs: NOON - 10 * MINUTE_MS }));
    expect(await settleNow(clock)).toBe(1);
    expect(await findSettledUntil(db)).toBe(untilMs);
  });

  test("takes back how far it came when the clock had been ahead", async () => {
    await settleNow(testClock(NOON + 120 * MINUTE_MS));
    await settleNow(testClock(NOON + 10 * MINUTE_MS));
    expect(await findSettledUntil(db)).toBe(NOON + 9 * MINUTE_MS);
  });

  test("settles a minute again when a round comes late, and the rest stays", async () => {
    await store(...[0, 1, 2].map((at) => testRound({ plannedAtMs: NOON + at * MINUTE_MS })));
    await settleNow();
    expect(await countsOf(db, "web-1")).toEqual([run(0, 3, 1)]);
    await store(testRound({ plannedAtMs: NOON + MINUTE_MS + 15_000, outcomes: "fff" }));
    expect(await settleNow()).toBe(1);
    expect(await countsOf(db, "web-1")).toEqual([
      run(0, 1, 1),
      run(1, 2, 2, 1, TIMEOUT),
      run(2, 3, 1),
    ]);
    expect(await differences()).toEqual([]);
  });

  test("leaves a gap where there is no round", async () => {
    await store(...[0, 1, 7, 8].map((at) => testRound({ plannedAtMs: NOON + at * MINUTE_MS })));
    await settleNow();
    expect(await countsOf(db, "web-1")).toEqual([run(0, 2, 1), run(7, 9, 1)]);
  });

  test("leaves a run without valid results where a reason is known", async () => {
    await store(testRound({ outcomes: "uio" }));
    await settleNow();
    expect(await countsOf(db, "web-1")).toEqual([run(0, 1, 0, 0, TIMEOUT)]);
    expect(await countsOf(db, "web-2")).toEqual([run(0, 1, 0, 0, TIMEOUT)]);
  });

  test("keeps vantages apart, and days at midnight UTC together for the reader", async () => {
    const midnight = NOON + 12 * 60 * MINUTE_MS;
    await store(
      ...[-2, -1, 0, 1].map((at) => testRound({ plannedAtMs: midnight + at * MINUTE_MS })),
      testRound({ vantage: "b", plannedAtMs: midnight, outcomes: "fff" }),
    );
    expect(await settleNow()).toBe(5);
    expect(await countsOf(db, "web-1")).toEqual([run(718, 722, 1)]);
    expect(await countsOf(db, "web-1", "b")).toEqual([run(720, 721, 1, 1, TIMEOUT)]);
    expect(await rowsOf(db, "day")).toHaveLength(3);
  });

  test("counts the first stored of two results across shards", async () => {
    await store(testRound({ shard: "15s-1", outcomes: "fff" }));
    await store(testRound({ shard: "15s-0" }));
    await settleNow();
    expect(await countsOf(db, "web-1")).toEqual([run(0, 1, 1, 1, TIMEOUT)]);
  });

  test("has targets beyond one block in theirs", async () => {
    const targets = Array.from({ length: 300 }, (_, at) => `t${at}`);
    await store(testRound({ targets, outcomes: "o".repeat(300) }));
    await settleNow();
    const { rows } = await db.query("select block from day order by block");
    expect(rows).toEqual([{ block: 0 }, { block: 1 }, { block: 2 }]);
    for (const target of targets) expect(await countsOf(db, target)).toEqual([run(0, 1, 1)]);
  });

  test("of a whole day at once, longer than one query takes, joins its minutes", async () => {
    const midnight = NOON - 12 * 60 * MINUTE_MS;
    const rounds = Array.from({ length: 1440 }, (_, at) =>
      testRound({ plannedAtMs: midnight + at * MINUTE_MS, targets: ["web-1"], outcomes: "o" }),
    );
    await store(...rounds);
    expect(await settleNow()).toBe(1440);
    expect(await countsOf(db, "web-1")).toEqual([run(-720, 720, 1)]);
  });

  test("goes on with other days when one cannot be read, and says that it is not done", async () => {
    await store(testRound(), testRound({ plannedAtMs: NOON - DAY_MS }));
    await settleNow();
    await db.query("update day set counts = '\\xffffffff' where day = $1", [
      Math.floor(NOON / DAY_MS),
    ]);
    const before = await findSettledUntil(db);
    await store(...[0, -DAY_MS].map((at) => testRound({ plannedAtMs: NOON + at + 15_000 })));
    const clock = testClock(NOON + 3 * DAY_MS);
    await expect(settleNow(clock)).rejects.toThrow("counts of 2026-10-15 cannot be read");
    expect(await findSettledUntil(db)).toBe(before);
    expect(await db.query("select minute from unsettled")).toMatchObject({
      rows: [{ minute: MINUTE }],
    });

    await rebuild({ db, clock }, around, { save: true });
    expect(await settleNow(clock)).toBe(1);
    expect(await countsOf(db, "web-1")).toEqual([run(-1440, -1439, 2), run(0, 1, 2)]);
  });

  test("leaves what was derived as it is when the rounds were dropped", async () => {
    await store(testRound({ plannedAtMs: NOON - 60 * DAY_MS }), testRound());
    await settleNow();
    const before = await rowsOf(db, "day");
    await db.query("insert into unsettled (vantage_id, minute) select id, $1 from vantage", [
      MINUTE - 60 * 1440,
    ]);
    await dropPartitionsBefore(db, { horizonMs: NOON - 14 * DAY_MS, nowMs: NOON });
    expect(await settleNow()).toBe(0);
    expect(await rowsOf(db, "day")).toEqual(before);
    expect(await rowsOf(db, "unsettled")).toEqual([]);
  });

  test("leaves it also when they are dropped while it reads them", async () => {
    await store(testRound({ plannedAtMs: NOON - 60 * DAY_MS }));
    await settleNow();
    const before = await rowsOf(db, "day");
    await db.query("insert into unsettled (vantage_id, minute) select id, $1 from vantage", [
      MINUTE - 60 * 1440,
    ]);
    const paused = pauseAfter(db, "for update");
    const settling = settle({ db: paused.db, clock: later });
    await paused.reached;
    await dropPartitionsBefore(db, { horizonMs: NOON - 14 * DAY_MS, nowMs: NOON });
    paused.go();
    expect(await settling).toBe(0);
    expect(await rowsOf(db, "day")).toEqual(before);
  });
});

describe("a round that is stored while the settler runs", () => {
  const early = testRound();
  const late = testRound({ plannedAtMs: NOON + 15_000, outcomes: "fff" });
  const whole = [run(0, 1, 2, 1, TIMEOUT)];

  test("is waited for when its minute was marked before", async () => {
    await store(early);
    const recorder = testStore(db);
    await prepareRounds(recorder, [late]);
    const { settling } = await withTransaction(db, async (tx) => {
      const minutes = new Map<string, Set<number>>();
      for (const round of await appendRounds(tx, recorder, { rounds: [late], storedAtMs: NOON }))
        addMinute(minutes, round);
      await markUnsettled(tx, recorder, minutes);
      const started = { settling: settleNow() };
      await waitFor(() => someoneWaits(db), { what: "the settler to wait" });
      return started;
    });
    expect(await settling).toBe(1);
    expect(await countsOf(db, "web-1")).toEqual(whole);
    expect(await rowsOf(db, "unsettled")).toEqual([]);
  });

  test("is left to the next time when its minute was not marked yet", async () => {
    const recorder = testStore(db);
    await prepareRounds(recorder, [late]);
    await withTransaction(db, async (tx) => {
      await appendRounds(tx, recorder, { rounds: [late], storedAtMs: NOON });
      await markUnsettled(tx, recorder, new Map([["a", new Set([MINUTE])]]));
      expect(await settleNow()).toBe(0);
    });
    expect(await settleNow()).toBe(1);
    expect(await countsOf(db, "web-1")).toEqual([run(0, 1, 1, 1, TIMEOUT)]);
  });

  test.each(["for update", "delete from unsettled", "from round", "insert into day"])(
    "is counted the next time when the settler was just past `%s`",
    async (statement) => {
      await store(early);
      const paused = pauseAfter(db, statement);
      const settling = settle({ db: paused.db, clock: later });
      await paused.reached;
      const storing = store(late);
      await waitFor(() => someoneWaits(db), { what: "the recorder to wait" });
      paused.go();
      expect(await settling).toBe(1);
      expect(await storing).toEqual([late]);
      expect(await settleNow()).toBe(1);
      expect(await countsOf(db, "web-1")).toEqual(whole);
    },
  );

  test("is counted when the settler breaks off", async () => {
    await store(early);
    const paused = pauseAfter(db, "insert into day");
    const settling = settle({ db: paused.db, clock: later });
    await paused.reached;
    const storing = store(late);
    await waitFor(() => someoneWaits(db), { what: "the recorder to wait" });
    await db.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'",
    );
    paused.go();
    await expect(settling).rejects.toThrow(/terminat|not queryable|EPIPE|ECONNRESET/u);
    await storing;
    expect(await settleNow()).toBe(1);
    expect(await countsOf(db, "web-1")).toEqual(whole);
  });
});

describe("several settlers and recorders at once", () => {
  test("settle each minute once when nothing arrives", async () => {
    await store(
      ...Array.from({ length: 40 }, (_, at) =>
        testRound({ plannedAtMs: NOON + at * 10 * MINUTE_MS }),
      ),
    );
    const settled = await Promise.all(Array.from({ length: 5 }, () => settleNow()));
    expect(settled.reduce((sum, one) => sum + one, 0)).toBe(40);
    expect(await differences()).toEqual([]);
  });

  test("end with the counts that follow from the rounds", async () => {
    const recorders = Array.from({ length: 4 }, async (_, recorder) => {
      for (let turn = 0; turn < 25; turn += 1) {
        const plannedAtMs = NOON + ((turn * 7 + recorder * 3) % 25) * MINUTE_MS + recorder * 1_000;
        await store(
          testRound({
            shard: `15s-${recorder}`,
            plannedAtMs,
            outcomes: turn % 3 === 0 ? "ofo" : "ooo",
          }),
          testRound({ shard: `15s-${recorder}`, plannedAtMs: plannedAtMs - 40 * MINUTE_MS }),
        );
      }
    });
    let isDone = false;
    const settlers = Array.from({ length: 3 }, async () => {
      while (!isDone) await settleNow();
    });
    await Promise.all(recorders);
    isDone = true;
    await Promise.all(settlers);
    await settleNow();
    expect(await rowsOf(db, "unsettled")).toEqual([]);
    expect(await differences()).toEqual([]);
    const counts = await countsOf(db, "web-1");
    expect(counts.reduce((sum, { from, until, valid }) => sum + (until - from) * valid, 0)).toBe(
      200,
    );
  });
});

test("rounds in any order, in any batches, with settling in between, give the days that follow from nothing", async () => {
  const someRound = fc
    .record({
      vantage: fc.constantFrom("a", "b"),
      shard: fc.constantFrom("15s-0", "15s-1"),
      // Around a midnight, so that two days are touched; few instants, so that there are doubles.
      at: fc.nat(11),
      first: fc.nat(3),
      outcomes: fc.string({
        unit: fc.constantFrom("o", "o", "f", "i", "u"),
        minLength: 1,
        maxLength: 4,
      }),
    })
    .map(({ vantage, shard, at, first, outcomes }) =>
      testRound({
        vantage,
        shard,
        plannedAtMs: NOON + 718 * MINUTE_MS + at * 30_000,
        targets: Array.from(outcomes, (_, index) => `web-${first + index}`),
        outcomes,
      }),
    );
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.array(someRound, { minLength: 1, maxLength: 6 }) },
    { weight: 2, arbitrary: fc.constant("settle" as const) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      await clearRounds(db);
      for (const one of steps) {
        if (one === "settle") await settleNow();
        else await store(...one);
      }
      await settleNow();
      expect(await differences()).toEqual([]);
      const settled = await rowsOf(db, "day");
      await db.query("truncate day, chain_target");
      await rebuild({ db, clock: later }, around, { save: true });
      expect(await rowsOf(db, "day")).toEqual(settled);
      expect((await verify({ db, clock: later }, around)).broken).toBeNull();
    }),
    { numRuns: 25 },
  );
}, 120_000);
