import type { ClaimState } from "./claim.ts";
import type { RenditionLine } from "./rendition-view.ts";
import type { Report, ReportChange, ReportOutage, Verdict } from "./report.ts";

/** An objective that a month missed, with what it missed it by. */
export type MissedLine = {
  readonly agreement: string;
  readonly id: string;
  readonly objectivePercent: string;
  readonly availabilityPercent: string | null;
  readonly outages: number;
  /** The one that lasted longest. */
  readonly longest: ReportOutage | null;
  /** The malfunction that struck it, with its cause once that is reviewed. */
  readonly malfunction: { readonly id: number; readonly cause: string | null } | null;
};

/** Credits of an account in a month that are at one point of their way. */
export type CreditLine = {
  readonly state: ClaimState;
  readonly currency: string;
  /** A decimal; null when no fee of theirs is known. */
  readonly amount: string | null;
  readonly claims: number;
  /** Of those that can still be claimed: the first to open and the first to close. */
  readonly claimFromMs: number;
  readonly claimUntilMs: number;
};

/** An account's month in the list of reports. */
export type ReportLine = {
  readonly account: string;
  readonly name: string;
  /** 0: not closed. */
  readonly revision: number;
  readonly subjects: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  /** The first of them; `verdicts` has how many there are. */
  readonly missed: readonly MissedLine[];
  readonly credits: readonly CreditLine[];
};

export type ReportsMonth = {
  readonly month: string;
  /** `to-come`: not begun; `open`: over, and not closed yet. */
  readonly status: "to-come" | "running" | "open" | "closed";
  /** Accounts with something missed first. */
  readonly lines: readonly ReportLine[];
  /** Accounts that are left out. */
  readonly more: number;
  /** Over all accounts, those that are left out too. */
  readonly missed: number;
  readonly subjects: number;
  /** Of these, with enough data for a verdict. */
  readonly judged: number;
  /** Not counted for the list: too many months are not closed. */
  readonly isCounted: boolean;
};

export type ReportsModel = {
  readonly nowMs: number;
  readonly timeZone: string;
  /** Newest first. */
  readonly months: readonly ReportsMonth[];
  /** What can be chosen. */
  readonly choices: {
    readonly months: readonly string[];
    readonly accounts: readonly { readonly id: string; readonly name: string }[];
  };
  readonly filter: { readonly month: string | null; readonly account: string | null };
  /** The reader sees all accounts, and so the report of all. */
  readonly seesAll: boolean;
};

/** A claim as its page part shows it. */
export type ClaimLine = {
  readonly id: number;
  readonly agreement: string;
  readonly subject: string;
  readonly account: string;
  readonly state: ClaimState;
  readonly percent: number;
  readonly amount: string | null;
  readonly currency: string;
  readonly claimFromMs: number;
  readonly claimUntilMs: number;
  readonly opensInDays: number | null;
  readonly closesInDays: number | null;
  readonly reference: string | null;
  readonly submittedOn: string | null;
  readonly credited: string | null;
  readonly refusal: string | null;
  readonly note: string | null;
};

export type RevisionLine = {
  readonly revision: number;
  readonly closedAtMs: number;
  readonly closedBy: string;
  readonly reason: string;
  /** Null: it is not mailed to anybody. */
  readonly mail: MailLine | null;
};

/** What became of the mail that brings a revision to the account's contacts. */
export type MailLine = {
  readonly state: "waiting" | "sent" | "failed" | "replaced";
  /** When the mail server last took it; also when it was asked for again since. */
  readonly atMs: number | null;
  readonly to: readonly string[];
  /** Addresses that the mail server did not take it for. */
  readonly refused: readonly string[];
  /** Of the last attempt; empty before the first. */
  readonly detail: string;
};

/** The page of a month's report. */
export type ReportModel = {
  readonly nowMs: number;
  readonly timeZone: string;
  readonly report: Report;
  readonly accountName: string | null;
  readonly accountNames: Readonly<Record<string, string>>;
  readonly claims: readonly ClaimLine[];
  /** Newest first. */
  readonly revisions: readonly RevisionLine[];
  /** The contacts to whom the newest revision can be sent now; none where it cannot, or is about to be. */
  readonly mailTo: readonly string[];
  /** What differs from another revision; null when there is none to compare with. */
  readonly diff: {
    readonly against: number;
    readonly changes: readonly ReportChange[];
  } | null;
  /** The forms that a report can be had in. */
  readonly formats: readonly string[];
  /** Those that were rendered of this revision, and are the same for everybody since. */
  readonly renditions: readonly RenditionLine[];
};
