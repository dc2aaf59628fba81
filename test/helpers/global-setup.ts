import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync } from "node:fs";
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

export function setup(project: TestProject): () => Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), "nines-test-"));
  chmodSync(dataDir, 0o755);
  project.provide("testDataDir", dataDir);
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
