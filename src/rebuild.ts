import type { Clock } from "./clock.ts";
import type { CountRun } from "./core/counts.ts";
import { MINUTES_PER_DAY } from "./core/day-counts.ts";
import type { Interval } from "./core/month.ts";
import { MINUTE_MS } from "./core/tally.ts";
import { deriveRange, dayRange, settleableUntil } from "./settle.ts";
import { withTransaction, type Db } from "./store/connect.ts";
import { findDay, saveDay, type DayBlocks } from "./store/days.ts";
import { findMemo } from "./store/memo.ts";
import { listNames } from "./store/names.ts";
import { DROPPED_UNTIL } from "./store/partitions.ts";
import { lockDay } from "./store/unsettled.ts";

/** A day of one vantage and target whose stored counts are not what the rounds say. */
export type Difference = { readonly vantage: string; readonly target: string; readonly day: string };

const DAY_MS = MINUTES_PER_DAY * MINUTE_MS;

/**
 * Derives every UTC day that the interval touches again from the stored rounds and says what
 * differs; writes it when `save` is set. Days whose rounds were dropped are left alone.
 */
export async function rebuild(
  deps: { readonly db: Db; readonly clock: Clock },
  range: Interval,
  options: { readonly save: boolean },
): Promise<{ readonly days: number; readonly differences: Difference[] }> {
  const droppedUntilMs = Number((await findMemo(deps.db, DROPPED_UNTIL)) ?? 0);
  const vantages = await listNames(deps.db, "vantage");
  const targets = await listNames(deps.db, "target");
  const differences: Difference[] = [];
  const first = Math.floor(Math.max(range.fromMs, droppedUntilMs) / DAY_MS);
  const untilMinute = settleableUntil(deps.clock.nowMs());
  const last = Math.min(Math.ceil(range.untilMs / DAY_MS), Math.ceil(untilMinute / MINUTES_PER_DAY));
  for (let day = first; day < last; day += 1) {
    for (const [vantageId, vantage] of vantages) {
      for (const target of await rebuildDay(deps.db, { vantageId, day, untilMinute, ...options })) {
        differences.push({
          vantage,
          target: targets.get(target) ?? `#${target}`,
          day: new Date(day * DAY_MS).toISOString().slice(0, 10),
        });
      }
    }
  }
  return { days: Math.max(0, last - first), differences };
}

async function rebuildDay(
  db: Db,
  input: {
    readonly vantageId: number;
    readonly day: number;
    readonly untilMinute: number;
    readonly save: boolean;
  },
): Promise<number[]> {
  return withTransaction(db, async (tx) => {
    await lockDay(tx, input);
    const before = await findDay(tx, input);
    const after: DayBlocks = new Map([...before].map(([block, counts]) => [block, new Map(counts)]));
    const { from, until } = dayRange(input.day);
    // Minutes that are not settled yet are left as they are.
    const range = { from, until: Math.min(until, input.untilMinute) };
    await deriveRange(tx, { vantageId: input.vantageId, range, blocks: after });
    const different = compareDays(before, after);
    if (input.save && different.length > 0) await saveDay(tx, input, after);
    return different;
  });
}

function compareDays(before: DayBlocks, after: DayBlocks): number[] {
  const different: number[] = [];
  for (const [block, counts] of after) {
    for (const [target, runs] of counts) {
      const stored: readonly CountRun[] = before.get(block)?.get(target) ?? [];
      if (JSON.stringify(stored) !== JSON.stringify(runs)) different.push(target);
    }
  }
  return different;
}
