import { once } from "node:events";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { startProgram, type RunningProgram } from "./child.ts";

const root = resolve(fileURLToPath(import.meta.url), "../../..");

export type DeliverChild = RunningProgram & {
  /** Lets it announce and deliver, again and again. */
  readonly go: () => void;
};

/** Builds the program once; whole, so that it starts fast. */
export function buildDeliverChild(folder: string): string {
  const file = join(folder, "deliver.mjs");
  buildSync({
    stdin: { contents: SOURCE, resolveDir: root, loader: "ts" },
    absWorkingDir: root,
    outfile: file,
    bundle: true,
    external: ["pg-native"],
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "error",
  });
  return file;
}

/** A process of its own that delivers messages; it stands ready until `go`. */
export async function startDeliverChild(
  file: string,
  input: { readonly url: string; readonly channel: string; readonly leaseMs: number },
): Promise<DeliverChild> {
  const args: [string, ...string[]] = [process.execPath, file, JSON.stringify(input)];
  const child = await startProgram(args, () => true);
  while (!child.output().includes("ready")) {
    if (child.child.exitCode !== null) throw new Error(child.output());
    await once(child.child.stdout ?? child.child, "data");
  }
  return { ...child, go: () => void child.child.kill("SIGUSR2") };
}

const SOURCE = `
import { announce } from "./src/announce.ts";
import { systemClock } from "./src/clock.ts";
import { deliver } from "./src/deliver.ts";
import { takeDueMessages } from "./src/due-messages.ts";
import { sendMessage } from "./src/notify/index.ts";
import { openDatabase } from "./src/store/connect.ts";

const { url, channel, leaseMs } = JSON.parse(process.argv[2]);
const log = { info: () => {}, warn: () => {}, error: () => {} };
const clock = systemClock;
const db = await openDatabase(url, { clock, log, max: 4 });
const all = { events: null, products: null, regions: null, accounts: null, levels: null };
const route = { channels: ["ops"], ...all, delayMs: 0, intervalMs: 0, quietHours: null, escalate: null };
const config = {
  channels: [{ id: "ops", kind: "webhook", url: channel }],
  routes: [route],
  targets: [],
  publicUrl: null,
  timeZone: "UTC",
};
const saveLetter = () => Promise.reject(new Error("no inbox here"));
const send = (settings, input) => sendMessage({ clock, saveLetter }, settings, input);
const deps = { db, clock, config: () => config, send, leaseMs, limitOf: () => null };
let stop = () => {};
const work = async () => {
  for (;;) {
    await announce(deps);
    const { due } = await takeDueMessages(deps);
    await Promise.all(due.slice(0, 4).map(({ id }) => deliver(deps, id)));
    await new Promise((done) => setTimeout(done, 2));
  }
};
process.once("SIGUSR2", () => void work());
console.log("ready");
setInterval(() => {}, 1000);
`;
