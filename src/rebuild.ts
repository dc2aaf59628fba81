import type { Clock } from "./clock.ts";
import type { CountRun, Minute } from "./core/counts.ts";
import { BLOCK_SIZE, MINUTES_PER_DAY } from "./core/day-counts.ts";
import type { Interval } from "./core/month.ts";
import { MINUTE_MS } from "./core/tally.ts";
import { deriveRange, longestRange, settleableUntil, toRanges, wasDropped } from "./settle.ts";
import { withTransaction, type Db, type Queryable } from "./store/connect.ts";
import { inspectDay, saveDay, type DayBlocks } from "./store/days.ts";
import { listNames } from "./store/names.ts";
import { findDroppedUntil } from "./store/partitions.ts";
import { withSnapshot } from "./store/snapshot.ts";
import { listUnsettled, lockDay } from "./store/unsettled.ts";

/** A day of one vantage and target whose stored counts are not what the rounds say. */
export type Difference = {
  readonly vantage: string;
  readonly target: string;
  readonly day: string;
};

type VantageDay = {
  readonly vantageId: number;
  readonly day: number;
  /** Later minutes are not settled yet and are left as they are. */
  readonly untilMinute: Minute;
};

const DAY_MS = MINUTES_PER_DAY * MINUTE_MS;

/**
 * Derives every UTC day that the interval touches again from the stored rounds and says what
 * differs; writes it when `save` is set. Days whose rounds were dropped are left alone, and so
 * are minutes that wait for the settler: they need not agree yet.
 */
export async function rebuild(
  deps: { readonly db: Db; readonly clock: Clock },
  range: Interval,
  options: { readonly save: boolean },
): Promise<{ readonly days: number; readonly differences: Difference[] }> {
  const { db } = deps;
  const differences: Difference[] = [];
  const untilMinute = settleableUntil(deps.clock.nowMs());
  const first = Math.floor(Math.max(range.fromMs, await findDroppedUntil(db)) / DAY_MS);
  const last = Math.min(
    Math.ceil(range.untilMs / DAY_MS),
    Math.ceil(untilMinute / MINUTES_PER_DAY),
  );
  const vantages = await listNames(db, "vantage");
  for (let day = first; day < last; day += 1) {
    for (const [vantageId, vantage] of vantages) {
      const place = { vantageId, day, untilMinute };
      const different = await withSnapshot(db, (tx) => compareDay(tx, place));
      if (different.length === 0) continue;
      if (options.save) await withTransaction(db, (tx) => mendDay(tx, place));
      const names = await listNames(db, "target");
      const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
      for (const one of different) {
        const target = typeof one === "string" ? one : (names.get(one) ?? `#${one}`);
        differences.push({ vantage, target, day: date });
      }
    }
  }
  return { days: Math.max(0, last - first), differences };
}

/** The ids of targets whose counts do not follow from the rounds; of those unreadable, the range. */
async function compareDay(tx: Queryable, place: VantageDay): Promise<(string | number)[]> {
  const { blocks, unreadable } = await inspectDay(tx, place);
  const waiting = new Set(await listUnsettled(tx, place));
  const minutes = minutesOf(place).filter((minute) => !waiting.has(minute));
  const derived = copyOf(blocks);
  const maxLength = await longestRange(tx, place);
  for (const range of toRanges(minutes, { maxHole: 0, maxLength })) {
    await deriveRange(tx, { ...place, range, blocks: derived });
  }
  for (const block of unreadable) derived.delete(block);
  if (await wasDropped(tx, place.day)) return [];
  return [
    ...unreadable.map((block) => `#${block * BLOCK_SIZE} to #${(block + 1) * BLOCK_SIZE - 1}`),
    ...differingTargets(blocks, derived),
  ];
}

async function mendDay(tx: Queryable, place: VantageDay): Promise<void> {
  await lockDay(tx, place);
  const { blocks, unreadable } = await inspectDay(tx, place);
  for (const block of unreadable) blocks.set(block, new Map<number, CountRun[]>());
  const maxLength = await longestRange(tx, place);
  for (const range of toRanges(minutesOf(place), { maxHole: 0, maxLength })) {
    await deriveRange(tx, { ...place, range, blocks });
  }
  if (!(await wasDropped(tx, place.day))) await saveDay(tx, place, blocks);
}

function minutesOf({ day, untilMinute }: VantageDay): Minute[] {
  const from = day * MINUTES_PER_DAY;
  const until = Math.min(from + MINUTES_PER_DAY, untilMinute);
  return Array.from({ length: Math.max(0, until - from) }, (_, index) => from + index);
}

function copyOf(blocks: DayBlocks): DayBlocks {
  return new Map([...blocks].map(([block, counts]) => [block, new Map(counts)]));
}

function differingTargets(before: DayBlocks, after: DayBlocks): number[] {
  const different: number[] = [];
  for (const [block, counts] of after) {
    for (const [target, runs] of counts) {
      const stored: readonly CountRun[] = before.get(block)?.get(target) ?? [];
      if (JSON.stringify(stored) !== JSON.stringify(runs)) different.push(target);
    }
  }
  return different;
}
