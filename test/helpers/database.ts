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

const template = "nines_template";

/** Says nothing; for tests that are not about what is logged. */
export const silentLog = { info: () => {}, warn: () => {}, error: () => {} };

const deps = { clock: systemClock, log: silentLog };

/**
 * A database of its own, with all tables (or none: `{ empty: true }`), on the PostgreSQL of this test
 * run, which is started when the first test asks.
 */
export async function createTestDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const serverUrl = await findServer();
  const name = `test_${randomBytes(6).toString("hex")}`;
  const source = options.empty === true ? "template1" : template;
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
  await makeTemplate(url);
  return url;
}

/** Made under another name and renamed, so that a template that exists is complete. */
async function makeTemplate(serverUrl: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock(1)");
    const { rowCount } = await client.query("select from pg_database where datname = $1", [
      template,
    ]);
    if (rowCount !== 0) return;
    await client.query("drop database if exists nines_unfinished with (force)");
    await client.query("create database nines_unfinished");
    const db = await openDatabase(withDatabase(serverUrl, "nines_unfinished"), deps);
    await migrate(db, deps);
    await db.end();
    await client.query(`alter database nines_unfinished rename to ${template}`);
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
