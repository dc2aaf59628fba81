import type { Clock } from "./clock.ts";

const TICK_MS = 50;
const KEEP_MS = 120_000;

/** Remembers when this process's event loop stood still. */
export type LoopWatch = {
  /** The longest stand-still, in milliseconds, that ended at or after the monotonic instant. */
  readonly worstLagMs: (sinceMs: number) => number;
  readonly close: () => void;
};

/** A timer that should fire every 50 ms notices when it fires late: a busy or stopped process. */
export function startLoopWatch(clock: Clock): LoopWatch {
  const lags: { endedMs: number; lagMs: number }[] = [];
  let lastMs = clock.monotonicMs();
  const timer = setInterval(() => {
    const nowMs = clock.monotonicMs();
    const lagMs = nowMs - lastMs - TICK_MS;
    lastMs = nowMs;
    if (lagMs > TICK_MS) lags.push({ endedMs: nowMs, lagMs });
    while (lags[0] !== undefined && lags[0].endedMs < nowMs - KEEP_MS) lags.shift();
  }, TICK_MS);
  timer.unref();
  return {
    worstLagMs: (sinceMs) => {
      const standing = clock.monotonicMs() - lastMs - TICK_MS;
      return lags.reduce(
        (worst, { endedMs, lagMs }) => (endedMs >= sinceMs ? Math.max(worst, lagMs) : worst),
        Math.max(0, standing),
      );
    },
    close: () => clearInterval(timer),
  };
}
