import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable, type Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Clock } from "./clock.ts";
import {
  BACKUP_FORM,
  END_OF_ROWS,
  type BackupHeader,
  type Manifest,
  type Section,
} from "./core/backup-format.ts";
import { ConflictError, InvalidInputError } from "./errors.ts";
import { readKeyFiles } from "./key-files.ts";
import type { Db, Queryable } from "./store/connect.ts";
import {
  copyOut,
  findSchemaNumber,
  listSequences,
  listTables,
  lockTables,
  type Table,
} from "./store/dump.ts";
import { listPartitions } from "./store/partitions.ts";
import { withSnapshot } from "./store/snapshot.ts";
import { readVersion } from "./version.ts";

export type BackupDeps = {
  readonly db: Db;
  readonly clock: Clock;
  /** NINES_DATA_DIR, which has the keys. */
  readonly dataDir: string;
  /** Ends it early; nothing is left behind. */
  readonly signal?: AbortSignal | undefined;
};

/** What a backup holds. */
export type BackupCounts = {
  readonly tables: number;
  readonly rows: number;
  readonly keys: number;
};

/** Tables that come back empty: a login of then must not be one again. */
const LEFT_OUT: ReadonlySet<string> = new Set(["session"]);

/** Rows of evidence are hashes for the most part: more effort makes them hardly smaller. */
const COMPRESSION_LEVEL = 4;

const NEWLINE = 10;

/**
 * Writes the whole state as it is at one instant, while the service goes on: every table, and the
 * keys. In memory there is a chunk at a time. The sink is not ended: who opened it closes it.
 */
export async function backUp(
  { db, clock, dataDir, signal }: BackupDeps,
  sink: Writable,
): Promise<BackupCounts> {
  // Locked before the snapshot is taken, which the first query does: what it knows stays there.
  const schema = await findSchemaNumber(db);
  const tables = await listTables(db);
  const version = readVersion();
  return withSnapshot(db, async (tx) => {
    await lockTables(tx, tables, "access share");
    if ((await findSchemaNumber(tx)) !== schema) {
      throw new ConflictError("the database is being upgraded; back up again when that is done");
    }
    const header = await describe(tx, { version, schema, nowMs: clock.nowMs() });
    const counts = { tables: tables.length, rows: 0, keys: 0 };
    const text = writeSections({ db, tx, dataDir }, { header, tables, counts });
    await pipeline(Readable.from(text), createGzip({ level: COMPRESSION_LEVEL }), sink, {
      end: false,
      ...(signal === undefined ? {} : { signal }),
    });
    return counts;
  });
}

/**
 * Makes a backup a file that only its owner reads: under another name beside it until it is whole and
 * on the disk. Throws InvalidInputError when the file is there already, unless `force`.
 */
export async function backUpToFile(
  deps: BackupDeps,
  { file, force }: { readonly file: string; readonly force: boolean },
): Promise<BackupCounts> {
  refuseExisting(file, force);
  const part = `${file}.${process.pid}.part`;
  const handle = await open(part, "wx", 0o600);
  const sink = handle.createWriteStream({ flush: true });
  try {
    const counts = await backUp(deps, sink);
    sink.end();
    await finished(sink);
    await rename(part, file);
    await syncFolder(dirname(file));
    return counts;
  } catch (error) {
    sink.destroy();
    await rm(part, { force: true });
    throw error;
  }
}

function refuseExisting(file: string, force: boolean): void {
  if (force || !existsSync(file)) return;
  const message = `${file} is there already; choose another name, or replace it with --force`;
  throw new InvalidInputError([{ place: "--out", message }]);
}

/** The new name itself must be on the disk. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function describe(
  tx: Queryable,
  input: { readonly version: string; readonly schema: number; readonly nowMs: number },
): Promise<BackupHeader> {
  const { rows } = await tx.query<{ server: string }>(
    "select current_setting('server_version') as server",
  );
  return {
    nines: BACKUP_FORM,
    version: input.version,
    schema: input.schema,
    postgres: rows[0]?.server ?? "",
    createdAt: new Date(input.nowMs).toISOString(),
  };
}

async function* writeSections(
  { db, tx, dataDir }: { readonly db: Db; readonly tx: Queryable; readonly dataDir: string },
  {
    header,
    tables,
    counts,
  }: {
    readonly header: BackupHeader;
    readonly tables: readonly Table[];
    readonly counts: { rows: number; keys: number };
  },
): AsyncGenerator<Buffer> {
  const total = createHash("sha256");
  const manifest: Manifest = { tables: {}, keys: {}, sha256: "" };
  const hashed = (bytes: Buffer): Buffer => {
    total.update(bytes);
    return bytes;
  };
  const lineOf = (section: BackupHeader | Section) =>
    hashed(Buffer.from(`${JSON.stringify(section)}\n`));

  yield lineOf(header);
  for (const table of tables) {
    yield lineOf({
      table: table.name,
      columns: [...table.columns],
      ...(await monthsOf(tx, table)),
    });
    const own = createHash("sha256");
    let rows = 0;
    const chunks = LEFT_OUT.has(table.name) ? [] : copyOut({ db, tx }, table);
    for await (const bytes of chunks) {
      own.update(bytes);
      rows += countRows(bytes);
      yield hashed(bytes);
    }
    yield hashed(Buffer.from(END_OF_ROWS));
    manifest.tables[table.name] = { rows, sha256: own.digest("hex") };
    counts.rows += rows;
  }
  // After the rows: a sequence is ahead of what any snapshot shows.
  yield lineOf({ sequences: await listSequences(tx) });
  for (const { name, bytes } of await readKeyFiles(dataDir)) {
    yield lineOf({ key: name, base64: bytes.toString("base64") });
    manifest.keys[name] = createHash("sha256").update(bytes).digest("hex");
    counts.keys += 1;
  }
  yield Buffer.from(manifestLine({ ...manifest, sha256: total.digest("hex") }));
}

async function monthsOf(tx: Queryable, { name }: Table): Promise<{ months?: string[] }> {
  if (name !== "round") return {};
  const partitions = await listPartitions(tx);
  return { months: partitions.map(({ fromMs }) => new Date(fromMs).toISOString().slice(0, 7)) };
}

/** Within a row a line's end is written as `\n`: each that is one ends a row. */
export function countRows(bytes: Buffer): number {
  let rows = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) rows += 1;
  return rows;
}

/** The last line. Reading compares it as a whole. */
export function manifestLine(manifest: Manifest): string {
  return `${JSON.stringify({ manifest })}\n`;
}
