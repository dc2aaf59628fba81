import type { Reason } from "./outcome.ts";

/** Further facts about one result of a round; kept for what was not `ok`. */
export type RoundDetail = {
  /** Index into the round's arrays. */
  readonly index: number;
  readonly reason: Reason;
  readonly text?: string;
  readonly requestId?: string;
  readonly address?: string;
};

/** One letter a result: `o`k, `f`ailed, `i`nvalid, `u`nknown. */
export type OutcomeLetters = string;

/**
 * One planned pass of one vantage over one shard of targets: the unit of work, of storage
 * and of proof. The arrays run in parallel.
 */
export type Round = {
  readonly vantage: string;
  readonly shard: string;
  readonly plannedAtMs: number;
  /** Target ids. */
  readonly targets: readonly string[];
  readonly outcomes: OutcomeLetters;
  /** True start less planned instant, whole milliseconds. */
  readonly offsetsMs: readonly number[];
  readonly latenciesUs: readonly number[];
  readonly details: readonly RoundDetail[];
};
