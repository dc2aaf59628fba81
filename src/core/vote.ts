import type { Agreement } from "./agreement.ts";
import type { SlotRun } from "./slots.ts";
import type { Target } from "./target.ts";

/** The badness of one slot as whole numbers, reduced: num / den from 0 to 1. */
export type Badness = { readonly num: number; readonly den: number };

export const GOOD: Badness = { num: 0, den: 1 };
export const BAD: Badness = { num: 1, den: 1 };

/** Votes without which a slot has no data. Counted from the configuration: a silent vantage never lowers it. */
export function votesNeeded(
  { minVantages }: Pick<Agreement, "minVantages">,
  { vantages }: Pick<Target, "vantages">,
): number {
  return Math.max(1, minVantages ?? Math.ceil(vantages.length / 2));
}

/** The vote of the vantages that have a valid result; without a vote nothing is down. */
export function isDown(
  { votes, downVotes }: Pick<SlotRun, "votes" | "downVotes">,
  quorum: Agreement["quorum"],
): boolean {
  if (quorum === "all") {
    return votes > 0 && downVotes === votes;
  }
  return quorum === "majority" ? downVotes * 2 > votes : downVotes > 0;
}

/** bad(slot) of a slot that has data. */
export function badnessOf(
  run: SlotRun,
  { id, method, quorum, threshold }: Pick<Agreement, "id" | "method" | "quorum" | "threshold">,
): Badness {
  if (method === "all-failed") {
    return isDown(run, quorum) ? BAD : GOOD;
  }
  if (method === "error-rate") {
    return reduce(run.failed, run.valid);
  }
  if (threshold === null) {
    throw new RangeError(`agreement ${id}: the method "threshold" needs a threshold`);
  }
  const isAbove = BigInt(run.failed) * threshold.den > threshold.num * BigInt(run.valid);
  return isAbove ? BAD : GOOD;
}

function reduce(num: number, den: number): Badness {
  let [divisor, rest] = [den, num];
  while (rest !== 0) {
    [divisor, rest] = [rest, divisor % rest];
  }
  return { num: num / divisor, den: den / divisor };
}
