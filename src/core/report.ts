import type { Level, MalfunctionState } from "./malfunction.ts";

/** The monthly report: the shape that users and their tools hold on to. Percentages are cut, not rounded. */

export type Verdict =
  | "met"
  | "missed"
  | "insufficient-data"
  | "on-track"
  | "at-risk"
  | "already-missed";

export type ReportOutage = {
  readonly from: string;
  readonly until: string;
  readonly slots: number;
  readonly reason: string;
};

export type ReportSubject = {
  readonly agreement: string;
  readonly scope: "target" | "group" | "multi-zone";
  /** The target's id, or `account/product/region/class` of a group. */
  readonly id: string;
  readonly targets: readonly string[];
  readonly product: string;
  readonly region: string;
  readonly account: string;
  readonly objectivePercent: string;
  /** Null when nothing counted. */
  readonly availabilityPercent: string | null;
  /** B as an exact fraction: "23" or "41/60". */
  readonly bad: string;
  readonly counted: number;
  readonly total: number;
  readonly excluded: number;
  readonly noData: number;
  /** good + bad + excluded + noData = total, exactly. */
  readonly books: {
    readonly good: string;
    readonly bad: string;
    readonly excluded: string;
    readonly noData: string;
  };
  readonly lowPercent: string | null;
  readonly highPercent: string | null;
  readonly reachabilityPercent: string | null;
  readonly coveragePercent: string | null;
  readonly slotSeconds: number;
  readonly allowedBad: string;
  readonly budgetLeft: string;
  readonly verdict: Verdict;
  /** What the agreement's tiers give for a month that is over and missed; else null. */
  readonly credit: ReportCredit | null;
  /** Why there is no credit, or no full amount; else null. */
  readonly creditNote: CreditNote | null;
  readonly outages: readonly ReportOutage[];
  /** The approved ones that apply to the subject and touch the month. */
  readonly exclusions: readonly ReportExclusion[];
};

/**
 * No credit: `running` (the month is not over), `met`, `insufficient-data` (nothing can be held
 * against the provider), `no-tier` (missed, but no tier of the agreement gives a credit).
 * No full amount: `no-fee` (of no target), `part-fee` (of some targets is none known).
 */
export const CREDIT_NOTES = [
  "running",
  "met",
  "insufficient-data",
  "no-tier",
  "no-fee",
  "part-fee",
] as const;
export type CreditNote = (typeof CREDIT_NOTES)[number];

export type ReportCredit = {
  /** Percent of the month's fee. */
  readonly percent: number;
  /** The tier: below this availability. */
  readonly belowPercent: string;
  /** Those of the subject's targets whose fees are in `fee`; the others are credited under `yieldsTo`. */
  readonly targets: readonly string[];
  /** Sum of the fees, a decimal with the currency's places; null when none is known. */
  readonly fee: string | null;
  /** `percent` of `fee`, a half rounded up; null without a fee. */
  readonly amount: string | null;
  readonly currency: string;
  readonly claimFrom: string;
  readonly claimUntil: string;
  /** Agreements whose larger credit holds for targets of this subject: those are not in `amount`. */
  readonly yieldsTo: readonly string[];
};

export type ReportExclusion = {
  readonly id: number;
  readonly kind: string;
  readonly from: string;
  readonly until: string;
  readonly reason: string;
  readonly evidence: string;
  readonly proposedBy: string;
  readonly approvedBy: string;
};

/** Credits owed, summed exactly over the subjects of an account or of one of its products. */
export type ReportCreditTotal = {
  readonly by: "account" | "account-product";
  readonly account: string;
  readonly product?: string;
  readonly currency: string;
  readonly amount: string;
};

export type ReportRollup = {
  readonly by: "product-region" | "product" | "account";
  readonly product?: string;
  readonly region?: string;
  readonly account?: string;
  readonly availabilityPercent: string | null;
  readonly slotSeconds: number;
  /** Id of the subject with the lowest availability. */
  readonly worst: string | null;
};

export type Report = {
  readonly month: string;
  /** Whose report it is; null for that of all accounts. */
  readonly account: string | null;
  readonly from: string;
  readonly until: string;
  readonly status: "running" | "closed";
  /** 0 while the month runs. */
  readonly revision: number;
  /** Slots before this instant are settled. */
  readonly settledUntil: string;
  readonly subjects: readonly ReportSubject[];
  readonly rollups: readonly ReportRollup[];
  readonly credits: readonly ReportCreditTotal[];
  /** Those that struck a subject of the report in the month; absent before there were any. */
  readonly malfunctions?: readonly ReportMalfunction[];
  /** Null while the month runs. */
  readonly closing: ReportClosing | null;
  readonly proof: ReportProof;
};

/** A malfunction, of which it says only what concerns the report's subjects. */
export type ReportMalfunction = {
  readonly id: number;
  readonly level: Level;
  /** Null for one of outages. */
  readonly title: string | null;
  readonly from: string;
  /** Null while it lasts. */
  readonly until: string | null;
  readonly state: MalfunctionState;
  /** Of the review, Markdown; null until it is finished. */
  readonly cause: string | null;
  readonly resolution: string | null;
  /** Of the report, that failed in the month. */
  readonly targets: readonly string[];
  readonly subjects: readonly { readonly agreement: string; readonly subject: string }[];
};

export type ReportProof = {
  /** Rounds planned in the month. */
  readonly rounds: number;
  /** Over the evidence: the seals of a closed month, the chains' hashes of a running one. */
  readonly digest: string;
  /** Of what the month was counted with: agreements, targets, exclusions. Null while it runs. */
  readonly inputs: string | null;
  /** Ed25519 over the report's canonical JSON (RFC 8785) with `signature` null; null while it runs. */
  readonly signature: string | null;
  /** Id of the key that signed. */
  readonly key: string | null;
  /** The last entry of the audit log before the closing: none before it can be taken away. */
  readonly audit: { readonly entry: number; readonly hash: string } | null;
  /** The UTC days that the month touches, as they were sealed when it was closed. */
  readonly seals: readonly ReportSeal[];
};

export type ReportSeal = {
  readonly day: string;
  readonly revision: number;
  /** Merkle root over the day's rounds, "sha256:..." */
  readonly root: string;
  /** Over the seal and all seals made before it, "sha256:..." */
  readonly hash: string;
};

/** How a closed month came to this revision. */
export type ReportClosing = {
  readonly at: string;
  readonly by: string;
  readonly reason: string;
  /** Digest of the revision before, "sha256:..."; null for the first. */
  readonly previous: string | null;
  /** Against the revision before. */
  readonly changes: readonly ReportChange[];
};

export type ReportChange = {
  /** Empty: of a malfunction. */
  readonly agreement: string;
  /** Of the agreement, or "malfunction:7". */
  readonly subject: string;
  /** Null: the subject itself came or went. */
  readonly field: string | null;
  readonly before: string | null;
  readonly after: string | null;
};
