import type { Clock } from "./clock.ts";
import type { CountRun, Minute } from "./core/counts.ts";
import { BLOCK_SIZE, MINUTES_PER_DAY, replaceRuns } from "./core/day-counts.ts";
import { MINUTE_MS, tallyRounds } from "./core/tally.ts";
import { withTransaction, type Db, type Queryable } from "./store/connect.ts";
import { findDay, saveDay, type DayBlocks } from "./store/days.ts";
import { countDayRounds, listTallyRounds } from "./store/evidence.ts";
import { wasDropped } from "./store/partitions.ts";
import {
  listUnsettledDays,
  saveSettledUntil,
  takeUnsettled,
  type UnsettledDay,
} from "./store/unsettled.ts";

/** A minute is settled this long after its end, so that rounds in flight have arrived. */
export const GRACE_MS = 30_000;

/** More are derived in parts: a day of ten thousand targets is half a million rounds. */
const ROUNDS_AT_ONCE = 20_000;
/** Small holes are derived along, which is cheaper than another query. */
const MAX_HOLE = 5;

type MinuteRange = { readonly from: Minute; readonly until: Minute };

/** The minute before which every minute can be settled. */
export function settleableUntil(nowMs: number): Minute {
  return Math.floor((nowMs - GRACE_MS) / MINUTE_MS);
}

/**
 * Derives the counts of every marked minute that has ended (plus grace): new minutes and,
 * after late rounds, old ones again. May run twice and side by side. Returns the number of
 * minutes derived, over all vantages. A day that cannot be derived holds up no other one, but
 * what is settled is not said to go further then.
 */
export async function settle(deps: { readonly db: Db; readonly clock: Clock }): Promise<number> {
  const until = settleableUntil(deps.clock.nowMs());
  let settled = 0;
  const errors: unknown[] = [];
  for (const day of await listUnsettledDays(deps.db, until)) {
    try {
      settled += await settleDay(deps.db, day, until);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
  await saveSettledUntil(deps.db, until * MINUTE_MS, settled);
  return settled;
}

async function settleDay(db: Db, day: UnsettledDay, until: Minute): Promise<number> {
  return withTransaction(db, async (tx) => {
    const minutes = await takeUnsettled(tx, day, until);
    if (minutes.length === 0) return 0;
    const maxLength = await longestRange(tx, day);
    const ranges = toRanges(minutes, { maxHole: MAX_HOLE, maxLength });
    return (await deriveDay(tx, { ...day, ranges })) ? minutes.length : 0;
  });
}

/**
 * Derives ranges of one vantage's UTC day from its rounds and saves the day. False, and nothing
 * is saved, when its rounds were dropped: what was derived from them stays.
 */
async function deriveDay(
  tx: Queryable,
  day: UnsettledDay & { readonly ranges: readonly MinuteRange[] },
): Promise<boolean> {
  const blocks = await findDay(tx, day);
  const changed: DayBlocks = new Map();
  for (const range of day.ranges) {
    for (const block of await deriveRange(tx, { ...day, range, blocks })) {
      changed.set(block, blocks.get(block) ?? new Map<number, CountRun[]>());
    }
  }
  if (await wasDropped(tx, day.day)) return false;
  await saveDay(tx, day, changed);
  return true;
}

/**
 * Replaces the counts of the range in `blocks` by what the stored rounds say. Returns the
 * blocks that were touched. A target without results in the range has none afterwards.
 */
export async function deriveRange(
  tx: Queryable,
  input: { readonly vantageId: number; readonly range: MinuteRange; readonly blocks: DayBlocks },
): Promise<Set<number>> {
  const { range, blocks } = input;
  const rounds = await listTallyRounds(tx, { vantageId: input.vantageId, ...range });
  const fresh = tallyRounds(rounds, range);
  const touched = new Set<number>();
  for (const target of fresh.keys()) {
    const block = Math.floor(target / BLOCK_SIZE);
    const counts = blocks.get(block) ?? new Map<number, CountRun[]>();
    if (!counts.has(target)) counts.set(target, []);
    blocks.set(block, counts);
  }
  for (const [block, counts] of blocks) {
    for (const [target, runs] of counts) {
      const now = fresh.get(target);
      if (now === undefined && !runs.some((run) => overlaps(run, range))) continue;
      counts.set(target, replaceRuns(runs, range, now ?? []));
      touched.add(block);
    }
  }
  return touched;
}

function overlaps(run: CountRun, range: MinuteRange): boolean {
  return run.from < range.until && run.until > range.from;
}

/** How many minutes of a day can be derived at once. */
export async function longestRange(tx: Queryable, day: UnsettledDay): Promise<number> {
  const rounds = await countDayRounds(tx, day);
  return Math.ceil((MINUTES_PER_DAY * ROUNDS_AT_ONCE) / Math.max(rounds, ROUNDS_AT_ONCE));
}

/** Sorted minutes as ranges, over holes of some minutes and of a limited length. */
export function toRanges(
  minutes: readonly Minute[],
  { maxHole, maxLength }: { readonly maxHole: number; readonly maxLength: number },
): MinuteRange[] {
  const ranges: { from: Minute; until: Minute }[] = [];
  for (const minute of minutes) {
    const last = ranges.at(-1);
    const joins =
      last !== undefined && minute - last.until <= maxHole && minute - last.from < maxLength;
    if (joins) last.until = minute + 1;
    else ranges.push({ from: minute, until: minute + 1 });
  }
  return ranges;
}
