import type { Agreement } from "../core/agreement.ts";
import type { CommonWords } from "../core/common-words.ts";
import type { ExclusionKind } from "../core/exclusion.ts";
import type { MalfunctionState } from "../core/malfunction.ts";
import type { ReportState } from "../core/report-state.ts";
import type { CreditNote, ReportSubject, Verdict } from "../core/report.ts";

/** What a table of the report has as its head. */
export const COLUMNS = [
  "no",
  "month",
  "account",
  "accountName",
  "agreement",
  "scope",
  "subject",
  "targets",
  "target",
  "product",
  "region",
  "place",
  "objective",
  "availability",
  "verdict",
  "badTime",
  "allowedTime",
  "allowedSoFar",
  "budgetLeft",
  "bad",
  "allowed",
  "good",
  "counted",
  "total",
  "excluded",
  "noData",
  "slot",
  "low",
  "high",
  "reachability",
  "coverage",
  "outages",
  "subjects",
  "count",
  "missed",
  "worst",
  "tier",
  "creditPercent",
  "fee",
  "amount",
  "currency",
  "claimFrom",
  "claimUntil",
  "note",
  "yieldsTo",
  "from",
  "until",
  "length",
  "slots",
  "reason",
  "malfunction",
  "level",
  "title",
  "state",
  "cause",
  "resolution",
  "kind",
  "evidence",
  "proposedBy",
  "approvedBy",
  "field",
  "before",
  "after",
  "day",
  "revision",
  "root",
  "hash",
  "vantage",
  "planned",
  "measured",
  "failedShare",
] as const;
export type Column = (typeof COLUMNS)[number];

/** How many subjects of the report have which verdict. */
export type VerdictCounts = { readonly all: number } & Readonly<Record<Verdict, number>>;

