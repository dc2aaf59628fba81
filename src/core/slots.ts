import type { CountRun } from "./counts.ts";
import { pushRun } from "./day-counts.ts";
import type { SlotRange } from "./ranges.ts";

/** Consecutive slots [from, until) in each of which one vantage counted the same. */
export type SlotCount = SlotRange & { readonly valid: number; readonly failed: number };

/** Consecutive slots [from, until) with the same counts over all vantages and the same votes. */
export type SlotRun = SlotCount & {
  /** Vantages with a valid result. */
  readonly votes: number;
  /** Those whose valid results all failed. */
  readonly downVotes: number;
};

/**
 * Strings lists of runs, one after the other in time (one a day, say), into one list whose
 * equal neighbours are joined. Throws RangeError when they overlap: they would count twice.
 */
export function mergeRuns(lists: Iterable<readonly CountRun[]>): CountRun[] {
  const merged: CountRun[] = [];
  for (const list of lists) {
    for (const run of list) {
      const end = merged.at(-1)?.until ?? -Infinity;
      if (run.from < end) {
        throw new RangeError(`runs overlap: minute ${run.from} comes after minute ${end}`);
      }
      pushRun(merged, run);
    }
  }
  return merged;
}

type Piece = { from: number; until: number; valid: number; failed: number };

/** The slots of the range in which a vantage has valid results; what straddles two slots is shared by minutes. */
export function slotsOfVantage(
  runs: readonly CountRun[],
  slotMinutes: number,
  range: SlotRange,
): SlotCount[] {
  const firstMinute = range.from * slotMinutes;
  const endMinute = range.until * slotMinutes;
  const pieces: Piece[] = [];
  for (const run of runs) {
    const until = Math.min(run.until, endMinute);
    let at = run.valid === 0 ? until : Math.max(run.from, firstMinute);
    while (at < until) {
      const slot = Math.floor(at / slotMinutes);
      const wholeUntil = Math.floor(until / slotMinutes);
      const isWhole = at === slot * slotMinutes && wholeUntil > slot;
      const minutes = isWhole ? slotMinutes : Math.min(until, (slot + 1) * slotMinutes) - at;
      const valid = run.valid * minutes;
      const failed = run.failed * minutes;
      const last = pieces.at(-1);
      if (last?.until === slot + 1) {
        // Runs do not overlap, so the piece that ends with this slot is another part of it.
        last.valid += valid;
        last.failed += failed;
      } else {
        joinLast(pieces);
        pieces.push({ from: slot, until: isWhole ? wholeUntil : slot + 1, valid, failed });
      }
      at = isWhole ? wholeUntil * slotMinutes : at + minutes;
    }
  }
  joinLast(pieces);
  return pieces;
}

/** Joins the last piece, to which nothing is added any more, to an equal one right before it. */
function joinLast(pieces: Piece[]): void {
  const last = pieces.at(-1);
  const before = pieces.at(-2);
  const isSame =
    before !== undefined &&
    before.until === last?.from &&
    before.valid === last.valid &&
    before.failed === last.failed;
  if (isSame) {
    before.until = last.until;
    pieces.pop();
  }
}

/**
 * Adds lists slot by slot. Only the edges of runs are kept, one entry for a slot however many
 * lists have an edge there, so that a thousand healthy targets cost a thousand additions.
 */
export function sumSlotCounts(lists: Iterable<readonly SlotCount[]>): SlotCount[] {
  const edges = new Map<number, { valid: number; failed: number }>();
  const change = (slot: number, valid: number, failed: number): void => {
    const edge = edges.get(slot);
    if (edge === undefined) {
      edges.set(slot, { valid, failed });
    } else {
      edge.valid += valid;
      edge.failed += failed;
    }
  };
  for (const list of lists) {
    for (const { from, until, valid, failed } of list) {
      change(from, valid, failed);
      change(until, -valid, -failed);
    }
  }
  const sums: Piece[] = [];
  let [at, valid, failed] = [0, 0, 0];
  for (const [slot, edge] of [...edges].toSorted(([a], [b]) => a - b)) {
    if (valid > 0) {
      sums.push({ from: at, until: slot, valid, failed });
      joinLast(sums);
    }
    at = slot;
    valid += edge.valid;
    failed += edge.failed;
  }
  return sums;
}

/** Lays the vantages' lists over each other: runs that cover the whole range without a gap. */
export function combineVantages(
  lists: readonly (readonly SlotCount[])[],
  range: SlotRange,
): SlotRun[] {
  const runs: SlotRun[] = [];
  const next = lists.map(() => 0);
  let at = range.from;
  while (at < range.until) {
    let until = range.until;
    let [valid, failed, votes, downVotes] = [0, 0, 0, 0];
    for (const [index, list] of lists.entries()) {
      let position = next[index] ?? 0;
      while ((list[position]?.until ?? Infinity) <= at) {
        position += 1;
      }
      next[index] = position;
      const count = list[position];
      if (count === undefined || count.from > at) {
        until = Math.min(until, count?.from ?? until);
        continue;
      }
      until = Math.min(until, count.until);
      valid += count.valid;
      failed += count.failed;
      votes += 1;
      downVotes += count.failed === count.valid ? 1 : 0;
    }
    runs.push({ from: at, until, valid, failed, votes, downVotes });
    at = until;
  }
  return runs;
}
