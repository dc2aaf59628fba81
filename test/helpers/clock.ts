import type { Clock } from "../../src/clock.ts";

/** A clock that stands still until it is moved. */
export type TestClock = Clock & {
  /** Lets time go by: both clocks move. */
  readonly pass: (ms: number) => void;
  /** Lets time go by until this instant; tests that share a clock take it back, too. */
  readonly set: (nowMs: number) => void;
  /** Turns the wall clock alone, as an operator or NTP does. */
  readonly turn: (nowMs: number) => void;
};

export function testClock(startMs: number): TestClock {
  let nowMs = startMs;
  let monotonicMs = 0;
  const pass = (ms: number) => {
    nowMs += ms;
    monotonicMs += ms;
  };
  return {
    nowMs: () => nowMs,
    monotonicMs: () => monotonicMs,
    pass,
    set: (ms) => pass(ms - nowMs),
    turn: (ms) => {
      nowMs = ms;
    },
  };
}
