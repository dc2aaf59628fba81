import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Clock } from "../src/clock.ts";
import { rebuild } from "../src/rebuild.ts";
import { settle } from "../src/settle.ts";
import type { Database } from "../src/store/connect.ts";
import { dropPartitionsBefore } from "../src/store/partitions.ts";
import { storeRounds } from "../src/store/rounds.ts";
import { verify } from "../src/verify.ts";
import { testClock } from "./helpers/clock.ts";
import { createTestDatabase, type TestDatabase } from "./helpers/database.ts";
import { pauseAfter } from "./helpers/pausing-db.ts";
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

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
});
afterAll(() => database.drop());

const clock: Clock = testClock(NOON + 2 * DAY_MS);
const month = {
  fromMs: Date.parse("2026-09-30T16:00:00Z"),
  untilMs: Date.parse("2026-10-31T16:00:00Z"),
};
const check = async (range = month) => (await verify({ db, clock }, range)).broken;
const store = (...rounds: Parameters<typeof storeRounds>[1][number][]) =>
  storeRounds(testStore(db), rounds, NOON);

/** Two chains over two days, with a late round, a double across the chains, and failures. */
beforeEach(async () => {
  await clearRounds(db);
  const series = [0, 1, 2, 3, 4].map((at) =>
    testRound({ plannedAtMs: NOON + at * 15_000, outcomes: at === 2 ? "ofi" : "ooo" }),
  );
  await store(...series);
  await store(
    testRound({ plannedAtMs: NOON + DAY_MS, outcomes: "fff" }),
    testRound({ plannedAtMs: NOON - 15_000 }),
  );
  await store(
    testRound({ shard: "15s-1", plannedAtMs: NOON, targets: ["web-3", "web-4"], outcomes: "fo" }),
  );
  await store(
    testRound({ shard: "15s-1", plannedAtMs: NOON + 15_000, targets: ["web-4"], outcomes: "o" }),
  );
  await settle({ db, clock });
});

