import { monitorEventLoopDelay } from "node:perf_hooks";
import type { CountRun } from "../../src/core/counts.ts";
import { BLOCK_SIZE, MINUTES_PER_DAY } from "../../src/core/day-counts.ts";
import { systemClock } from "../../src/clock.ts";
import type { Database } from "../../src/store/connect.ts";
import { saveDay } from "../../src/store/days.ts";
import { ensureIds } from "../../src/store/names.ts";
import { saveSettledUntil } from "../../src/store/unsettled.ts";
import { watchMonths } from "../../src/watch-months.ts";
import { configOf } from "../helpers/app.ts";
import { targetsYaml } from "./service.ts";
import { withDatabase } from "./with-database.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MONTH_FROM_MS = Date.parse("2026-08-01T00:00:00+08:00");
/** The last day of the month, when most is to be read. */
const NOW_MS = MONTH_FROM_MS + 30.5 * DAY_MS;
const MINUTES = 5;

/** What the watch over the running month costs each minute, with three vantages, late in the month. */
export function benchWatch(count: number, wantedShare: number): Promise<string[]> {
  return withDatabase(async (db) => {
    await writeDays(db, count);
    const probe = () => '{ kind: tcp, address: "127.0.0.1:9" }';
    const config = configOf(targetsYaml({ count, interval: "60s", probe }));
    const clock = { ...systemClock, nowMs: () => NOW_MS };
    const delay = monitorEventLoopDelay({ resolution: 5 });
    const costs: { cpuMs: number; wallMs: number; events: number }[] = [];
    for (let minute = 0; minute <= MINUTES; minute += 1) {
      await saveSettledUntil(db, NOW_MS + minute * MINUTE_MS, 1);
      if (minute === 1) delay.enable();
      const before = process.cpuUsage();
      const startMs = performance.now();
      const events = await watchMonths({ db, clock, config: () => config });
      const { user, system } = process.cpuUsage(before);
      const cpuMs = (user + system) / 1000;
      costs.push({ cpuMs, wallMs: performance.now() - startMs, events });
    }
    delay.disable();
    const [first, ...rest] = costs;
    const cpuMs = rest.reduce((sum, cost) => sum + cost.cpuMs, 0) / rest.length;
    const wallMs = rest.reduce((sum, cost) => sum + cost.wallMs, 0) / rest.length;
    return [
      `Watch over the running month of ${count.toLocaleString("en")} targets from three vantages, on its last day`,
      `  ${cpuMs.toFixed(0)} ms of CPU a minute (${(cpuMs / 600).toFixed(1)} % of a core; wanted at most ${wantedShare} %), ${wallMs.toFixed(0)} ms long`,
      `  the first look ${first?.wallMs.toFixed(0)} ms, ${first?.events} events; longest stand-still ${(delay.max / 1e6).toFixed(0)} ms; ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB`,
    ];
  });
}

/** Two months, healthy but for twenty bad minutes of every tenth target. */
async function writeDays(db: Database, count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `t-${index}`);
  const ids = [...(await ensureIds(db, "target", names)).values()];
  const vantages = (await ensureIds(db, "vantage", ["cn-hangzhou", "b", "c"])).values();
  const lastDay = Math.floor(NOW_MS / DAY_MS);
  for (const vantageId of vantages) {
    for (let day = lastDay - 61; day <= lastDay; day += 1) {
      const from = day * MINUTES_PER_DAY;
      await saveDay(db, { vantageId, day }, blocksOf(ids, from, day === lastDay - 20));
    }
  }
}

function blocksOf(ids: readonly number[], from: number, isBadDay: boolean) {
  const until = from + MINUTES_PER_DAY;
  const blocks = new Map<number, Map<number, CountRun[]>>();
  const good = { valid: 4, failed: 0, reason: 0 };
  const bad = { from: from + 600, until: from + 620, valid: 4, failed: 4, reason: 2 };
  for (const id of ids) {
    const block = Math.floor(id / BLOCK_SIZE);
    const counts = blocks.get(block) ?? new Map<number, CountRun[]>();
    counts.set(
      id,
      isBadDay && id % 10 === 0
        ? [{ from, until: bad.from, ...good }, bad, { from: bad.until, until, ...good }]
        : [{ from, until, ...good }],
    );
    blocks.set(block, counts);
  }
  return blocks;
}
