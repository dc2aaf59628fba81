import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtNines } from "./build.ts";
import { freePort } from "./ports.ts";
import { waitFor } from "./wait.ts";

/** The command as it is shipped. */
export function ninesCommand(): string {
  return join(builtNines(), "bin/nines.js");
}

/** A folder to run nines in, with a data directory of its own. */
export type Home = {
  readonly folder: string;
  readonly write: (name: string, text: string) => string;
  readonly remove: () => void;
};

export function makeHome(): Home {
  const folder = mkdtempSync(join(tmpdir(), "nines-work-"));
  return {
    folder,
    write: (name, text) => {
      const file = join(folder, name);
      writeFileSync(file, text);
      return file;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export type RunOptions = {
  readonly at: Home;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Sends SIGTERM once its output matches. */
  readonly signalAt?: RegExp;
  /** Closes our end of its output at once. */
  readonly closeOutput?: boolean;
};

export type Finished = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** Runs a verb to its end. */
export function runNines(args: readonly string[], options: RunOptions): Promise<Finished> {
  const child = spawnNines(args, options);
  let [stdout, stderr] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  const look = () => {
    if (options.signalAt?.test(stdout + stderr) === true) child.kill("SIGTERM");
  };
  child.stdout?.on("data", look);
  child.stderr?.on("data", look);
  child.stdin?.on("error", () => undefined).end(options.input ?? "");
  if (options.closeOutput === true) child.stdout?.destroy();
  return new Promise((done, reject) => {
    child.once("error", reject);
    child.once("close", (status) => done({ status, stdout, stderr }));
  });
}

export type Service = {
  readonly child: ChildProcess;
  readonly url: string;
  /** What it wrote so far, both streams. */
  readonly log: () => string;
  readonly get: (path: string) => Promise<Response>;
  readonly json: <Body>(path: string) => Promise<Body>;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Sends the signal and waits for the end: its exit status, and how long it took. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<{ status: number | null; tookMs: number }>;
};

/** Starts the service on a free port and waits until it is ready. */
export async function startNines(args: readonly string[], options: RunOptions): Promise<Service> {
  const port = await freePort();
  const child = spawnNines(["start", ...args], {
    ...options,
    env: { PORT: String(port), ...options.env },
  });
  let log = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (log += chunk));
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (log += chunk));
  const closed = new Promise<number | null>((done) =>
    child.once("close", (status) => done(status)),
  );
  const url = `http://127.0.0.1:${port}`;
  const get = (path: string) => fetch(url + path, { signal: AbortSignal.timeout(20_000) });
  await waitFor(
    async () => {
      if (child.exitCode !== null) throw new Error(`nines ended with ${child.exitCode}:\n${log}`);
      return get("/readyz").then(
        ({ ok }) => ok,
        () => false,
      );
    },
    { what: "a service that is ready", timeoutMs: 30_000 },
  ).catch((error: unknown) => {
    child.kill("SIGKILL");
    throw new Error(`${String(error)}\n${log}`, { cause: error });
  });
  return {
    child,
    url,
    log: () => log,
    get,
    json: async <Body>(path: string) => (await get(path)).json() as Promise<Body>,
    signal: (signal) => void child.kill(signal),
    stop: async (signal = "SIGTERM") => {
      const sentMs = performance.now();
      child.kill(signal);
      return { status: await closed, tookMs: performance.now() - sentMs };
    },
  };
}

function spawnNines(args: readonly string[], { at, env }: RunOptions): ChildProcess {
  return spawn(process.execPath, [ninesCommand(), ...args], {
    cwd: at.folder,
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      NINES_DATA_DIR: join(at.folder, "data"),
      ...env,
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
}
