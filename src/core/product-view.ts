import { numberOf } from "./overview-view.ts";
import type { ReportSubject } from "./report.ts";
import type { OverviewModel } from "./views.ts";
import type { Product } from "./target.ts";

/** One month of some subjects, for display. */
export type TrendMonth = {
  /** "2026-10" */
  readonly month: string;
  readonly subjects: number;
  readonly missed: number;
  /** With enough data for a verdict. */
  readonly judged: number;
  /** Of these the subject that used most of its budget; null without one. */
  readonly worst: {
    readonly id: string;
    readonly targets: readonly string[];
    readonly availabilityPercent: string;
    readonly objectivePercent: string;
    /** Of what the objective allows for what was counted; a float, null when it allows nothing. */
    readonly usedPercent: number | null;
  } | null;
};

/** The page of one product: the overview of it alone, every subject listed, and months back. */
export type ProductModel = {
  readonly product: Product;
  readonly overview: OverviewModel;
  /** Oldest first; the month shown is the last. */
  readonly trend: readonly TrendMonth[];
};

/** What a trend needs of a subject's month. */
export type TrendSubject = Pick<
  ReportSubject,
  | "id"
  | "targets"
  | "product"
  | "region"
  | "account"
  | "verdict"
  | "availabilityPercent"
  | "objectivePercent"
  | "bad"
  | "counted"
>;

export function trendMonth(month: string, subjects: readonly TrendSubject[]): TrendMonth {
  let worst: TrendMonth["worst"] = null;
  for (const subject of subjects) {
    const { id, targets, availabilityPercent, objectivePercent } = subject;
    if (availabilityPercent === null || subject.verdict === "insufficient-data") continue;
    const allowed = (subject.counted * (100 - Number(objectivePercent))) / 100;
    const usedPercent = allowed > 0 ? (numberOf(subject.bad) / allowed) * 100 : null;
    const isWorse = worst === null || (usedPercent ?? 0) > (worst.usedPercent ?? 0);
    if (isWorse) worst = { id, targets, availabilityPercent, objectivePercent, usedPercent };
  }
  const missed = subjects.filter(({ verdict }) => verdict.endsWith("missed")).length;
  const judged = subjects.filter(({ verdict }) => verdict !== "insufficient-data").length;
  return { month, subjects: subjects.length, missed, judged, worst };
}
