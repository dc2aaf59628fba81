import { once } from "node:events";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable, Writable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { createGzip, gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { backUp, backUpToFile } from "../src/backup.ts";
import { keyNameSchema } from "../src/core/backup-format.ts";
import { monthBounds } from "../src/core/month.ts";
import { InvalidInputError } from "../src/errors.ts";
import { packageRoot } from "../src/paths.ts";
import { openBackup } from "../src/read-backup.ts";
import { renderJson } from "../src/reports/json.ts";
import { reportMonth } from "../src/report-month.ts";
import { restore } from "../src/restore.ts";
import { settle } from "../src/settle.ts";
import { openDatabase, type Database } from "../src/store/connect.ts";
import { inOrderOfNeed, listTables, type Table } from "../src/store/dump.ts";
import { findNewestMigration, migrate } from "../src/store/migrate.ts";
import { storeRounds } from "../src/store/rounds.ts";
import { verify } from "../src/verify.ts";
import { configOf } from "./helpers/app.ts";
import { cleanUpAfterEach } from "./helpers/clean-up.ts";
import { testClock } from "./helpers/clock.ts";
import { createTestDatabase, silentLog, type TestDatabase } from "./helpers/database.ts";
import { DEMO_CONFIG, DEMO_MONTH, DEMO_NOW, fillDemoMonth } from "./helpers/demo-month.ts";
import { DAY_MS, MINUTE_MS, NOON, rowsOf, testRound, testStore } from "./helpers/rounds.ts";
import { pauseAfter } from "./helpers/pausing-db.ts";
import { waitFor } from "./helpers/wait.ts";

const cleanUp = cleanUpAfterEach();
const config = configOf(DEMO_CONFIG);
const clock = testClock(DEMO_NOW);

/** A data directory without keys. */
const NOWHERE = "/nonexistent";

/** Text that a careless copy breaks. */
const NASTY =
  'tab\t newline\n return\r backslash\\ \\. \\N quote" 统计 🙂 \u2028\n\\.\n{"manifest":{}}';

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "nines-backup-"));
  cleanUp(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function writeKey(dataDir: string, name: string, text: string): void {
  mkdirSync(join(dataDir, "keys"), { recursive: true });
  writeFileSync(join(dataDir, "keys", name), text);
}

async function makeDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const made = await createTestDatabase(options);
  cleanUp(() => made.drop());
  return made;
}

async function backUpOf(db: Database, dataDir = NOWHERE): Promise<Buffer> {
  const sink = new PassThrough();
  const bytes = buffer(sink);
  await backUp({ db, clock, dataDir }, sink);
  sink.end();
  return bytes;
}

async function restoreFrom(bytes: Buffer, db: Database, dataDir = NOWHERE) {
  const place = { place: "copy.gz", newestSchema: await findNewestMigration() };
  const reader = await openBackup(Readable.from([bytes]), place);
  return restore({ db, clock, dataDir }, reader);
}

/** Every table's rows as text. */
async function stateOf(db: Database): Promise<Record<string, string[]>> {
  const state: Record<string, string[]> = {};
  for (const { name } of await listTables(db)) state[name] = await rowsOf(db, name);
  return state;
}

async function isEmpty(db: Database): Promise<boolean> {
  return Object.values(await stateOf(db)).every((rows) => rows.length === 0);
}

const month = monthBounds(DEMO_MONTH, config.timeZone);
const reportOf = async (db: Database) =>
  renderJson(await reportMonth({ db, config }, { month: DEMO_MONTH }));

/** A value of each type, the same wherever it stands, so that rows refer to each other. */
const VALUES: Readonly<Record<string, unknown>> = {
  text: NASTY,
  "text[]": ["a,b", NASTY, ""],
  integer: 1,
  "integer[]": [1, 2],
  smallint: 1,
  bigint: "9007199254740993",
  "bigint[]": ["1", "9007199254740993"],
  numeric: "10.50",
  boolean: true,
  bytea: Buffer.from([0, 255, 10, 92, 46, 9]),
  date: "2026-10-31",
  "timestamp with time zone": "2026-10-03T00:00:00.123456Z",
  jsonb: JSON.stringify({ nasty: NASTY }),
};

/** A row for every table that has none, whatever tables there are. */
async function fillOthers(db: Database): Promise<void> {
  for (const { name } of await listTables(db)) {
    if (name === "round" || (await rowsOf(db, name)).length > 0) continue;
    const { rows: columns } = await db.query<{ name: string; type: string }>(
      `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
       where attrelid = $1::regclass and attnum > 0 and not attisdropped
         and attidentity = '' and attgenerated = ''`,
      [name],
    );
    const values = columns.map(({ type }) => VALUES[type]);
    expect(values, `${name}: ${JSON.stringify(columns)}`).not.toContain(undefined);
    await db.query(
      `insert into ${name} (${columns.map((column) => column.name).join()})
       values (${columns.map((_, at) => `$${at + 1}`).join()})`,
      values,
    );
  }
}

