import type { CountRun } from "./counts.ts";
import { REASONS, type Reason } from "./outcome.ts";
import type { SlotRange } from "./ranges.ts";
import type { StateRun } from "./state.ts";

/** A maximal run of bad slots. */
export type Outage = {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly slots: number;
  /** The one that most of its failed results carry. */
  readonly reason: Reason;
};

/**
 * The maximal runs of slots that are bad, if only in part. An excluded slot, one without data
 * and the range's edge end an outage.
 */
export function findOutages(states: readonly StateRun[], range: SlotRange): SlotRange[] {
  const outages: { from: number; until: number }[] = [];
  for (const run of states) {
    const from = Math.max(run.from, range.from);
    const until = Math.min(run.until, range.until);
    if (run.num === 0 || from >= until) {
      continue;
    }
    const last = outages.at(-1);
    if (last?.until === from) {
      last.until = until;
    } else {
      outages.push({ from, until });
    }
  }
  return outages;
}

/**
 * For each of some sorted, separate minute ranges the reason that most failed results in it carry,
 * "" when nothing failed there. `lists` are the runs of every vantage of every target concerned.
 */
export function reasonsOf(
  ranges: readonly SlotRange[],
  lists: Iterable<readonly CountRun[]>,
): Reason[] {
  const weights = ranges.map(() => new Map<number, number>());
  const ends = Float64Array.from(ranges, ({ until }) => until);
  for (const list of ranges.length === 0 ? [] : lists) {
    let next = 0;
    for (const run of list) {
      if (run.failed === 0) {
        continue;
      }
      while ((ends[next] ?? Infinity) <= run.from) {
        next += 1;
      }
      for (let index = next; (ranges[index]?.from ?? Infinity) < run.until; index += 1) {
        addWeight(weights[index], run, ranges[index]);
      }
    }
  }
  return weights.map((weight) => REASONS[heaviest(weight)] ?? "");
}

function addWeight(
  weights: Map<number, number> | undefined,
  run: CountRun,
  range: SlotRange | undefined,
): void {
  if (weights === undefined || range === undefined) {
    return;
  }
  const minutes = Math.min(run.until, range.until) - Math.max(run.from, range.from);
  weights.set(run.reason, (weights.get(run.reason) ?? 0) + minutes * run.failed);
}

/** Of equal weights the first in the list of reasons, so that the order of the input is of no account. */
function heaviest(weights: ReadonlyMap<number, number>): number {
  let [reason, most] = [0, 0];
  for (const [candidate, weight] of weights) {
    if (weight > most || (weight === most && candidate < reason)) {
      [reason, most] = [candidate, weight];
    }
  }
  return reason;
}
