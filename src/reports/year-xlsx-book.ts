import { colToLetter } from "hucre/xlsx";
import { cellKind, type CellKind } from "../core/year-cells.ts";
import { readMinutes } from "../core/year-sums.ts";
import type { YearCreditLine, YearReport, YearSubject } from "../core/year-report.ts";
import type { YearMaking } from "./year-facts.ts";
import { localClock, type LocalReading } from "./tables-rows.ts";
import { availabilityIn, isSafe, roundTo } from "./xlsx-figures.ts";
import { rangeOf, type SheetCell } from "./xlsx-sheet.ts";

/** What every sheet of a year's workbook is made from. */
export type YearBook = YearMaking & {
  readonly report: YearReport;
  readonly rows: readonly YearRow[];
  readonly clock: (atMs: number) => LocalReading;
};

/** A subject's line, with the numbers in the floats that a spreadsheet has. */
export type YearRow = {
  readonly no: number;
  readonly subject: YearSubject;
  readonly kinds: readonly CellKind[];
  /** Of each month; null without a figure. */
  readonly bad: readonly (number | null)[];
  readonly counted: readonly (number | null)[];
};

export const MONTHS_IN_YEAR = 12;
/** Minutes are shown and compared to so many decimals. */
export const MINUTE_PLACES = 6;

export function yearBook(making: YearMaking): YearBook {
  const { report, timeZone } = making.document;
  return {
    ...making,
    report,
    clock: localClock(timeZone),
    rows: report.subjects.map((subject, index) => ({
      no: index + 1,
      subject,
      kinds: report.months.map(({ state }, place) =>
        cellKind(subject.months[place] ?? null, state),
      ),
      bad: subject.months.map((figure) => (figure === null ? null : floatOf(figure.badMinutes))),
      counted: subject.months.map((figure) => figure?.countedMinutes ?? null),
    })),
  };
}

export function floatOf(minutes: string): number {
  const { num, den } = readMinutes(minutes);
  const whole = num / den;
  return Number(whole) + Number(num - whole * den) / Number(den);
}

export const sumOf = (numbers: readonly (number | null)[]): number =>
  numbers.reduce<number>((sum, one) => sum + (one ?? 0), 0);

/**
 * A cell of availability: a formula where its floats come to the report's own digits, else these.
 * `bad` and `counted` are formulas of their own.
 */
export function availabilityCell(
  printed: string | null,
  exactBad: string,
  sums: {
    readonly bad: number;
    readonly counted: number;
    readonly formulas: { readonly bad: string; readonly counted: string };
  },
): SheetCell {
  if (printed === null) return null;
  const result = Number(printed);
  const parts = { units: sums.bad, common: 1, counted: sums.counted };
  const isSame = availabilityIn(parts) === result;
  if (!isSame || !isSafe({ ...parts, exact: readMinutes(exactBad) })) return result;
  const { bad, counted } = sums.formulas;
  return { formula: `(100000-ROUNDUP(100000*${bad}/${counted},0))/1000`, result };
}

/** A cell that sums minutes; the value alone where the formula would give another one. */
export function minutesCell(exact: string, found: number, formula: string): SheetCell {
  const result = roundTo(floatOf(exact), MINUTE_PLACES);
  if (roundTo(found, MINUTE_PLACES) !== result) return result;
  return { formula: `ROUND(${formula},${MINUTE_PLACES})`, result };
}

/** A sum of whole numbers, or the value alone as above. */
export function wholeCell(result: number, found: number, formula: string): SheetCell {
  return found === result ? { formula, result } : result;
}

/** Columns of the sheet of subjects: who, twelve figures, what they come to, and what it is made of. */
export const WHO_IDS = "no subject agreement account objectives".split(" ");
export const SUM_IDS = [
  "availability kept missed undecided notClosed without bad counted coverage lowestCoverage",
  "excluded noData badExact accountName product region slot",
].flatMap((ids) => ids.split(" "));
const BY_MONTH = ["verdict", "badOf", "countedOf"] as const;
export type ByMonth = "figure" | (typeof BY_MONTH)[number];

export function subjectLetter(id: string): string {
  const who = WHO_IDS.indexOf(id);
  if (who >= 0) return colToLetter(who);
  const sum = SUM_IDS.indexOf(id);
  if (sum < 0) throw new RangeError(`there is no column ${id}`);
  return colToLetter(WHO_IDS.length + MONTHS_IN_YEAR + sum);
}

/** Letter of a month's column, January being 0. */
export function monthLetter(id: ByMonth, month: number): string {
  if (id === "figure") return colToLetter(WHO_IDS.length + month);
  const before = WHO_IDS.length + SUM_IDS.length + MONTHS_IN_YEAR;
  return colToLetter(before + BY_MONTH.indexOf(id) * MONTHS_IN_YEAR + month);
}

/** The rows of a column of subjects, as formulas of other sheets name them. */
export function subjectColumn(book: YearBook, letter: string): string {
  return rangeOf(book.own.sheets.subjects, letter, book.rows.length);
}

/** Columns of the sheet of credits, in order. */
export const CREDIT_IDS = [
  "month subject agreement account accountName product region",
  "percent owed currency claimed credited claim",
].flatMap((ids) => ids.split(" "));

export function creditColumn(
  { own }: YearBook,
  lines: readonly YearCreditLine[],
  id: string,
): string {
  return rangeOf(own.sheets.credits, colToLetter(CREDIT_IDS.indexOf(id)), lines.length);
}
