import { describe, expect, test } from "vitest";
import type { Agreement } from "../../src/core/agreement.ts";
import { evaluate, type SubjectInput } from "../../src/core/evaluate.ts";
import { formatDecimal } from "../../src/core/fraction.ts";
import {
  MINUTE_MS,
  OCTOBER,
  OCTOBER_MINUTE,
  octoberInterval,
  testAgreement,
  testEvidence,
  testRun,
} from "../helpers/sla.ts";

/** October up to a settled minute; one target that was down in the given minutes, also before October. */
function running(
  settledMinute: number,
  downs: readonly (readonly [number, number])[],
  changes: Partial<Agreement> = {},
): SubjectInput {
  let at = -10_000;
  const runs = downs.flatMap(([from, until]) => {
    const good = testRun(OCTOBER_MINUTE + at, OCTOBER_MINUTE + from);
    at = until;
    return [good, testRun(OCTOBER_MINUTE + from, OCTOBER_MINUTE + until, { failed: 4 })];
  });
  runs.push(testRun(OCTOBER_MINUTE + at, OCTOBER_MINUTE + 44_640));
  return {
    agreement: testAgreement(changes),
    month: OCTOBER,
    settledUntilMs: OCTOBER.fromMs + settledMinute * MINUTE_MS,
    members: [testEvidence({ a: runs })],
    exclusions: [],
  };
}

const burnOf = (input: SubjectInput) => evaluate(input).burn!;
const firing = (input: SubjectInput) =>
  burnOf(input).firing.map(({ severity, long, short }) => `${severity} ${long} ${short}`);
const rates = (input: SubjectInput) =>
  Object.fromEntries(
    burnOf(input).windows.map(({ window, rate }) => [window, rate && formatDecimal(rate, 3)]),
  );

describe("burn", () => {
  test("is the share of bad slots in the window over the share that is allowed", () => {
    expect(rates(running(10_000, [[9998, 10_000]]))).toEqual({
      "5m": "800",
      "30m": "133.333",
      "1h": "66.666",
      "6h": "11.111",
      "3d": "0.925",
    });
  });

  test("counts by the agreement's rules: an exclusion does not burn", () => {
    const input = running(10_000, [[9990, 10_000]]);
    const exclusions = [octoberInterval(9990, 10_000)];
    expect(firing({ ...input, exclusions })).toEqual([]);
    const noData = { ...input, members: [testEvidence({ a: [] })] };
    expect(rates(noData)["3d"]).toBeNull();
    expect(firing(noData)).toEqual([]);
  });

  test("looks across the start of the month", () => {
    const input = running(3, [[-10, 3]]);
    expect(firing(input)).toContain("page 1h 5m");
    expect(burnOf(input).windows.find(({ window }) => window === "1h")).toMatchObject({
      counted: 60,
      badSlots: 13,
    });
  });

  test("is absent from a month that is over", () => {
    expect(evaluate(running(44_640, [])).burn).toBeNull();
  });

  test("fires at an objective of 100 %, where there is no rate", () => {
    const input = running(10_000, [[9998, 10_000]], { objectivePercent: "100" });
    expect(rates(input)["5m"]).toBeNull();
    expect(firing(input)).toEqual(["page 1h 5m", "page 6h 30m", "ticket 3d 6h"]);
    expect(firing(running(10_000, [], { objectivePercent: "100" }))).toEqual([]);
  });
});

describe("the rules", () => {
  test("one lost minute does not page, two do", () => {
    expect(firing(running(10_000, [[9999, 10_000]]))).toEqual([]);
    expect(firing(running(10_000, [[9998, 10_000]]))).toContain("page 1h 5m");
  });

  test("need both windows to exceed the factor", () => {
    // 30 minutes down an hour and a half ago: 6 h burns at 166, the last half hour not at all.
    expect(firing(running(10_000, [[9890, 9920]]))).toEqual(["ticket 3d 6h"]);
  });

  test("need two bad slots in each window", () => {
    // Eight minutes, the last of them six minutes ago but for one: 5 m holds one bad slot.
    const input = running(10_000, [
      [9980, 9988],
      [9999, 10_000],
    ]);
    expect(firing(input)).not.toContain("page 1h 5m");
    expect(firing(input)).toContain("page 6h 30m");
  });

  test("fire above the factor and not on it, scaled by the hours of the month", () => {
    // 744 h: the ticket's factor is 1.0333. 5 % allowed: 3 d has 4,320 slots, 223.2 on the factor.
    const objective = { objectivePercent: "95" };
    const slow = (bad: number) => running(10_000, [[10_000 - bad, 10_000]], objective);
    expect(firing(slow(223))).not.toContain("ticket 3d 6h");
    expect(firing(slow(224))).toContain("ticket 3d 6h");
  });

  test("fire exactly above the factor in a month of 720 hours", () => {
    const input = (bad: number) => {
      const shifted = running(10_000, [[10_000 - bad, 10_000]], { objectivePercent: "95" });
      return { ...shifted, month: { ...OCTOBER, untilMs: OCTOBER.fromMs + 720 * 3_600_000 } };
    };
    expect(firing(input(216))).not.toContain("ticket 3d 6h");
    expect(firing(input(217))).toContain("ticket 3d 6h");
  });
});
