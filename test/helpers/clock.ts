import type { Clock } from "../../src/clock.ts";

/** A clock that stands still until it is set. */
export type TestClock = Clock & {
  /** Lets time go by: both clocks move. */
  readonly pass: (ms: number) => void;
  /** Sets the wall clock alone, as an operator or NTP does. */
  readonly set: (nowMs: number) => void;
};

export function testClock(startMs: number): TestClock {
  let nowMs = startMs;
  let monotonicMs = 0;
  return {
    nowMs: () => nowMs,
    monotonicMs: () => monotonicMs,
    pass: (ms) => {
      nowMs += ms;
      monotonicMs += ms;
    },
    set: (ms) => {
      nowMs = ms;
    },
  };
}
