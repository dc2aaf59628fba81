import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chainKey } from "../src/core/seal.ts";
import { proveRound } from "../src/prove-round.ts";
import { sealDay, sealDays, sealRange } from "../src/seal.ts";
import type { Database } from "../src/store/connect.ts";
import { dropPartitionsBefore } from "../src/store/partitions.ts";
import { storeRounds } from "../src/store/rounds.ts";
import { findSeal, listSeals } from "../src/store/seals.ts";
import { checkSeal, verifySeals, type DayRounds } from "../src/verify-seals.ts";
import { testClock } from "./helpers/clock.ts";
import { createTestDatabase, type TestDatabase } from "./helpers/database.ts";
import { pauseAfter, someoneWaits } from "./helpers/pausing-db.ts";
import { DAY_MS, NOON, rowsOf, testRound, testStore } from "./helpers/rounds.ts";
import { waitFor } from "./helpers/wait.ts";

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
});
afterAll(() => database.drop());
beforeEach(async () => {
  // As a replica, so that nothing minds that seals are taken away.
  await db.query(`
    set session_replication_role = replica;
    truncate round, chain_day, chain, unsettled, day, progress, memo, target, vantage, seal, anchor
      restart identity cascade;
    reset session_replication_role`);
});

const DAY = Math.floor(NOON / DAY_MS);
const days = { fromDay: DAY - 40, untilDay: DAY + 10 };
const range = { fromMs: NOON - DAY_MS, untilMs: NOON + 3 * DAY_MS };
/** Ten minutes after the day. */
const clock = testClock((DAY + 1) * DAY_MS + 600_000);
const deps = () => ({ db, clock });

type Changes = Parameters<typeof testRound>[0] & { readonly first?: number };
const series = (count: number, { first = 0, ...changes }: Changes = {}) =>
  Array.from({ length: count }, (_, at) =>
    testRound({ plannedAtMs: NOON + (first + at) * 15_000, ...changes }),
  );
const store = (rounds: ReturnType<typeof series>) => storeRounds(testStore(db), rounds, NOON);

/** The rounds of a day as they are stored, by chain. */
async function lookUp(day: number): Promise<Map<string, DayRounds>> {
  const { rows } = await db.query<{ vantage: string; shard: string; seq: number; hash: Buffer }>(
    `select v.name as vantage, c.shard, r.seq, r.hash
     from round r join chain c on c.id = r.chain_id join vantage v on v.id = c.vantage_id
     where r.planned_at >= to_timestamp($1) and r.planned_at < to_timestamp($2) order by r.seq`,
    [day * 86_400, (day + 1) * 86_400],
  );
  const chains = new Map<string, { seq: number; hash: Buffer }[]>();
  for (const row of rows) {
    chains.set(chainKey(row), [...(chains.get(chainKey(row)) ?? []), row]);
  }
  return chains;
}
const verifyAll = async (of = days) => (await verifySeals(db, of, lookUp)).broken;

