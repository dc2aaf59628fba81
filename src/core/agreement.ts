import type { Fraction } from "./fraction.ts";
import type { Target } from "./target.ts";

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

/** The start of one and the same month in a time zone, epoch milliseconds. */
export type StartOf = (timeZone: string) => number;

/**
 * The version that a month is counted by: the latest of those that hold from the month's start, in
 * their own time zone, or before. Their zones may differ from each other's.
 */
export function agreementInForce(
  agreements: readonly Agreement[],
  id: string,
  startOf: StartOf,
): Agreement | null {
  let found: Agreement | null = null;
  for (const agreement of agreements) {
    if (agreement.id !== id || agreement.fromMs > startOf(agreement.timeZone)) continue;
    if (found === null || agreement.fromMs > found.fromMs) found = agreement;
  }
  return found;
}

type Configured = {
  readonly agreements: readonly Agreement[];
  readonly targets: readonly Target[];
};

/** A list of targets does not change: its index is made once, as ten thousand may inherit. */
const indexes = new WeakMap<readonly Target[], ReadonlyMap<string, Target>>();

function findTarget(targets: readonly Target[], id: string | null): Target | null {
  if (id === null) return null;
  const index = indexes.get(targets) ?? new Map(targets.map((target) => [target.id, target]));
  indexes.set(targets, index);
  return index.get(id) ?? null;
}

/**
 * The terms of an agreement for one target in a month; null when none is in force.
 * An inheriting agreement takes those of the first agreement of the target that this one
 * inherits, under its own id and for the target alone (report of 2016-2017, section VI.17: VPC
 * and security products have the objective of the ECS, OSS or RDS they stand before).
 */
export function resolveTerms(
  config: Configured,
  target: Target,
  query: { readonly id: string; readonly startOf: StartOf },
): Agreement | null {
  const agreement = agreementInForce(config.agreements, query.id, query.startOf);
  if (agreement === null || agreement.inherits.length === 0) return agreement;
  const inherited = findTarget(config.targets, target.inherits);
  const [first] = inherited?.agreements ?? [];
  if (first === undefined) return null;
  const terms = agreementInForce(config.agreements, first, query.startOf);
  // One step only: terms that are themselves inherited are no terms.
  if (terms === null || terms.inherits.length > 0) return null;
  return { ...terms, id: agreement.id, scope: "target" };
}

/** The terms of all agreements of a target that are in force in a month. */
export function agreementsFor(config: Configured, target: Target, startOf: StartOf): Agreement[] {
  return target.agreements
    .map((id) => resolveTerms(config, target, { id, startOf }))
    .filter((terms) => terms !== null);
}
