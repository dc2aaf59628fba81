/** Minutes since the Unix epoch: the smallest unit that derived counts are kept in. */
export type Minute = number;

/**
 * A run of consecutive minutes [from, until) in each of which one vantage saw one target
 * with the same counts. Runs of a list are sorted and do not overlap; a gap is minutes
 * without any valid result.
 */
export type CountRun = {
  readonly from: Minute;
  readonly until: Minute;
  readonly valid: number;
  readonly failed: number;
  /** Position in REASONS of the reason seen most often in the minute; 0 when all was ok. */
  readonly reason: number;
};