describe("a month that nobody touched", () => {
  test("holds, with all its rounds and days", async () => {
    expect(await verify({ db, clock }, month)).toEqual({
      rounds: 9,
      days: 18,
      seals: 0,
      broken: null,
    });
  });

  test("holds when only a part of it is asked for", async () => {
    expect(await verify({ db, clock }, { fromMs: NOON, untilMs: NOON + 1 })).toEqual({
      rounds: 8,
      days: 1,
      seals: 0,
      broken: null,
    });
    expect(
      await verify({ db, clock }, { fromMs: NOON - 90 * DAY_MS, untilMs: NOON - 60.5 * DAY_MS }),
    ).toEqual({
      rounds: 0,
      days: 30,
      seals: 0,
      broken: null,
    });
  });

  test("holds while rounds arrive and wait for the settler", async () => {
    await store(
      testRound({ plannedAtMs: NOON + 45_500 }),
      testRound({ plannedAtMs: NOON + 9 * MINUTE_MS }),
    );
    expect(await check()).toBeNull();
    const paused = pauseAfter(db, "from chain c join");
    const verifying = verify({ db: paused.db, clock }, month);
    await paused.reached;
    await store(
      testRound({ plannedAtMs: NOON + 46_500 }),
      testRound({ plannedAtMs: NOON + DAY_MS + 30_000 }),
    );
    await settle({ db, clock });
    paused.go();
    expect(await verifying).toMatchObject({ rounds: 11, broken: null });
  });

  test("holds over many pages of rounds", async () => {
    const rounds = Array.from({ length: 4_500 }, (_, at) =>
      testRound({ plannedAtMs: NOON + DAY_MS + 60_000 + at * 1_000 }),
    );
    await store(...rounds);
    await settle({ db, clock });
    expect(await verify({ db, clock }, month)).toMatchObject({ rounds: 4_509, broken: null });
  });

  test("holds with whatever names, numbers and words a round may have", async () => {
    const names = [
      'a "quoted"',
      "back\\slash",
      "目标-1",
      "line\nbreak",
      "\u2028",
      "{1,2}",
      "=",
      "null",
    ];
    const rounds = names.map((name, index) =>
      testRound({
        shard: 'shard "1"',
        vantage: "地点",
        plannedAtMs: NOON + index * 1_000,
        targets: index % 3 === 0 ? ["web-1"] : [name, "web-1"],
        outcomes: index % 3 === 0 ? "u" : "fo",
        offsetsMs: index % 3 === 0 ? [-2_147_483_647] : [-0, 2_147_483_647],
        latenciesUs: index % 3 === 0 ? [0] : [2_147_483_647, 1],
        details: [
          { index: 0, reason: "server-error", text: `${name}\u0000\ud800`, address: "::1" },
        ],
      }),
    );
    await store(...rounds);
    await settle({ db, clock });
    expect(await verify({ db, clock }, month)).toMatchObject({ rounds: 17, broken: null });
  });

  test("keeps the rounds from being dropped while it reads them", async () => {
    const paused = pauseAfter(db, "from chain c join");
    const verifying = verify({ db: paused.db, clock }, month);
    await paused.reached;
    await expect(
      dropPartitionsBefore(db, { horizonMs: NOON + 60 * DAY_MS, nowMs: NOON }),
    ).rejects.toThrow("lock timeout");
    paused.go();
    expect(await verifying).toMatchObject({ rounds: 9, broken: null });
  });

  test("holds when the rounds were stored in any order", async () => {
    const rounds = Array.from({ length: 60 }, (_, at) =>
      testRound({ plannedAtMs: NOON + DAY_MS + 60_000 + ((at * 23) % 60) * 1_000 }),
    );
    for (const round of rounds) await store(round);
    await settle({ db, clock });
    expect(await check()).toBeNull();
  });

  test("holds without the rounds of older months, which were dropped", async () => {
    await store(testRound({ plannedAtMs: NOON - 60 * DAY_MS }));
    await settle({ db, clock });
    const august = {
      fromMs: Date.parse("2026-07-31T16:00:00Z"),
      untilMs: Date.parse("2026-08-31T16:00:00Z"),
    };
    expect(await verify({ db, clock }, august)).toMatchObject({ rounds: 1, broken: null });
    expect(
      await dropPartitionsBefore(db, { horizonMs: NOON - 14 * DAY_MS, nowMs: NOON }),
    ).toContain("round_2026_08");
    expect(await verify({ db, clock }, august)).toMatchObject({ rounds: 0, broken: null });
    expect(await verify({ db, clock }, month)).toMatchObject({ rounds: 9, broken: null });
    expect(await countsOf(db, "web-1")).toHaveLength(4);
  });
});

const first = "chain_id = 1 and planned_at = '2026-10-15 12:00:00+00'";
const third = "chain_id = 1 and planned_at = '2026-10-15 12:00:30+00'";
const alone = "chain_id = 1 and planned_at = '2026-10-16 12:00:00+00'";
const at = (iso: string, shard = "15s-0") => `round a/${shard} at 2026-10-${iso}.000Z`;
const hash = ": its hash does not match what it holds";
const day15 = "chain a/15s-0 on 2026-10-15";

