import { randomBytes } from "node:crypto";
import {
  access,
  chown,
  constants,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Programs, User } from "./embedded-programs.ts";
import { canEnter, chooseUser, codeOf, exists, reasonOf, runAs } from "./embedded-programs.ts";

/** Where an embedded server has its files, all below `<NINES_DATA_DIR>/postgres`. */
export type Place = {
  /** Ours: the log, copies of programs. */
  readonly home: string;
  /** PostgreSQL's data directory, owned by the user it runs as. */
  readonly data: string;
  readonly log: string;
  readonly user: User;
};

export const databaseName = "nines";

/** In the data directory, so that the two appear, move and are copied together. */
const passwordFile = "nines-password";

/**
 * Small in memory, quick to answer, and nothing lost: fsync and synchronous_commit stay on, because
 * what is stored is evidence. One process per connection and no helpers beside them: parallel
 * queries and io workers buy nothing at this size, and parallel queries fail on the small /dev/shm of
 * a container. ALTER SYSTEM overrides what stands here.
 */
const settings = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "60",
  shared_buffers: "64MB",
  effective_cache_size: "512MB",
  work_mem: "8MB",
  maintenance_work_mem: "64MB",
  huge_pages: "off",
  io_method: "sync",
  jit: "off",
  max_parallel_workers_per_gather: "0",
  max_parallel_maintenance_workers: "0",
  random_page_cost: "1.1",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_logical_replication_workers: "0",
  wal_compression: "pglz",
  min_wal_size: "64MB",
  max_wal_size: "256MB",
  checkpoint_timeout: "15min",
  /** A query whose client was killed ends soon. */
  client_connection_check_interval: "10s",
  timezone: "UTC",
  log_timezone: "UTC",
  log_min_messages: "error",
  log_checkpoints: "off",
  log_line_prefix: "%m [%p] ",
};

/** Finds or makes the folder of an embedded server. Throws with a remedy where it cannot be used. */
export async function preparePlace(dataDir: string): Promise<Place> {
  const wanted = resolve(dataDir, "postgres");
  try {
    await mkdir(wanted, { recursive: true, mode: 0o755 });
    await access(wanted, constants.W_OK);
  } catch (error) {
    throw new Error(
      `cannot write in ${wanted} (${codeOf(error) ?? reasonOf(error)}): give this user the folder, or choose another with NINES_DATA_DIR`,
      { cause: error },
    );
  }
  // One name for one folder: on macOS a server is recognised by it.
  const home = await realpath(wanted);
  const data = join(home, "data");
  const user = await chooseUser([data, dirname(home)]);
  await refuseForeign(data, user);
  // In a folder of the user's own everything stays the user's, who may start nines without root next.
  if (user !== null && (await stat(dirname(home))).uid === user.uid) await handOver(user, [home]);
  return { home, data, log: join(home, "log"), user };
}

/** An ordinary user can use only its own database; root hands over what is not its user's, as after a copy by root. */
async function refuseForeign(data: string, user: User): Promise<void> {
  const owner = await stat(data).then(
    ({ uid }) => uid,
    () => null,
  );
  if (owner === null) return;
  if (user !== null && owner !== user.uid) {
    await runAs(null, {
      program: "chown",
      args: ["-hR", `${user.uid}:${user.gid}`, data],
      cwd: "/",
    });
  }
  if (user === null && owner !== process.getuid?.()) {
    throw new Error(
      `${data} belongs to user ${owner}: run nines as that user or as root, or give the folder to this user with chown -R`,
    );
  }
}

/** The password of the database user, 256 random bits made by initdb's caller. */
export async function readPassword(place: Place): Promise<string> {
  try {
    return (await readFile(join(place.data, passwordFile), "utf8")).trim();
  } catch (error) {
    throw new Error(
      `${join(place.data, passwordFile)} is missing: ${place.data} was not made by nines`,
      { cause: error },
    );
  }
}

/**
 * Makes the database cluster if there is none, and refuses one of another major version. It is made
 * beside its place and moved there whole, so that a killed initdb leaves nothing half-made, and of two
 * that start at once the slower uses the other's.
 */
