import { formatDecimal } from "../core/fraction.ts";
import { cellKind } from "../core/year-cells.ts";
import { readMinutes } from "../core/year-sums.ts";
import type { YearCredits, YearReport, YearSubject } from "../core/year-report.ts";
import { csvText, guard, type Cell } from "./csv.ts";

const COLUMNS: readonly (readonly [string, (subject: YearSubject) => Cell])[] = [
  ["agreement", ({ agreement }) => agreement],
  ["scope", ({ scope }) => scope],
  ["subject", ({ id }) => id],
  ["product", ({ product }) => product],
  ["region", ({ region }) => region],
  ["account", ({ account }) => account],
  ["monthsKept", ({ counts }) => counts.kept],
  ["monthsMissed", ({ counts }) => counts.missed],
  ["monthsUndecided", ({ counts }) => counts.undecided],
  ["monthsNotClosed", ({ counts }) => counts.notClosed],
  ["monthsWithoutFigure", ({ counts }) => counts.without],
  ["availabilityPercent", ({ availabilityPercent }) => availabilityPercent],
  ["badMinutesExact", ({ time }) => time.badMinutes],
  ["badMinutes", ({ time }) => formatDecimal(readMinutes(time.badMinutes), 3)],
  ["countedMinutes", ({ time }) => time.countedMinutes],
  ["totalMinutes", ({ time }) => time.totalMinutes],
  ["excludedMinutes", ({ time }) => time.excludedMinutes],
  ["noDataMinutes", ({ time }) => time.noDataMinutes],
  ["coveragePercent", ({ time }) => time.coveragePercent],
  ["lowestCoveragePercent", (subject) => subject.lowestCoveragePercent],
  ["credits", ({ credits }) => credits.reduce((sum, { count }) => sum + count, 0)],
  ["creditCurrency", ({ credits }) => joined(credits, ({ currency }) => currency)],
  ["creditOwed", ({ credits }) => joined(credits, ({ owed }) => owed)],
  ["creditClaimed", ({ credits }) => joined(credits, ({ claimed }) => claimed)],
  ["creditCredited", ({ credits }) => joined(credits, ({ credited }) => credited)],
];

/** Of several currencies side by side, in the same order in each column: they are never added. */
function joined(credits: readonly YearCredits[], read: (one: YearCredits) => string): Cell {
  return credits.length === 0 ? null : credits.map(read).join(" + ");
}

/**
 * One line a subject: what the year comes to, and of each month verdict, figure and objective. The
 * verdict of a month without a figure says why there is none.
 */
export function renderYearCsv(report: YearReport): string {
  const { year, months } = report;
  const head = [
    "year",
    ...COLUMNS.map(([name]) => name),
    ...months.flatMap(({ month }) =>
      ["verdict", "availabilityPercent", "objectivePercent"].map((name) => `${month} ${name}`),
    ),
  ];
  const lines = report.subjects.map((subject) => [
    Number(year),
    ...COLUMNS.map(([, read]) => guard(read(subject))),
    ...months.flatMap(({ state }, index) => {
      const figure = subject.months[index] ?? null;
      return [
        figure?.verdict ?? cellKind(figure, state),
        figure?.availabilityPercent ?? null,
        figure?.objectivePercent ?? null,
      ];
    }),
  ]);
  return csvText([head, ...lines]);
}
