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
    mine.some((outage) => isAsBadAs(outage, rule.badPpm)) &&
    new Set(mine.flatMap(({ targets }) => targets)).size >= rule.targets &&
    new Set(mine.map(({ region }) => region)).size >= rule.regions &&
    unionMs(mine) >= rule.lastsMs
  );
}

/**
 * How bad a slot of a product must be, in millionths, to be of account to any rule: what is less
 * bad is in no malfunction. Null when no rule is for the product.
 */
export function leastBadPpm(
  product: string,
  { rules }: Pick<MalfunctionRules, "rules">,
): number | null {
  const mine = rules.filter((rule) => isOfRule(rule, { product }));
  return mine.length === 0 ? null : Math.min(...mine.map(({ badPpm }) => badPpm));
}

function isOfRule(
  { products }: MalfunctionRule,
  { product }: Pick<ClassifiedOutage, "product">,
): boolean {
  return products === null || products.includes(product);
}

/** Whether something is bad, and by at least so many millionths. */
export function isAsBadAs(
  { num, den }: Pick<ClassifiedOutage, "num" | "den">,
  badPpm: number,
): boolean {
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
