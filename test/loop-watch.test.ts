import { afterEach, expect, test } from "vitest";
import { systemClock } from "../src/clock.ts";
import { startLoopWatch, type LoopWatch } from "../src/loop-watch.ts";
import { testClock } from "./helpers/clock.ts";
import { waitFor } from "./helpers/wait.ts";

let watch: LoopWatch | null = null;
afterEach(() => watch?.close());

function block(ms: number): void {
  const untilMs = systemClock.monotonicMs() + ms;
  while (systemClock.monotonicMs() < untilMs);
}

test("a stand-still of the event loop is seen while it lasts, and remembered", async () => {
  watch = startLoopWatch(systemClock);
  const beforeMs = systemClock.monotonicMs();
  block(300);
  // The timer has not fired yet.
  expect(watch.worstLagMs(beforeMs)).toBeGreaterThan(200);
  const asked = watch;
  const laterMs = await waitFor(() => {
    const nowMs = systemClock.monotonicMs();
    return asked.worstLagMs(nowMs) < 50 ? nowMs : 0;
  });
  expect(watch.worstLagMs(beforeMs)).toBeGreaterThan(200);
  expect(watch.worstLagMs(laterMs)).toBeLessThan(200);
});

test("a process that was stopped sees it by its clock", async () => {
  const clock = testClock(0);
  watch = startLoopWatch(clock);
  clock.pass(6_000);
  expect(watch.worstLagMs(0)).toBe(5_950);
  const asked = watch;
  await waitFor(() => asked.worstLagMs(6_001) === 0);
  expect(watch.worstLagMs(0)).toBe(5_950);
  clock.pass(200_000);
  await waitFor(() => asked.worstLagMs(clock.monotonicMs() + 1) === 0);
  expect(watch.worstLagMs(0)).toBe(199_950);
});
