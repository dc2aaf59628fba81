import type { Agreement } from "./agreement.ts";
import type { TimelineRun } from "./figure.ts";
import type { Report, Verdict } from "./report.ts";

/** What a subject came to in a month, for the trend. */
export type TrendFigure = {
  readonly agreement: string;
  readonly id: string;
  readonly availabilityPercent: string | null;
  readonly verdict: Verdict;
};

/** A month of the trend; without figures when it was not closed. */
export type TrendMonth = {
  readonly month: string;
  readonly subjects: readonly TrendFigure[] | null;
};

/** What a vantage measured in the settled part of a month, in minutes of single targets. */
export type VantageCoverage = {
  readonly vantage: string;
  /** Those that it is to measure. */
  readonly targets: number;
  /** Minutes in which a target was to be measured. */
  readonly planned: number;
  /** Of these, those with a valid result. */
  readonly measured: number;
  /** Of these, those in which all valid results failed. */
  readonly failed: number;
};

/**
 * Everything that a rendered month's report shows: one value for every form. The same document
 * gives the same bytes, whenever it is rendered.
 */
export type MonthDocument = {
  readonly report: Report;
  /** The account's name; null for the report of all accounts. */
  readonly accountName: string | null;
  /** Names by account, of those in the report. */
  readonly accountNames: Readonly<Record<string, string>>;
  readonly timeZone: string;
  /**
   * The terms that each subject was counted by, by `subjectKey`: what inherits may have others for
   * each target. A subject of an earlier revision that is no longer counted has none.
   */
  readonly terms: ReadonlyMap<string, Agreement>;
  /**
   * The slots of each subject by `subjectKey`, joined where equal; null for an earlier revision,
   * of which only the report is kept.
   */
  readonly timelines: ReadonlyMap<string, readonly TimelineRun[]> | null;
  /** What each vantage measured of what it should have; null for a report of one account. */
  readonly vantages: readonly VantageCoverage[] | null;
  /** Up to twelve months, the oldest first, this one the last. */
  readonly trend: readonly TrendMonth[];
  /** Address of the pages; null when it is not known. */
  readonly publicUrl: string | null;
};

/** Of a subject in a month: two agreements may have a subject of the same id. */
export function subjectKey({ agreement, id }: { agreement: string; id: string }): string {
  return `${agreement} ${id}`;
}
