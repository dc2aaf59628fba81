import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/core/evaluate.ts";
import { eventOf, stateOf, SUBJECT_STATES } from "../../src/core/standing.ts";
import { OCTOBER, OCTOBER_MINUTE, octoberInput, testEvidence, testRun } from "../helpers/sla.ts";

describe("the event of a change of state", () => {
  test.each([
    [null, "on-track", null],
    [null, "met", null],
    [null, "insufficient-data", null],
    [null, "at-risk", "burn"],
    [null, "already-missed", "breach"],
    [null, "missed", "breach"],
    ["on-track", "at-risk", "burn"],
    ["at-risk", "on-track", "burn-over"],
    ["at-risk", "met", "burn-over"],
    ["at-risk", "already-missed", "breach"],
    ["already-missed", "missed", null],
    ["already-missed", "at-risk", "breach-over"],
    ["already-missed", "insufficient-data", "breach-over"],
    ["missed", "met", "breach-over"],
    ["on-track", "met", null],
    ["at-risk", "removed", "burn-over"],
    ["removed", "at-risk", "burn"],
    ["a state of a later version", "at-risk", "burn"],
  ] as const)("%s > %s is %s", (from, to, event) => {
    expect(eventOf(from, to)).toBe(event);
  });

  test("there is none without a change", () => {
    for (const state of SUBJECT_STATES) expect(eventOf(state, state)).toBeNull();
  });
});

describe("the state of a running month", () => {
  test("is on track before anything counts, unless it burns from before", () => {
    const settledUntilMs = OCTOBER.fromMs;
    const input = octoberInput();
    expect(stateOf(evaluate({ ...input, settledUntilMs }))).toBe("on-track");
    const tenBad = testRun(OCTOBER_MINUTE - 10, OCTOBER_MINUTE, { failed: 4 });
    const members = [testEvidence({ a: [tenBad] })];
    expect(stateOf(evaluate({ ...input, members, settledUntilMs }))).toBe("at-risk");
  });

  test("of a month that is over is its verdict", () => {
    expect(stateOf(evaluate(octoberInput()))).toBe("met");
    const silent = { ...octoberInput(), members: [testEvidence({ a: [] })] };
    expect(stateOf(evaluate(silent))).toBe("insufficient-data");
  });
});