export async function ensureCluster(place: Place, programs: Programs): Promise<void> {
  await removeAbandoned(place.home);
  if (!(await exists(join(place.data, "PG_VERSION")))) await makeCluster(place, programs);
  const major = (await readFile(join(place.data, "PG_VERSION"), "utf8")).trim();
  if (major !== programs.major) {
    throw new Error(
      `${place.data} was made by PostgreSQL ${major}, and this nines brings PostgreSQL ${programs.major}: ` +
        "start the nines that made it, write its database out with pg_dump, move the folder away, and load it again",
    );
  }
}

async function makeCluster(place: Place, programs: Programs): Promise<void> {
  const left = await readdir(place.data).catch(() => []);
  if (left.length > 0) throw new Error(`${place.data} holds something else; move it away`);
  const workshop = await mkdtemp(join(place.home, `init-${process.pid}-`));
  const cluster = join(workshop, "cluster");
  await mkdir(cluster, { mode: 0o700 });
  try {
    await writeFile(join(workshop, "password"), `${randomBytes(32).toString("hex")}\n`, {
      mode: 0o600,
    });
    await handOver(place.user, [join(workshop, "password"), cluster, workshop]);
    const args = [
      "-D",
      await dataArgument(place.user, cluster),
      "--username=nines",
      "--pwfile=../password",
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--no-instructions",
    ];
    await runAs(place.user, { program: programs.initdb, args, cwd: cluster });
    await runAs(place.user, { program: "mv", args: ["../password", passwordFile], cwd: cluster });
    await rename(cluster, place.data);
  } catch (error) {
    if (!(await exists(join(place.data, "PG_VERSION")))) {
      throw new Error(`could not make a database in ${place.home}: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

async function handOver(user: User, paths: readonly string[]): Promise<void> {
  if (user === null) return;
  for (const path of paths) {
    await chown(path, user.uid, user.gid);
  }
}

/** Folders of runs that were killed during initdb. */
async function removeAbandoned(home: string): Promise<void> {
  const abandoned = (await readdir(home)).filter((name) => {
    const pid = /^init-(\d+)-/.exec(name)?.[1];
    return pid !== undefined && !isAlive(Number(pid));
  });
  await Promise.all(
    abandoned.map((name) => rm(join(home, name), { recursive: true, force: true })),
  );
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/**
 * What `-D` names. A folder below a private one cannot be reached by its path by another user than
 * its owner, but as the working directory it can be handed over open: the programs are started in it,
 * and /proc/self/cwd leads there without walking the path. PostgreSQL never leaves that directory.
 */
export async function dataArgument(user: User, data: string): Promise<string> {
  if (user === null || (await canEnter(user, data))) return data;
  if (process.platform === "linux") return "/proc/self/cwd";
  throw new Error(
    `PostgreSQL refuses to run as root, and user ${user.uid} cannot enter ${data}: ` +
      "set NINES_DATA_DIR to a folder that it can enter, or start nines as an ordinary user",
  );
}

/**
 * Written at every start, so that a new version's settings reach an old database. Written by the user
 * who owns the folder: root following a link planted there would write anywhere.
 */
export async function writeSettings(
  place: Place,
  extra: Readonly<Record<string, string>>,
): Promise<void> {
  const lines = Object.entries({ ...settings, ...extra }).map(
    ([name, value]) => `${name} = '${value}'\n`,
  );
  const text = `# Written by nines at every start. Your own settings: ALTER SYSTEM.\n${lines.join("")}`;
  const script =
    'umask 077; printf %s "$1" >"$2" && mv "$2" postgresql.conf || { rm -f "$2"; exit 1; }';
  const args = ["-c", script, "sh", text, `postgresql.conf.${randomBytes(4).toString("hex")}`];
  try {
    await runAs(place.user, { program: "/bin/sh", args, cwd: place.data });
  } catch (error) {
    throw new Error(`cannot write in ${place.data}; is the disk full? ${reasonOf(error)}`, {
      cause: error,
    });
  }
}
