import { compareFractions, percentCut, type Fraction } from "./fraction.ts";
import { groupBy } from "./group-by.ts";
import { subjectKey } from "./month-document.ts";
import { reportState } from "./report-state.ts";
import type { Report } from "./report.ts";
import { compareText } from "./subject.ts";
import { creditLines, longestFirst, outagesOf, type Entry } from "./year-lists.ts";
import {
  monthsOf,
  type MonthCounts,
  type PartSubject,
  type YearAccount,
  type YearClaim,
  type YearCreditLine,
  type YearFigure,
  type YearMonth,
  type YearPart,
  type YearPlace,
  type YearReport,
  type YearSubject,
} from "./year-report.ts";
import {
  availabilityIn,
  creditsIn,
  figureTime,
  lowestPercent,
  PERCENT_PLACES,
  timeOf,
} from "./year-sums.ts";

/** Outages that a year tells of, the longest ones. */
const MOST_OUTAGES = 10;
const MONTHS = 12;

/**
 * The year made of its months' reports, in any order; months that are not given are gaps, and never
 * count as good. `presentMonth` tells a gap from what is still to come. Throws RangeError for a
 * report of another year and for two of one month.
 */
export function buildYear(input: {
  readonly year: string;
  readonly account: string | null;
  readonly reports: readonly YearPart[];
  readonly claims: readonly YearClaim[];
  readonly presentMonth: string;
}): YearReport {
  const months = monthsOf(input.year);
  const parts = partsByMonth(input.reports, months);
  const byMonth = new Map(months.map((month) => [month, entriesOf(parts.get(month))]));
  const entries = [...byMonth.values()].flat();
  const lines = creditLines(entries, input.claims);
  const linesOf = groupBy(lines, subjectKey);
  const bySubject = [...groupBy(entries, ({ key }) => key)];
  const subjects = bySubject
    .map(([key, own]) => subjectOf(own, months, linesOf.get(key) ?? []))
    .toSorted(byName);
  return {
    year: input.year,
    account: input.account,
    asOf: newestOf(input.reports),
    months: months.map((month) =>
      monthOf(month, parts.get(month), {
        presentMonth: input.presentMonth,
        entries: byMonth.get(month) ?? [],
        lines: lines.filter((line) => line.month === month),
        subjects: subjects.length,
      }),
    ),
    subjects,
    places: placesOf(entries, lines),
    accounts: accountsOf(entries, lines),
    counts: countsOf(entries, subjects.length * MONTHS),
    time: timeOf(entries.map(({ figure }) => figure)),
    lowestCoveragePercent: lowestPercent(entries.map(({ figure }) => figure.coveragePercent)),
    credits: creditsIn(lines),
    creditLines: lines,
    outages: bySubject
      .flatMap(([, own]) => outagesOf(own))
      .toSorted(longestFirst)
      .slice(0, MOST_OUTAGES),
    exclusions: new Set(entries.flatMap(({ subject }) => subject.exclusions.map(({ id }) => id)))
      .size,
  };
}

/** What of a report the year needs: twelve whole ones of ten thousand subjects are too much to hold. */
export function yearPart(report: Report): YearPart {
  const { month, status, revision, settledUntil, closing, proof } = report;
  return {
    month,
    status,
    revision,
    settledUntil,
    closing: closing === null ? null : { at: closing.at },
    proof: { digest: proof.digest },
    subjects: report.subjects.map((subject) => ({
      agreement: subject.agreement,
      scope: subject.scope,
      id: subject.id,
      product: subject.product,
      region: subject.region,
      account: subject.account,
      objectivePercent: subject.objectivePercent,
      availabilityPercent: subject.availabilityPercent,
      bad: subject.bad,
      counted: subject.counted,
      total: subject.total,
      excluded: subject.excluded,
      noData: subject.noData,
      coveragePercent: subject.coveragePercent,
      slotSeconds: subject.slotSeconds,
      verdict: subject.verdict,
      credit: subject.credit === null ? null : creditPart(subject.credit),
      outages: subject.outages,
      exclusions: subject.exclusions.map(({ id }) => ({ id })),
    })),
  };
}

function creditPart({ percent, amount, currency }: NonNullable<PartSubject["credit"]>) {
  return { percent, amount, currency };
}

function partsByMonth(
  reports: readonly YearPart[],
  months: readonly string[],
): Map<string, YearPart> {
  const parts = new Map<string, YearPart>();
  for (const report of reports) {
    const { month } = report;
    if (!months.includes(month)) throw new RangeError(`${month} is not of the year`);
    if (parts.has(month)) throw new RangeError(`there are two reports of ${month}`);
    parts.set(month, report);
  }
  return parts;
}

/** A month's instants are ISO texts of one zone: they sort as they follow each other. */
function newestOf(reports: readonly YearPart[]): string | null {
  const instants = reports.map(({ closing, settledUntil }) => closing?.at ?? settledUntil);
  return instants.toSorted(compareText).at(-1) ?? null;
}

function entriesOf(part: YearPart | undefined): Entry[] {
  if (part === undefined) return [];
  const { month } = part;
  const state = reportState(part);
  return part.subjects.map((subject) => ({
    key: subjectKey(subject),
    subject,
    figure: {
      month,
      state,
      verdict: subject.verdict,
      objectivePercent: subject.objectivePercent,
      availabilityPercent: subject.availabilityPercent,
      coveragePercent: subject.coveragePercent,
      slotSeconds: subject.slotSeconds,
      ...figureTime(subject),
      outages: subject.outages.length,
    },
  }));
}

