import type { Outcome } from "./outcome.ts";
import type { ResultLine } from "./results-ndjson.ts";

/** A single result, and the round that holds it. */
export type EvidenceRow = ResultLine & { readonly shard: string };

export const SHOWN_RESULTS = ["all", "not-ok"] as const;
export type ShownResults = (typeof SHOWN_RESULTS)[number];

/** The single results of a target planned in an interval. */
export type ResultsModel = {
  readonly id: string;
  readonly month: string;
  /** "2026-11-12", of the interval's start. */
  readonly day: string;
  readonly timeZone: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly show: ShownResults;
  readonly rows: readonly EvidenceRow[];
  /** Of the rows by outcome. */
  readonly counts: Readonly<Record<Outcome, number>>;
  /** Where the next page begins; null at the end. */
  readonly nextMs: number | null;
  /** UTC days, "2026-11-12", that are sealed: their rounds can be proven. */
  readonly sealedDays: readonly string[];
};