describe("a month in which one thing was changed does not hold, and it says where:", () => {
  test.each([
    [
      "round.planned_at",
      `update round set planned_at = planned_at + '1 ms' where ${first}`,
      "round a/15s-0 at 2026-10-15T12:00:00.001Z",
    ],
    [
      "round.planned_at by a microsecond",
      `update round set planned_at = planned_at + '1 us' where ${first}`,
      at("15T12:00:00") + hash,
    ],
    [
      "round.planned_at into another month",
      `create table if not exists round_2026_08 partition of round for values from ('2026-08-01') to ('2026-09-01'); update round set planned_at = planned_at - '60 days'::interval where ${first}`,
      day15,
    ],
    ["round.chain_id", `update round set chain_id = 2 where ${third}`, day15],
    ["round.chain_id to none", `update round set chain_id = 9 where ${third}`, day15],
    ["round.seq", `update round set seq = seq + 1000 where ${third}`, at("15T12:00:30") + hash],
    [
      "round.stored_at",
      `update round set stored_at = stored_at + '1 ms' where ${third}`,
      at("15T12:00:30") + hash,
    ],
    [
      "round.stored_at by a microsecond",
      `update round set stored_at = stored_at + '1 us' where ${third}`,
      at("15T12:00:30") + hash,
    ],
    [
      "round.targets",
      `update round set targets[1] = 3, targets[3] = 1 where ${third}`,
      at("15T12:00:30") + hash,
    ],
    [
      "round.targets by one more",
      `update round set targets = targets || 4 where ${third}`,
      at("15T12:00:30") + hash,
    ],
    [
      "round.targets to those of the round before",
      "update round set targets = '{3,4}' where chain_id = 2 and planned_at = '2026-10-15 12:00:15+00'",
      at("15T12:00:15", "15s-1") + hash,
    ],
    [
      "round.targets counted from 0",
      `update round set targets = '[0:2]={1,2,3}' where ${third}`,
      at("15T12:00:30") + hash,
    ],
    [
      "round.offsets_ms counted from 0",
      `update round set offsets_ms = '[0:2]={3,3,3}' where ${third}`,
      at("15T12:00:30") + hash,
    ],
    [
      "round.outcomes",
      `update round set outcomes = 'ooi' where ${third}`,
      at("15T12:00:30") + hash,
    ],
    [
      "round.offsets_ms",
      `update round set offsets_ms[2] = 4 where ${third}`,
      at("15T12:00:30") + hash,
    ],
    [
      "round.latencies_us",
      `update round set latencies_us[2] = 1201 where ${third}`,
      at("15T12:00:30") + hash,
    ],
    [
      "round.details",
      `update round set details = jsonb_set(details, '{0,2}', '"x"') where ${third}`,
      at("15T12:00:30") + hash,
    ],
    [
      "round.details taken away",
      `update round set details = null where ${third}`,
      at("15T12:00:30") + hash,
    ],
    [
      "round.details put there",
      `update round set details = '[[0,1,"","",""]]' where ${first}`,
      at("15T12:00:00") + hash,
    ],
    [
      "round.previous_hash",
      `update round set previous_hash = set_byte(previous_hash, 5, get_byte(previous_hash, 5) # 1) where ${third}`,
      at("15T12:00:30") + hash,
    ],
    [
      "round.hash",
      `update round set hash = set_byte(hash, 31, get_byte(hash, 31) # 128) where ${third}`,
      at("15T12:00:30") + hash,
    ],
    [
      "round.id",
      `alter table round alter id drop identity; update round set id = 9999 where ${first}; alter table round alter id add generated always as identity (start 10000)`,
      "it does not follow the round stored before it",
    ],
    [
      "a round taken away",
      `delete from round where ${third}`,
      `${day15}: 6 rounds were recorded, 5 are there`,
    ],
    [
      "a day's only round taken away",
      `delete from round where ${alone}`,
      "chain a/15s-0 on 2026-10-16: 1 rounds were recorded, 0 are there",
    ],
    [
      "a round taken away and its day's count with it",
      `delete from round where ${third}; update chain_day set rounds = rounds - 1 where chain_id = 1 and rounds > 1`,
      "chain a/15s-0: its head counts 7 rounds, its days 6",
    ],
    [
      "a round taken away with its day's and its chain's count",
      `delete from round where ${alone}; delete from chain_day where chain_id = 1 and rounds = 1; update chain set seq = seq - 1 where id = 1`,
      "it does not follow the round stored before it",
    ],
    [
      "chain.seq",
      "update chain set seq = seq + 1 where id = 1",
      "chain a/15s-0: its head counts 8 rounds, its days 7",
    ],
    [
      "chain.hash",
      "update chain set hash = set_byte(hash, 0, get_byte(hash, 0) # 1) where id = 2",
      "chain a/15s-1: its head is the last round of none of its days",
    ],
    [
      "chain.hash to that of another day",
      "update chain set hash = (select hash from chain_day where chain_id = 1 and rounds = 1) where id = 1",
      "round a/15s-0",
    ],
    ["chain.hash to none", "update chain set hash = '' where id = 1", "chain a/15s-0: its head is"],
    [
      "chain.shard",
      "update chain set shard = '15s-9' where id = 2",
      at("15T12:00:00", "15s-9") + hash,
    ],
    [
      "chain.vantage_id",
      "insert into vantage (name) values ('b'); update chain set vantage_id = 2 where id = 1",
      "round b/15s-0",
    ],
    ["vantage.name", "update vantage set name = 'z'", "round z/15s-0"],
    [
      "chain_day.rounds",
      "update chain_day set rounds = rounds + 1 where chain_id = 2",
      "chain a/15s-1: its head counts 2 rounds, its days 3",
    ],
    [
      "chain_day.rounds, the sum kept",
      "update chain_day set rounds = 8 - rounds - 1 where chain_id = 1",
      "rounds were recorded",
    ],
    [
      "chain_day.hash",
      "update chain_day set hash = set_byte(hash, 9, get_byte(hash, 9) # 4) where chain_id = 1 and rounds = 1",
      "chain a/15s-0 on 2026-10-16: the hash recorded for it is not that of its last round",
    ],
    [
      "chain_day.day",
      "update chain_day set day = day + 7 where chain_id = 1 and rounds = 1",
      "chain a/15s-0 on 2026-10-16: 0 rounds were recorded, 1 are there",
    ],
    [
      "chain_day.chain_id",
      "insert into chain (vantage_id, shard) values (1, 'x'); update chain_day set chain_id = 3 where chain_id = 1 and rounds = 1",
      "chain a/15s-0: its head counts 7",
    ],
    [
      "a day of a chain taken away",
      "delete from chain_day where chain_id = 2",
      "chain a/15s-1: its head counts 2 rounds, its days 0",
    ],
    [
      "an empty day of a chain put there",
      "insert into chain_day select 1, day + 3, 0, hash from chain_day where chain_id = 2",
      "chain a/15s-0 on 2026-10-18",
    ],
    [
      "a chain taken away, its rounds left",
      "delete from chain_day where chain_id = 2; delete from chain_target where chain_id = 2; delete from chain where id = 2",
      "2 rounds belong to no chain",
    ],
    [
      "that a chain holds a target forgotten",
      "delete from chain_target where chain_id = 2 and target_id = (select max(target_id) from chain_target where chain_id = 2)",
      "chain a/15s-1: it is not noted that it holds web-4",
    ],
    [
      "target.name",
      "update target set name = 'web-5' where name = 'web-2'",
      "round a/15s-0 at 2026-10-15T11:59:45.000Z" + hash,
    ],
    [
      "two names of targets for each other",
      "update target set name = case name when 'web-1' then 'tmp' else 'web-1' end where name in ('web-1', 'web-2'); update target set name = 'web-2' where name = 'tmp'",
      hash,
    ],
    [
      "target.id",
      "delete from chain_target where target_id = (select id from target where name = 'web-4'); alter table target alter id drop identity; update target set id = 77 where name = 'web-4'; alter table target alter id add generated always as identity (start 100)",
      at("15T12:00:00", "15s-1") + hash,
    ],
    [
      "day.counts",
      "update day set counts = set_byte(counts, 5, get_byte(counts, 5) # 1) where day = 20741",
      "on 2026-10-15 do not follow from its rounds",
    ],
    [
      "day.counts cut",
      "update day set counts = substr(counts, 1, length(counts) - 1) where day = 20741",
      "on 2026-10-15 do not follow from its rounds",
    ],
    [
      "day.counts emptied",
      "update day set counts = '' where day = 20741",
      "counts of web-1 from a on 2026-10-15 do not follow from its rounds",
    ],
    [
      "day.block",
      "update day set block = 1 where day = 20741",
      "on 2026-10-15 do not follow from its rounds",
    ],
    [
      "day.day",
      "update day set day = 20740 where day = 20741",
      "on 2026-10-14 do not follow from its rounds",
    ],
    [
      "day.vantage_id",
      "insert into vantage (name) values ('b'); update day set vantage_id = 2 where day = 20741",
      "on 2026-10-15 do not follow from its rounds",
    ],
    [
      "a day taken away",
      "delete from day where day = 20742",
      "counts of web-1 from a on 2026-10-16 do not follow from its rounds",
    ],
    [
      "the memo of what was dropped",
      `delete from round where ${alone}; insert into memo values ('rounds-dropped-until', '9999999999999')`,
      "chain a/15s-0 on 2026-10-16: 1 rounds were recorded, 0 are there",
    ],
    [
      "a whole partition taken away",
      "alter table round detach partition round_2026_10; drop table round_2026_10",
      "6 rounds were recorded, 0 are there",
    ],
  ])("%s", async (what, statement, where) => {
    await db.query(statement);
    expect(await check(), what).toEqual(expect.stringContaining(where));
  });

  test.each([
    ["round", "hash", "id"],
    ["round", "previous_hash", "id"],
    ["chain", "hash", "id"],
    ["chain_day", "hash", "chain_id * 100000 + day"],
    ["day", "counts", "day"],
  ])("any bit of any row's %s.%s", async (table, column, key) => {
    const { rows } = await db.query<{ key: number; bits: number }>(
      `select ${key} as key, length(${column}) * 8 as bits from ${table} where length(${column}) > 0`,
    );
    for (const [index, row] of rows.entries()) {
      const bit = (index * 37 + 11) % row.bits;
      const flip = `update ${table} set ${column} = set_bit(${column}, ${bit}, 1 - get_bit(${column}, ${bit}))
        where ${key} = ${row.key}`;
      await db.query(flip);
      expect(await check(), `${table} ${row.key} bit ${bit}`).not.toBeNull();
      await db.query(flip);
    }
    expect(rows.length).toBeGreaterThan(1);
    expect(await check()).toBeNull();
  });
});

