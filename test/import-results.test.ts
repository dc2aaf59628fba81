import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Config } from "../src/config.ts";
import { formatResultLine } from "../src/core/results-ndjson.ts";
import { importResults, type ImportOutcome } from "../src/import-results.ts";
import { rebuild } from "../src/rebuild.ts";
import { settle } from "../src/settle.ts";
import type { Database } from "../src/store/connect.ts";
import { dropPartitionsBefore } from "../src/store/partitions.ts";
import { pageResults } from "../src/store/results.ts";
import { storeRounds } from "../src/store/rounds.ts";
import { verify } from "../src/verify.ts";
import { configOf } from "./helpers/app.ts";
import { testClock } from "./helpers/clock.ts";
import { createTestDatabase, type TestDatabase } from "./helpers/database.ts";
import { someoneWaits } from "./helpers/pausing-db.ts";
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

const TARGETS = Array.from({ length: 250 }, (_, at) => `web-${at + 1}`);
const config: Config = configOf(`
version: 1
vantages: [{ id: a }, { id: b }]
accounts: [{ id: acme, name: Acme, currency: CNY }]
defaults: { vantages: [a] }
targets:
${TARGETS.map((id) => `  - { id: ${id}, product: ecs, region: cn-hangzhou, account: acme, probe: { kind: tcp, address: "192.0.2.1:22" } }`).join("\n")}
`);

const NOW = NOON + 5 * DAY_MS;
const clock = testClock(NOW);
const month = { fromMs: NOON - 14 * DAY_MS, untilMs: NOON + 14 * DAY_MS };

type Line = Record<string, unknown>;
const line = (changes: Line = {}): Line => ({
  target: "web-1",
  vantage: "a",
  plannedAt: new Date(NOON).toISOString(),
  outcome: "ok",
  latencyMs: 12.4,
  ...changes,
});
const at = (ms: number) => ({ plannedAt: new Date(NOON + ms).toISOString() });
const text = (...lines: Line[]) => lines.map((one) => `${JSON.stringify(one)}\n`).join("");

async function* inChunks(content: string, size = 7): AsyncGenerator<string> {
  for (let from = 0; from < content.length; from += size) yield content.slice(from, from + size);
}

function run(content: string | AsyncIterable<string>, keepGoing = false): Promise<ImportOutcome> {
  const chunks = typeof content === "string" ? inChunks(content, 1_000) : content;
  return importResults({ store: testStore(db), clock, config }, chunks, { keepGoing });
}

async function results(target = "web-1"): Promise<Line[]> {
  const all: Line[] = [];
  for await (const page of pageResults(db, target, month)) all.push(...page);
  return all;
}

async function expectGoodProof(): Promise<void> {
  await settle({ db, clock });
  expect((await verify({ db, clock }, month)).broken).toBeNull();
  expect((await rebuild({ db, clock }, month, { save: false })).differences).toEqual([]);
}