/** Of so many months, those that are in no report among them. */
function countsOf(entries: readonly Entry[], months: number): MonthCounts {
  const counts = { kept: 0, missed: 0, undecided: 0, notClosed: 0, without: 0 };
  for (const { figure } of entries) counts[kindOf(figure)] += 1;
  counts.without = months - entries.length;
  return counts;
}

function kindOf({ state, verdict }: YearFigure): Exclude<keyof MonthCounts, "without"> {
  if (state !== "closed") return "notClosed";
  if (verdict === "met") return "kept";
  return verdict === "missed" ? "missed" : "undecided";
}

function monthOf(
  month: string,
  part: YearPart | undefined,
  own: {
    readonly presentMonth: string;
    readonly entries: readonly Entry[];
    readonly lines: readonly YearCreditLine[];
    /** Of the year. */
    readonly subjects: number;
  },
): YearMonth {
  const { presentMonth, entries, lines } = own;
  return {
    month,
    state: part === undefined ? (month > presentMonth ? "ahead" : "none") : reportState(part),
    revision: part?.revision ?? 0,
    settledUntil: part?.settledUntil ?? null,
    digest: part === undefined || part.proof.digest === "" ? null : part.proof.digest,
    subjects: entries.length,
    counts: countsOf(entries, own.subjects),
    time: timeOf(entries.map(({ figure }) => figure)),
    credits: creditsIn(lines),
  };
}

function subjectOf(
  entries: readonly Entry[],
  months: readonly string[],
  lines: readonly YearCreditLine[],
): YearSubject {
  const newest = entries.at(-1)?.subject;
  if (newest === undefined) throw new RangeError("a subject of no month");
  const { agreement, id, scope, account, product, region } = newest;
  const figures = entries.map(({ figure }) => figure);
  const byMonth = new Map(figures.map((figure) => [figure.month, figure]));
  return {
    agreement,
    id,
    scope,
    account,
    product,
    region,
    months: months.map((month) => byMonth.get(month) ?? null),
    counts: countsOf(entries, MONTHS),
    time: timeOf(figures),
    availabilityPercent: percentOf(availabilityIn(figures)),
    lowestCoveragePercent: lowestPercent(figures.map(({ coveragePercent }) => coveragePercent)),
    credits: creditsIn(lines),
  };
}

const percentOf = (fraction: Fraction | null) =>
  fraction === null ? null : percentCut(fraction, PERCENT_PLACES);

type Placed = {
  readonly product: string;
  readonly region: string;
  readonly slotSeconds: number;
};

const placeKey = ({ product, region, slotSeconds }: Placed) =>
  `${product} ${region} ${String(slotSeconds).padStart(12, "0")}`;

/**
 * Slots of one length only, as the monthly roll-ups (sla-semantics, section 6). A month stands where
 * its report has it: a target may have moved in the year.
 */
function placesOf(entries: readonly Entry[], lines: readonly YearCreditLine[]): YearPlace[] {
  const linesOf = groupBy(lines, placeKey);
  return [...groupBy(entries, ({ subject }) => placeKey(subject))]
    .toSorted(([a], [b]) => compareText(a, b))
    .flatMap(([key, own]): YearPlace[] => {
      const [first] = own;
      if (first === undefined) return [];
      const { product, region, slotSeconds } = first.subject;
      const subjects = groupBy(own, (one) => one.key);
      const figures = own.map(({ figure }) => figure);
      return [
        {
          product,
          region,
          slotSeconds,
          subjects: subjects.size,
          counts: countsOf(own, subjects.size * MONTHS),
          time: timeOf(figures),
          availabilityPercent: percentOf(availabilityIn(figures)),
          worst: worstOf(subjects),
          credits: creditsIn(linesOf.get(key) ?? []),
        },
      ];
    });
}

/** The first of equals by id and agreement; a subject without a figure is not the worst. */
function worstOf(subjects: ReadonlyMap<string, readonly Entry[]>): YearPlace["worst"] {
  let worst: { readonly subject: PartSubject; readonly availability: Fraction } | null = null;
  const inOrder = [...subjects.values()].toSorted(([a], [b]) => byName(a?.subject, b?.subject));
  for (const own of inOrder) {
    const [first] = own;
    const availability = availabilityIn(own.map(({ figure }) => figure));
    if (first === undefined || availability === null) continue;
    if (worst === null || compareFractions(availability, worst.availability) < 0) {
      worst = { subject: first.subject, availability };
    }
  }
  return worst === null ? null : { agreement: worst.subject.agreement, id: worst.subject.id };
}

type Named = { readonly id: string; readonly agreement: string };

const byName = (a?: Named, b?: Named) =>
  compareText(a?.id ?? "", b?.id ?? "") || compareText(a?.agreement ?? "", b?.agreement ?? "");

function accountsOf(entries: readonly Entry[], lines: readonly YearCreditLine[]): YearAccount[] {
  const linesOf = groupBy(lines, ({ account }) => account);
  return [...groupBy(entries, ({ subject }) => subject.account)]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([account, own]) => {
      const subjects = new Set(own.map(({ key }) => key)).size;
      return {
        account,
        subjects,
        counts: countsOf(own, subjects * MONTHS),
        time: timeOf(own.map(({ figure }) => figure)),
        credits: creditsIn(linesOf.get(account) ?? []),
      };
    });
}
