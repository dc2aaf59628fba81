import { createHash } from "node:crypto";
import type { Clock } from "./clock.ts";
import { countRows, manifestLine, type BackupCounts } from "./backup.ts";
import type { Manifest, Section } from "./core/backup-format.ts";
import { ConflictError } from "./errors.ts";
import { writeKeyFiles, type KeyFile } from "./key-files.ts";
import type { BackupReader } from "./read-backup.ts";
import { withTransaction, type Db, type Queryable } from "./store/connect.ts";
import {
  analyzeTables,
  copyIn,
  findFilled,
  findSchemaNumber,
  listSequences,
  listTables,
  lockTables,
  refuseOthers,
  setSequences,
  type Table,
} from "./store/dump.ts";
import { findNewestMigration, migrateWithin } from "./store/migrate.ts";
import { attachPartition } from "./store/partitions.ts";

export type RestoreDeps = {
  readonly db: Db;
  readonly clock: Clock;
  /** NINES_DATA_DIR, which gets the keys. */
  readonly dataDir: string;
};

/** What was found in the file, as the manifest should have it. */
type Found = {
  readonly manifest: Manifest;
  readonly keys: KeyFile[];
  sequences: Record<string, string | null>;
};

/**
 * Puts a backup into an empty database, in one transaction: tables as they were when it was written,
 * its rows, what later migrations make of them; and its keys into the data directory. When it throws,
 * nothing is stored. Throws ConflictError when the database is in use or holds something, and
 * InvalidInputError for what is wrong with the file.
 */
export async function restore(deps: RestoreDeps, backup: BackupReader): Promise<BackupCounts> {
  await refuseOthers(deps.db, process.pid);
  const undo: (() => Promise<void>)[] = [];
  try {
    return await withTransaction(deps.db, async (tx) => {
      await tx.query("set local statement_timeout = 0");
      await tx.query("set local idle_in_transaction_session_timeout = 0");
      const tables = await prepareTables(tx, deps, backup);
      const found = await readState(tx, tables, backup);
      await setSequences(tx, found.sequences);
      await migrateWithin(tx, deps, await findNewestMigration());
      await analyzeTables(tx, tables);
      undo.push(await writeKeyFiles(deps.dataDir, found.keys));
      return countsOf(found);
    });
  } catch (error) {
    for (const takeBack of undo) await takeBack();
    throw error;
  }
}

function countsOf({ manifest, keys }: Found): BackupCounts {
  const tables = Object.values(manifest.tables);
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return { tables: tables.length, rows, keys: keys.length };
}

/** Empty tables of the backup's schema, which nobody else sees until the end. */
async function prepareTables(
  tx: Queryable,
  { clock }: RestoreDeps,
  { header }: BackupReader,
): Promise<Table[]> {
  const there = await listTables(tx);
  await lockTables(tx, there, "access exclusive");
  const filled = await findFilled(tx, there);
  if (filled.length > 0) {
    throw new ConflictError(
      `the database is not empty: ${filled.join(", ")}. Restore into an empty one, with another NINES_DATA_DIR or DATABASE_URL`,
    );
  }
  await migrateWithin(tx, { clock }, header.schema);
  if ((await findSchemaNumber(tx)) > header.schema) {
    throw new ConflictError(
      "the tables here are newer than those of the backup: restore into a database without tables, with another NINES_DATA_DIR or DATABASE_URL; what is restored is then brought up to date",
    );
  }
  return listTables(tx);
}

async function readState(
  tx: Queryable,
  tables: readonly Table[],
  backup: BackupReader,
): Promise<Found> {
  const found: Found = {
    manifest: { tables: {}, keys: {}, sha256: "" },
    keys: [],
    sequences: await listSequences(tx),
  };
  const known = Object.keys(found.sequences).join();
  for (;;) {
    const { section, line } = await backup.readSection();
    if ("manifest" in section) {
      const manifest = { ...found.manifest, sha256: backup.digestBefore() };
      if (line !== manifestLine(manifest)) {
        throw backup.fault(`${findDifference(section.manifest, manifest)}; nothing was restored`);
      }
      break;
    }
    if ("sequences" in section) found.sequences = section.sequences;
    else if ("key" in section) readKey(section, found);
    else await readTable({ tx, tables, found }, section, backup);
  }
  await backup.expectEnd();
  const missing = tables.filter(({ name }) => found.manifest.tables[name] === undefined);
  if (missing.length > 0 || Object.keys(found.sequences).join() !== known) {
    throw backup.fault("is damaged: it does not have all tables; nothing was restored");
  }
  return found;
}

function readKey({ key, base64 }: Extract<Section, { key: string }>, found: Found): void {
  const bytes = Buffer.from(base64, "base64");
  found.keys.push({ name: key, bytes });
  found.manifest.keys[key] = createHash("sha256").update(bytes).digest("hex");
}

async function readTable(
  { tx, tables, found }: { tx: Queryable; tables: readonly Table[]; found: Found },
  { table: name, columns, months = [] }: Extract<Section, { table: string }>,
  backup: BackupReader,
): Promise<void> {
  const table = tables.find((one) => one.name === name);
  const isKnown = table?.columns.toSorted().join() === columns.toSorted().join();
  if (!isKnown || found.manifest.tables[name] !== undefined) {
    throw backup.fault(
      `has a table ${name} in a form that nines never gave it at schema ${backup.header.schema}: it is damaged, or of a development version; nothing was restored`,
    );
  }
  for (const month of months) await attachPartition(tx, Date.parse(`${month}-01T00:00:00Z`));
  const own = createHash("sha256");
  let rows = 0;
  const counted = async function* () {
    for await (const bytes of backup.readRows()) {
      own.update(bytes);
      rows += countRows(bytes);
      yield bytes;
    }
  };
  try {
    await copyIn(tx, { name, columns }, counted());
  } catch (error) {
    throw isRefusal(error)
      ? backup.fault(`is damaged in table ${name} (${error.message}); nothing was restored`)
      : error;
  }
  found.manifest.tables[name] = { rows, sha256: own.digest("hex") };
}

/** Classes of SQLSTATE: 22, a value that is none; 23, one that does not fit the others. */
function isRefusal(error: unknown): error is Error {
  const code = error instanceof Error && "code" in error ? error.code : "";
  return typeof code === "string" && /^2[23]\w{3}$/u.test(code);
}

/** What the manifest says and what was found, for people. */
function findDifference(written: Manifest, found: Manifest): string {
  const names = Object.keys({ ...written.tables, ...found.tables });
  const table = names.find((name) => {
    const [one, other] = [written.tables[name], found.tables[name]];
    return one?.rows !== other?.rows || one?.sha256 !== other?.sha256;
  });
  const key = Object.keys({ ...written.keys, ...found.keys }).find(
    (name) => written.keys[name] !== found.keys[name],
  );
  if (table !== undefined) return `is damaged: table ${table} is not as the manifest has it`;
  if (key !== undefined) return `is damaged: key ${key} is not as the manifest has it`;
  return "is damaged: it does not have the digest that the manifest has";
}
