import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  OUTCOMES,
  REASONS,
  type Outcome,
  type Reason,
  type Result,
} from "../../src/core/outcome.ts";
import { withdrawOwnFaults } from "../../src/core/own-faults.ts";

const well = { worstLagMs: 0, clockJumpMs: 0, controlsFailed: false };

function result(outcome: Outcome, reason: Reason = "", latencyMs = 5_000): Result {
  return { outcome, reason, latencyMs, phasesMs: {} };
}

const ok = result("ok", "", 12);
const timeout = result("failed", "connect-timeout");
const refused = result("failed", "connect-refused", 1);

const seen = (results: readonly Result[]) =>
  results.map(({ outcome, reason }) => `${outcome} ${reason}`.trim());

describe("a worker that was well", () => {
  test("says what it saw", () => {
    const results = [
      ok,
      timeout,
      refused,
      result("invalid", "throttled"),
      result("unknown", "no-sockets"),
    ];
    expect(withdrawOwnFaults(results, well)).toEqual(results);
  });

  test("may have stood still for a moment, and its clock may have been corrected a little", () => {
    const worker = { worstLagMs: 100, clockJumpMs: -1_000, controlsFailed: false };
    expect(withdrawOwnFaults([ok, timeout], worker)).toEqual([ok, timeout]);
  });

  test("may have seen all its targets fail", () => {
    expect(withdrawOwnFaults([timeout, refused], well)).toEqual([timeout, refused]);
  });
});

describe("a worker whose control endpoints failed", () => {
  const worker = { ...well, controlsFailed: true };

  test("knows nothing when all its targets failed too", () => {
    const results = [timeout, refused, result("unknown", "resolver-failed")];
    expect(seen(withdrawOwnFaults(results, worker))).toEqual([
      "unknown control-failed",
      "unknown control-failed",
      "unknown resolver-failed",
    ]);
  });

  test.each([ok, result("invalid", "forbidden")])(
    "still knows when one target answered",
    (answer) => {
      expect(withdrawOwnFaults([timeout, answer], worker)).toEqual([timeout, answer]);
    },
  );
});

describe("a worker that stood still", () => {
  test("takes back failures that time alone may have made, and no other", () => {
    const results = [ok, timeout, refused, result("failed", "wrong-status", 20)];
    expect(seen(withdrawOwnFaults(results, { ...well, worstLagMs: 6_000 }))).toEqual([
      "ok",
      "unknown event-loop-lag",
      "failed connect-refused",
      "failed wrong-status",
    ]);
  });

  test.each([
    [101, 30, "unknown event-loop-lag"],
    [100, 30, "failed response-reset"],
    [500, 5_000, "failed response-reset"],
    [501, 5_000, "unknown event-loop-lag"],
    [299, 3_000, "failed response-reset"],
  ])("for %i ms of a probe of %i ms says %s", (worstLagMs, latencyMs, said) => {
    const failed = result("failed", "response-reset", latencyMs);
    expect(seen(withdrawOwnFaults([failed, ok], { ...well, worstLagMs }))).toEqual([said, "ok"]);
  });
});

test.each([1_001, -1_001, 3_600_000])(
  "a clock that jumped by %i ms makes everything unknown",
  (clockJumpMs) => {
    const results = [ok, timeout, result("invalid", "arrears")];
    expect(seen(withdrawOwnFaults(results, { ...well, clockJumpMs }))).toEqual([
      "unknown clock-jump",
      "unknown clock-jump",
      "unknown clock-jump",
    ]);
  },
);

test("no fault of the worker makes a result better or worse: only unknown", () => {
  const someResult = fc
    .record({
      outcome: fc.constantFrom(...OUTCOMES),
      reason: fc.constantFrom(...REASONS),
      latencyMs: fc.nat(10_000),
    })
    .map(({ outcome, reason, latencyMs }) =>
      result(outcome, outcome === "ok" ? "" : reason, latencyMs),
    );
  const worker = fc.record({
    worstLagMs: fc.nat(20_000),
    clockJumpMs: fc.integer({ min: -5_000, max: 5_000 }),
    controlsFailed: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(someResult, { minLength: 1 }), worker, (results, state) => {
      for (const [index, now] of withdrawOwnFaults(results, state).entries()) {
        const before = results[index]!;
        if (now.outcome !== "unknown") expect(now).toEqual(before);
        else expect({ ...now, outcome: before.outcome, reason: before.reason }).toEqual(before);
      }
    }),
  );
});
