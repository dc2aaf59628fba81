import type { Round } from "../../src/core/round.ts";
import type { GeneratedMonth } from "./generate.ts";
import { storedRounds } from "./product.ts";
import { written } from "./fractions.ts";

const MOST_TRIES = 300;

/** A smaller month that is still wrong: with fewer agreements, exclusions, targets and rounds. */
export function shrinkMonth(
  month: GeneratedMonth,
  isWrong: (smaller: GeneratedMonth) => boolean,
): GeneratedMonth {
  let tries = 0;
  const stillWrong = (smaller: GeneratedMonth): boolean => {
    tries += 1;
    return tries <= MOST_TRIES && isWrong(smaller);
  };
  let least: GeneratedMonth = withRounds(month, storedRounds(month));
  if (!stillWrong(least)) return month;
  for (const part of ["agreements", "exclusions", "targets"] as const) {
    for (const one of least[part]) {
      const smaller = { ...least, [part]: least[part].filter((other) => other !== one) };
      if (stillWrong(smaller)) least = smaller;
    }
  }
  // Ever smaller pieces of the rounds are left out.
  for (
    let size = Math.ceil(storedRounds(least).length / 2);
    size >= 1;
    size = Math.floor(size / 2)
  ) {
    for (let at = 0; at < storedRounds(least).length;) {
      const smaller = withRounds(least, storedRounds(least).toSpliced(at, size));
      if (stillWrong(smaller)) least = smaller;
      else at += size;
    }
  }
  return least;
}

function withRounds(month: GeneratedMonth, rounds: readonly Round[]): GeneratedMonth {
  return { ...month, arrivals: [{ rounds, settleAtMs: month.nowMs }] };
}

/** All of a small month, for people; of a large one the first rounds. */
export function writeMonth(month: GeneratedMonth): string {
  const rounds = storedRounds(month);
  const shown = rounds.slice(0, 30).map((round) => {
    const results = round.targets.map((target, index) => `${target}=${round.outcomes[index]}`);
    return `round ${instant(round.plannedAtMs)} ${round.vantage} ${results.join(" ")}`;
  });
  return [
    `the least month found: ${month.month} at ${instant(month.nowMs)}, ${rounds.length} rounds`,
    ...month.agreements.map(({ objective, minCoverage, threshold, ...terms }) => {
      const share = threshold === null ? "none" : written(threshold);
      const bounds = `objective ${written(objective)} minCoverage ${written(minCoverage)} threshold ${share}`;
      return `agreement ${bounds} ${JSON.stringify(terms)}`;
    }),
    ...month.targets.map(({ id, product, region, account, class: label, ...target }) =>
      [
        `target ${id} ${account}/${product}/${region}/${label} zone ${target.zone}`,
        `vantages ${target.vantages.join(" ")} agreements ${target.agreements.join(" ")}`,
        `lives ${instant(target.fromMs)} to ${instant(target.untilMs)}`,
      ].join(" "),
    ),
    ...month.exclusions.map(
      ({ fromMs, untilMs, isApproved, targets }) =>
        `exclusion ${instant(fromMs)} to ${instant(untilMs)} approved ${isApproved} of ${targets.join(" ")}`,
    ),
    ...shown,
  ].join("\n  ");
}

function instant(ms: number | null): string {
  return ms === null ? "ever" : new Date(ms).toISOString();
}