describe("deriving a month again", () => {
  const again = (save: boolean) => rebuild({ db, clock }, month, { save });

  test("finds nothing when nothing was touched", async () => {
    expect(await again(true)).toEqual({ days: 18, differences: [], noted: 0 });
  });

  test("notes again which chains hold which targets, and says how many it were", async () => {
    const good = await rowsOf(db, "chain_target");
    await db.query("delete from chain_target where chain_id = 2 or target_id = 1");
    const missing = good.length - (await rowsOf(db, "chain_target")).length;
    expect((await again(false)).noted).toBe(0);
    expect(await again(true)).toEqual({ days: 18, differences: [], noted: missing });
    expect(await rowsOf(db, "chain_target")).toEqual(good);
  });

  test("names what differs, and mends it only when asked to", async () => {
    const good = await rowsOf(db, "day");
    await db.query("update day set counts = '' where day = 20742");
    const differences = ["web-1", "web-2", "web-3"].map((target) => ({
      vantage: "a",
      target,
      day: "2026-10-16",
    }));
    expect((await again(false)).differences).toEqual(differences);
    expect((await again(true)).differences).toEqual(differences);
    expect(await rowsOf(db, "day")).toEqual(good);
    expect((await again(true)).differences).toEqual([]);
  });

  test("mends a day that cannot be read, and one that is not there", async () => {
    const good = await rowsOf(db, "day");
    await db.query("update day set counts = '\\x80' where day = 20741");
    await db.query("delete from day where day = 20742");
    expect((await again(true)).differences).toContainEqual({
      vantage: "a",
      target: "#0 to #127",
      day: "2026-10-15",
    });
    expect(await rowsOf(db, "day")).toEqual(good);
  });

  test("takes away counts of targets that have no rounds", async () => {
    const good = await countsOf(db, "web-1");
    await store(
      testRound({ plannedAtMs: NOON + 1_000, targets: ["ghost"], outcomes: "o", shard: "15s-5" }),
    );
    await settle({ db, clock });
    await db.query("delete from round where chain_id = 3");
    expect((await again(true)).differences).toEqual([
      { vantage: "a", target: "ghost", day: "2026-10-15" },
    ]);
    expect(await countsOf(db, "ghost")).toEqual([]);
    expect(await countsOf(db, "web-1")).toEqual(good);
  });

  test("leaves the counts of dropped rounds alone", async () => {
    await store(testRound({ plannedAtMs: NOON - 60 * DAY_MS }));
    await settle({ db, clock });
    await dropPartitionsBefore(db, { horizonMs: NOON - 14 * DAY_MS, nowMs: NOON });
    const before = await rowsOf(db, "day");
    const all = { fromMs: NOON - 90 * DAY_MS, untilMs: NOON + DAY_MS };
    expect((await rebuild({ db, clock }, all, { save: true })).differences).toEqual([]);
    expect(await rowsOf(db, "day")).toEqual(before);
  });

  test("leaves minutes that are not settled yet", async () => {
    await store(testRound({ plannedAtMs: NOON + 2 * DAY_MS - 60_000 }));
    expect((await again(true)).differences).toEqual([]);
    expect(await rowsOf(db, "unsettled")).toHaveLength(1);
  });
});
