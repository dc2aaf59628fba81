import type { Reason, Result } from "./outcome.ts";

/** How the worker itself was while a round ran. */
export type WorkerState = {
  /** The longest stand-still of the event loop during the round. */
  readonly worstLagMs: number;
  /** Wall clock less monotonic clock over the round: other than 0 when the clock was set. */
  readonly clockJumpMs: number;
  /** True when every control endpoint that had been answering failed. */
  readonly controlsFailed: boolean;
};

/** Stand-stills up to this are ordinary. */
const TOLERATED_LAG_MS = 100;
/**
 * A stand-still can only have made a failure when the answer came while it lasted. One that is
 * short beside the probe's own time says nothing: a worker that handshakes with a hundred
 * targets at once stands still for a moment, and real timeouts must not vanish for that.
 */
const TOLERATED_LAG_SHARE = 0.1;
const TOLERATED_JUMP_MS = 1_000;

/** Failures that a process which stood still would see at a healthy target too. */
const TIME_REASONS: ReadonlySet<Reason> = new Set([
  "connect-timeout",
  "response-timeout",
  "no-reply",
  "tls-failed",
  "handshake-failed",
  "response-reset",
  "stale-edge",
]);

/**
 * Takes back what may be the worker's own fault (sla-semantics, section 2): it becomes
 * `unknown`, never the target's downtime.
 */
export function withdrawOwnFaults(results: readonly Result[], worker: WorkerState): Result[] {
  if (Math.abs(worker.clockJumpMs) > TOLERATED_JUMP_MS) {
    return results.map((result) => ownFault(result, "clock-jump"));
  }
  const allFailed = results.every(({ outcome }) => outcome === "failed" || outcome === "unknown");
  if (allFailed && worker.controlsFailed) {
    return results.map((result) =>
      result.outcome === "failed" ? ownFault(result, "control-failed") : result,
    );
  }
  return results.map((result) =>
    result.outcome === "failed" &&
    TIME_REASONS.has(result.reason) &&
    worker.worstLagMs > Math.max(TOLERATED_LAG_MS, result.latencyMs * TOLERATED_LAG_SHARE)
      ? ownFault(result, "event-loop-lag")
      : result,
  );
}

function ownFault(result: Result, reason: Reason): Result {
  return { ...result, outcome: "unknown", reason };
}
