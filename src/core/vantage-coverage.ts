import type { VantageCoverage } from "./month-document.ts";
import type { Interval } from "./month.ts";
import { intersectRanges, slotsStartingIn } from "./ranges.ts";
import type { Evidence } from "./sequence.ts";
import { slotsOfVantage } from "./slots.ts";
import { compareText, type Subject } from "./subject.ts";
import { MINUTE_MS } from "./tally.ts";
import type { Target } from "./target.ts";

type Sums = { targets: number; planned: number; measured: number; failed: number };

/**
 * What each vantage measured of the targets of a month's subjects, each target once, in the slots
 * that its first subject is counted in: how often a target is measured is not part of what a month
 * was closed with. In the order of names.
 */
export function coverVantages(
  subjects: readonly Pick<Subject, "agreement" | "targets">[],
  input: {
    readonly monthIn: (timeZone: string) => Interval;
    readonly settledUntilMs: number;
    readonly evidenceOf: (target: Target) => Evidence;
  },
): VantageCoverage[] {
  const sums = new Map<string, Sums>();
  const known = new Set<string>();
  for (const { agreement, targets } of subjects) {
    const { slotMs, timeZone } = agreement;
    const month = slotsStartingIn(input.monthIn(timeZone), slotMs);
    const settled = { from: month.from, until: Math.floor(input.settledUntilMs / slotMs) };
    for (const target of targets) {
      if (known.has(target.id)) continue;
      known.add(target.id);
      const lives = intersectRanges(month, slotsStartingIn(target, slotMs));
      const range = intersectRanges(lives, settled);
      const { counts } = input.evidenceOf(target);
      const slotMinutes = slotMs / MINUTE_MS;
      for (const vantage of target.vantages) {
        const sum = sums.get(vantage) ?? { targets: 0, planned: 0, measured: 0, failed: 0 };
        sums.set(vantage, sum);
        sum.targets += 1;
        sum.planned += (range.until - range.from) * slotMinutes;
        for (const slots of slotsOfVantage(counts.get(vantage) ?? [], slotMinutes, range)) {
          const minutes = (slots.until - slots.from) * slotMinutes;
          sum.measured += minutes;
          if (slots.failed === slots.valid) sum.failed += minutes;
        }
      }
    }
  }
  return [...sums]
    .map(([vantage, sum]) => ({ vantage, ...sum }))
    .toSorted((a, b) => compareText(a.vantage, b.vantage));
}
