import type { Agreement } from "../../src/core/agreement.ts";
import {
  exact,
  isLess,
  isZero,
  minus,
  NOTHING,
  over,
  plus,
  WHOLE,
  type Exact,
} from "./fractions.ts";
import type { GeneratedMonth } from "./generate.ts";
import { settledAt, storedRounds } from "./product.ts";
import { createRandom, type Random } from "./random.ts";
import { monthIn } from "./second-month.ts";
import { createSecond, secondSubjects, type SecondFigure } from "./second.ts";

const HOUR_MS = 3_600_000;
const HAIR = exact(1, 10n ** 12n);

/**
 * Chance never meets a bound to the last slot: in a part of the agreements the objective, or the
 * least coverage, is moved to where a verdict of this very month is just reached, or just not.
 */
export function tuneMonth(month: GeneratedMonth): GeneratedMonth {
  const random = createRandom(month.seed + 500_000, month.index);
  const chosen = month.agreements.filter(() => random.chance(0.3));
  if (chosen.length === 0) return month;
  const figures = createSecond({
    ...month,
    rounds: storedRounds(month),
    settledUntilMs: settledAt(month.nowMs),
  });
  const agreements = month.agreements.map((agreement) => {
    const subjects = secondSubjects(month, month.month).filter(
      (subject) => subject.agreement === agreement,
    );
    if (!chosen.includes(agreement) || subjects.length === 0) return agreement;
    return { ...agreement, ...boundsAt(random, agreement, figures(random.pick(subjects))) };

    function boundsAt(chance: Random, terms: Agreement, figure: SecondFigure): Partial<Agreement> {
      const hair = chance.pick([NOTHING, NOTHING, HAIR, minus(NOTHING, HAIR)]);
      const bound = (value: Exact | null): Exact | null => value && plus(value, hair);
      const objective = bound(chance.pick(objectivesOf(figure, terms, month.month)));
      const coverage = bound(figure.coverage);
      return {
        ...(isShare(objective) && { objective }),
        ...(chance.chance(0.3) && isShare(coverage) && { minCoverage: coverage }),
      };
    }
  });
  return { ...month, agreements };
}

function isShare(value: Exact | null): value is Exact {
  return value !== null && isLess(NOTHING, value) && !isLess(WHOLE, value);
}

/** Objectives that are just met, just to be met with a perfect rest, or just not burnt too fast. */
function objectivesOf(
  figure: SecondFigure,
  { timeZone }: Agreement,
  month: string,
): (Exact | null)[] {
  const { availability, high, low, bad, counted, slotsToCome, burn, isRunning } = figure;
  if (!isRunning) return [availability, availability, high, low];
  const all = exact(counted + slotsToCome);
  const span = monthIn(month, timeZone);
  const scale = exact(span.untilMs - span.fromMs, 720 * HOUR_MS);
  const burnt = (burn?.windows ?? [])
    .filter((window) => window.counted > 0 && !isZero(window.bad))
    .flatMap((window) =>
      [exact(144, 10), exact(6), exact(1)].map((factor) =>
        minus(WHOLE, over(over(over(window.bad, exact(window.counted)), factor), scale)),
      ),
    );
  return [isZero(all) ? null : minus(WHOLE, over(bad, all)), ...burnt];
}
