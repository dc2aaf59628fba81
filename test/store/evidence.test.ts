import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ResultLine } from "../../src/core/results-ndjson.ts";
import type { Database } from "../../src/store/connect.ts";
import { listDays } from "../../src/store/days.ts";
import { findMemo, saveMemo } from "../../src/store/memo.ts";
import { ensureIds, findIds, listNames } from "../../src/store/names.ts";
import { ensurePartitions, listPartitions } from "../../src/store/partitions.ts";
import { findProof } from "../../src/store/proof.ts";
import { listLatest, listNewestResults, pageResults } from "../../src/store/results.ts";
import { storeRounds } from "../../src/store/rounds.ts";
import { settle } from "../../src/settle.ts";
import { testClock } from "../helpers/clock.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { clearRounds, DAY_MS, MINUTE_MS, NOON, testRound, testStore } from "../helpers/rounds.ts";

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  db = database.db;
});
afterAll(() => database.drop());
beforeEach(async () => {
  await clearRounds(db);
});

const HOUR_MS = 60 * MINUTE_MS;
const store = (...rounds: Parameters<typeof storeRounds>[1][number][]) =>
  storeRounds(testStore(db), rounds, NOON);
const all = { fromMs: NOON - 40 * DAY_MS, untilMs: NOON + 40 * DAY_MS };
const read = async (target: string, range = all): Promise<ResultLine[]> => {
  const lines: ResultLine[] = [];
  for await (const page of pageResults(db, target, range)) lines.push(...page);
  return lines;
};

describe("names", () => {
  test("get one number each, also when many hand them out at once in different orders", async () => {
    const names = Array.from({ length: 3_000 }, (_, at) => `t${at}`);
    const handed = await Promise.all(
      Array.from({ length: 8 }, (_, turn) =>
        ensureIds(db, "target", turn % 2 === 0 ? names : names.toReversed()),
      ),
    );
    const ids = await findIds(db, "target", names);
    expect(new Set(ids.values()).size).toBe(3_000);
    for (const one of handed)
      expect(one).toEqual(new Map([...one.keys()].map((name) => [name, ids.get(name)])));
    expect(await listNames(db, "target")).toEqual(
      new Map([...ids].map(([name, id]) => [id, name])),
    );
  });

  test("that are not there have none", async () => {
    expect(await findIds(db, "vantage", ["nobody"])).toEqual(new Map());
    expect(await ensureIds(db, "vantage", [])).toEqual(new Map());
  });
});

test("partitions are UTC months, made once however many ask", async () => {
  await Promise.all(
    Array.from({ length: 6 }, () =>
      ensurePartitions(db, new Set(), [NOON, NOON + 200 * DAY_MS, NOON]),
    ),
  );
  expect(await listPartitions(db)).toEqual([
    {
      name: "round_2026_10",
      fromMs: Date.parse("2026-10-01T00:00:00Z"),
      untilMs: Date.parse("2026-11-01T00:00:00Z"),
    },
    {
      name: "round_2027_05",
      fromMs: Date.parse("2027-05-01T00:00:00Z"),
      untilMs: Date.parse("2027-06-01T00:00:00Z"),
    },
  ]);
});

test("a memo is remembered by name", async () => {
  expect(await findMemo(db, "x")).toBeNull();
  await saveMemo(db, "x", "1");
  await saveMemo(db, "x", "2");
  expect(await findMemo(db, "x")).toBe("2");
});