describe("a backup that is made while rounds are stored", () => {
  let source: TestDatabase;
  let bytes: Buffer;
  let before: { state: Record<string, string[]>; report: string };
  beforeAll(async () => {
    source = await createTestDatabase();
    await fillDemoMonth({ store: testStore(source.db), clock });
    before = { state: await stateOf(source.db), report: await reportOf(source.db) };
    const sink = new PassThrough({ highWaterMark: 1 });
    const backing = backUp({ db: source.db, clock, dataDir: NOWHERE }, sink);
    await once(sink, "readable");
    // Another partition, chain, target and vantage, none of which the snapshot knows.
    const later = { vantage: "c", targets: ["new-1"], outcomes: "f" };
    await storeRounds(
      testStore(source.db),
      [testRound({ ...later, plannedAtMs: NOON + 90 * DAY_MS }), testRound(later)],
      NOON,
    );
    const reading = buffer(sink);
    await backing;
    sink.end();
    bytes = await reading;
  });
  afterAll(() => source.drop());

  test("gives the same rows and the same report, to the byte, and the proof holds", async () => {
    const { db } = await makeDatabase();
    const counts = await restoreFrom(bytes, db);
    expect(await stateOf(db)).toEqual(before.state);
    expect(counts.rows).toBe(Object.values(before.state).flat().length);
    expect(await reportOf(db)).toBe(before.report);
    const proof = await verify({ db, clock }, month);
    expect(proof.broken).toBeNull();
    expect(proof.rounds).toBeGreaterThan(5_000);
  });

  test("goes into a database without tables too", async () => {
    const { db } = await makeDatabase({ empty: true });
    await restoreFrom(bytes, db);
    expect(await stateOf(db)).toEqual(before.state);
    expect(await migrate(db, { clock, log: silentLog })).toEqual([]);
  });

  test("is the same again when it is made of what was restored", async () => {
    const { db } = await makeDatabase();
    await restoreFrom(bytes, db);
    expect(gunzipSync(await backUpOf(db)).equals(gunzipSync(bytes))).toBe(true);
  });

  test("lets chains and numbers go on after it is restored", async () => {
    const { db } = await makeDatabase();
    await restoreFrom(bytes, db);
    const { rows: old } = await db.query<{ id: number }>("select max(id) as id from round");
    const late = testRound({ vantage: "a", shard: "1m.0", plannedAtMs: DEMO_NOW + MINUTE_MS });
    const first = testRound({ vantage: "z", targets: ["new"], outcomes: "o", plannedAtMs: NOON });
    expect(await storeRounds(testStore(db), [late, first], DEMO_NOW)).toHaveLength(2);
    const { rows: fresh } = await db.query<{ id: number }>("select id from round where id > $1", [
      old[0]?.id,
    ]);
    expect(fresh).toHaveLength(2);
    await settle({ db, clock: testClock(NOON + DAY_MS) });
    const proof = await verify({ db, clock: testClock(NOON + DAY_MS) }, month);
    expect(proof.broken).toBeNull();
  });

  test("holds a state that proves itself, however many rounds come in meanwhile", async () => {
    let stop = false;
    const storing = (async () => {
      for (let at = 0; !stop; at += 1) {
        const plannedAtMs = NOON + at * 15_000;
        await storeRounds(testStore(source.db), [testRound({ plannedAtMs })], plannedAtMs);
      }
    })();
    const copies = [await backUpOf(source.db), await backUpOf(source.db)];
    stop = true;
    await storing;
    const rounds = [];
    for (const copy of copies) {
      const { db } = await makeDatabase();
      await restoreFrom(copy, db);
      await settle({ db, clock: testClock(NOON + 20 * DAY_MS) });
      const proof = await verify({ db, clock: testClock(NOON + 20 * DAY_MS) }, month);
      expect(proof.broken).toBeNull();
      rounds.push(proof.rounds);
    }
    expect(rounds[1]).toBeGreaterThan(rounds[0] ?? Infinity);
  });
});

