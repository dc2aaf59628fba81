import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { ConflictError } from "../errors.ts";
import { lockClass, lockKeys } from "./advisory-locks.ts";
import type { Place } from "./embedded-cluster.ts";
import { isAlive, preparePlace } from "./embedded-cluster.ts";
import type { Server, ServerOptions, StoreDeps } from "./embedded-server.ts";
import { ensureServer, isPassing, shortenLog, stopServer } from "./embedded-server.ts";

export type Embedded = {
  readonly url: string;
  /** Process id of the server; another one after the server died and was started again. */
  readonly pid: number;
  /** Leaves the server, and stops it if nobody else uses it. */
  readonly stop: () => Promise<void>;
};

type EmbeddedOptions = {
  readonly dataDir: string;
  /** True for the service: one at a time on a data directory, and it keeps the server alive. */
  readonly exclusive: boolean;
  /** What the process does, as others are told of it: the verb. */
  readonly purpose: string;
  readonly settings?: ServerOptions["settings"];
};

type Session = { readonly server: Server; readonly client: Client };

const attachLimitMs = 120_000;
/** A process that was killed a moment ago: its connection, and with it its lock, is still being ended. */
const deadHolderLimitMs = 5_000;
const reviveEveryMs = 1_000;
const shortenLogEveryMs = 3_600_000;

/**
 * Opens the embedded PostgreSQL of a data directory: uses the server that runs, else starts one.
 * Everybody who uses it holds a shared advisory lock on one connection of its own; the last to leave
 * gets the lock alone and stops the server. A connection dies with its process, so that a killed
 * process leaves no lock, only a server, which the next one uses and stops.
 *
 * The server listens on 127.0.0.1 with a password of 256 random bits, not on a Unix socket: a socket's
 * path has about 100 bytes, too few for a data directory somewhere below a home, and a short folder in
 * /tmp is another one for each service of systemd (PrivateTmp) and is cleaned by age. Everything that
 * speaks PostgreSQL takes such an address.
 *
 * Throws ConflictError, naming the holder, when `exclusive` and another service runs on the data
 * directory; else an Error that says what to do.
 */
export async function openEmbedded(deps: StoreDeps, options: EmbeddedOptions): Promise<Embedded> {
  const place = await preparePlace(options.dataDir);
  let session = await attach(deps, place, options);
  const { url, port } = session.server;
  const leaving = new AbortController();
  const keeper = options.exclusive
    ? setInterval(() => void shortenLog(place).catch(() => {}), shortenLogEveryMs).unref()
    : null;

  const revive = async (): Promise<void> => {
    while (!leaving.signal.aborted) {
      try {
        deps.log.error("the connection to the embedded PostgreSQL is lost; reconnecting");
        session = await attach(deps, place, { ...options, port });
        return watch();
      } catch (error) {
        deps.log.error({ err: error }, "the embedded PostgreSQL is down");
        await sleep(reviveEveryMs, undefined, { signal: leaving.signal }).catch(() => {});
      }
    }
  };
  let reviving = Promise.resolve();
  const watch = (): void => {
    session.client.once("end", () => {
      if (!leaving.signal.aborted && options.exclusive) reviving = revive();
    });
  };
  watch();

  return {
    url,
    get pid() {
      return session.server.pid;
    },
    stop: async () => {
      leaving.abort();
      if (keeper !== null) clearInterval(keeper);
      await reviving;
      await leave(deps, place, session);
    },
  };
}

async function attach(
  deps: StoreDeps,
  place: Place,
  options: EmbeddedOptions & ServerOptions,
): Promise<Session> {
  const deadlineMs = deps.clock.monotonicMs() + attachLimitMs;
  for (;;) {
    const server = await ensureServer(deps, place, options);
    const client = new Client({
      connectionString: server.url,
      application_name: `nines ${options.purpose} pid=${process.pid}`,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    });
    // Without a listener a lost connection would end the process; `end` follows and is handled.
    client.on("error", () => {});
    try {
      await client.connect();
      // Waits while the last one to leave stops the server, and then fails with it.
      await client.query("select pg_advisory_lock_shared($1, $2)", [
        lockClass,
        lockKeys.embeddedUsers,
      ]);
      if (options.exclusive) await takeService(deps, client, options.dataDir);
      return { server, client };
    } catch (error) {
      await client.end().catch(() => {});
      if (!isPassing(error) || deps.clock.monotonicMs() > deadlineMs) throw error;
    }
    await sleep(50);
  }
}

async function takeService(deps: StoreDeps, client: Client, dataDir: string): Promise<void> {
  const deadlineMs = deps.clock.monotonicMs() + deadHolderLimitMs;
  while (!(await tryLock(client, lockKeys.embeddedService))) {
    const holder = await findHolder(client);
    if (holder !== null && (isAlive(holder.pid) || deps.clock.monotonicMs() > deadlineMs)) {
      throw new ConflictError(
        `the embedded database in ${dataDir} is in use by another nines: pid ${holder.pid} (nines ${holder.purpose}), ` +
          `since ${new Date(holder.sinceMs).toISOString()}. Stop that one first, or choose another NINES_DATA_DIR, ` +
          "or let both use one PostgreSQL by DATABASE_URL",
      );
    }
    await sleep(50);
  }
}

async function tryLock(client: Client, key: number): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(
    "select pg_try_advisory_lock($1, $2) as taken",
    [lockClass, key],
  );
  return rows[0]?.taken === true;
}

async function findHolder(
  client: Client,
): Promise<{ pid: number; purpose: string; sinceMs: number } | null> {
  const { rows } = await client.query<{ name: string; since: string }>(
    `select a.application_name as name, (extract(epoch from a.backend_start) * 1000)::bigint::text as since
       from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.classid = $1::int::oid and l.objid = $2::int::oid and l.granted`,
    [lockClass, lockKeys.embeddedService],
  );
  const parts = /^nines (.*) pid=(\d+)$/.exec(rows[0]?.name ?? "");
  const [, purpose = "", pid = ""] = parts ?? [];
  return parts === null ? null : { purpose, pid: Number(pid), sinceMs: Number(rows[0]?.since) };
}

async function leave(deps: StoreDeps, place: Place, { client, server }: Session): Promise<void> {
  try {
    await client.query("select pg_advisory_unlock_all()");
    if (await tryLock(client, lockKeys.embeddedUsers)) await stopServer(deps, place, server.pid);
  } catch (error) {
    // The server is gone already: it died, or another process left last between the two statements.
    if (!isPassing(error) && !isClosed(error)) throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

/** pg's words for a query on a connection that was lost before. */
function isClosed(error: unknown): boolean {
  return error instanceof Error && /not queryable|was closed/.test(error.message);
}