describe("single results", () => {
  test("come in the order of their planned instants, from every vantage, with what is known", async () => {
    await store(
      testRound({ plannedAtMs: NOON + HOUR_MS, outcomes: "oui" }),
      testRound({
        outcomes: "of",
        details: [
          { index: 1, reason: "server-error", text: "HTTP 503", requestId: "R", address: "::1" },
        ],
      }),
      testRound({ vantage: "b", plannedAtMs: NOON + 1 }),
    );
    expect(await read("web-2")).toEqual([
      {
        target: "web-2",
        vantage: "a",
        plannedAtMs: NOON,
        outcome: "failed",
        latencyMs: 1.2,
        reason: "server-error",
        offsetMs: 3,
        detail: "HTTP 503",
        requestId: "R",
        address: "::1",
      },
      expect.objectContaining({
        vantage: "b",
        plannedAtMs: NOON + 1,
        outcome: "ok",
        reason: "",
        detail: "",
      }),
      expect.objectContaining({
        vantage: "a",
        plannedAtMs: NOON + HOUR_MS,
        outcome: "unknown",
        reason: "connect-timeout",
      }),
    ]);
    expect((await read("web-3")).map(({ outcome }) => outcome)).toEqual(["ok", "invalid"]);
    expect(await read("nobody")).toEqual([]);
  });

  test("are those planned from the start of the interval to just before its end", async () => {
    await store(...[-1, 0, 1, 2].map((ms) => testRound({ plannedAtMs: NOON + ms })));
    const lines = await read("web-1", { fromMs: NOON, untilMs: NOON + 2 });
    expect(lines.map(({ plannedAtMs }) => plannedAtMs - NOON)).toEqual([0, 1]);
  });

  test("are found in an interval as wide as time itself", async () => {
    await store(testRound());
    expect(await read("web-1", { fromMs: 0, untilMs: 8.64e15 })).toHaveLength(1);
    expect(await read("web-1", { fromMs: NOON, untilMs: NOON })).toEqual([]);
  });

  test("are listed newest first, as many as asked for", async () => {
    await store(
      ...Array.from({ length: 30 }, (_, at) =>
        testRound({ plannedAtMs: NOON + at * 20 * MINUTE_MS }),
      ),
    );
    const newest = await listNewestResults(db, "web-1", {
      fromMs: 0,
      untilMs: NOON + DAY_MS,
      limit: 7,
    });
    expect(newest.map(({ plannedAtMs }) => (plannedAtMs - NOON) / MINUTE_MS)).toEqual([
      580, 560, 540, 520, 500, 480, 460,
    ]);
    expect(
      await listNewestResults(db, "web-1", { fromMs: NOON, untilMs: NOON + HOUR_MS, limit: 7 }),
    ).toHaveLength(3);
  });

  test("the latest of each target and vantage is that of the last round that has it", async () => {
    await store(
      testRound(),
      testRound({ plannedAtMs: NOON + MINUTE_MS, outcomes: "fff" }),
      testRound({
        shard: "15s-1",
        plannedAtMs: NOON + 2 * MINUTE_MS,
        targets: ["web-3", "web-4"],
        outcomes: "oi",
      }),
      testRound({ vantage: "b", targets: ["web-1"], outcomes: "o" }),
      testRound({ shard: "15s-2", plannedAtMs: NOON - DAY_MS, targets: ["old"], outcomes: "o" }),
    );
    const latest = await listLatest(db, NOON - HOUR_MS);
    expect(latest.map(({ target, vantage, outcome }) => `${target} ${vantage} ${outcome}`)).toEqual(
      ["web-1 a failed", "web-1 b ok", "web-2 a failed", "web-3 a ok", "web-4 a invalid"],
    );
  });

  test("the latest of imported targets are found though each has its own instants", async () => {
    await store(
      ...[1, 2, 3, 4].map((at) =>
        testRound({
          shard: "import-0",
          plannedAtMs: NOON + at,
          targets: [`web-${at % 3}`],
          outcomes: "o",
        }),
      ),
    );
    const latest = await listLatest(db, NOON - HOUR_MS);
    expect(latest.map(({ target, plannedAtMs }) => `${target} ${plannedAtMs - NOON}`)).toEqual([
      "web-0 3",
      "web-1 4",
      "web-2 2",
    ]);
  });
});

describe("the proof of an interval", () => {
  test("counts the rounds planned in it, to the millisecond at its edges", async () => {
    const fromMs = NOON - 5 * DAY_MS;
    await store(
      ...[-1, 0, 4 * HOUR_MS, 5 * DAY_MS, 10 * DAY_MS - 1, 10 * DAY_MS].map((ms) =>
        testRound({ plannedAtMs: fromMs + ms }),
      ),
      testRound({ vantage: "b" }),
    );
    expect(await findProof(db, { fromMs, untilMs: fromMs + 10 * DAY_MS })).toMatchObject({
      rounds: 5,
    });
    expect(await findProof(db, { fromMs: NOON + 1, untilMs: NOON + 2 })).toMatchObject({
      rounds: 0,
    });
    expect(await findProof(db, { fromMs: NOON, untilMs: NOON + 1 })).toMatchObject({ rounds: 2 });
  });

  test("has a digest that changes with any round of its days, and with nothing else", async () => {
    const range = { fromMs: NOON - DAY_MS, untilMs: NOON + DAY_MS };
    await store(testRound());
    const { digest } = await findProof(db, range);
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/u);
    await store(testRound());
    await store(testRound({ plannedAtMs: NOON + 5 * DAY_MS, shard: "15s-9" }));
    expect((await findProof(db, range)).digest).toBe(digest);
    await store(testRound({ plannedAtMs: NOON + 1 }));
    expect((await findProof(db, range)).digest).not.toBe(digest);
  });
});

test("the days with counts are listed once each", async () => {
  expect(await listDays(db)).toEqual([]);
  await store(
    ...[0, 0.1, 3, 7].map((days) => testRound({ plannedAtMs: NOON + Math.round(days * DAY_MS) })),
    testRound({ vantage: "b" }),
  );
  await settle({ db, clock: testClock(NOON + 20 * DAY_MS) });
  const day = Math.floor(NOON / DAY_MS);
  expect(await listDays(db)).toEqual([day, day + 3, day + 7]);
});
