import { createHash } from "node:crypto";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/clock.ts";
import type { Round } from "../../src/core/round.ts";
import { packageRoot } from "../../src/paths.ts";
import { settle } from "../../src/settle.ts";
import type { Database } from "../../src/store/connect.ts";
import { migrate } from "../../src/store/migrate.ts";
import { createIdCache } from "../../src/store/prepare-rounds.ts";
import { storeRounds } from "../../src/store/rounds.ts";
import { silentLog } from "../helpers/database.ts";
import { memoryMiB } from "./processes.ts";
import { targetsYaml } from "./service.ts";
import { openBenchDatabase } from "./with-database.ts";

const DEAD = '{ kind: tcp, address: "127.0.0.1:9" }';
const MONTH = "2026-08";
const MONTH_FROM_MS = Date.parse("2026-08-01T00:00:00+08:00");
const MINUTE_MS = 60_000;
const SHARDS = 10;
const SHARD_TARGETS = 100;
/** Rounds stored at once. */
const BATCH_MINUTES = 60;

/**
 * `nines verify` of the first days of a month of 1,000 targets at one result a minute, as a user
 * runs it. The floor beside it reads the same columns and hashes as many bytes, and judges nothing.
 */
export async function benchVerify(days: number): Promise<string[]> {
  // Filling is not what is measured.
  const { dir, dataDir, db, close } = await openBenchDatabase({ fsync: "off" });
  const config = join(dir, "nines.yaml");
  const count = SHARDS * SHARD_TARGETS;
  writeFileSync(config, targetsYaml({ count, interval: "60s", probe: () => DEAD }));
  try {
    const minutes = days * 1440;
    const filling = await timed(() => fill(db, minutes));
    const rounds = SHARDS * minutes;
    const floor = await timed(() => readAndHash(db));
    const env = { ...process.env, NINES_DATA_DIR: dataDir, NINES_CONFIG: config };
    const closing = await runVerb("close", env);
    const run = await runVerb("verify", env);
    if (!run.output.startsWith(`${rounds} rounds hold`)) throw new Error(run.output);
    const perSecond = (seconds: number) => Math.round(rounds / seconds).toLocaleString("en");
    return [
      `nines verify of ${days} days, ${rounds.toLocaleString("en")} rounds of ${SHARD_TARGETS} targets (filled in ${filling.seconds.toFixed(0)} s)`,
      `  closing it, with ${closing.output.trim().split("\n").length} signed reports and the seals: ${closing.seconds.toFixed(1)} s, peak ${closing.peakMiB.toFixed(0)} MiB`,
      ...run.output
        .trim()
        .split("\n")
        .map((line) => `  ${line}`),
      `  ${run.seconds.toFixed(1)} s with start: ${perSecond(run.seconds)} rounds/s (a whole month: wanted under 60 s), peak ${run.peakMiB.toFixed(0)} MiB`,
      `  floor, one select of the rounds and sha256 of their ${(floor.result / 1e6).toFixed(0)} MB: ${floor.seconds.toFixed(1)} s, ${perSecond(floor.seconds)} rounds/s`,
    ];
  } finally {
    await close();
  }
}

async function timed<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly seconds: number; readonly result: Result }> {
  const startMs = performance.now();
  const result = await work();
  return { seconds: (performance.now() - startMs) / 1000, result };
}

/** In the order in which a recorder stores: minute by minute, all shards of one. */
async function fill(db: Database, minutes: number): Promise<void> {
  await migrate(db, { clock: systemClock, log: silentLog });
  const store = { db, ids: createIdCache() };
  const noise = createNoise();
  for (let from = 0; from < minutes; from += BATCH_MINUTES) {
    const rounds = Array.from({ length: BATCH_MINUTES * SHARDS }, (_, index) =>
      makeRound(index % SHARDS, from + Math.floor(index / SHARDS), noise),
    );
    await storeRounds(store, rounds, MONTH_FROM_MS + (from + BATCH_MINUTES) * MINUTE_MS);
  }
  const nowMs = () => MONTH_FROM_MS + 40 * 1440 * MINUTE_MS;
  await settle({ db, clock: { ...systemClock, nowMs } });
  await db.query("vacuum analyze");
}

/** Every hundredth round has a result that was not ok, with what a probe says of it. */
function makeRound(shard: number, minute: number, noise: () => number): Round {
  const numbers = Array.from({ length: SHARD_TARGETS }, (_, index) => index);
  const bad = noise() % 100 === 0 ? noise() % SHARD_TARGETS : -1;
  const letter = "fffiu".charAt(noise() % 5);
  const address = `192.0.2.${shard}:443`;
  const text = "connect ETIMEDOUT, gave up after 2000 ms";
  return {
    vantage: "cn-hangzhou",
    shard: `60s-${shard}`,
    plannedAtMs: MONTH_FROM_MS + minute * MINUTE_MS + 5_000 + shard * 100,
    targets: numbers.map((index) => `t-${shard * SHARD_TARGETS + index}`),
    outcomes: numbers.map((index) => (index === bad ? letter : "o")).join(""),
    offsetsMs: numbers.map((index) => index * 9 + (noise() % 9)),
    latenciesUs: numbers.map(() => 8_000 + (noise() % 30_000)),
    details: bad < 0 ? [] : [{ index: bad, reason: "connect-timeout", text, address }],
  };
}

/** The same numbers in every run. */
function createNoise(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}

/** Returns the number of bytes hashed. */
async function readAndHash(db: Database): Promise<number> {
  let bytes = 0;
  for (let hour = 0; ; hour += 1) {
    const fromMs = MONTH_FROM_MS + hour * 60 * MINUTE_MS;
    const { rows } = await db.query<{ text: string }>({
      name: "floor",
      text: `select concat_ws(',', id, seq, planned_at, stored_at, targets, outcomes, offsets_ms,
               latencies_us, details, previous_hash, hash) as text
             from round where planned_at >= $1 and planned_at < $2`,
      values: [fromMs, fromMs + 60 * MINUTE_MS].map((ms) => new Date(ms).toISOString()),
    });
    if (rows.length === 0) return bytes;
    for (const { text } of rows) {
      createHash("sha256").update(text).digest();
      bytes += text.length;
    }
  }
}

async function runVerb(verb: "close" | "verify", env: NodeJS.ProcessEnv) {
  const nines = join(packageRoot(), "bin", "nines.js");
  const startMs = performance.now();
  const child = spawn(process.execPath, [nines, verb, "--month", MONTH], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (output += String(chunk)));
  let peakMiB = 0;
  const watching = setInterval(() => {
    if (child.exitCode === null) peakMiB = memoryMiB(child.pid ?? 0).peak || peakMiB;
  }, 250);
  await once(child, "close");
  clearInterval(watching);
  return { output, peakMiB, seconds: (performance.now() - startMs) / 1000 };
}
