import { LEVELS, type Level, type MalfunctionRule, type MalfunctionRules } from "./malfunction.ts";
import type { Interval } from "./month.ts";

/** What an outage adds to how bad a malfunction is; `untilMs`: its end so far. */
export type ClassifiedOutage = Interval & {
  readonly product: string;
  readonly region: string;
  readonly targets: readonly string[];
  /** Badness of its worst slot, num / den. */
  readonly num: number;
  readonly den: number;
};

const PPM = 1_000_000;

/** The level of outages that belong together, by the first rule that fits; null when none does. */
export function classifyOutages(
  outages: readonly ClassifiedOutage[],
  { rules }: Pick<MalfunctionRules, "rules">,
): Level | null {
  return rules.find((rule) => fits(rule, outages))?.level ?? null;
}

/** A rule looks at the outages of its products, and at nothing else. */
function fits(rule: MalfunctionRule, outages: readonly ClassifiedOutage[]): boolean {
  const mine = outages.filter((outage) => isOfRule(rule, outage));
  return (
    mine.some((outage) => isAsBad(rule, outage)) &&
    new Set(mine.flatMap(({ targets }) => targets)).size >= rule.targets &&
    new Set(mine.map(({ region }) => region)).size >= rule.regions &&
    unionMs(mine) >= rule.lastsMs
  );
}

/** Whether a rule may ever count the outage as it is: else it is in no malfunction. */
export function isBadEnough(
  outage: ClassifiedOutage,
  { rules }: Pick<MalfunctionRules, "rules">,
): boolean {
  return rules.some((rule) => isOfRule(rule, outage) && isAsBad(rule, outage));
}

function isOfRule({ products }: MalfunctionRule, { product }: ClassifiedOutage): boolean {
  return products === null || products.includes(product);
}

function isAsBad({ badPpm }: MalfunctionRule, { num, den }: ClassifiedOutage): boolean {
  return num > 0 && num * PPM >= badPpm * den;
}

/** The time in which at least one of the intervals ran. */
function unionMs(intervals: readonly Interval[]): number {
  let [sumMs, endMs] = [0, -Infinity];
  for (const { fromMs, untilMs } of intervals.toSorted((a, b) => a.fromMs - b.fromMs)) {
    sumMs += Math.max(0, untilMs - Math.max(fromMs, endMs));
    endMs = Math.max(endMs, untilMs);
  }
  return sumMs;
}

/** The worse of two levels: by itself a level never falls. */
export function worseLevel(level: Level, found: Level | null): Level {
  if (found === null) return level;
  return LEVELS.indexOf(found) < LEVELS.indexOf(level) ? found : level;
}
