import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { once } from "node:events";
import { packageRoot } from "../../src/paths.ts";
import type { Database } from "../../src/store/connect.ts";
import { startProgram } from "../helpers/child.ts";
import { freePort } from "../helpers/ports.ts";
import { openBenchDatabase } from "./with-database.ts";

/** nines as a user starts it, in a folder of its own. */
export type Service = {
  readonly pid: number;
  readonly postgresPid: number;
  readonly url: string;
  readonly dir: string;
  readonly db: Database;
  /** One scrape: the value of a metric, summed over the series whose labels hold the text. */
  readonly scrape: () => Promise<(name: string, labels?: string) => number>;
  readonly stop: () => Promise<void>;
};

/** Starts `nines start` with this configuration and waits until it answers. */
export async function startService(
  yaml: string,
  prepare?: (db: Database) => Promise<void>,
): Promise<Service> {
  const { dir, dataDir, pid, db, close } = await openBenchDatabase();
  writeFileSync(join(dir, "nines.yaml"), yaml);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await prepare?.(db);
  const environment = [
    `NINES_DATA_DIR=${dataDir}`,
    `NINES_CONFIG=${join(dir, "nines.yaml")}`,
    `PORT=${port}`,
    "LOG_LEVEL=warn",
    "DATABASE_URL=",
    "REDIS_URL=",
  ];
  const nines = join(packageRoot(), "bin", "nines.js");
  const program = await startProgram(
    ["env", ...environment, process.execPath, nines, "start"],
    async () => {
      const answer = await fetch(`${url}/readyz`).catch(() => null);
      return answer?.ok === true;
    },
  );
  return {
    pid: program.child.pid ?? 0,
    postgresPid: pid,
    url,
    dir,
    db,
    scrape: async () => {
      const lines = (await (await fetch(`${url}/metrics`)).text()).split("\n");
      return (name, labels = "") =>
        lines
          .filter((line) => line.startsWith(`${name}{`) && line.includes(labels))
          .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
    },
    stop: async () => {
      program.child.kill("SIGTERM");
      if (program.child.exitCode === null) await once(program.child, "exit");
      await close();
      if (program.output().trim() !== "") console.log(program.output().trim().slice(0, 2000));
    },
  };
}

/** A configuration with `count` targets, `probe` giving the probe of each as YAML flow. */
export function targetsYaml(input: {
  readonly count: number;
  readonly interval: string;
  readonly probe: (index: number) => string;
}): string {
  const targets = Array.from(
    { length: input.count },
    (_, index) =>
      `  - { id: t-${index}, product: slb, region: cn-hangzhou, probe: ${input.probe(index)} }`,
  );
  return [
    "version: 1",
    "timeZone: Asia/Shanghai",
    "vantages: [{ id: cn-hangzhou, controls: [] }]",
    `defaults: { interval: ${input.interval}, timeout: 2s }`,
    "targets:",
    ...targets,
    "",
  ].join("\n");
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
