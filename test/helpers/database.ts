import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { inject } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { type Database, openDatabase } from "../../src/store/connect.ts";
import { preparePlace } from "../../src/store/embedded-cluster.ts";
import { ensureServer } from "../../src/store/embedded-server.ts";
import { migrate } from "../../src/store/migrate.ts";

export type TestDatabase = {
  readonly url: string;
  readonly db: Database;
  /** Closes `db` and drops the database. */
  readonly drop: () => Promise<void>;
};

/** A database that is made once a run, and copied. */
export type Template = {
  readonly name: string;
  /** Into one with all tables. */
  readonly fill: (db: Database) => Promise<void>;
};

const TABLES = {
  name: "nines_template",
  fill: async (db: Database) => void (await migrate(db, deps)),
};

/** Says nothing; for tests that are not about what is logged. */
export const silentLog = { info: () => {}, warn: () => {}, error: () => {} };

const deps = { clock: systemClock, log: silentLog };

/**
 * A database of its own, with all tables (or none: `{ empty: true }`) and what a template has, on the
 * PostgreSQL of this test run, which is started when the first test asks.
 */
export async function createTestDatabase(
  options: { readonly empty?: boolean; readonly template?: Template } = {},
): Promise<TestDatabase> {
  const serverUrl = await findServer();
  const name = `test_${randomBytes(6).toString("hex")}`;
  const { empty = false, template } = options;
  if (template !== undefined) await makeTemplate(serverUrl, template, TABLES.name);
  const source = empty ? "template1" : (template ?? TABLES).name;
  await onServer(serverUrl, `create database ${name} template ${source} strategy file_copy`);
  const url = withDatabase(serverUrl, name);
  const db = await openDatabase(url, deps);
  return {
    url,
    db,
    drop: async () => {
      await db.end();
      await onServer(serverUrl, `drop database ${name} with (force)`);
    },
  };
}

let server: Promise<string> | null = null;

async function findServer(): Promise<string> {
  server ??= startServer();
  return server;
}

async function startServer(): Promise<string> {
  const place = await preparePlace(inject("testDataDir"));
  const settings = {
    fsync: "off",
    full_page_writes: "off",
    synchronous_commit: "off",
    max_connections: "200",
  };
  const { url } = await ensureServer(deps, place, { settings });
  await makeTemplate(url, TABLES, "template1");
  return url;
}

/** Made under another name and renamed, so that a template that exists is complete. */
async function makeTemplate(serverUrl: string, { name, fill }: Template, source: string) {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock(1)");
    const { rowCount } = await client.query("select from pg_database where datname = $1", [name]);
    if (rowCount !== 0) return;
    await client.query("drop database if exists nines_unfinished with (force)");
    await client.query(`create database nines_unfinished template ${source}`);
    const db = await openDatabase(withDatabase(serverUrl, "nines_unfinished"), deps);
    await fill(db);
    await db.end();
    await client.query(`alter database nines_unfinished rename to ${name}`);
  } finally {
    await client.end();
  }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
