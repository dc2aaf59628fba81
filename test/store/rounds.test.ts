import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Round } from "../../src/core/round.ts";
import { systemClock } from "../../src/clock.ts";
import { ConflictError } from "../../src/errors.ts";
import { pageResults } from "../../src/store/results.ts";
import { deletePhasesBefore, listPhases } from "../../src/store/phases.ts";
import { findProof } from "../../src/store/proof.ts";
import { storeRounds } from "../../src/store/rounds.ts";
import { dropPartitionsBefore } from "../../src/store/partitions.ts";
import { verify } from "../../src/verify.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import {
  clearRounds,
  DAY_MS,
  MINUTE_MS,
  NOON,
  rowsOf,
  testRound,
  testStore,
} from "../helpers/rounds.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  const { db } = database;
  await clearRounds(db);
});

const STORED = NOON + 1_234;
const month = { fromMs: NOON - 20 * DAY_MS, untilMs: NOON + 20 * DAY_MS };

function store(rounds: readonly Round[], storedAtMs = STORED): Promise<Round[]> {
  return storeRounds(testStore(database.db), rounds, storedAtMs);
}

/** Rounds of one shard, every 15 seconds. */
function series(count: number, changes: Partial<Round> = {}): Round[] {
  const fromMs = changes.plannedAtMs ?? NOON;
  return Array.from({ length: count }, (_, at) =>
    testRound({ ...changes, plannedAtMs: fromMs + at * 15_000 }),
  );
}

type ChainRow = {
  shard: string;
  seq: number;
  planned_at: number;
  previous: string;
  hash: string;
  head: string;
};

async function chains(): Promise<Map<string, ChainRow[]>> {
  const { rows } = await database.db.query<ChainRow>(
    `select v.name || '/' || c.shard as shard, r.seq, r.planned_at, encode(c.hash, 'hex') as head,
       encode(r.previous_hash, 'hex') as previous, encode(r.hash, 'hex') as hash
     from round r join chain c on c.id = r.chain_id join vantage v on v.id = c.vantage_id
     order by 1, r.seq`,
  );
  const byShard = new Map<string, ChainRow[]>();
  for (const row of rows) byShard.set(row.shard, [...(byShard.get(row.shard) ?? []), row]);
  return byShard;
}

async function expectWholeChains(): Promise<void> {
  for (const rows of (await chains()).values()) {
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, at) => at + 1));
    expect(rows.map(({ previous }) => previous)).toEqual([
      "",
      ...rows.slice(0, -1).map(({ hash }) => hash),
    ]);
    expect(rows.at(-1)?.head).toBe(rows.at(-1)?.hash);
  }
  const found = await verify({ db: database.db, clock: { ...systemClock, nowMs: () => 0 } }, month);
  expect(found.broken).toBeNull();
}

test("a proof counts the chains of its targets, also those that held others' before", async () => {
  const imported = { shard: "import-0", outcomes: "o" };
  await store([
    testRound({ ...imported, targets: ["other"] }),
    testRound({ ...imported, targets: ["mine"], plannedAtMs: NOON + MINUTE_MS }),
    testRound({ shard: "15s-1", outcomes: "o", targets: ["other"] }),
    testRound({ ...imported, targets: ["former"], plannedAtMs: NOON - 25 * DAY_MS }),
  ]);
  const roundsOf = async (target: string) => (await findProof(database.db, month, [target])).rounds;
  expect([await roundsOf("mine"), await roundsOf("other")]).toEqual([2, 3]);
  expect([await roundsOf("former"), await roundsOf("nobody")]).toEqual([0, 0]);
});

