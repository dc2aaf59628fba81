import type { Clock } from "./clock.ts";
import type { CountRun, Minute } from "./core/counts.ts";
import { BLOCK_SIZE, MINUTES_PER_DAY } from "./core/day-counts.ts";
import type { Interval } from "./core/month.ts";
import { MINUTE_MS, tallyRounds, type TallyRound } from "./core/tally.ts";
import { deriveRange, longestRange, settleableUntil, toRanges } from "./settle.ts";
import { mendChainTargets } from "./store/chain-targets.ts";
import { holdRounds } from "./store/chains.ts";
import { withTransaction, type Db, type Queryable } from "./store/connect.ts";
import { inspectDay, saveDay, type DayBlocks } from "./store/days.ts";
import { listTallyRounds } from "./store/evidence.ts";
import { listNames } from "./store/names.ts";
import { findDroppedUntil, wasDropped } from "./store/partitions.ts";
import { withSnapshot } from "./store/snapshot.ts";
import { listUnsettled, lockDay } from "./store/unsettled.ts";

/** A day of one vantage and target whose stored counts are not what the rounds say. */
export type Difference = {
  readonly vantage: string;
  readonly target: string;
  readonly day: string;
};

type MinuteRange = { readonly from: Minute; readonly until: Minute };

type VantageDay = {
  readonly vantageId: number;
  readonly day: number;
  /** Later minutes are not settled yet and are left as they are. */
  readonly untilMinute: Minute;
};

const DAY_MS = MINUTES_PER_DAY * MINUTE_MS;

/** What was derived again. */
export type Rebuilt = {
  readonly days: number;
  readonly differences: readonly Difference[];
  /** Targets that chains were not noted to hold, so that their results were not shown. */
  readonly noted: number;
};

/**
 * Derives every UTC day that the interval touches again from the stored rounds and says what
 * differs; writes it when `save` is set, and notes what chains hold. Days whose rounds were dropped
 * are left alone, and so are minutes that wait for the settler: they need not agree yet.
 */
export async function rebuild(
  deps: { readonly db: Db; readonly clock: Clock },
  range: Interval,
  options: { readonly save: boolean },
): Promise<Rebuilt> {
  const { db } = deps;
  const differences: Difference[] = [];
  let noted = 0;
  const untilMinute = settleableUntil(deps.clock.nowMs());
  const first = Math.floor(Math.max(range.fromMs, await findDroppedUntil(db)) / DAY_MS);
  const last = Math.min(
    Math.ceil(range.untilMs / DAY_MS),
    Math.ceil(untilMinute / MINUTES_PER_DAY),
  );
  const vantages = await listNames(db, "vantage");
  for (let day = first; day < last; day += 1) {
    if (options.save) {
      noted += await mendChainTargets(db, { fromMs: day * DAY_MS, untilMs: (day + 1) * DAY_MS });
    }
    for (const [vantageId, vantage] of vantages) {
      const place = { vantageId, day, untilMinute };
      const different = await withSnapshot(db, (tx) => inspect(tx, place));
      if (different.length === 0) continue;
      if (options.save) await withTransaction(db, (tx) => mendDay(tx, place));
      const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
      differences.push(...different.map((target) => ({ vantage, target, day: date })));
    }
  }
  return { days: Math.max(0, last - first), differences, noted };
}

/** As of one moment; what was dropped by then is none of ours. */
async function inspect(tx: Queryable, place: VantageDay): Promise<string[]> {
  await holdRounds(tx);
  if (await wasDropped(tx, place.day)) return [];
  const names = await listNames(tx, "target");
  const maxLength = await longestRange(tx, place);
  return findDifferences(tx, place, {
    names,
    maxLength,
    listRounds: (range) => listTallyRounds(tx, { ...place, ...range }),
  });
}

type Evidence = {
  readonly names: ReadonlyMap<number, string>;
  /** Minutes whose rounds are asked for at once. */
  readonly maxLength: number;
  /** In the order of storing; others beside those of the range do no harm. */
  readonly listRounds: (range: MinuteRange) => Promise<readonly TallyRound[]>;
};

/**
 * The targets whose settled counts of a day do not follow from its rounds; of counts that cannot
 * be read, the range of ids.
 */
export async function findDifferences(
  tx: Queryable,
  place: VantageDay,
  { names, maxLength, listRounds }: Evidence,
): Promise<string[]> {
  const { blocks, unreadable } = await inspectDay(tx, place);
  const waiting = new Set(await listUnsettled(tx, place));
  const minutes = minutesOf(place).filter((minute) => !waiting.has(minute));
  const different = new Set<number>();
  for (const range of toRanges(minutes, { maxHole: 0, maxLength })) {
    const derived = tallyRounds(await listRounds(range), range);
    for (const target of differingTargets(blocks, derived, range)) different.add(target);
  }
  const readable = [...different].filter((id) => !unreadable.includes(Math.floor(id / BLOCK_SIZE)));
  return [
    ...unreadable.map((block) => `#${block * BLOCK_SIZE} to #${(block + 1) * BLOCK_SIZE - 1}`),
    ...readable.map((id) => names.get(id) ?? `#${id}`),
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

function differingTargets(
  blocks: DayBlocks,
  derived: ReadonlyMap<number, readonly CountRun[]>,
  range: MinuteRange,
): number[] {
  const stored = new Map([...blocks.values()].flatMap((counts) => [...counts]));
  return [...new Set([...stored.keys(), ...derived.keys()])].filter((target) => {
    const part = clipRuns(stored.get(target) ?? [], range);
    return JSON.stringify(part) !== JSON.stringify(derived.get(target) ?? []);
  });
}

function clipRuns(runs: readonly CountRun[], { from, until }: MinuteRange): CountRun[] {
  return runs
    .filter((run) => run.from < until && run.until > from)
    .map((run) => ({
      ...run,
      from: Math.max(run.from, from),
      until: Math.min(run.until, until),
    }));
}
