import { rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { startProgram, type RunningProgram } from "./child.ts";

const root = resolve(fileURLToPath(import.meta.url), "../../..");

/** A process of its own that watches the months, and stands still in its transaction after a statement. */
export async function startWatchChild(input: {
  readonly url: string;
  readonly config: string;
  readonly nowMs: number;
  readonly statement: string;
}): Promise<RunningProgram> {
  const place = join(root, "node_modules/.cache/nines-test", `watch-${process.pid}`);
  const file = join(place, "watch.js");
  buildSync({
    stdin: { contents: SOURCE, resolveDir: root, loader: "ts" },
    absWorkingDir: root,
    outfile: file,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "warning",
  });
  let child: RunningProgram | null = null;
  child = await startProgram([process.execPath, file, JSON.stringify(input)], () => true);
  const started = child;
  await new Promise<void>((done, fail) => {
    const look = () => {
      if (started.output().includes("standing still")) done();
    };
    started.child.stdout?.on("data", look);
    started.child.once("close", () => fail(new Error(started.output())));
    look();
  });
  rmSync(place, { recursive: true, force: true });
  return started;
}

const SOURCE = `
import { probes } from "./probes/index.ts";
import { systemClock } from "./src/clock.ts";
import { parseConfig } from "./src/parse-config.ts";
import { openDatabase } from "./src/store/connect.ts";
import { watchMonths } from "./src/watch-months.ts";
import { pauseAfter } from "./test/helpers/pausing-db.ts";

const input = JSON.parse(process.argv[2]);
const log = { info: () => {}, warn: () => {}, error: () => {} };
const probeSettings = Object.fromEntries(
  Object.entries(probes).map(([kind, probe]) => [kind, probe.settings]),
);
const config = parseConfig(
  { text: input.config, file: "nines.yaml" },
  { env: {}, probeSettings, readFile: () => "" },
);
const database = await openDatabase(input.url, { clock: systemClock, log });
const { db, reached } = pauseAfter(database, input.statement);
const clock = { ...systemClock, nowMs: () => input.nowMs };
watchMonths({ db, clock, config: () => config }).then(() => process.exit(0));
await reached;
console.log("standing still");
setInterval(() => {}, 1000);
`;
