/** The only reader of the wall clock and of the monotonic clock. */
export type Clock = {
  /** Wall clock, epoch milliseconds. */
  readonly nowMs: () => number;
  /** Monotonic clock for durations, milliseconds with fractions. */
  readonly monotonicMs: () => number;
};

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};