describe("storing rounds", () => {
  test("chains each to the one stored before it for its vantage and shard", async () => {
    await store([...series(3), ...series(2, { shard: "15s-1" }), ...series(1, { vantage: "b" })]);
    await store(series(2, { plannedAtMs: NOON - 60_000 }));
    await expectWholeChains();
    const lengths = [...(await chains())].map(([shard, rows]) => [shard, rows.length]);
    expect(lengths).toEqual([
      ["a/15s-0", 5],
      ["a/15s-1", 2],
      ["b/15s-0", 1],
    ]);
  });

  test("gives back those that were not there", async () => {
    const rounds = series(3);
    expect(await store(rounds.slice(0, 1))).toEqual(rounds.slice(0, 1));
    expect(await store(rounds)).toEqual(rounds.slice(1));
    expect(await store([])).toEqual([]);
  });

  test("changes nothing for a round whose vantage, shard and planned instant are there", async () => {
    await store(series(3));
    const tables = ["round", "chain", "chain_day", "unsettled", "target", "vantage"];
    const before = await Promise.all(tables.map((table) => rowsOf(database.db, table)));
    const others = series(3, { outcomes: "fff", targets: ["web-1", "web-2", "web-9"] });
    expect(await store([...others, ...series(3)], STORED + 1)).toEqual([]);
    const after = await Promise.all(tables.slice(0, 4).map((table) => rowsOf(database.db, table)));
    expect(after).toEqual(before.slice(0, 4));
  });

  test("takes the first of two with one key in a batch", async () => {
    const [first, second] = series(2);
    const double = { ...first!, outcomes: "fff" };
    expect(await store([first!, double, second!, double])).toEqual([first, second]);
    const { rows } = await database.db.query("select outcomes from round order by seq");
    expect(rows).toEqual([{ outcomes: "ooo" }, { outcomes: "ooo" }]);
    await expectWholeChains();
  });

  test("marks the minutes to be settled, and counts the days", async () => {
    await store([...series(5), ...series(1, { vantage: "b", plannedAtMs: NOON + 15_000 })]);
    await store(series(1, { plannedAtMs: NOON + DAY_MS }));
    const minute = NOON / MINUTE_MS;
    expect(
      (
        await database.db.query(
          "select v.name, minute from unsettled u join vantage v on v.id = u.vantage_id order by 1, 2",
        )
      ).rows,
    ).toEqual([
      { name: "a", minute },
      { name: "a", minute: minute + 1 },
      { name: "a", minute: minute + 1440 },
      { name: "b", minute },
    ]);
    const { rows } = await database.db.query(
      "select day, rounds from chain_day order by chain_id, day",
    );
    const day = Math.floor(NOON / DAY_MS);
    expect(rows).toEqual([
      { day, rounds: 5 },
      { day: day + 1, rounds: 1 },
      { day, rounds: 1 },
    ]);
  });

  test("makes the partitions that are missing, side by side and across the turn of a year", async () => {
    const turn = Date.parse("2027-01-01T00:00:00Z");
    await Promise.all(
      Array.from({ length: 12 }, (_, at) =>
        store([
          testRound({ shard: `s-${at}`, plannedAtMs: turn - 1 }),
          testRound({ shard: `s-${at}`, plannedAtMs: turn }),
          testRound({ shard: `s-${at}`, plannedAtMs: NOON - at * 31 * DAY_MS }),
        ]),
      ),
    );
    const { rows } = await database.db.query(
      "select tableoid::regclass::text as name, count(*) from round group by 1 order by 1",
    );
    expect(rows).toEqual(
      expect.arrayContaining([
        { name: "round_2026_12", count: 12 },
        { name: "round_2027_01", count: 12 },
      ]),
    );
    expect(rows).toHaveLength(14);
  });

  test("makes a partition while another transaction has written rounds and goes on", async () => {
    await store(series(1));
    const client = await database.db.connect();
    await client.query("begin");
    await client.query("update round set outcomes = outcomes");
    expect(await store(series(1, { plannedAtMs: NOON + 900 * DAY_MS }))).toHaveLength(1);
    await client.query("rollback");
    client.release();
  });

  test("refuses rounds of a time that was dropped, whole batches of them", async () => {
    await store(series(1, { plannedAtMs: NOON - 90 * DAY_MS }));
    await dropPartitionsBefore(database.db, { horizonMs: NOON - 30 * DAY_MS, nowMs: NOON });
    const old = testRound({ plannedAtMs: NOON - 100 * DAY_MS, shard: "15s-7" });
    await expect(store([testRound({ shard: "15s-7" }), old])).rejects.toThrow(ConflictError);
    expect(await rowsOf(database.db, "round")).toEqual([]);
  });

  test("stores hostile texts of servers, and their proof holds", async () => {
    const texts = [
      "\u0000",
      "a\u0000b",
      "\uD800",
      "\uDC00\uD800",
      "x".repeat(300),
      "'; drop table round; --",
      "\\",
      '"',
      "{}",
      "\u202E\u0007\r\n",
      "😀".repeat(150),
    ];
    const rounds = texts.map((text, at) =>
      testRound({
        plannedAtMs: NOON + at * 1_000,
        outcomes: "fo",
        details: [
          {
            index: 0,
            reason: "malformed-response",
            text,
            requestId: text.slice(0, 200),
            address: text.slice(0, 100),
          },
        ],
      }),
    );
    await store(rounds);
    await expectWholeChains();
    const read: string[] = [];
    for await (const page of pageResults(database.db, "web-1", month))
      read.push(...page.map(({ detail }) => detail));
    expect(read).toEqual(texts.map((text) => text.replaceAll("\u0000", "").toWellFormed()));
  });

  test("stores a hundred targets with the widest numbers", async () => {
    const round = testRound({
      outcomes: "f".repeat(100),
      offsetsMs: Array.from({ length: 100 }, (_, at) =>
        at % 2 === 0 ? 2_147_483_647 : -2_147_483_647,
      ),
      latenciesUs: Array.from({ length: 100 }, () => 2_147_483_647),
    });
    await store([round]);
    await expectWholeChains();
    const { rows } = await database.db.query("select offsets_ms, latencies_us from round");
    expect(rows).toEqual([{ offsets_ms: round.offsetsMs, latencies_us: round.latenciesUs }]);
  });
});

