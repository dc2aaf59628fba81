import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Data directory of the run's PostgreSQL, which the first test that needs it starts. */
    testDataDir: string;
    /** For what tests build: it must lie below the packages that it imports. */
    testBuildDir: string;
  }
}

/** Waits until our end of its input closes, by the teardown or by our death, then clears away. */
const clear = `
  read -r _
  if pid=$(head -n 1 "$1/postgres/data/postmaster.pid" 2>/dev/null); then
    kill -QUIT "$pid" && while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
  fi
  rm -rf "$1" "$2"`;

const SHARED_MEMORY = "/dev/shm";
const ROOMY_BYTES = 4 * 2 ** 30;

/**
 * In memory where there is room: a database is a thousand files, and to make files where many were
 * deleted a moment ago takes ext4 half a second, for each test that has a database of its own.
 */
function makeRunFolder(): string {
  const folder = mkdtempSync(join(hasRoomyMemory() ? SHARED_MEMORY : tmpdir(), "nines-test-"));
  chmodSync(folder, 0o755);
  return folder;
}

/** It may be missing, small (as in a container), or mounted so that no program in it can be run. */
function hasRoomyMemory(): boolean {
  if (!existsSync(SHARED_MEMORY)) return false;
  const { bavail, bsize } = statfsSync(SHARED_MEMORY);
  if (bavail * bsize < ROOMY_BYTES) return false;
  const program = join(SHARED_MEMORY, `nines-test-${process.pid}`);
  try {
    writeFileSync(program, "", { mode: 0o700 });
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(program, { force: true });
  }
}

export function setup(project: TestProject): () => Promise<void> {
  const dataDir = makeRunFolder();
  project.provide("testDataDir", dataDir);
  // What tests make with `tmpdir()` lies there too, and goes with the run.
  const temporary = join(dataDir, "tmp");
  mkdirSync(temporary);
  chmodSync(temporary, 0o1777);
  process.env["TMPDIR"] = temporary;
  const buildDir = resolve("node_modules/.cache/nines-test", `run-${process.pid}`);
  project.provide("testBuildDir", buildDir);
  const keeper = spawn("/bin/sh", ["-c", clear, "sh", dataDir, buildDir], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  return async () => {
    const ended = once(keeper, "exit");
    keeper.stdin.end();
    await ended;
  };
}