describe("an import", () => {
  test("stores results as rounds that are settled and proved like any other", async () => {
    const lines = [0, 15_000, 30_000, 60_000].map((ms) =>
      line({
        ...at(ms),
        outcome: ms === 15_000 ? "failed" : "ok",
        reason: ms === 15_000 ? "no-reply" : undefined,
      }),
    );
    expect(await run(text(...lines))).toEqual({
      lines: 4,
      stored: 4,
      doubles: 0,
      bad: 0,
      problems: [],
    });
    await expectGoodProof();
    const minute = NOON / MINUTE_MS;
    expect(await countsOf(db, "web-1")).toMatchObject([
      { from: minute, until: minute + 1, valid: 3, failed: 1 },
      { from: minute + 1, until: minute + 2, valid: 1, failed: 0 },
    ]);
    expect((await results()).map(({ outcome }) => outcome)).toEqual(["ok", "failed", "ok", "ok"]);
  });

  test("keeps what a line says of a result that was not ok", async () => {
    const full = {
      outcome: "failed",
      reason: "server-error",
      detail: "oops",
      requestId: "R-1",
      address: "::1",
      startedAt: new Date(NOON + 4).toISOString(),
    };
    await run(text(line(full), line({ target: "web-2", outcome: "invalid" })));
    expect(await results()).toMatchObject([
      {
        outcome: "failed",
        reason: "server-error",
        detail: "oops",
        requestId: "R-1",
        address: "::1",
        offsetMs: 4,
        latencyMs: 12.4,
      },
    ]);
    expect(await results("web-2")).toMatchObject([{ outcome: "invalid", reason: "imported" }]);
  });

  test("puts targets of one instant into rounds of at most a hundred", async () => {
    await run(text(...TARGETS.map((target) => line({ target }))));
    const { rows } = await db.query(
      "select c.shard, cardinality(r.targets) as targets from round r join chain c on c.id = r.chain_id order by 1",
    );
    expect(rows).toEqual([
      { shard: "import-0", targets: 100 },
      { shard: "import-1", targets: 100 },
      { shard: "import-2", targets: 50 },
    ]);
    await expectGoodProof();
  });

  test("counts what is twice in it or there already, and stores the first", async () => {
    const first = text(line(), line({ outcome: "failed" }), line({ target: "web-2" }));
    expect(await run(first)).toMatchObject({ lines: 3, stored: 2, doubles: 1 });
    const before = await rowsOf(db, "round");
    expect(await run(first)).toMatchObject({ lines: 3, stored: 0, doubles: 3 });
    expect(await rowsOf(db, "round")).toEqual(before);
    expect(await run(text(line({ target: "web-3" }), line()))).toMatchObject({
      stored: 1,
      doubles: 1,
    });
    expect((await results()).map(({ outcome }) => outcome)).toEqual(["ok"]);
    await expectGoodProof();
  });

  test("does not store again what a worker measured, such as this service's own export", async () => {
    await storeRounds(
      testStore(db),
      [testRound({ outcomes: "ofo" }), testRound({ plannedAtMs: NOON + 15_000 })],
      NOON,
    );
    const lines: string[] = [];
    for (const target of ["web-1", "web-2", "web-3"]) {
      for await (const page of pageResults(db, target, month))
        lines.push(...page.map(formatResultLine));
    }
    const before = await rowsOf(db, "round");
    expect(await run(lines.join("\n"))).toMatchObject({ lines: 6, stored: 0, doubles: 6, bad: 0 });
    expect(await rowsOf(db, "round")).toEqual(before);
  });

  test("of nothing stores nothing", async () => {
    expect(await run("")).toEqual({ lines: 0, stored: 0, doubles: 0, bad: 0, problems: [] });
    expect(await run("\n\r\n  \n")).toMatchObject({ lines: 3, stored: 0, bad: 0 });
  });
});

describe("bad lines", () => {
  const mixed = `${text(line())}{"target":\n\n${text(line({ target: "nobody" }), line(at(15_000)))}`;
  const problems = [
    { place: "line 2", message: expect.stringContaining("not JSON") as string },
    { place: "line 4", message: expect.stringContaining('"nobody"') as string },
  ];

  test("keep all others out, and are told by number", async () => {
    expect(await run(mixed)).toEqual({ lines: 5, stored: 0, doubles: 0, bad: 2, problems });
    for (const table of ["round", "day", "unsettled", "chain_day"])
      expect(await rowsOf(db, table)).toEqual([]);
  });

  test("are passed over when asked to", async () => {
    expect(await run(mixed, true)).toEqual({ lines: 5, stored: 2, doubles: 0, bad: 2, problems });
    await expectGoodProof();
  });

  test("keep the good ones out also when they come last, after whole windows were stored", async () => {
    async function* lines() {
      for (let number = 0; number < 110_000; number += 1) yield text(line(at(number * 10)));
      yield "oops";
    }
    expect(await run(lines())).toMatchObject({ lines: 110_001, stored: 0, doubles: 0, bad: 1 });
    expect(await rowsOf(db, "round")).toEqual([]);
    expect(await rowsOf(db, "unsettled")).toEqual([]);
  });

  test("are counted all, but told only the first hundred", async () => {
    const outcome = await run("x\n".repeat(150));
    expect(outcome).toMatchObject({ lines: 150, bad: 150 });
    expect(outcome.problems).toHaveLength(100);
    expect(outcome.problems.at(-1)?.place).toBe("line 100");
  });

  test.each([
    ["of the future", line({ plannedAt: new Date(NOW + 61_000).toISOString() }), "in the future"],
    ["of another target", line({ target: "web-251" }), "not in the configuration"],
    ["of another vantage", line({ vantage: "c" }), "not in the configuration"],
    ["that is long", line({ detail: "x".repeat(70_000) }), "longer than 65536"],
    ["with a key too many", line({ colour: "red" }), "unknown key"],
  ])("are those %s", async (_name, one, message) => {
    const outcome = await run(text(one));
    expect(outcome).toMatchObject({ lines: 1, bad: 1, stored: 0 });
    expect(outcome.problems[0]?.message).toContain(message);
  });

  test("are those of a time whose rounds were dropped", async () => {
    await storeRounds(testStore(db), [testRound({ plannedAtMs: NOON - 90 * DAY_MS })], NOON);
    await dropPartitionsBefore(db, { horizonMs: NOON - 30 * DAY_MS, nowMs: NOON });
    const outcome = await run(text(line(at(-100 * DAY_MS))));
    expect(outcome.problems[0]?.message).toContain(
      "before 2026-08-01T00:00:00.000Z: the rounds of that time were dropped",
    );
    expect(await run(text(line(at(-70 * DAY_MS))))).toMatchObject({ stored: 1 });
  });
});

