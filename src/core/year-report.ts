import { isMonth } from "./month.ts";
import type { ClaimState } from "./claim.ts";
import type { ReportState } from "./report-state.ts";
import type { Report, ReportProof, ReportSubject, Verdict } from "./report.ts";

/**
 * A year of monthly reports, side by side. The agreements promise months and nothing of years: what
 * is summed over the year informs, and has neither objective nor verdict.
 */
export type YearReport = {
  /** "2026": its months decide what belongs to it, not instants. */
  readonly year: string;
  /** Null for all accounts. */
  readonly account: string | null;
  /** The newest instant that any of it is of; null for a year without a report. */
  readonly asOf: string | null;
  /** All twelve, January first. */
  readonly months: readonly YearMonth[];
  /** By id and agreement. */
  readonly subjects: readonly YearSubject[];
  /** By product, region and length of slot, as the monthly roll-ups are. */
  readonly places: readonly YearPlace[];
  readonly accounts: readonly YearAccount[];
  readonly counts: MonthCounts;
  /** Over all subjects. */
  readonly time: YearTime;
  /** Of all of them, the lowest coverage of any month. */
  readonly lowestCoveragePercent: string | null;
  /** By currency: currencies are never added. */
  readonly credits: readonly YearCredits[];
  /** Every credit of the year, by month. */
  readonly creditLines: readonly YearCreditLine[];
  /** The longest ones, joined where a month ended in one. */
  readonly outages: readonly YearOutage[];
  /** Approved ones that applied to a subject, each counted once. */
  readonly exclusions: number;
};

/**
 * `closed`: signed. `open`: over and not closed yet. `none`: there is no report of it. `ahead`: it
 * has not begun.
 */
export const YEAR_MONTH_STATES = ["closed", "open", "running", "none", "ahead"] as const;
export type YearMonthState = (typeof YEAR_MONTH_STATES)[number];

/** Months of subjects. Each of a subject's twelve is exactly one of them. */
export type MonthCounts = {
  /** Closed, and the objective was met. */
  readonly kept: number;
  readonly missed: number;
  /** Closed with too little data for a verdict. */
  readonly undecided: number;
  /** With figures that may still change. */
  readonly notClosed: number;
  /** Without a report, or not in it: neither good nor bad. */
  readonly without: number;
};

/** Slots as time, so that those of different length can be added. Minutes of each subject. */
export type YearTime = {
  /** An exact fraction: "23" or "41/12". */
  readonly badMinutes: string;
  readonly countedMinutes: number;
  readonly totalMinutes: number;
  readonly excludedMinutes: number;
  readonly noDataMinutes: number;
  /** The part of the total that has data or is excluded, cut; null when there is none. */
  readonly coveragePercent: string | null;
};

/** Of one currency. */
export type YearCredits = {
  readonly currency: string;
  /** As the reports owe it, decimals. */
  readonly owed: string;
  /** Of it, submitted to the provider, whatever became of it. */
  readonly claimed: string;
  /** As the provider credited it, which may be more or less than was claimed. */
  readonly credited: string;
  readonly count: number;
  /** Of `count`, those whose fee is not known: they are not in `owed`. */
  readonly withoutAmount: number;
};

export type YearMonth = {
  /** "2026-01" */
  readonly month: string;
  readonly state: YearMonthState;
  /** 0: not closed. */
  readonly revision: number;
  readonly settledUntil: string | null;
  /** Over the evidence of its report. */
  readonly digest: string | null;
  readonly subjects: number;
  readonly counts: MonthCounts;
  readonly time: YearTime;
  readonly credits: readonly YearCredits[];
};

/** A subject's month, as its report has it. */
export type YearFigure = {
  readonly month: string;
  readonly state: ReportState;
  readonly verdict: Verdict;
  readonly objectivePercent: string;
  readonly availabilityPercent: string | null;
  readonly coveragePercent: string | null;
  readonly slotSeconds: number;
  readonly badMinutes: string;
  readonly countedMinutes: number;
  readonly totalMinutes: number;
  readonly excludedMinutes: number;
  readonly noDataMinutes: number;
  readonly outages: number;
};

