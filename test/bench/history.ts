import { spawnSync } from "node:child_process";
import { createWriteStream, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import type { CountRun } from "../../src/core/counts.ts";
import { BLOCK_SIZE, MINUTES_PER_DAY } from "../../src/core/day-counts.ts";
import { systemClock } from "../../src/clock.ts";
import { packageRoot } from "../../src/paths.ts";
import type { Database } from "../../src/store/connect.ts";
import { saveDay } from "../../src/store/days.ts";
import { migrate } from "../../src/store/migrate.ts";
import { ensureIds } from "../../src/store/names.ts";
import { saveSettledUntil } from "../../src/store/unsettled.ts";
import { silentLog } from "../helpers/database.ts";
import { memoryMiB } from "./processes.ts";
import { startService, targetsYaml } from "./service.ts";
import { openBenchDatabase } from "./with-database.ts";

const DEAD = '{ kind: tcp, address: "127.0.0.1:9" }';
const MONTH = "2026-08";
const MONTH_FROM_MS = Date.parse("2026-08-01T00:00:00+08:00");

/** `nines import` of a day of 1,000 targets at one result a minute, and what is left on disk. */
export async function benchImport(): Promise<string[]> {
  const { dir, dataDir, db, close } = await openBenchDatabase();
  const config = join(dir, "nines.yaml");
  const file = join(dir, "results.ndjson");
  writeFileSync(config, targetsYaml({ count: 1_000, interval: "60s", probe: () => DEAD }));
  await writeResults(file, { targets: 1_000, minutes: MINUTES_PER_DAY });
  const env = { ...process.env, NINES_DATA_DIR: dataDir, NINES_CONFIG: config };
  const nines = join(packageRoot(), "bin", "nines.js");
  try {
    const startMs = performance.now();
    const run = spawnSync(process.execPath, [nines, "import", file], { env, encoding: "utf8" });
    const seconds = (performance.now() - startMs) / 1000;
    if (run.status !== 0) throw new Error(run.stderr);
    const results = 1_000 * MINUTES_PER_DAY;
    await db.query("vacuum analyze day");
    const { rows } = await db.query<{ day: number; round: number }>(
      `select pg_total_relation_size('day') as day,
         (select sum(pg_total_relation_size(inhrelid)) from pg_inherits
          where inhparent = 'round'::regclass)::bigint as round`,
    );
    const { day = 0, round = 0 } = rows[0] ?? {};
    return [
      `nines import of ${results.toLocaleString("en")} results (1,000 targets, one day)`,
      `  ${run.stdout.trim()}`,
      `  ${seconds.toFixed(1)} s with start, storing and settling: ${Math.round(results / seconds).toLocaleString("en")} results/s (wanted at least 150,000)`,
      `  on disk: ${(round / results).toFixed(1)} bytes a result kept raw (wanted at most 20), ${(day / 1_000).toFixed(0)} bytes a healthy target-day derived (wanted at most 200)`,
    ];
  } finally {
    await close();
  }
}

async function writeResults(
  file: string,
  size: { readonly targets: number; readonly minutes: number },
): Promise<void> {
  const out = createWriteStream(file);
  for (let minute = 0; minute < size.minutes; minute += 1) {
    const plannedAt = new Date(MONTH_FROM_MS + minute * 60_000 + 5_000).toISOString();
    const lines = Array.from({ length: size.targets }, (_, target) => {
      const latencyMs = 10 + ((target * 7 + minute * 13) % 100) / 10;
      return `{"target":"t-${target}","vantage":"cn-hangzhou","plannedAt":"${plannedAt}","outcome":"ok","latencyMs":${latencyMs}}\n`;
    });
    if (!out.write(lines.join(""))) await once(out, "drain");
  }
  out.end();
  await once(out, "close");
}

/**
 * The month's report as JSON over HTTP. The month's days are written with the product's own
 * encoder, healthy but for twenty bad minutes of every tenth target.
 */
export async function benchReport(count: number, wantedSeconds: number): Promise<string[]> {
  const yaml = targetsYaml({ count, interval: "3600s", probe: () => DEAD });
  const service = await startService(yaml, (db) => writeMonth(db, count));
  try {
    const url = `${service.url}/api/v1/reports/${MONTH}`;
    const times: number[] = [];
    let bytes = 0;
    for (let run = 0; run < 4; run += 1) {
      const startMs = performance.now();
      const text = await (await fetch(url)).text();
      times.push((performance.now() - startMs) / 1000);
      bytes = text.length;
      if (text.split('"availabilityPercent":"100.000"').length < count / 2) {
        throw new Error("the report is not what was written");
      }
    }
    const [first = 0, ...warm] = times;
    const median = warm.toSorted((a, b) => a - b)[1] ?? 0;
    const { peak } = memoryMiB(service.pid);
    return [
      `Month report of ${count.toLocaleString("en")} targets, JSON (${(bytes / 1e6).toFixed(1)} MB)`,
      `  ${median.toFixed(2)} s (first ${first.toFixed(2)} s; wanted at most ${wantedSeconds} s), peak ${peak.toFixed(0)} MiB (wanted under 512)`,
    ];
  } finally {
    await service.stop();
  }
}

async function writeMonth(db: Database, count: number): Promise<void> {
  await migrate(db, { clock: systemClock, log: silentLog });
  const names = Array.from({ length: count }, (_, index) => `t-${index}`);
  const ids = [...(await ensureIds(db, "target", names)).values()];
  const [vantageId = 1] = (await ensureIds(db, "vantage", ["cn-hangzhou"])).values();
  const firstDay = Math.floor(MONTH_FROM_MS / 86_400_000);
  for (let day = firstDay; day < firstDay + 32; day += 1) {
    const from = day * MINUTES_PER_DAY;
    const until = from + MINUTES_PER_DAY;
    const blocks = new Map<number, Map<number, CountRun[]>>();
    for (const id of ids) {
      const block = Math.floor(id / BLOCK_SIZE);
      const counts = blocks.get(block) ?? new Map<number, CountRun[]>();
      const good = { valid: 4, failed: 0, reason: 0 };
      const bad = { from: from + 600, until: from + 620, valid: 4, failed: 4, reason: 2 };
      const isBadDay = day === firstDay + 9 && id % 10 === 0;
      counts.set(
        id,
        isBadDay
          ? [{ from, until: bad.from, ...good }, bad, { from: bad.until, until, ...good }]
          : [{ from, until, ...good }],
      );
      blocks.set(block, counts);
    }
    await saveDay(db, { vantageId, day }, blocks);
  }
  await saveSettledUntil(db, Date.parse("2026-10-01T00:00:00Z"), 1);
}