describe("the form of the text", () => {
  test.each([
    ["without a line feed at its end", text(line(), line(at(15_000))).trimEnd()],
    ["with the line ends of Windows", text(line(), line(at(15_000))).replaceAll("\n", "\r\n")],
    ["with a byte order mark", `\uFEFF${text(line(), line(at(15_000)))}`],
    ["with blank lines", `\n${text(line())}\n \n${text(line(at(15_000)))}\n`],
    ["with blanks in the lines", text(line(), line(at(15_000))).replaceAll(",", " ,\t")],
  ])("may be %s, in chunks of any size", async (_name, content) => {
    for (const size of [1, 2, 7, 10_000]) {
      await db.query("truncate round, chain_day, chain, unsettled cascade");
      expect(await run(inChunks(content, size))).toMatchObject({ stored: 2, bad: 0, doubles: 0 });
    }
  });

  test("may hold a mark that is none of the text's first", async () => {
    expect(await run(`${text(line())}\uFEFF${text(line(at(15_000)))}`, true)).toMatchObject({
      stored: 1,
      bad: 1,
    });
  });

  test("that was broken by a wrong encoding is told, not stored under another name", async () => {
    const bytes = Buffer.concat([
      Buffer.from(text(line()).replace("web-1", "web-")),
      Buffer.from([0xff, 0xfe]),
    ]);
    expect(await run(bytes.toString("utf8").replace("web-", "web-\uFFFD"))).toMatchObject({
      stored: 0,
    });
  });

  test("may be a line without end: only its beginning is held", async () => {
    let sent = 0;
    const chunk = "x".repeat(1 << 20);
    let most = 0;
    async function* endless() {
      for (; sent < 300; sent += 1) {
        yield chunk;
        most = Math.max(most, process.memoryUsage().heapUsed);
      }
      yield `\n${text(line())}`;
    }
    const before = process.memoryUsage().heapUsed;
    const outcome = await run(endless(), true);
    expect(outcome).toMatchObject({ lines: 2, stored: 1, bad: 1 });
    expect(outcome.problems[0]?.message).toContain("longer than");
    expect((most - before) / (1 << 20)).toBeLessThan(150);
  });

  test("may be larger than memory would like", async () => {
    const count = 250_000;
    let most = 0;
    async function* many() {
      for (let number = 0; number < count; number += 100) {
        yield text(...TARGETS.slice(0, 100).map((target) => line({ target, ...at(number * 10) })));
        if (number % 5_000 === 0) most = Math.max(most, process.memoryUsage().heapUsed);
      }
    }
    const before = process.memoryUsage().heapUsed;
    expect(await run(many())).toMatchObject({ lines: count, stored: count, doubles: 0 });
    expect((most - before) / (1 << 20)).toBeLessThan(400);
    expect((await db.query("select count(*) as n from round")).rows).toEqual([{ n: count / 100 }]);
  });

  test("may reach over months and more than one window", async () => {
    async function* year() {
      for (let number = 0; number < 210_000; number += 1) yield text(line(at(-number * 120_000)));
    }
    expect(await run(year())).toMatchObject({ stored: 210_000 });
    const { rows } = await db.query(
      "select count(*) as n, count(distinct tableoid) as months from round",
    );
    expect(rows).toEqual([{ n: 210_000, months: 11 }]);
  });

  test("may name a target only after whole windows, in a chain that is being written", async () => {
    async function* twoTargets() {
      for (let number = 0; number < 100_001; number += 1) yield text(line(at(number)));
      yield text(line({ target: "web-2", ...at(-1_000) }));
    }
    expect(await run(twoTargets())).toMatchObject({ stored: 100_002 });
    expect(await results("web-2")).toHaveLength(1);
  });
});

