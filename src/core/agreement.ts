import type { Fraction } from "./fraction.ts";

export const METHODS = ["all-failed", "error-rate", "threshold"] as const;
export const SCOPES = ["target", "group", "multi-zone"] as const;
export const QUORUMS = ["all", "majority", "any"] as const;

/** The largest `credit` of a tier with availability below `below` applies. */
export type CreditTier = {
  readonly below: Fraction;
  readonly belowPercent: string;
  readonly creditPercent: number;
};

/**
 * The SLA terms, one dated version. Two with one id and different `fromMs` are versions;
 * a month is counted by the version in force at its start.
 */
export type Agreement = {
  readonly id: string;
  /** Local midnight of the date from which it holds, in its own time zone. */
  readonly fromMs: number;
  /** As a ratio: "99.95" is 9995/10000. */
  readonly objective: Fraction;
  readonly objectivePercent: string;
  readonly method: (typeof METHODS)[number];
  /** A whole number of minutes. */
  readonly slotMs: number;
  /** Only for method `threshold`: a slot is bad when failed / valid is above it. */
  readonly threshold: Fraction | null;
  readonly scope: (typeof SCOPES)[number];
  readonly quorum: (typeof QUORUMS)[number];
  /** Null: half of the target's configured vantages, rounded up. */
  readonly minVantages: number | null;
  readonly minStretch: number;
  readonly partMonth: "as-used" | "whole-month";
  readonly exclusion: "as-good" | "removed";
  readonly noData: "removed" | "as-good" | "as-bad";
  /** Ratio, e.g. 95/100. */
  readonly minCoverage: Fraction;
  readonly timeZone: string;
  readonly closeAfterMs: number;
  readonly credits: readonly CreditTier[];
  /** Non-empty: terms come from the target that a target `inherits`, which must be of one of these products. */
  readonly inherits: readonly string[];
};
