import { setTimeout as sleep } from "node:timers/promises";
import { type ClientBase, Pool, types } from "pg";
import type { BaseLogger } from "pino";
import type { Clock } from "../clock.ts";
import { InvalidInputError } from "../errors.ts";
import { saysConnectionLost } from "./lost-connection.ts";

/** Runs a statement: a pool, or the one connection of a transaction. */
export type Queryable = Pick<ClientBase, "query">;

/** A pool of connections. */
export type Db = Pick<Pool, "query" | "connect">;

/** A pool, held by who opened it and ends it. */
export type Database = Pool;

type ConnectDeps = {
  readonly clock: Clock;
  readonly log: Pick<BaseLogger, "info" | "warn" | "error">;
  /** Connections at most; default 10. */
  readonly max?: number | undefined;
  /** Longest statement; default 30 s, 0 for any length (backup, rebuild). */
  readonly statementTimeoutMs?: number | undefined;
  /** How long to wait for a server that is not up yet; default 60 s. */
  readonly waitMs?: number | undefined;
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
};

const oldestVersion = 15;
const firstPauseMs = 100;
const longestPauseMs = 3_000;
/** How much longer than a statement may take we wait for a server that no longer answers at all. */
const answerGraceMs = 10_000;

/**
 * Opens a pool of connections and waits for a server that is still starting, as in docker-compose.
 * In results int8 is a number (refused beyond 2^53), timestamptz is epoch milliseconds, numeric and
 * date stay text. Throws InvalidInputError for a URL that is none, Error for a server that does not
 * let us in, is too old or does not come up. No message holds the password.
 */
export async function openDatabase(url: string, deps: ConnectDeps): Promise<Database> {
  const place = describePlace(url);
  const statementTimeoutMs = deps.statementTimeoutMs ?? 30_000;
  const pool = new Pool({
    connectionString: url,
    application_name: "nines",
    max: deps.max ?? 10,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    idle_in_transaction_session_timeout: 120_000,
    statement_timeout: statementTimeoutMs,
    ...(statementTimeoutMs === 0 ? {} : { query_timeout: statementTimeoutMs + answerGraceMs }),
    options: "-c timezone=UTC -c datestyle=ISO",
    types: { getTypeParser },
  });
  // A lost connection whose error nobody listens to ends the process. One that is idle is for the pool,
  // which makes a new one; one that is taken fails its statement, and that is where it is handled.
  pool.on("error", (error) =>
    deps.log.warn({ err: error }, "lost an idle connection to the database"),
  );
  pool.on("connect", (client) => client.on("error", () => {}));
  try {
    const version = await waitForVersion(pool, deps, place);
    if (version >= oldestVersion) return pool;
    throw new Error(`${place} is PostgreSQL ${version}; nines needs ${oldestVersion} or newer`);
  } catch (error) {
    await pool.end();
    throw error;
  }
}

/**
 * Runs `work` in a transaction: committed when it returns, rolled back when it throws. A connection
 * whose rollback fails is not used again.
 */
export async function withTransaction<Result>(
  db: Db,
  work: (tx: Queryable) => Promise<Result>,
): Promise<Result> {
  const client = await db.connect();
  let broken = false;
  try {
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch(() => {
      broken = true;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

async function waitForVersion(pool: Pool, deps: ConnectDeps, place: string): Promise<number> {
  const deadlineMs = deps.clock.monotonicMs() + (deps.waitMs ?? 60_000);
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      const { rows } = await pool.query<{ version: string }>(
        "select current_setting('server_version_num') as version",
      );
      return Math.floor(Number(rows[0]?.version) / 10_000);
    } catch (error) {
      const reason = reasonOf(error);
      if (!isPassing(error)) throw new Error(`${place} refuses: ${reason}`, { cause: error });
      const leftMs = deadlineMs - deps.clock.monotonicMs();
      if (leftMs <= 0) throw new Error(`${place} cannot be reached: ${reason}`, { cause: error });
      if (pauseMs === firstPauseMs) deps.log.warn(`waiting for ${place}: ${reason}`);
      await sleep(Math.min(pauseMs, leftMs), undefined, { signal: deps.signal });
    }
  }
}

/** Nobody listens, no name yet, starting or stopping (57P0x), or full for the moment (53300). */
const passing = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "57P01",
  "57P02",
  "57P03",
  "53300",
]);

function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && typeof error.code === "string") return passing.has(error.code);
  return saysConnectionLost(error) || error.message.startsWith("timeout");
}

/** The error of a name with several addresses has a code but no message. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message !== "") return error.message;
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** Host, port and database of a URL, without its user and password. */
function describePlace(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !["postgres:", "postgresql:"].includes(parsed.protocol)) {
    const message =
      "not the address of a PostgreSQL database; write postgres://user:password@host:5432/database";
    throw new InvalidInputError([{ place: "DATABASE_URL", message }]);
  }
  return `the database ${parsed.pathname.slice(1)} at ${parsed.host === "" ? "the local socket" : parsed.host}`;
}

type Convert = (value: unknown) => unknown;

/** By PostgreSQL's type number: from what the driver reads to what we use. */
const converters: ReadonlyMap<number, Convert> = new Map<number, Convert>([
  [types.builtins.INT8, toSafeInteger],
  [1016, eachOf(toSafeInteger)], // int8[]
  [types.builtins.TIMESTAMPTZ, Number],
  [1185, eachOf(Number)], // timestamptz[]
]);

/** The driver would read these in the time zone of the process. */
const keptAsText: ReadonlySet<number> = new Set([types.builtins.DATE, types.builtins.TIMESTAMP]);

/** Only for our pools: the driver's global parsers, which the queue uses too, stay as they are. */
const getTypeParser: typeof types.getTypeParser = (type, format) => {
  if (format !== "binary" && keptAsText.has(type)) return (text: string) => text;
  const read = types.getTypeParser(type, format);
  const convert = format === "binary" ? undefined : converters.get(type);
  return convert === undefined ? read : (text: string) => convert(read(text));
};

function eachOf(convert: Convert): Convert {
  return (values) =>
    Array.isArray(values)
      ? values.map((value: unknown) => (value === null ? null : convert(value)))
      : values;
}

function toSafeInteger(text: unknown): number {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  throw new Error(`the integer ${String(text)} is beyond 2^53: read it as text`);
}
