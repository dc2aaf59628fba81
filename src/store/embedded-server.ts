import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:fs";
import { type FileHandle, open, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import type { BaseLogger } from "pino";
import type { Clock } from "../clock.ts";
import type { Place } from "./embedded-cluster.ts";
import {
  dataArgument,
  databaseName,
  ensureCluster,
  readPassword,
  writeSettings,
} from "./embedded-cluster.ts";
import {
  codeOf,
  plainEnvironment,
  preparePrograms,
  reasonOf,
  runAs,
  succeedsAs,
} from "./embedded-programs.ts";
import { saysConnectionLost } from "./lost-connection.ts";

export type StoreDeps = {
  readonly clock: Clock;
  readonly log: Pick<BaseLogger, "info" | "warn" | "error">;
};

export type Server = { readonly pid: number; readonly port: number; readonly url: string };

export type ServerOptions = {
  /** Only this port: that of a server that died, whose address others hold. Default: any free one. */
  readonly port?: number | undefined;
  /** PostgreSQL settings over our own; tests switch fsync off. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
};

type Found =
  | { readonly state: "up"; readonly server: Server }
  | { readonly state: "busy" }
  | { readonly state: "down"; readonly stalePid: number | null };

const readyLimitMs = 120_000;
const tellAfterMs = 2_000;
const fastStopLimitMs = 8_000;
const hardStopLimitMs = 3_000;
const pollMs = 25;
const slowStartPolls = 200;
const logLimitBytes = 16 * 1024 * 1024;

/**
 * Gives the server of this place: the one that runs, also one that a killed nines left behind, or a
 * new one. Several processes may call it at once.
 */
export async function ensureServer(
  deps: StoreDeps,
  place: Place,
  options: ServerOptions,
): Promise<Server> {
  const beginMs = deps.clock.monotonicMs();
  for (let told = false; ;) {
    const found = await findServer(place);
    if (found.state === "up") {
      deps.log.info(
        { pid: found.server.pid, port: found.server.port },
        "the embedded PostgreSQL is up",
      );
      return found.server;
    }
    const obstacle =
      found.state === "busy"
        ? "it is starting or stopping"
        : await startServer(place, options, found.stalePid);
    const waitedMs = deps.clock.monotonicMs() - beginMs;
    const words = `the embedded PostgreSQL is not up yet: ${obstacle} (log: ${place.log})`;
    if (waitedMs > readyLimitMs)
      throw new Error(`${words}; gave up after ${readyLimitMs / 1000} s`);
    if (waitedMs > tellAfterMs && !told) deps.log.warn(words);
    told = waitedMs > tellAfterMs;
    await sleep(pollMs);
  }
}

async function findServer(place: Place): Promise<Found> {
  const lock = await readLockFile(place);
  if (lock === null || !(await isOurs(place, lock.pid)))
    return { state: "down", stalePid: lock?.pid ?? null };
  if (lock.port === null) return { state: "busy" };
  const url = `postgres://nines:${await readPassword(place)}@127.0.0.1:${lock.port}/${databaseName}`;
  const up = await answers(url);
  return up ? { state: "up", server: { pid: lock.pid, port: lock.port, url } } : { state: "busy" };
}

/** postmaster.pid: process id, data directory, start, port, socket folder, address, shared memory, state. */
async function readLockFile(
  place: Place,
): Promise<{ pid: number; port: number | null; ready: boolean } | null> {
  const text = await readFile(`${place.data}/postmaster.pid`, "utf8").catch(() => "");
  const lines = text.split("\n");
  const pid = Number.parseInt(lines[0] ?? "", 10);
  if (Number.isNaN(pid)) return null;
  const port = Number.parseInt(lines[3] ?? "", 10);
  return { pid, port: Number.isNaN(port) ? null : port, ready: lines[7]?.trim() === "ready" };
}

/**
 * Whether the process is the server of this very folder. Its number proves nothing: it may belong to
 * another process since, and a copied folder names the server of the original. A server works inside
 * its data directory, so that directory is compared. Asked as the server's user, because root in a
 * container may not look at processes of others.
 */
async function isOurs(place: Place, pid: number): Promise<boolean> {
  if (process.platform === "linux") {
    const args = ["-c", '[ "/proc/$1/cwd" -ef . ]', "sh", String(pid)];
    return succeedsAs(place.user, { program: "/bin/sh", args, cwd: place.data });
  }
  const command = { program: "ps", args: ["-o", "command=", "-p", String(pid)], cwd: "/" };
  return runAs(place.user, command).then(
    (line) => line.includes(`-D ${place.data}`),
    () => false,
  );
}

/** Codes of a server that is starting or stopping. */
const passing = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "57P01", "57P03"]);

export function isPassing(error: unknown): boolean {
  return passing.has(codeOf(error) ?? "") || saysConnectionLost(error);
}

