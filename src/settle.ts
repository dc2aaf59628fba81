import type { Clock } from "./clock.ts";
import type { CountRun, Minute } from "./core/counts.ts";
import { BLOCK_SIZE, MINUTES_PER_DAY, replaceRuns } from "./core/day-counts.ts";
import { MINUTE_MS, tallyRounds } from "./core/tally.ts";
import { withTransaction, type Db, type Queryable } from "./store/connect.ts";
import { findDay, saveDay, type DayBlocks } from "./store/days.ts";
import { listTallyRounds } from "./store/evidence.ts";
import {
  listUnsettledDays,
  saveSettledUntil,
  takeUnsettled,
  type UnsettledDay,
} from "./store/unsettled.ts";

/** A minute is settled this long after its end, so that rounds in flight have arrived. */
export const GRACE_MS = 30_000;

type MinuteRange = { readonly from: Minute; readonly until: Minute };

/** The instant before which every minute can be settled. */
export function settleableUntil(nowMs: number): Minute {
  return Math.floor((nowMs - GRACE_MS) / MINUTE_MS);
}

/**
 * Derives the counts of every marked minute that has ended (plus grace): new minutes and,
 * after late rounds, old ones again. May run twice and side by side. Returns the number of
 * minutes derived, over all vantages.
 */
export async function settle(deps: { readonly db: Db; readonly clock: Clock }): Promise<number> {
  const until = settleableUntil(deps.clock.nowMs());
  let settled = 0;
  for (const day of await listUnsettledDays(deps.db, until)) {
    settled += await settleDay(deps.db, day, until);
  }
  await saveSettledUntil(deps.db, until * MINUTE_MS);
  return settled;
}

async function settleDay(db: Db, day: UnsettledDay, until: Minute): Promise<number> {
  return withTransaction(db, async (tx) => {
    const minutes = await takeUnsettled(tx, day, until);
    if (minutes.length === 0) return 0;
    const blocks = await findDay(tx, day);
    const changed: DayBlocks = new Map();
    for (const range of toRanges(minutes)) {
      for (const block of await deriveRange(tx, { ...day, range, blocks })) {
        changed.set(block, blocks.get(block) ?? new Map<number, CountRun[]>());
      }
    }
    await saveDay(tx, day, changed);
    return minutes.length;
  });
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

/** Sorted minutes as ranges; small holes are derived along, which is cheaper than another query. */
function toRanges(minutes: readonly Minute[]): MinuteRange[] {
  const MAX_HOLE = 5;
  const ranges: { from: Minute; until: Minute }[] = [];
  for (const minute of minutes) {
    const last = ranges.at(-1);
    if (last !== undefined && minute - last.until <= MAX_HOLE) last.until = minute + 1;
    else ranges.push({ from: minute, until: minute + 1 });
  }
  return ranges;
}

/** The whole of one UTC day. */
export function dayRange(day: number): MinuteRange {
  return { from: day * MINUTES_PER_DAY, until: (day + 1) * MINUTES_PER_DAY };
}