describe("a small backup", () => {
  let source: TestDatabase;
  let bytes: Buffer;
  let text: Buffer;
  beforeAll(async () => {
    source = await createTestDatabase();
    const details = [{ index: 0, reason: "connect-timeout" as const, text: NASTY }];
    await storeRounds(testStore(source.db), [testRound({ outcomes: "foo", details })], NOON);
    await fillOthers(source.db);
    const dataDir = mkdtempSync(join(tmpdir(), "nines-keys-"));
    writeKey(dataDir, "signing.pem", "secret\n");
    bytes = await backUpOf(source.db, dataDir);
    text = gunzipSync(bytes);
    rmSync(dataDir, { recursive: true });
  });
  afterAll(() => source.drop());

  test("holds every table of the catalogue and no more", async () => {
    const { rows } = await source.db.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public'
         and tablename not like 'round\\_%' and tablename <> 'schema_migration'`,
    );
    const sections = text
      .toString()
      .split("\n")
      .flatMap((line) => (/^\{"table":"(\w+)"/u.exec(line) ?? []).slice(1));
    expect(sections.toSorted()).toEqual(rows.map(({ name }) => name).toSorted());
    expect(sections.length).toBeGreaterThan(8);
  });

  test("brings back text of every kind", async () => {
    const { db } = await makeDatabase();
    await restoreFrom(bytes, db, makeFolder());
    const { rows } = await db.query("select name, value from memo");
    expect(rows).toEqual([{ name: NASTY, value: NASTY }]);
    // Who was logged in is not logged in any more.
    expect((await stateOf(source.db))["session"]).toHaveLength(1);
    expect(await stateOf(db)).toEqual({ ...(await stateOf(source.db)), session: [] });
    expect(JSON.stringify(await rowsOf(db, "round"))).toContain("统计");
  });

  test("is refused for any flipped bit of what is in it, and nothing is stored", async () => {
    const { db } = await makeDatabase();
    const dataDir = makeFolder();
    for (let at = 0; at < text.length; at += 53) {
      const flipped = Buffer.from(text);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      await expect(restoreFrom(gzipSync(flipped), db, dataDir), `byte ${at}`).rejects.toThrow(
        InvalidInputError,
      );
    }
    expect(await isEmpty(db)).toBe(true);
    expect(readdirSync(dataDir)).toEqual([]);
    await restoreFrom(bytes, db, dataDir);
    expect(await stateOf(db)).toEqual({ ...(await stateOf(source.db)), session: [] });
  });

  test("is refused for any flipped bit of the compressed file", async () => {
    const { db } = await makeDatabase();
    // Of the ten bytes before it, some say only by whom and how hard it was compressed.
    for (let at = 10; at < bytes.length; at += 97) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      await expect(restoreFrom(flipped, db, makeFolder())).rejects.toThrow(InvalidInputError);
    }
    expect(await isEmpty(db)).toBe(true);
  });

  test("is refused when it is cut short, wherever", async () => {
    const { db } = await makeDatabase();
    const lineEnds = [...text.entries()].flatMap(([at, byte]) => (byte === 10 ? [at + 1] : []));
    for (const end of [0, 1, ...lineEnds.slice(0, -1), text.length - 1]) {
      const cut = restoreFrom(gzipSync(text.subarray(0, end)), db, makeFolder());
      await expect(cut, `after ${end}`).rejects.toThrow(/copy\.gz: is (cut short|damaged)/u);
    }
    for (let end = 0; end < bytes.length; end += 101) {
      const cut = restoreFrom(bytes.subarray(0, end), db, makeFolder());
      await expect(cut, `file after ${end}`).rejects.toThrow(/cut short/u);
    }
    expect(await isEmpty(db)).toBe(true);
  });

  test("is refused when a line has no end, before memory is full", async () => {
    const { db } = await makeDatabase();
    const [header = ""] = text.toString().split("\n");
    const nothing = Buffer.alloc(1 << 22, "x");
    const bomb = function* () {
      yield Buffer.from(`${header}\n`);
      for (let at = 0; at < 100; at += 1) yield nothing;
    };
    const packed = await buffer(Readable.from(bomb()).pipe(createGzip({ level: 1 })));
    await expect(restoreFrom(packed, db)).rejects.toThrow("a line has over 268435456 bytes");
    expect(await isEmpty(db)).toBe(true);
  });

  test("is refused when something follows it", async () => {
    const { db } = await makeDatabase();
    const longer = gzipSync(Buffer.concat([text, Buffer.from("\n")]));
    await expect(restoreFrom(longer, db, makeFolder())).rejects.toThrow("something follows");
    expect(await isEmpty(db)).toBe(true);
  });

  test("is refused by a database that holds anything, which stays as it is", async () => {
    const { db } = await makeDatabase();
    await db.query("insert into memo (name, value) values ('mine', 'x')");
    await expect(restoreFrom(bytes, db, makeFolder())).rejects.toThrow(
      /^the database is not empty: memo\. Restore into an empty one/u,
    );
    expect(await rowsOf(db, "memo")).toEqual(['{"name": "mine", "value": "x"}']);
    expect(await rowsOf(db, "target")).toEqual([]);
  });

  test("is refused while another nines has the database open", async () => {
    const { db, url } = await makeDatabase();
    const other = await openDatabase(url, { clock, log: silentLog });
    await expect(restoreFrom(bytes, db, makeFolder())).rejects.toThrow(
      /^nines runs on this database: nines \(1\) connected\. Stop every role/u,
    );
    await other.end();
    await waitFor(async () => {
      const { rows } = await db.query(
        "select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
      );
      return rows.length === 0;
    });
    await restoreFrom(bytes, db, makeFolder());
    expect(await isEmpty(db)).toBe(false);
  });

  const header = (changes: Record<string, unknown>) => {
    const end = text.indexOf("\n");
    const first = { ...JSON.parse(text.subarray(0, end).toString()), ...changes };
    return gzipSync(Buffer.concat([Buffer.from(JSON.stringify(first)), text.subarray(end)]));
  };

  test("of a newer nines says which one restores it", async () => {
    const { db } = await makeDatabase();
    for (const changes of [{ nines: "backup-2", more: 1 }, { schema: 9_999 }]) {
      const newer = header({ ...changes, version: "9.1.0" });
      await expect(restoreFrom(newer, db)).rejects.toThrow(
        "restore it with nines 9.1.0, which wrote it, or newer",
      );
    }
    expect(await isEmpty(db)).toBe(true);
  });

  test.each([
    ["text", Buffer.from("PGDMP and so on")],
    ["another program's JSON", gzipSync('{"name":"x"}\n')],
    ["something without lines", gzipSync(Buffer.alloc(1 << 20))],
    ["nothing", Buffer.alloc(0)],
  ])("is not to be confused with %s", async (_what, other) => {
    const { db } = await makeDatabase();
    await expect(restoreFrom(other, db)).rejects.toThrow(InvalidInputError);
  });
});

describe("a backup of older tables", () => {
  const makeOld = async (): Promise<Buffer> => {
    const { db } = await makeDatabase({ empty: true });
    const folder = makeFolder();
    const file = "0001_init.sql";
    copyFileSync(join(packageRoot(), "src/store/migrations", file), join(folder, file));
    await migrate(db, { clock, log: silentLog, folder });
    await db.query("insert into vantage (name) values ('a')");
    await db.query("insert into chain (vantage_id, shard) values (1, 's')");
    await db.query("insert into chain_day values (1, 20000, 3, '\\x01')");
    return backUpOf(db);
  };

  test("is restored as it was, and brought up to date", async () => {
    const old = await makeOld();
    const { db } = await makeDatabase({ empty: true });
    expect(await restoreFrom(old, db)).toMatchObject({ rows: 3 });
    const { rows } = await db.query("select chain_id, rounds, sealed from chain_day");
    expect(rows).toEqual([{ chain_id: 1, rounds: 3, sealed: false }]);
    expect(await migrate(db, { clock, log: silentLog })).toEqual([]);
  });

  test("asks for a database without tables when there are newer ones", async () => {
    const old = await makeOld();
    const { db } = await makeDatabase();
    await expect(restoreFrom(old, db)).rejects.toThrow("restore into a database without tables");
    expect(await isEmpty(db)).toBe(true);
  });
});

describe("the file", () => {
  let source: TestDatabase;
  beforeAll(async () => {
    source = await createTestDatabase();
    await fillOthers(source.db);
  });
  afterAll(() => source.drop());
  const write = (file: string, force = false, signal?: AbortSignal) =>
    backUpToFile({ db: source.db, clock, dataDir: NOWHERE, signal }, { file, force });

  test("is for its owner's eyes only, whole, and alone", async () => {
    const folder = makeFolder();
    const file = join(folder, "a.gz");
    await write(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["a.gz"]);
    const { db } = await makeDatabase();
    await restoreFrom(readFileSync(file), db);
    expect(await stateOf(db)).toEqual({ ...(await stateOf(source.db)), session: [] });
  });

  test("replaces another only when asked to", async () => {
    const folder = makeFolder();
    const file = join(folder, "a.gz");
    writeFileSync(file, "mine", { mode: 0o644 });
    await expect(write(file)).rejects.toThrow(/--out: .* is there already/u);
    expect(readFileSync(file, "utf8")).toBe("mine");
    await write(file, true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(gunzipSync(readFileSync(file)).toString()).toContain("backup-1");
    expect(readdirSync(folder)).toEqual(["a.gz"]);
  });

  test("does not come into being when the backup fails", async () => {
    const folder = makeFolder();
    await expect(write(join(folder, "a.gz"), false, AbortSignal.abort())).rejects.toThrow(
      "aborted",
    );
    expect(readdirSync(folder)).toEqual([]);
    await expect(write(join(folder, "none", "a.gz"))).rejects.toThrow("ENOENT");
  });
});

test("tables that are brought up to date just then are not backed up half and half", async () => {
  const { db } = await makeDatabase();
  const paused = pauseAfter(db, "set transaction isolation level");
  const backing = backUpOf(paused.db);
  await paused.reached;
  await db.query("alter table memo add column extra text");
  await db.query(`insert into schema_migration (version, name, digest, applied_at)
     select max(version) + 1, 'x', digest, applied_at from schema_migration
     group by digest, applied_at order by 1 desc limit 1`);
  paused.go();
  await expect(backing).rejects.toThrow("the database is being upgraded");
});

test("a sink that breaks ends the backup and leaves the connection as good as before", async () => {
  const { db } = await makeDatabase();
  await db.query(
    `insert into memo (name, value)
     select n::text, repeat(md5(n::text), 100) from generate_series(1, 20000) as g (n)`,
  );
  let taken = 0;
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      taken += chunk.length;
      done(taken > 200_000 ? new Error("disk full") : null);
    },
  });
  const backing = backUp({ db, clock, dataDir: NOWHERE }, sink);
  await expect(backing).rejects.toThrow("disk full");
  const { rows } = await db.query("select count(*)::int as count from memo");
  expect(rows).toEqual([{ count: 20_000 }]);
  const { db: fresh } = await makeDatabase();
  expect(await restoreFrom(await backUpOf(db), fresh)).toMatchObject({ rows: 20_000 });
});

describe("keys", () => {
  let source: TestDatabase;
  beforeAll(async () => {
    source = await createTestDatabase();
    await fillOthers(source.db);
  });
  afterAll(() => source.drop());

  const copyWithKeys = async (): Promise<Buffer> => {
    const dataDir = makeFolder();
    writeKey(dataDir, "signing.pem", "the secret\n");
    writeKey(dataDir, "old.pem", "an older one\n");
    return backUpOf(source.db, dataDir);
  };

  test("come back, for their owner's eyes only", async () => {
    const copy = await copyWithKeys();
    const { db } = await makeDatabase();
    const dataDir = join(makeFolder(), "data");
    expect(await restoreFrom(copy, db, dataDir)).toMatchObject({ keys: 2 });
    const file = join(dataDir, "keys", "signing.pem");
    expect(readFileSync(file, "utf8")).toBe("the secret\n");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, "keys")).mode & 0o777).toBe(0o700);
  });

  test("that are there already stay, and others of the same name refuse the backup", async () => {
    const copy = await copyWithKeys();
    const { db } = await makeDatabase();
    const dataDir = makeFolder();
    writeKey(dataDir, "signing.pem", "another\n");
    await expect(restoreFrom(copy, db, dataDir)).rejects.toThrow(
      /another key has the name .*keys\/signing\.pem away/u,
    );
    expect(await isEmpty(db)).toBe(true);
    expect(readdirSync(join(dataDir, "keys"))).toEqual(["signing.pem"]);
    writeKey(dataDir, "signing.pem", "the secret\n");
    await restoreFrom(copy, db, dataDir);
    expect(readdirSync(join(dataDir, "keys")).toSorted()).toEqual(["old.pem", "signing.pem"]);
  });

  test("have names, not paths", () => {
    for (const name of ["../x", "a/b", ".hidden", "..", "", "a\\b", "a\0"]) {
      expect(keyNameSchema.safeParse(name).success, name).toBe(false);
    }
    expect(keyNameSchema.safeParse("signing-2026.pem").success).toBe(true);
  });
});

describe("the order of tables", () => {
  const table = (name: string, ...needs: string[]): Table => ({
    name,
    needs,
    columns: [],
    key: [],
  });
  const orderOf = (tables: Table[]) => inOrderOfNeed(tables).map(({ name }) => name);

  test("puts each after those it refers to", () => {
    const tables = [table("a", "c", "elsewhere"), table("b"), table("c", "d"), table("d")];
    expect(orderOf(tables)).toEqual(["b", "d", "c", "a"]);
  });

  test("cannot be had for tables that refer to each other", () => {
    expect(() => orderOf([table("a", "b"), table("b", "a"), table("c")])).toThrow(
      "tables that refer to each other cannot be copied: a, b",
    );
  });
});
