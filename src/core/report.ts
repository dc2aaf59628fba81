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
  /** Credits come with the closing of months. */
  readonly credit: null;
  readonly outages: readonly ReportOutage[];
  readonly exclusions: readonly never[];
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
  readonly from: string;
  readonly until: string;
  readonly status: "running" | "closed";
  readonly revision: number;
  /** Slots before this instant are settled. */
  readonly settledUntil: string;
  readonly subjects: readonly ReportSubject[];
  readonly rollups: readonly ReportRollup[];
  readonly proof: { readonly rounds: number; readonly digest: string; readonly signature: null };
};