/** Every text of the monthly report; a language that lacks one does not compile. */
export type ReportWords = CommonWords & {
  readonly title: string;
  readonly allAccounts: string;
  readonly cycle: (from: string, until: string, zone: string) => string;
  readonly timesIn: (zone: string) => string;
  readonly revision: (revision: number) => string;
  readonly closedAt: (revision: number, time: string) => string;
  /** Stands on every page of a running month. */
  readonly notFinal: (settledUntil: string) => string;
  readonly nothing: string;
  readonly page: (page: number, pages: number) => string;

  readonly verdictSentence: {
    readonly empty: string;
    readonly closed: (counts: VerdictCounts) => string;
    readonly running: (counts: VerdictCounts) => string;
    readonly owed: (amounts: string) => string;
    /** Of some fees nothing is known. */
    readonly owedAtLeast: (amounts: string) => string;
    readonly owedUnknown: string;
  };

  readonly sections: {
    readonly keyFigures: string;
    readonly places: string;
    readonly subjects: string;
    readonly credits: string;
    readonly creditTotals: string;
    readonly claim: string;
    readonly outages: string;
    readonly malfunctions: string;
    readonly exclusions: string;
    readonly maintenance: string;
    readonly changes: string;
    readonly heatMap: string;
    readonly timelines: string;
    readonly budgets: string;
    readonly trend: string;
    readonly method: string;
    readonly proof: string;
    readonly seals: string;
    readonly accounts: string;
    readonly worst: string;
    readonly coverage: string;
    readonly vantages: string;
    readonly slots: string;
  };
  readonly keyFigures: {
    readonly met: string;
    /** Of a running month. */
    readonly within: string;
    readonly lowest: string;
    readonly badTime: string;
    readonly outages: string;
    readonly owed: string;
    readonly coverage: string;
    readonly accounts: string;
  };
  readonly columns: Readonly<Record<Column, string>>;
  readonly statuses: Readonly<Record<ReportState, string>>;
  readonly scopes: Readonly<Record<ReportSubject["scope"], string>>;
  readonly creditNotes: Readonly<Record<CreditNote, string>>;
  readonly exclusionKinds: Readonly<Record<ExclusionKind, string>>;
  readonly malfunctionStates: Readonly<Record<MalfunctionState, string>>;
  readonly none: {
    readonly subjects: string;
    readonly credits: string;
    readonly outages: string;
    readonly malfunctions: string;
    readonly exclusions: string;
    readonly maintenance: string;
    readonly timelines: string;
    readonly trend: string;
    readonly below: string;
    /** A running month gives no credit yet. */
    readonly creditsYet: string;
    readonly vantages: string;
  };

  readonly notes: {
    readonly places: string;
    readonly budgets: string;
    /** Of a running month. */
    readonly budgetsSoFar: string;
    readonly heatMap: string;
    readonly timelines: string;
    readonly trend: string;
    readonly vantages: string;
    readonly more: (n: number, what: string) => string;
    readonly elsewhere: string;
    readonly lasts: string;
    readonly reviewToCome: string;
    readonly malfunctionOf: (id: number, level: string) => string;
    readonly yieldsTo: (agreements: string) => string;
    readonly replaced: string;
    readonly attached: (name: string) => string;
    readonly whole: (size: number) => string;
  };

  readonly method: {
    readonly source: string;
    /** What holds for every agreement of the report is said once. */
    readonly allAgreements: string;
    readonly inForce: (date: string) => string;
    /** Where an agreement has several terms: the subjects that these are of. */
    readonly holdsFor: (subjects: string) => string;
    readonly slot: (length: string) => string;
    readonly bad: (terms: Agreement, threshold: string) => string;
    readonly data: (terms: Agreement) => string;
    readonly stretch: (slots: number) => string;
    readonly scope: Readonly<Record<Agreement["scope"], string>>;
    readonly partMonth: Readonly<Record<Agreement["partMonth"], string>>;
    readonly exclusion: Readonly<Record<Agreement["exclusion"], string>>;
    readonly noData: Readonly<Record<Agreement["noData"], string>>;
    readonly figure: string;
    readonly rounding: string;
    readonly verdict: (objective: string, minCoverage: string) => string;
    readonly tiers: (tiers: string) => string;
    readonly tier: (below: string, percent: number) => string;
    readonly noTiers: string;
    readonly claim: (zone: string) => string;
    readonly unknown: string;
  };

  readonly claim: {
    readonly text: (facts: ClaimFacts) => string;
    /** `amount` with its currency, or null where no fee is known; `isLeast` where some are not. */
    readonly claimed: (credit: {
      readonly amount: string | null;
      readonly isLeast: boolean;
      readonly percent: number;
      /** Whose fees it is of: "" for the whole subject. */
      readonly targets: string;
    }) => string;
  };

  readonly proof: {
    readonly rounds: string;
    readonly digest: string;
    readonly inputs: string;
    readonly signature: string;
    readonly key: string;
    readonly audit: string;
    readonly auditEntry: (entry: number, hash: string) => string;
    readonly previous: string;
    readonly closedAt: string;
    readonly closedBy: string;
    readonly bySystem: string;
    readonly closedFor: string;
    readonly seals: (n: number) => string;
    readonly how: string;
    /** What it rests on, then what each command does, and what is left to compare. */
    readonly chained: string;
    readonly verify: string;
    readonly bundle: string;
    readonly check: string;
    readonly compare: string;
    readonly unsigned: string;
  };

  readonly listOf: (parts: readonly string[]) => string;
};

/** What a claim says of a subject with a credit; all texts, times in the agreement's zone. */
export type ClaimFacts = {
  readonly accountName: string;
  readonly account: string;
  readonly subject: string;
  readonly product: string;
  readonly region: string;
  readonly agreement: string;
  readonly month: string;
  readonly availability: string;
  readonly objective: string;
  readonly below: string;
  readonly percent: number;
  /** By `claim.claimed`. */
  readonly claimed: string;
};
