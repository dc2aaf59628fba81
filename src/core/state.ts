import { type Fraction, ZERO, sumFractions } from "./fraction.ts";
import { type SlotRange, overlay } from "./ranges.ts";
import type { JudgedRun } from "./sequence.ts";
import { type Badness, GOOD } from "./vote.ts";

/** `partial`: bad in part; `outside`: not in the subject's lifetime. */
export type SlotState = "good" | "partial" | "bad" | "excluded" | "no-data" | "outside";

/** Consecutive slots [from, until) in one state; the badness num / den is 0 unless bad or partial. */
export type StateRun = SlotRange &
  Badness & {
    readonly state: SlotState;
    readonly valid: number;
    readonly failed: number;
  };

/** What a slot is, one thing only: lifetime goes first, then exclusions, then data (section 5). */
export function statesOf(runs: readonly JudgedRun[], exclusions: readonly SlotRange[]): StateRun[] {
  return overlay(runs, exclusions, (run, isExcluded) => {
    const state = stateOf(run, isExcluded);
    const { from, until, valid, failed } = run;
    const { num, den } = state === "excluded" ? GOOD : run;
    return { from, until, state, num, den, valid, failed };
  });
}

function stateOf(run: JudgedRun, isExcluded: boolean): SlotState {
  if (!run.isAlive) {
    return "outside";
  }
  if (isExcluded) {
    return "excluded";
  }
  if (!run.hasData) {
    return "no-data";
  }
  if (run.num === 0) {
    return "good";
  }
  return run.num === run.den ? "bad" : "partial";
}

/** Raw facts about a range of slots, before any rule says what they count as. */
export type Totals = {
  readonly outside: number;
  readonly excluded: number;
  readonly noData: number;
  readonly withData: number;
  /** Slots that are bad, if only in part. */
  readonly badSlots: number;
  /** Sum of their badness, exact and reduced. */
  readonly bad: Fraction;
  /** Results of the slots in the lifetime. */
  readonly valid: number;
  readonly failed: number;
};

export function totalsOf(states: readonly StateRun[], range: SlotRange): Totals {
  const slots = { good: 0, partial: 0, bad: 0, excluded: 0, "no-data": 0, outside: 0 };
  const badByDen = new Map<number, bigint>();
  let [valid, failed] = [0, 0];
  for (const run of states) {
    const length = Math.min(run.until, range.until) - Math.max(run.from, range.from);
    if (length <= 0) {
      continue;
    }
    slots[run.state] += length;
    valid += run.valid * length;
    failed += run.failed * length;
    if (run.num > 0) {
      badByDen.set(run.den, (badByDen.get(run.den) ?? 0n) + BigInt(run.num) * BigInt(length));
    }
  }
  return {
    outside: slots.outside,
    excluded: slots.excluded,
    noData: slots["no-data"],
    withData: slots.good + slots.partial + slots.bad,
    badSlots: slots.partial + slots.bad,
    // Most ranges are without a bad slot, and a month is many ranges.
    bad:
      badByDen.size === 0
        ? ZERO
        : sumFractions([...badByDen].map(([den, num]) => ({ num, den: BigInt(den) }))),
    valid,
    failed,
  };
}