describe("many recorders at once", () => {
  test("on one chain store every round once, without a gap", async () => {
    // Series that overlap each other by half.
    const recorders = Array.from({ length: 8 }, (_, at) =>
      store(series(40, { plannedAtMs: NOON + at * 300_000 })),
    );
    const stored = (await Promise.all(recorders)).flat().map(({ plannedAtMs }) => plannedAtMs);
    expect(stored.toSorted((x, y) => x - y)).toEqual(
      series(180).map(({ plannedAtMs }) => plannedAtMs),
    );
    await expectWholeChains();
  });

  test("on the same chains, names and minutes in different orders do not lock each other out", async () => {
    const shards = Array.from({ length: 6 }, (_, at) => `15s-${at}`);
    const recorders = Array.from({ length: 9 }, async (_, recorder) => {
      const mine = testStore(database.db);
      for (let turn = 0; turn < 4; turn += 1) {
        const rounds = shards.flatMap((shard, at) =>
          ["a", "b"].map((vantage) =>
            testRound({
              vantage,
              shard,
              plannedAtMs: NOON + ((recorder + at) % 3) * MINUTE_MS + turn * 15_000 + recorder,
              targets: [`t${(recorder + at) % 7}`, `u${(recorder * at) % 5}`, `w${turn}`],
            }),
          ),
        );
        await storeRounds(mine, recorder % 2 === 0 ? rounds : rounds.toReversed(), STORED);
      }
    });
    await Promise.all(recorders);
    const lengths = [...(await chains()).values()].map((rows) => rows.length);
    expect(lengths).toEqual(Array.from({ length: 12 }, () => 36));
    await expectWholeChains();
    expect(
      (await database.db.query("select count(*) = count(distinct name) as once from target")).rows,
    ).toEqual([{ once: true }]);
  });

  test("go on after one of them was cut off in the middle", async () => {
    await store(series(1));
    const client = await database.db.connect();
    await client.query("begin");
    await client.query("select * from chain for update");
    const waiting = store(series(3));
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    client.on("error", () => undefined);
    await database.db.query("select pg_terminate_backend($1)", [rows[0]!.pid]);
    client.release(true);
    expect(await waiting).toHaveLength(2);
    await expectWholeChains();
  });
});

describe("the phases of a round that has them", () => {
  const phasesUs = [1, 2, 3, 4, 5, null, 700, null, 900, null];
  const sampled = testRound({ outcomes: "oo", phasesUs });

  test("are found again for each of its targets, by the instant and the vantage", async () => {
    await store([sampled, testRound({ plannedAtMs: NOON + 15_000 }), { ...sampled, vantage: "b" }]);
    expect(await listPhases(database.db, "web-2", month)).toEqual(
      ["a", "b"].map((vantage) => ({ vantage, atMs: NOON, phasesUs: phasesUs.slice(5) })),
    );
    expect(await listPhases(database.db, "web-1", { fromMs: NOON + 1, untilMs: NOON + 2 })).toEqual(
      [],
    );
    expect(await listPhases(database.db, "web-9", month)).toEqual([]);
  });

  test("are found in every shard that the target was in, also where others took its place", async () => {
    const other = { shard: "15s-9", targets: ["web-8", "web-9"] };
    await store([
      sampled,
      { ...sampled, ...other, plannedAtMs: NOON + 1_000 },
      { ...sampled, plannedAtMs: NOON + 300_000, targets: ["web-7", "web-8"] },
      { ...sampled, ...other, plannedAtMs: NOON + 300_000, targets: ["web-9", "web-2"] },
      { ...sampled, ...other, plannedAtMs: NOON + DAY_MS, targets: ["web-2", "web-8"] },
    ]);
    const found = await listPhases(database.db, "web-2", month);
    expect(found.map(({ atMs, phasesUs: [first] }) => [atMs - NOON, first])).toEqual([
      [0, null],
      [300_000, null],
      [DAY_MS, 1],
    ]);
    const later = { fromMs: NOON + 1, untilMs: NOON + DAY_MS };
    expect(await listPhases(database.db, "web-2", later)).toHaveLength(1);
  });

  test("stay as they were stored first", async () => {
    await store([sampled]);
    expect(await store([{ ...sampled, phasesUs: phasesUs.map(() => 9) }])).toEqual([]);
    const [kept] = await listPhases(database.db, "web-1", month);
    expect(kept?.phasesUs).toEqual([1, 2, 3, 4, 5]);
  });

  test("are not part of what is proved", async () => {
    await store([sampled]);
    await database.db.query("update phase_sample set phases_us = '{}'");
    await database.db.query("delete from phase_sample");
    expect(await verify({ db: database.db, clock: systemClock }, month)).toMatchObject({
      rounds: 1,
    });
  });

  test("go when they are old", async () => {
    const days = [0, 1, 3].map((day) => ({ ...sampled, plannedAtMs: NOON + day * DAY_MS }));
    await store(days);
    // A day at a time: a statement may take so long and no longer.
    expect(await deletePhasesBefore(database.db, NOON + 3 * DAY_MS)).toBe(2);
    expect(await deletePhasesBefore(database.db, NOON + 3 * DAY_MS)).toBe(0);
    expect(await listPhases(database.db, "web-1", month)).toHaveLength(1);
  });
});
