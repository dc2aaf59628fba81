import { describe, expect, test } from "vitest";
import { BAD, GOOD, badnessOf, isDown, votesNeeded } from "../../src/core/vote.ts";
import { testAgreement } from "../helpers/sla.ts";

describe("isDown", () => {
  test.each([
    ["all", 3, 3, true],
    ["all", 3, 2, false],
    ["all", 1, 1, true],
    ["all", 0, 0, false],
    ["majority", 3, 2, true],
    ["majority", 4, 2, false],
    ["majority", 2, 1, false],
    ["majority", 0, 0, false],
    ["any", 3, 1, true],
    ["any", 3, 0, false],
    ["any", 0, 0, false],
  ] as const)("quorum %s, of %d votes %d down: %s", (quorum, votes, downVotes, expected) => {
    expect(isDown({ votes, downVotes }, quorum)).toBe(expected);
  });
});

describe("votesNeeded", () => {
  test.each([
    [null, ["a"], 1],
    [null, ["a", "b"], 1],
    [null, ["a", "b", "c"], 2],
    [null, ["a", "b", "c", "d", "e"], 3],
    [3, ["a", "b", "c", "d", "e"], 3],
    [null, [], 1],
  ] as const)("minVantages %o of the vantages %o: %d", (minVantages, vantages, needed) => {
    expect(votesNeeded({ minVantages }, { vantages })).toBe(needed);
  });
});

describe("badnessOf", () => {
  const run = (valid: number, failed: number, votes = 1, downVotes = 0) => ({
    from: 0,
    until: 1,
    valid,
    failed,
    votes,
    downVotes,
  });

  test("all-failed follows the vote, not the share of failures", () => {
    const agreement = testAgreement({ method: "all-failed" });
    expect(badnessOf(run(100, 99, 2, 1), agreement)).toEqual(GOOD);
    expect(badnessOf(run(2, 2, 2, 2), agreement)).toEqual(BAD);
  });

  test("error-rate is the exact share of failures, in lowest terms", () => {
    const agreement = testAgreement({ method: "error-rate" });
    expect(badnessOf(run(20, 7), agreement)).toEqual({ num: 7, den: 20 });
    expect(badnessOf(run(20, 8), agreement)).toEqual({ num: 2, den: 5 });
    expect(badnessOf(run(20, 0), agreement)).toEqual(GOOD);
    expect(badnessOf(run(20, 20), agreement)).toEqual(BAD);
  });

  test("threshold is bad above it, and good on it", () => {
    const agreement = testAgreement({ method: "threshold", threshold: { num: 5n, den: 100n } });
    expect(badnessOf(run(20, 1), agreement)).toEqual(GOOD);
    expect(badnessOf(run(19, 1), agreement)).toEqual(BAD);
  });

  test("a threshold agreement without a threshold is refused by its id", () => {
    const agreement = testAgreement({ id: "maxcompute", method: "threshold" });
    expect(() => badnessOf(run(20, 1), agreement)).toThrow(/agreement maxcompute/);
  });
});
