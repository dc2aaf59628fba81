import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { packageRoot } from "../../src/paths.ts";
import { openDatabase } from "../../src/store/connect.ts";
import { migrate, readMigrations } from "../../src/store/migrate.ts";
import { storeRounds } from "../../src/store/rounds.ts";
import { createTestDatabase, silentLog, type TestDatabase } from "../helpers/database.ts";
import { NOON, rowsOf, testRound, testStore } from "../helpers/rounds.ts";

const appliedAtMs = Date.UTC(2026, 9, 1);
const clock = { ...systemClock, nowMs: () => appliedAtMs };

let test: TestDatabase;
let folder: string;

beforeEach(async () => {
  test = await createTestDatabase({ empty: true });
  folder = await mkdtemp(join(tmpdir(), "nines-migrations-"));
});
afterEach(async () => {
  await test.drop();
  await rm(folder, { recursive: true });
});

async function write(files: Record<string, string>): Promise<void> {
  await Promise.all(Object.entries(files).map(([name, sql]) => writeFile(join(folder, name), sql)));
}

async function run(db = test.db): Promise<readonly number[]> {
  return migrate(db, { clock, log: silentLog, folder });
}

async function tables(): Promise<string[]> {
  const { rows } = await test.db.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public' order by 1",
  );
  return rows.map(({ name }) => name);
}

it("applies each file once, in order, and writes down when", async () => {
  await write({
    "0001_first.sql": "create table a (id int);",
    "0002_second.sql": "alter table a add b int; create table c ();",
  });
  expect(await run()).toEqual([1, 2]);
  expect(await run()).toEqual([]);
  expect(await tables()).toEqual(["a", "c", "schema_migration"]);
  const { rows } = await test.db.query(
    "select version, name, applied_at from schema_migration order by version",
  );
  expect(rows).toEqual([
    { version: 1, name: "0001_first.sql", applied_at: appliedAtMs },
    { version: 2, name: "0002_second.sql", applied_at: appliedAtMs },
  ]);
});

it("applies what a newer version brings", async () => {
  await write({ "0001_first.sql": "create table a ();" });
  await run();
  await write({ "0002_second.sql": "create table b ();" });
  expect(await run()).toEqual([2]);
});

it("lets several start at once, of whom one does the work", async () => {
  await write({
    "0001_first.sql": "create table a (); select pg_sleep(0.1);",
    "0002_second.sql": "create table b ();",
  });
  const pools = await Promise.all(
    [1, 2, 3].map(() => openDatabase(test.url, { clock, log: silentLog })),
  );
  const applied = await Promise.all(pools.map(run));
  expect(applied.flat().toSorted((a, b) => a - b)).toEqual([1, 2]);
  await Promise.all(pools.map((pool) => pool.end()));
});

it("leaves nothing of a file that fails, names the line, and goes on from there", async () => {
  await write({
    "0001_first.sql": "create table a ();",
    "0002_second.sql": "-- für alle\ncreate table b ();\ncreate tabel c ();\n",
  });
  await expect(run()).rejects.toThrow(/^0002_second\.sql:3: syntax error at or near "tabel"/);
  expect(await tables()).toEqual(["a", "schema_migration"]);
  await write({ "0002_second.sql": "create table b ();" });
  expect(await run()).toEqual([2]);
});

it("refuses a database of a newer version and leaves it as it is", async () => {
  await write({ "0001_first.sql": "create table a ();", "0002_second.sql": "create table b ();" });
  await run();
  await rm(join(folder, "0002_second.sql"));
  await expect(run()).rejects.toThrow(
    /newer nines: it has 0002_second\.sql, and this nines ends at number 1/,
  );
});

it("refuses a file that was changed after it was applied, before it applies another", async () => {
  await write({ "0001_first.sql": "create table a ();" });
  await run();
  await write({
    "0001_first.sql": "create table a (id int);",
    "0002_second.sql": "create table b ();",
  });
  await expect(run()).rejects.toThrow(/^0001_first\.sql: changed after it was applied/);
  expect(await tables()).toEqual(["a", "schema_migration"]);
});

it("does not take other line ends for a change", async () => {
  await write({ "0001_first.sql": "create table a (\n);\n" });
  await run();
  await write({ "0001_first.sql": "create table a (\r\n);\r\n" });
  expect(await run()).toEqual([]);
});

it("refuses a gap and a number given twice", async () => {
  await write({ "0001_first.sql": "", "0003_third.sql": "" });
  await expect(readMigrations(folder)).rejects.toThrow(
    /0003_third\.sql: the file after 0001_first\.sql must have number 2/,
  );
  await rm(join(folder, "0003_third.sql"));
  await write({ "0001_again.sql": "" });
  await expect(readMigrations(folder)).rejects.toThrow(/must have number 2/);
});

it("outlives the limits that hold for ordinary statements", async () => {
  await write({ "0001_first.sql": "select pg_sleep(0.2);" });
  const hasty = await openDatabase(test.url, { clock, log: silentLog, statementTimeoutMs: 50 });
  expect(await run(hasty)).toEqual([1]);
  await hasty.end();
});

it("finds the files of nines, and they apply", async () => {
  expect(
    (await readMigrations(join(packageRoot(), "src/store/migrations"))).map(({ file }) => file),
  ).toContain("0001_init.sql");
  await migrate(test.db, { clock, log: silentLog });
  expect(await tables()).toContain("round");
});

it("notes of a database that has rounds already which chains hold a target", async () => {
  await migrate(test.db, { clock, log: silentLog });
  const rounds = [
    testRound({ outcomes: "oo" }),
    testRound({ outcomes: "ooo", plannedAtMs: NOON + 60_000 }),
    testRound({ shard: "15s-1", targets: ["web-2"], outcomes: "o" }),
  ];
  await storeRounds(testStore(test.db), rounds, NOON);
  const noted = await rowsOf(test.db, "chain_target");
  await test.db.query(
    "drop table chain_target; delete from schema_migration where name like '%chain_targets.sql'",
  );
  await migrate(test.db, { clock, log: silentLog });
  expect(await rowsOf(test.db, "chain_target")).toEqual(noted);
  expect(noted).toHaveLength(4);
});
