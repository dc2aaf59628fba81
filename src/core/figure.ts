import type { Agreement } from "./agreement.ts";
import type { Count, Rules } from "./books.ts";
import type { Burn } from "./burn.ts";
import type { Fraction } from "./fraction.ts";
import {
  ONE,
  addFractions,
  compareFractions,
  multiplyFractions,
  subtractFractions,
  wholeFraction,
} from "./fraction.ts";
import type { Outage } from "./outage.ts";
import type { Projection } from "./projection.ts";
import type { Verdict } from "./report.ts";
import type { SlotState } from "./state.ts";

/** The figure of one subject for one month. Fractions are exact; null where nothing was counted. */
export type Figure = Count & {
  readonly slotMs: number;
  readonly isRunning: boolean;
  /** A = 1 - B / counted. */
  readonly availability: Fraction | null;
  /** A with every slot without data bad, and with every such slot good. */
  readonly low: Fraction | null;
  readonly high: Fraction | null;
  /** Null without a slot in the lifetime. */
  readonly coverage: Fraction | null;
  /** Null without a valid result. */
  readonly reachability: Fraction | null;
  readonly results: { readonly valid: number; readonly failed: number };
  /** Slots of a running month that are still to come and may count. */
  readonly slotsToCome: number;
  /** Bad slots that the objective allows: of what counts so far, and of the whole month. */
  readonly allowed: Fraction;
  readonly allowedInMonth: Fraction;
  /** `allowed` less B; negative when overspent. */
  readonly budgetLeft: Fraction;
  readonly verdict: Verdict;
  /** Null for a month that is over. */
  readonly burn: Burn | null;
  /** Null for a month that is over, and without enough days to go by. */
  readonly projection: Projection | null;
  readonly outages: readonly Outage[];
  /** The settled part of the month without a gap, equal neighbours joined. */
  readonly timeline: readonly TimelineRun[];
};

/** Consecutive slots of the month in one state; each is bad by num / den. */
export type TimelineRun = {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly state: SlotState;
  readonly num: number;
  readonly den: number;
};

/** 1 - bad / counted; null when nothing is counted. */
export function availabilityOf(bad: Fraction, counted: number): Fraction | null {
  if (counted === 0) {
    return null;
  }
  const all = BigInt(counted) * bad.den;
  return { num: all - bad.num, den: all };
}

/** The band: what A would be if every slot without data had been bad, or good. */
export function bandOf(
  { books, counted }: Count,
  rules: Rules,
): { readonly low: Fraction | null; readonly high: Fraction | null } {
  const all = counted + (rules.noData === "removed" ? books.noData : 0);
  const most = addFractions(books.bad, wholeFraction(books.noData));
  return { low: availabilityOf(most, all), high: availabilityOf(books.bad, all) };
}

/** part / all; null when there is nothing to take a part of. */
export function ratioOf(part: number, all: number): Fraction | null {
  return all === 0 ? null : { num: BigInt(part), den: BigInt(all) };
}

/** counted x (1 - objective). */
export function allowedBad(counted: number, objective: Fraction): Fraction {
  return multiplyFractions(wholeFraction(counted), subtractFractions(ONE, objective));
}

/** Section 6: the verdict on a running month, or on one that is over. */
export function verdictOf(
  figure: Omit<Figure, "verdict">,
  { objective, minCoverage }: Pick<Agreement, "objective" | "minCoverage">,
): Verdict {
  const { availability, high, coverage } = figure;
  if (availability === null || high === null) {
    return "insufficient-data";
  }
  if (figure.isRunning) {
    if (compareFractions(figure.bad, figure.allowedInMonth) > 0) {
      return "already-missed";
    }
    return (figure.burn?.firing.length ?? 0) > 0 ? "at-risk" : "on-track";
  }
  if (coverage === null || compareFractions(coverage, minCoverage) < 0) {
    const isMissedAnyway = compareFractions(high, objective) < 0;
    return isMissedAnyway ? "missed" : "insufficient-data";
  }
  return compareFractions(availability, objective) >= 0 ? "met" : "missed";
}
