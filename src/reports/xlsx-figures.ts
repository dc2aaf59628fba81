import {
  compareFractions,
  subtractFractions,
  sumFractions,
  wholeFraction,
  type Fraction,
} from "../core/fraction.ts";
import { subjectKey, type MonthDocument } from "../core/month-document.ts";
import type { ReportSubject } from "../core/report.ts";
import { readFraction, type BadRun, type BadSlots } from "./tables-rows.ts";

/** A subject's numbers as the sheet computes them, in the floats that a spreadsheet has. */
export type SheetFigure = {
  readonly no: number;
  readonly subject: ReportSubject;
  /** The rows of its bad slots; null: its bad slots are not listed. */
  readonly runs: readonly BadRun[] | null;
  /** Badness is summed in parts of 1 / `common`, so that whole numbers are added. */
  readonly common: number;
  /** B in these parts. */
  readonly units: number;
  /** Slots without data that count as bad: in `units`, and not among the listed ones. */
  readonly noDataBad: number;
  readonly bad: number;
  readonly allowed: number;
  readonly budgetLeft: number;
  readonly availability: number | null;
  /** The sheet's formulas give what the report says; else the report's value stands there. */
  readonly isExact: boolean;
  /** "95", of the terms; null where they are not known. */
  readonly minCoverage: number | null;
};

/** In thousandths of a percent. */
const WHOLE = 100_000;
/** A common denominator beyond this would make products that a float does not hold. */
const MAX_COMMON = 1_000_000_000;
/** What the error of a sum of floats, and a spreadsheet's own rounding to 15 digits, stay below. */
const SLACK = 1e-10;
/** Bad slots that are no more than a float's error over what is allowed are not over it. */
export const TOLERANCE = 1e-9;

export function sheetFigures({ report, terms }: MonthDocument, bad: BadSlots): SheetFigure[] {
  return report.subjects.map((subject, index) => {
    const runs = bad.bySubject[index] ?? null;
    const own = terms.get(subjectKey(subject))?.minCoverage;
    const minCoverage = own === undefined ? null : (100 * Number(own.num)) / Number(own.den);
    return figureOf({ no: index + 1, subject, runs, minCoverage });
  });
}

type Basis = Pick<SheetFigure, "no" | "subject" | "runs" | "minCoverage">;

function figureOf(basis: Basis): SheetFigure {
  const { subject, runs } = basis;
  const exact = readFraction(subject.bad);
  const noData = subtractFractions(exact, readFraction(subject.books.bad));
  const noDataBad = Number(noData.num / noData.den);
  const { common, units } = runs === null ? partsOfReport(exact) : partsOfRuns(runs, noDataBad);
  const bad = units / common;
  const allowed = Number(subject.allowedBad);
  const availability = availabilityIn({ units, common, counted: subject.counted });
  const printed = subject.availabilityPercent;
  return {
    ...basis,
    common,
    units,
    noDataBad,
    bad,
    allowed,
    budgetLeft: roundTo(allowed - bad, 6),
    availability: printed === null ? null : Number(printed),
    isExact:
      (printed === null ? null : Number(printed)) === availability &&
      isSafe({ exact, units, common, counted: subject.counted }),
  };
}

function partsOfReport({ num, den }: Fraction): { common: number; units: number } {
  const isWhole = den <= MAX_COMMON && num <= BigInt(Number.MAX_SAFE_INTEGER);
  if (isWhole) return { common: Number(den), units: Number(num) };
  return { common: 1, units: ratio({ num, den }) };
}

function partsOfRuns(runs: readonly BadRun[], noDataBad: number) {
  const common = commonOf(runs);
  const units = runs.reduce((sum, run) => sum + unitsOf(run, common), 0) + noDataBad * common;
  return { common, units };
}

/** As the formula of its cell does it. */
export function unitsOf({ slots, num, den }: BadRun, common: number): number {
  return (slots * num * common) / den;
}

/** The least common denominator; 1 where it is too large to count with in whole numbers. */
function commonOf(runs: readonly BadRun[]): number {
  let common = 1;
  for (const { den } of runs) {
    common *= den / greatestDivisor(common, den);
    if (common > MAX_COMMON) return 1;
  }
  const isWhole = runs.every(({ slots, num }) => Number.isSafeInteger(slots * num * common));
  return isWhole ? common : 1;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

type Parts = { readonly units: number; readonly common: number; readonly counted: number };

/** As the formula of its cell does it: cut to thousandths of a percent by rounding the loss up. */
export function availabilityIn({ units, common, counted }: Parts): number | null {
  if (counted === 0) return null;
  return (WHOLE - Math.ceil((WHOLE * units) / (common * counted))) / 1000;
}

/**
 * Whether a float's error can change which thousandth it is cut to: it cannot when the exact loss is
 * further from a whole number than the error, or when it is one and only whole numbers are divided.
 */
export function isSafe({
  exact,
  units,
  common,
  counted,
}: Parts & { readonly exact: Fraction }): boolean {
  if (counted === 0) return true;
  const den = exact.den * BigInt(counted);
  const rest = (exact.num * BigInt(WHOLE)) % den;
  const isWhole = [units, WHOLE * units, common * counted].every(Number.isSafeInteger);
  if (rest === 0n) return isWhole;
  const nearest = rest * 2n < den ? rest : den - rest;
  const loss = (WHOLE * units) / (common * counted);
  return ratio({ num: nearest, den }) > SLACK * (loss + 1);
}

/** Of any size, to within a float's error. */
function ratio({ num, den }: Fraction): number {
  const scale = 10n ** 18n;
  return Number((num * scale) / den) / 1e18;
}

/** As ROUND of a spreadsheet. */
export function roundTo(value: number, places: number): number {
  return Number(value.toFixed(places));
}

/** What several figures come to together; exact only where floats cannot change the digits. */
export function poolFigures(figures: readonly SheetFigure[]): {
  readonly bad: number;
  readonly counted: number;
  readonly availability: number | null;
  readonly isSafe: boolean;
} {
  const counted = figures.reduce((sum, { subject }) => sum + subject.counted, 0);
  const units = figures.reduce((sum, { bad }) => sum + bad, 0);
  const exact = sumFractions(figures.map(({ subject }) => readFraction(subject.bad)));
  const sum = { units, common: 1, counted };
  return {
    bad: units,
    counted,
    availability: availabilityIn(sum),
    isSafe: isSafe({ ...sum, exact }),
  };
}

/** The verdict that the sheet's formula comes to on a closed month; null where it cannot tell. */
export function verdictIn(figure: SheetFigure): ReportSubject["verdict"] | null {
  const { subject, availability, minCoverage, allowed } = figure;
  const { coveragePercent, highPercent } = subject;
  if (availability === null || highPercent === null) return "insufficient-data";
  if (coveragePercent === null || minCoverage === null) return null;
  if (Number(coveragePercent) < minCoverage) {
    const isMissed = Number(highPercent) < Number(subject.objectivePercent);
    return isMissed ? "missed" : "insufficient-data";
  }
  const left = subtractFractions(decimalFraction(subject.allowedBad), readFraction(subject.bad));
  const isNear = Math.abs(ratio(left)) < 10 * TOLERANCE;
  if (isNear && compareFractions(left, wholeFraction(0)) !== 0) return null;
  return figure.bad <= allowed + TOLERANCE ? "met" : "missed";
}

function decimalFraction(text: string): Fraction {
  const [whole = "0", places = ""] = text.split(".");
  return { num: BigInt(whole + places), den: 10n ** BigInt(places.length) };
}