export type YearSubject = {
  readonly agreement: string;
  readonly id: string;
  readonly scope: ReportSubject["scope"];
  /** As the newest of its months has them. */
  readonly account: string;
  readonly product: string;
  readonly region: string;
  /** January first; null for a month whose report does not have it. */
  readonly months: readonly (YearFigure | null)[];
  readonly counts: MonthCounts;
  readonly time: YearTime;
  /** 1 - sum of bad / sum of counted time, cut; null when nothing counted. */
  readonly availabilityPercent: string | null;
  readonly lowestCoveragePercent: string | null;
  readonly credits: readonly YearCredits[];
};

export type YearPlace = {
  readonly product: string;
  readonly region: string;
  readonly slotSeconds: number;
  readonly subjects: number;
  readonly counts: MonthCounts;
  readonly time: YearTime;
  readonly availabilityPercent: string | null;
  /** The subject with the lowest availability here; null when nothing counted. */
  readonly worst: { readonly agreement: string; readonly id: string } | null;
  readonly credits: readonly YearCredits[];
};

export type YearAccount = {
  readonly account: string;
  readonly subjects: number;
  readonly counts: MonthCounts;
  readonly time: YearTime;
  readonly credits: readonly YearCredits[];
};

export type YearCreditLine = {
  readonly month: string;
  readonly agreement: string;
  readonly id: string;
  readonly account: string;
  readonly product: string;
  readonly region: string;
  readonly slotSeconds: number;
  readonly percent: number;
  /** Null without a fee. */
  readonly amount: string | null;
  readonly currency: string;
  /** Null: there is no claim of it. */
  readonly claim: { readonly id: number; readonly state: ClaimState } | null;
  /** Submitted to the provider; null when it was not, or no amount is known. */
  readonly claimed: string | null;
  readonly credited: string | null;
};

export type YearOutage = {
  readonly agreement: string;
  readonly id: string;
  readonly account: string;
  readonly product: string;
  readonly region: string;
  readonly from: string;
  /** As far as it lies in the year. */
  readonly until: string;
  readonly minutes: number;
  readonly reason: string;
};

/** What of a month's report a year is made of. */
export type YearPart = Pick<Report, "month" | "status" | "revision" | "settledUntil"> & {
  readonly closing: { readonly at: string } | null;
  readonly proof: Pick<ReportProof, "digest">;
  readonly subjects: readonly PartSubject[];
};

export type PartSubject = Pick<
  ReportSubject,
  | "agreement"
  | "scope"
  | "id"
  | "product"
  | "region"
  | "account"
  | "objectivePercent"
  | "availabilityPercent"
  | "bad"
  | "counted"
  | "total"
  | "excluded"
  | "noData"
  | "coveragePercent"
  | "slotSeconds"
  | "verdict"
> & {
  readonly credit: {
    readonly percent: number;
    readonly amount: string | null;
    readonly currency: string;
  } | null;
  readonly outages: ReportSubject["outages"];
  readonly exclusions: readonly { readonly id: number }[];
};

/** A claim as the year tells of it. */
export type YearClaim = {
  readonly id: number;
  readonly month: string;
  readonly agreement: string;
  readonly subject: string;
  readonly state: ClaimState;
  readonly percent: number;
  readonly currency: string;
  readonly amount: string | null;
  readonly credited: string | null;
};

/** A year with what its forms show beside it. The same document gives the same bytes. */
export type YearDocument = {
  readonly report: YearReport;
  /** The account's name; null for all accounts. */
  readonly accountName: string | null;
  readonly accountNames: Readonly<Record<string, string>>;
  readonly timeZone: string;
};

/** Whether a text is a year in the form "2026". */
export function isYear(text: string): boolean {
  return isMonth(`${text}-01`);
}

/** "2026-01" to "2026-12". Throws RangeError for what is not a year. */
export function monthsOf(year: string): string[] {
  if (!isYear(year)) throw new RangeError(`"${year}" is not a year: write it as 2026`);
  return Array.from({ length: 12 }, (_, index) => `${year}-${String(index + 1).padStart(2, "0")}`);
}
