import {
  formatFraction,
  percentCut,
  sumFractions,
  wholeFraction,
  type Fraction,
} from "./fraction.ts";
import { groupBy } from "./group-by.ts";
import { formatAmount, parseAmount } from "./money.ts";
import { compareText } from "./subject.ts";
import type {
  PartSubject,
  YearCreditLine,
  YearCredits,
  YearSubject,
  YearTime,
} from "./year-report.ts";

/** As the monthly report prints them. */
export const PERCENT_PLACES = 3;

type Minutes = Omit<YearTime, "coveragePercent">;

/** A fraction as reports print it, "23" or "41/60". */
export function readMinutes(text: string): Fraction {
  const [num = "0", den = "1"] = text.split("/");
  return { num: BigInt(num), den: BigInt(den) };
}

/** A month's slots as time. A slot is a whole number of minutes. */
export function figureTime(subject: PartSubject): Minutes {
  const { slotSeconds, bad, counted, total, excluded, noData } = subject;
  const { num, den } = readMinutes(bad);
  const minutes = (slots: number) => (slots * slotSeconds) / 60;
  return {
    badMinutes: formatFraction({ num: num * BigInt(slotSeconds), den: den * 60n }),
    countedMinutes: minutes(counted),
    totalMinutes: minutes(total),
    excludedMinutes: minutes(excluded),
    noDataMinutes: minutes(noData),
  };
}

/**
 * The sums of some months of some subjects. Coverage is taken from them: where an agreement counts
 * the time outside a target's life as good, that time is among the covered, since a report does not
 * tell it from the rest.
 */
export function timeOf(months: readonly Minutes[]): YearTime {
  const sum = (read: (month: Minutes) => number) =>
    months.reduce((all, month) => all + read(month), 0);
  const totalMinutes = sum((month) => month.totalMinutes);
  const noDataMinutes = sum((month) => month.noDataMinutes);
  const covered = { num: BigInt(totalMinutes - noDataMinutes), den: BigInt(totalMinutes) };
  return {
    badMinutes: formatFraction(badOf(months)),
    countedMinutes: sum((month) => month.countedMinutes),
    totalMinutes,
    excludedMinutes: sum((month) => month.excludedMinutes),
    noDataMinutes,
    coveragePercent: totalMinutes === 0 ? null : percentCut(covered, PERCENT_PLACES),
  };
}

type Judged = Pick<YearTime, "badMinutes" | "countedMinutes">;

/** Most months lost nothing. */
const badOf = (months: readonly Judged[]) =>
  sumFractions(
    months
      .filter(({ badMinutes }) => badMinutes !== "0")
      .map(({ badMinutes }) => readMinutes(badMinutes)),
  );

/** 1 - sum of bad / sum of counted; null when nothing counted. Never a mean of percents. */
export function availabilityIn(months: readonly Judged[]): Fraction | null {
  const counted = months.reduce((sum, { countedMinutes }) => sum + countedMinutes, 0);
  if (counted === 0) return null;
  const bad = badOf(months);
  const all = wholeFraction(counted).num * bad.den;
  return { num: all - bad.num, den: all };
}

/** Of printed percentages; the first of equals. */
export function lowestPercent(percents: readonly (string | null)[]): string | null {
  let lowest: string | null = null;
  for (const percent of percents) {
    if (percent === null) continue;
    if (lowest === null || Number(percent) < Number(lowest)) lowest = percent;
  }
  return lowest;
}

/** By currency, in the order of their names. */
export function creditsIn(lines: readonly YearCreditLine[]): YearCredits[] {
  return [...groupBy(lines, ({ currency }) => currency)]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([currency, own]) => {
      const sum = (read: (line: YearCreditLine) => string | null) =>
        formatAmount(
          own.reduce((all, line) => all + (parseAmount(read(line) ?? "0", currency) ?? 0n), 0n),
          currency,
        );
      return {
        currency,
        owed: sum(({ amount }) => amount),
        claimed: sum(({ claimed }) => claimed),
        credited: sum(({ credited }) => credited),
        count: own.length,
        withoutAmount: own.filter(({ amount }) => amount === null).length,
      };
    });
}

/** What stands in some months, one after the other, where it changed. */
function changesOf<Value>(values: readonly Value[]): Value[] {
  return values.filter((value, index) => index === 0 || value !== values[index - 1]);
}

type Twelve = Pick<YearSubject, "months">;

const figuresOf = ({ months }: Twelve) => months.filter((figure) => figure !== null);

/** The objectives of a subject's months: more than one where they changed. */
export function objectivesOf(subject: Twelve): string[] {
  return changesOf(figuresOf(subject).map(({ objectivePercent }) => objectivePercent));
}

/** The lengths of a subject's slots, in the same way. */
export function slotSecondsOf(subject: Twelve): number[] {
  return changesOf(figuresOf(subject).map(({ slotSeconds }) => slotSeconds));
}

/** Consecutive months of a year as [first, last], by their numbers from 1. */
export function monthRuns(months: readonly string[]): (readonly [first: number, last: number])[] {
  const runs: [number, number][] = [];
  for (const month of months) {
    const number = Number(month.slice(5));
    const run = runs.at(-1);
    if (run !== undefined && run[1] === number - 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs;
}

/** Those that missed most first, then those with too little data, then the lowest. */
export function rankedSubjects(subjects: readonly YearSubject[]): YearSubject[] {
  return subjects.toSorted(
    (a, b) =>
      b.counts.missed - a.counts.missed ||
      b.counts.undecided - a.counts.undecided ||
      Number(a.availabilityPercent ?? 101) - Number(b.availabilityPercent ?? 101),
  );
}