describe("several imports at once", () => {
  test("of the same results store each of them once", async () => {
    const content = text(
      ...TARGETS.flatMap((target) => [0, 15_000, 30_000].map((ms) => line({ target, ...at(ms) }))),
    );
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => run(content)));
    const sum = (key: "stored" | "doubles") =>
      outcomes.reduce((total, outcome) => total + outcome[key], 0);
    expect([sum("stored"), sum("doubles")]).toEqual([750, 3_000]);
    expect(await results("web-7")).toHaveLength(3);
    await expectGoodProof();
  });

  test("with overlapping targets and vantages do not lock each other out", async () => {
    const part = (from: number, vantages: string[]) =>
      text(
        ...vantages.flatMap((vantage) =>
          TARGETS.slice(from, from + 120).flatMap((target) =>
            [0, 15_000].map((ms) => line({ target, vantage, ...at(ms) })),
          ),
        ),
      );
    const outcomes = await Promise.all([
      run(part(0, ["a", "b"])),
      run(part(60, ["b", "a"])),
      run(part(120, ["a", "b"])),
      ...Array.from({ length: 10 }, (_, number) =>
        storeRounds(
          testStore(db),
          [
            testRound({ vantage: "b", plannedAtMs: NOON + number * 7_500 }),
            testRound({ plannedAtMs: NOON + 75_000 - number * 7_500 }),
          ],
          NOON,
        ),
      ),
      settle({ db, clock }),
    ]);
    const imported = outcomes.slice(0, 3) as ImportOutcome[];
    expect(imported.reduce((total, { stored, doubles }) => total + stored + doubles, 0)).toBe(
      1_440,
    );
    await expectGoodProof();
  });

  test("wait for a slow one only when they store, and then see what it stored", async () => {
    let go = () => {};
    const gone = new Promise<void>((resolve) => {
      go = resolve;
    });
    async function* slow() {
      for (let number = 0; number < 100_001; number += 1) yield text(line(at(number)));
      await gone;
    }
    const first = run(slow());
    await waitFor(async () => {
      // Those of this database: others are tested on the same server.
      const { rowCount } = await db.query(
        `select from pg_locks join pg_database on oid = database
         where locktype = 'advisory' and datname = current_database()`,
      );
      return rowCount !== 0;
    });
    const second = run(text(line(), line({ target: "web-2" })));
    await waitFor(() => someoneWaits(db));
    go();
    expect(await first).toMatchObject({ stored: 100_001 });
    expect(await second).toMatchObject({ stored: 1, doubles: 1 });
  });
});

describe("an import that breaks off", () => {
  test("while it is read stores nothing, not even what was being stored", async () => {
    async function* broken() {
      for (let number = 0; number < 100_500; number += 1) yield text(line(at(number)));
      throw new Error("the sender went away");
    }
    await expect(run(broken())).rejects.toThrow("the sender went away");
    await settle({ db, clock });
    for (const table of ["round", "day", "unsettled", "chain_day"])
      expect(await rowsOf(db, table)).toEqual([]);
    expect(await run(text(line()))).toMatchObject({ stored: 1 });
  });

  test("because the database went away stores nothing", async () => {
    async function* cut() {
      for (let number = 0; number < 200_001; number += 1) yield text(line(at(number)));
      await db.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
      );
      for (let number = 0; number < 100_000; number += 1)
        yield text(line({ target: "web-2", ...at(number) }));
    }
    await expect(run(cut())).rejects.toThrow(/terminat|EPIPE|ECONNRESET|not queryable/u);
    expect(await rowsOf(db, "round")).toEqual([]);
    expect(await run(text(line()))).toMatchObject({ stored: 1 });
  });
});