describe("sealing", () => {
  test("covers the rounds of every chain of a day that has ended, once", async () => {
    await store([...series(5), ...series(3, { shard: "15s-1" }), ...series(2, { vantage: "b" })]);
    expect(await sealDays(deps())).toBe(1);
    const sealed = await rowsOf(db, "seal");
    expect(await sealDays(deps())).toBe(0);
    expect(await sealRange(deps(), range)).toEqual([
      {
        day: "2026-10-15",
        revision: 1,
        rounds: 10,
        root: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        hash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      },
    ]);
    expect(await rowsOf(db, "seal")).toEqual(sealed);
    const { chains } = (await findSeal(db, DAY))!;
    expect(JSON.parse(chains)).toEqual([
      ["a", "15s-0", 5, 5, expect.any(String)],
      ["a", "15s-1", 3, 3, expect.any(String)],
      ["b", "15s-0", 2, 2, expect.any(String)],
    ]);
    expect(await verifyAll()).toBeNull();
  });

  test("waits until ten minutes after the end of the day", async () => {
    await store(series(1));
    const early = testClock((DAY + 1) * DAY_MS + 599_999);
    expect(await sealDays({ db, clock: early })).toBe(0);
    expect(await rowsOf(db, "seal")).toEqual([]);
  });

  test("orders chains by the bytes of their names", async () => {
    const names = ["b", "a-z", "a", "Z", "é", "\u{1F600}", "\uFF5E"];
    await store(names.flatMap((vantage) => series(1, { vantage })));
    await sealDays(deps());
    const { chains } = (await findSeal(db, DAY))!;
    const found = (JSON.parse(chains) as [string][]).map(([vantage]) => vantage);
    expect(found).toEqual(names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    expect(await verifyAll()).toBeNull();
  });

  test("makes the next revision of late rounds, and the one before still holds", async () => {
    await store([...series(5), ...series(3, { vantage: "b" })]);
    await sealDays(deps());
    // Before the others in time, after them in the chain.
    await store(series(2, { first: -7 }));
    expect(await verifyAll()).toBeNull();
    expect(await sealDays(deps())).toBe(1);
    const [first, second, ...others] = await listSeals(db, days);
    expect(others).toEqual([]);
    expect(second).toMatchObject({ revision: 2, seq: 2, rounds: 10, previousHash: first?.hash });
    expect(second?.root).not.toEqual(first?.root);
    const [leaves1, leaves2] = [first, second].map((seal) => JSON.parse(seal!.chains));
    expect(leaves2[0].slice(0, 4)).toEqual(["a", "15s-0", 7, 7]);
    expect(leaves2[1]).toEqual(leaves1[1]);
    const rounds = await lookUp(DAY);
    expect(checkSeal(first!, rounds)).toBeNull();
    expect(checkSeal(second!, rounds)).toBeNull();
    expect(await verifyAll()).toBeNull();
    expect(await sealRange(deps(), range)).toMatchObject([{ revision: 2, rounds: 10 }]);
  });

  test("numbers a chain through its days", async () => {
    await store(series(3));
    await store(series(2, { first: 4 * 1440 }));
    await store(series(1, { first: 9 }));
    expect(await sealRange(deps(), range)).toMatchObject([
      { day: "2026-10-15", rounds: 4 },
      { day: "2026-10-16", rounds: 2 },
    ]);
    const lastSeqs = (await listSeals(db, days)).map(({ chains }) => JSON.parse(chains)[0][3]);
    expect(lastSeqs).toEqual([6, 5]);
    expect(await verifyAll()).toBeNull();
  });

  test("covers a day that has not ended when a report asks for it", async () => {
    const noon = { db, clock: testClock(NOON) };
    await store(series(2));
    expect(await sealRange(noon, range)).toMatchObject([{ revision: 1, rounds: 2 }]);
    await store(series(2, { first: 2 }));
    expect(await sealRange(noon, range)).toMatchObject([{ revision: 2, rounds: 4 }]);
    expect(await sealRange(noon, { fromMs: NOON + DAY_MS, untilMs: NOON + 2 * DAY_MS })).toEqual(
      [],
    );
    expect(await sealDays(noon)).toBe(0);
    expect(await verifyAll()).toBeNull();
  });

  test("is done once by two who begin at once", async () => {
    await store(series(50));
    const paused = pauseAfter(db, "pg_advisory_xact_lock");
    const slow = sealDays({ db: paused.db, clock });
    await paused.reached;
    const second = sealDays(deps());
    await waitFor(() => someoneWaits(db));
    paused.go();
    expect(await Promise.all([slow, second])).toEqual([1, 1]);
    expect(await rowsOf(db, "seal")).toHaveLength(1);
    expect(await verifyAll()).toBeNull();
  });

  test("leaves nothing behind when it is killed in between", async () => {
    await store(series(3));
    const client = await db.connect();
    const killed = {
      connect: async () => ({
        query: async (text: string, values?: unknown[]) => {
          if (text.includes("update chain_day")) throw new Error("killed");
          return client.query(text, values);
        },
        release: () => client.release(),
      }),
    } as unknown as Database;
    await expect(sealDay({ db: killed, clock }, DAY)).rejects.toThrow("killed");
    expect(await rowsOf(db, "seal")).toEqual([]);
    expect(await sealDays(deps())).toBe(1);
    expect(await verifyAll()).toBeNull();
  });

  test("leaves rounds that are stored meanwhile for the next revision", async () => {
    await store([...series(3), ...series(2, { vantage: "b" })]);
    const paused = pauseAfter(db, "insert into seal");
    const sealing = sealDays({ db: paused.db, clock });
    await paused.reached;
    await store(series(2, { first: 20 }));
    paused.go();
    await sealing;
    const marks = await db.query("select rounds, sealed from chain_day order by chain_id");
    expect(marks.rows).toEqual([
      { rounds: 5, sealed: false },
      { rounds: 2, sealed: true },
    ]);
    expect(await verifyAll()).toBeNull();
    expect(await sealRange(deps(), range)).toMatchObject([{ revision: 2, rounds: 7 }]);
    expect(await verifyAll()).toBeNull();
  });

  test("does not wait for an import that has written and goes on", async () => {
    await store([...series(3), ...series(2, { vantage: "b" })]);
    const client = await db.connect();
    await client.query("begin");
    await client.query("update chain_day set rounds = rounds where chain_id = 1");
    expect(await sealDays(deps())).toBe(1);
    await client.query("rollback");
    client.release();
    // Looked at again, and found to be sealed.
    expect(await sealDays(deps())).toBe(1);
    expect(await sealDays(deps())).toBe(0);
    expect(await rowsOf(db, "seal")).toHaveLength(1);
  });

  test("leaves the seals of dropped rounds as they are", async () => {
    await store(series(2, { plannedAtMs: NOON - 30 * DAY_MS }).slice(0, 1));
    await store(series(1, { plannedAtMs: NOON - 29 * DAY_MS }));
    await sealDay(deps(), DAY - 30);
    const before = await rowsOf(db, "seal");
    await dropPartitionsBefore(db, { horizonMs: NOON - 14 * DAY_MS, nowMs: NOON });
    expect(await sealDays(deps())).toBe(0);
    expect(await sealDay(deps(), DAY - 29)).toBeNull();
    expect(await sealRange(deps(), { fromMs: NOON - 40 * DAY_MS, untilMs: NOON })).toMatchObject([
      { day: "2026-09-15", revision: 1 },
    ]);
    expect(await rowsOf(db, "seal")).toEqual(before);
    const dropped = await verifySeals(db, days, () => null);
    expect(dropped).toEqual({ seals: 1, broken: null });
  });

  test("refuses a day with rounds missing, and goes on with the others", async () => {
    await store(series(3));
    await store(series(3, { first: -5760 }));
    await db.query("delete from round where seq = 5");
    await expect(sealDays(deps())).rejects.toThrow(
      "chain a/15s-0 on 2026-10-14 is not sealed: 3 rounds were recorded, 2 are there",
    );
    expect(await sealRange(deps(), { fromMs: NOON, untilMs: NOON + 1 })).toHaveLength(1);
    expect(await rowsOf(db, "seal")).toHaveLength(1);
  });

  test("stops in time, and goes on the next time", async () => {
    await store(series(1));
    await store(series(1, { first: -5760 }));
    const ticking = { ...clock, monotonicMs: () => (now += 10) };
    let now = 0;
    expect(await sealDays({ db, clock: ticking }, { forMs: 15 })).toBe(1);
    expect(await sealDays({ db, clock: ticking }, { forMs: 100 })).toBe(1);
    expect(await sealDays(deps())).toBe(0);
  });
});

/** A few lines that know nothing of the product: a leaf's way up, by RFC 9162, section 2.1.3.2. */
function climb(leaf: Buffer, { index, size, path }: Climb): string {
  const sha = (...parts: Buffer[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
  let [fn, sn] = [index, size - 1];
  let r = sha(Buffer.of(0), leaf);
  for (const p of path.map((text) => Buffer.from(text, "hex"))) {
    if (sn === 0) return "too long";
    if (fn % 2 === 1 || fn === sn) {
      r = sha(Buffer.of(1), p, r);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn >> 1, sn >> 1];
    } else {
      r = sha(Buffer.of(1), r, p);
    }
    [fn, sn] = [fn >> 1, sn >> 1];
  }
  return sn === 0 ? r.toString("hex") : "too short";
}
type Climb = { readonly index: number; readonly size: number; readonly path: readonly string[] };

describe("the proof of a round", () => {
  const shapes = [
    { vantage: "a", shard: "15s-0", count: 13 },
    { vantage: "a", shard: "15s-1", count: 1 },
    { vantage: "b", shard: "15s-0", count: 8 },
  ];

  test("holds for every round of a day, by each revision that has it", async () => {
    for (const { count, ...chain } of shapes) await store(series(count, chain));
    await sealDays(deps());
    await store(series(3, { first: -3 }));
    await sealDays(deps());
    let proofs = 0;
    for (const { vantage, shard, count } of shapes) {
      for (let at = -3; at < count; at += 1) {
        if (at < 0 && (vantage !== "a" || shard !== "15s-0")) continue;
        for (const revision of at < 0 ? [2, null] : [1, 2, null]) {
          const plannedAtMs = NOON + at * 15_000;
          const proof = await proveRound(db, { vantage, shard, plannedAtMs, revision });
          const hash = createHash("sha256")
            .update(Buffer.from(proof.previousHash, "hex"))
            .update(proof.text)
            .digest();
          expect(hash.toString("hex")).toBe(proof.hash);
          expect(climb(hash, proof.inChain)).toBe(proof.inChain.root);
          const { leaf } = proof.inDay;
          expect(JSON.parse(leaf)).toEqual([
            vantage,
            shard,
            proof.inChain.size,
            expect.any(Number),
            proof.inChain.root,
          ]);
          const seal = await findSeal(db, DAY, revision);
          expect(climb(Buffer.from(leaf), proof.inDay)).toBe(seal!.root.toString("hex"));
          expect(JSON.parse(proof.text)[5]).toBe(plannedAtMs);
          proofs += 1;
        }
      }
    }
    expect(proofs).toBe((13 + 1 + 8) * 3 + 3 * 2);
  });

  test("is refused for what is not there", async () => {
    const question = { vantage: "a", shard: "15s-0", plannedAtMs: NOON, revision: null };
    await expect(proveRound(db, question)).rejects.toThrow("there is no seal of 2026-10-15");
    await store(series(2));
    await sealDays(deps());
    await store(series(1, { first: 7 }));
    await store(series(1, { vantage: "b" }));
    await expect(proveRound(db, { ...question, revision: 2 })).rejects.toThrow(
      "there is no revision 2 of the seal of 2026-10-15",
    );
    for (const wrong of [{ vantage: "z" }, { shard: "15s-9" }, { plannedAtMs: NOON + 1 }]) {
      await expect(proveRound(db, { ...question, ...wrong })).rejects.toThrow("no round of");
    }
    for (const late of [{ plannedAtMs: NOON + 7 * 15_000 }, { vantage: "b" }]) {
      await expect(proveRound(db, { ...question, ...late })).rejects.toThrow(
        "was stored after revision 1 of the seal of 2026-10-15 was made",
      );
    }
  });
});

describe("checking seals finds", () => {
  const tamper = (statement: string) =>
    db.query(
      `set session_replication_role = replica; ${statement}; reset session_replication_role`,
    );

  beforeEach(async () => {
    await store([...series(4), ...series(2, { shard: "15s-1" })]);
    await store(series(2, { first: -5760 }));
    await sealDays(deps());
    await store(series(1, { first: 9 }));
    await sealDays(deps());
  });

  test("nothing when nobody touched anything", async () => {
    expect(await verifySeals(db, days, lookUp)).toEqual({ seals: 3, broken: null });
  });

  test.each([
    ["seal.day", "update seal set day = day + 3 where seq = 1", "its hash does not match"],
    ["seal.revision", "update seal set revision = 7 where seq = 3", "its hash does not match"],
    ["seal.seq", "update seal set seq = 9 where seq = 2", "the seal made before it is missing"],
    [
      "seal.sealed_at",
      "update seal set sealed_at = sealed_at + '1 us' where seq = 2",
      "its hash does not match",
    ],
    ["seal.rounds", "update seal set rounds = 5 where seq = 2", "its hash does not match"],
    [
      "seal.chains",
      `update seal set chains = replace(chains, '15s-1', '15s-2') where seq = 2`,
      "its root is not that of its chains",
    ],
    [
      "seal.chains in another form",
      `update seal set chains = replace(chains, ',', ', ') where seq = 2`,
      "its list of chains cannot be read",
    ],
    [
      "a seal taken away",
      "delete from seal where seq = 2",
      "seal of 2026-10-15, revision 2: the seal made before it is missing",
    ],
    [
      "the last seal taken away",
      "delete from seal where seq = 3",
      "chain a/15s-0 on 2026-10-15: its 5 rounds are marked as sealed, and no seal has them",
    ],
    [
      "a chain that is marked and not sealed",
      "insert into chain (vantage_id, shard) values (1, 'x'); insert into chain_day select id, 20741, 3, '', true from chain where shard = 'x'",
      "chain a/x on 2026-10-15: its 3 rounds are marked as sealed",
    ],
    [
      "a round's hash",
      "update round set hash = set_byte(hash, 3, get_byte(hash, 3) # 1) where seq = 2 and chain_id = 1",
      "seal of 2026-10-15, revision 1: chain a/15s-0: its rounds are not those that were sealed",
    ],
    [
      "a round taken away",
      "delete from round where seq = 7",
      "seal of 2026-10-15, revision 2: chain a/15s-0: 5 rounds up to 7 were sealed, 4 are there",
    ],
    [
      "a round put there",
      `insert into round (chain_id, planned_at, seq, stored_at, targets, outcomes, offsets_ms, latencies_us, previous_hash, hash)
       select chain_id, planned_at + '1 ms', 3, stored_at, targets, outcomes, offsets_ms, latencies_us, previous_hash, hash
       from round where seq = 2 and chain_id = 1`,
      "4 rounds up to 4 were sealed, 5 are there",
    ],
  ])("%s", async (_what, statement, where) => {
    await tamper(statement);
    expect(await verifyAll()).toContain(where);
  });

  test.each(["root", "hash", "previous_hash"])("any bit of %s", async (column) => {
    const { rows } = await db.query<{ seq: number }>(
      `select seq from seal where length(${column}) > 0`,
    );
    expect(rows.length).toBeGreaterThan(1);
    for (const { seq } of rows) {
      const bit = (seq * 83) % 256;
      const flip = `update seal set ${column} = set_bit(${column}, ${bit}, 1 - get_bit(${column}, ${bit})) where seq = ${seq}`;
      await tamper(flip);
      expect(await verifyAll()).not.toBeNull();
      await tamper(flip);
    }
    expect(await verifyAll()).toBeNull();
  });
});

test("seals are only ever added", async () => {
  await store(series(1));
  await sealDays(deps());
  for (const statement of [
    "update seal set rounds = 2",
    "delete from seal",
    "truncate seal cascade",
  ]) {
    await expect(db.query(statement)).rejects.toThrow("is append-only");
  }
});
