import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { PoolClient } from "pg";
import type { BaseLogger } from "pino";
import type { Clock } from "../clock.ts";
import { packageRoot } from "../paths.ts";
import { lockClass, lockKeys } from "./advisory-locks.ts";
import type { Db, Queryable } from "./connect.ts";

type Migration = {
  readonly version: number;
  readonly file: string;
  readonly sql: string;
  /** SHA-256 of the text, hexadecimal. */
  readonly digest: string;
};

type MigrateDeps = {
  readonly clock: Clock;
  readonly log: Pick<BaseLogger, "info">;
  /** Folder of the files; default those of nines. */
  readonly folder?: string | undefined;
};

/** A migration, and waiting for another's, may take long: the driver's own limit, as far off as it goes. */
const patient = { query_timeout: 2 ** 31 - 1 };

/**
 * Brings the tables to the form this version of nines works with, and gives the versions it applied.
 * Of several that start at once one does it and the others wait. Each file is one transaction, so that
 * after a failure everything before it stands and the next start goes on from there.
 * Throws, before it changes anything, on a database of a newer nines and on a file that was changed
 * after it was applied.
 */
export async function migrate(db: Db, deps: MigrateDeps): Promise<readonly number[]> {
  const migrations = await readMigrations(deps.folder ?? ownFolder());
  const client = await db.connect();
  try {
    // Waiting for another's migration, or a migration itself, may take long.
    await client.query("set statement_timeout = 0");
    await client.query({
      text: "select pg_advisory_lock($1, $2)",
      values: [lockClass, lockKeys.migration],
    });
    const pending = findPending(migrations, await readApplied(client));
    for (const migration of pending) {
      await apply(client, migration, deps.clock.nowMs());
      deps.log.info(`migrated the database: ${migration.file}`);
    }
    return pending.map(({ version }) => version);
  } finally {
    // Closed, not given back: that ends the lock and the settings whatever happened.
    client.release(true);
  }
}

/** Number of the newest migration that this nines has. */
export async function findNewestMigration(): Promise<number> {
  return (await readMigrations(ownFolder())).length;
}

/**
 * Brings the tables to the form that migration `upTo` gave them, as a part of the caller's
 * transaction; processes that start meanwhile wait for its end. Throws as `migrate` does.
 */
export async function migrateWithin(
  tx: Queryable,
  { clock }: Pick<MigrateDeps, "clock">,
  upTo: number,
): Promise<void> {
  await tx.query("select pg_advisory_xact_lock($1, $2)", [lockClass, lockKeys.migration]);
  const migrations = await readMigrations(ownFolder());
  for (const migration of findPending(migrations, await readApplied(tx))) {
    if (migration.version <= upTo) await run(tx, migration, clock.nowMs());
  }
}

function ownFolder(): string {
  return join(packageRoot(), "src", "store", "migrations");
}

/** Reads `NNNN_name.sql`, numbered from 0001 without a gap. */
export async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".sql")).toSorted();
  return Promise.all(
    files.map(async (file, index) => {
      const version = index + 1;
      if (!file.startsWith(`${String(version).padStart(4, "0")}_`)) {
        throw new Error(
          `${join(folder, file)}: the file after ${files[index - 1] ?? "none"} must have number ${version}`,
        );
      }
      const sql = await readFile(join(folder, file), "utf8");
      // A checkout may have other line ends; they change nothing.
      const digest = createHash("sha256").update(sql.replaceAll("\r\n", "\n")).digest("hex");
      return { version, file, sql, digest };
    }),
  );
}

type Applied = { readonly version: number; readonly name: string; readonly digest: string };

async function readApplied(client: Queryable): Promise<readonly Applied[]> {
  await client.query(`
    create table if not exists schema_migration (
      version integer primary key,
      name text not null,
      digest text not null,
      applied_at timestamptz not null
    )`);
  const { rows } = await client.query<Applied>(
    "select version, name, digest from schema_migration order by version",
  );
  return rows;
}

function findPending(
  migrations: readonly Migration[],
  applied: readonly Applied[],
): readonly Migration[] {
  const newest = applied.at(-1);
  if (newest !== undefined && newest.version > migrations.length) {
    throw new Error(
      `the database is that of a newer nines: it has ${newest.name}, and this nines ends at number ${migrations.length}. ` +
        "Run the newer one, or restore a backup of before",
    );
  }
  const digests = new Map(applied.map(({ version, digest }) => [version, digest]));
  const changed = migrations.filter(
    ({ version, digest }) => (digests.get(version) ?? digest) !== digest,
  );
  if (changed.length > 0) {
    throw new Error(
      `${changed.map(({ file }) => file).join(", ")}: changed after it was applied to this database. ` +
        "Restore the file, and put the change into a new one",
    );
  }
  return migrations.filter(({ version }) => !digests.has(version));
}

async function apply(client: PoolClient, migration: Migration, nowMs: number): Promise<void> {
  await client.query("begin");
  await run(client, migration, nowMs);
  await client.query("commit");
}

async function run(client: Queryable, migration: Migration, nowMs: number): Promise<void> {
  try {
    await client.query({ ...patient, text: migration.sql });
    await client.query(
      "insert into schema_migration (version, name, digest, applied_at) values ($1, $2, $3, $4)",
      [migration.version, migration.file, migration.digest, new Date(nowMs)],
    );
  } catch (error) {
    throw new Error(
      `${migration.file}${lineOf(error, migration.sql)}: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}

/** PostgreSQL counts characters from the start of the text; people count lines. */
function lineOf(error: unknown, sql: string): string {
  if (!(error instanceof Error) || !("position" in error) || typeof error.position !== "string")
    return "";
  return `:${Array.from(sql).slice(0, Number(error.position)).join("").split("\n").length}`;
}