/** Whether the server lets us in. Makes the database at the first time. The login proves both sides to each other. */
async function answers(url: string): Promise<boolean> {
  try {
    await runSql(url, "select 1");
    return true;
  } catch (error) {
    if (isPassing(error)) return false;
    if (codeOf(error) !== "3D000")
      throw new Error(`the embedded PostgreSQL refuses us: ${reasonOf(error)}`, { cause: error });
  }
  const maintenance = new URL(url);
  maintenance.pathname = "/postgres";
  await runSql(maintenance.href, `create database ${databaseName}`).catch((error: unknown) => {
    // 42P04, 23505: another process made it meanwhile. 55006: is making it.
    if (!["42P04", "23505", "55006"].includes(codeOf(error) ?? "") && !isPassing(error))
      throw error;
  });
  return false;
}

async function runSql(url: string, sql: string): Promise<void> {
  const client = new Client({
    connectionString: url,
    application_name: "nines start",
    connectionTimeoutMillis: 10_000,
  });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query(sql);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Starts the server, and says how far it came; throws what waiting does not mend. */
async function startServer(
  place: Place,
  options: ServerOptions,
  stalePid: number | null,
): Promise<string> {
  const programs = await preparePrograms(place.user, place.home);
  await ensureCluster(place, programs);
  await writeSettings(place, options.settings ?? {});
  const port = options.port ?? (await freePort());
  const log = await openLog(place);
  const logFrom = await shorten(log);
  const args = ["-D", await dataArgument(place.user, place.data), "-p", String(port)];
  const server = spawn(programs.postgres, args, {
    cwd: place.data,
    // Its own session: a Ctrl-C in the terminal is for nines, which still stores what it drains.
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
    // PostgreSQL refuses to start while the process of its old lock file lives, except for this one:
    // we know that it is another program that got the number.
    env: {
      ...plainEnvironment,
      ...(stalePid === null ? {} : { PG_GRANDPARENT_PID: String(stalePid) }),
    },
    ...place.user,
  });
  server.unref();
  try {
    await once(server, "spawn");
  } finally {
    await log.close();
  }
  for (let polls = 0; polls < slowStartPolls; polls += 1) {
    if (server.exitCode !== null || server.signalCode !== null) {
      return obstacleIn(await readLog(place, logFrom), place);
    }
    const lock = await readLockFile(place);
    if (lock?.pid === server.pid && lock?.ready === true) return "it has just started";
    await sleep(pollMs);
  }
  return "it starts slowly, perhaps it recovers from a crash";
}

/** What stands in the way for a while only: another start, a port just taken, processes of a killed server that still end. */
function obstacleIn(words: string, place: Place): string {
  if (/lock file .* already exists/.test(words)) return "another process starts it";
  if (words.includes("Address already in use")) return "its port is taken";
  if (words.includes("pre-existing shared memory block"))
    return "processes of the last run still end";
  throw new Error(`the embedded PostgreSQL did not start (log: ${place.log}):\n${words.trim()}`);
}

/** TCP on loopback: see the note in embedded.ts. */
async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  listener.close();
  await once(listener, "close");
  if (address === null || typeof address === "string") throw new Error("no free port on 127.0.0.1");
  return address.port;
}

/** Keeps the log bounded. */
export async function shortenLog(place: Place): Promise<void> {
  const log = await openLog(place);
  try {
    await shorten(log);
  } finally {
    await log.close();
  }
}

/** Of the server's user, as is the folder where nines runs as root for another; and no link that leads elsewhere. */
async function openLog(place: Place): Promise<FileHandle> {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
  const log = await open(place.log, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
  if (place.user !== null) await log.chown(place.user.uid, place.user.gid);
  return log;
}

/** Gives the length. The server appends, so that cutting is safe while it runs. */
async function shorten(log: FileHandle): Promise<number> {
  const { size } = await log.stat();
  if (size <= logLimitBytes) return size;
  await log.truncate();
  return 0;
}

async function readLog(place: Place, from: number): Promise<string> {
  const file = await open(place.log);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8192), 0, 8192, from);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * Stops the server within about 11 s: first in good order, then at once, which costs the next start a
 * recovery but no data. Signalled as its own user, so that no other process can be hit.
 */
export async function stopServer(deps: StoreDeps, place: Place, pid: number): Promise<void> {
  for (const [signal, limitMs] of [
    ["INT", fastStopLimitMs],
    ["QUIT", hardStopLimitMs],
  ] as const) {
    if (!(await isOurs(place, pid))) return;
    const args = ["-c", 'kill -s "$1" "$2"', "sh", signal, String(pid)];
    await succeedsAs(place.user, { program: "/bin/sh", args, cwd: "/" });
    if (await isGone(deps, { place, pid, limitMs })) return;
    deps.log.warn(
      `the embedded PostgreSQL (pid ${pid}) did not stop ${limitMs / 1000} s after SIG${signal}`,
    );
  }
}

async function isGone(
  deps: StoreDeps,
  wait: { place: Place; pid: number; limitMs: number },
): Promise<boolean> {
  const deadlineMs = deps.clock.monotonicMs() + wait.limitMs;
  while (deps.clock.monotonicMs() < deadlineMs) {
    if (!(await isOurs(wait.place, wait.pid))) return true;
    await sleep(pollMs);
  }
  return false;
}
