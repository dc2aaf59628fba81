import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/core/evaluate.ts";
import { reasonsOf } from "../../src/core/outage.ts";
import {
  MINUTE_MS,
  OCTOBER,
  OCTOBER_MINUTE,
  TIMEOUT,
  octoberInput,
  octoberInterval,
  testEvidence,
  testRun,
} from "../helpers/sla.ts";

const down = (from: number, until: number) => ({ from, until, failed: 4 });
const REFUSED = 2;

describe("outages", () => {
  test("are the maximal runs of bad slots, with their reason", () => {
    const { outages } = evaluate(octoberInput([down(100, 123), down(200, 201)]));
    expect(outages).toEqual([
      { ...octoberInterval(100, 123), slots: 23, reason: "connect-timeout" },
      { ...octoberInterval(200, 201), slots: 1, reason: "connect-timeout" },
    ]);
  });

  test("end where an exclusion or a slot without data begins", () => {
    const input = octoberInput([
      down(100, 110),
      { from: 110, until: 112, valid: 0 },
      down(112, 120),
    ]);
    const { outages } = evaluate({ ...input, exclusions: [octoberInterval(104, 106)] });
    expect(outages.map(({ fromMs, untilMs }) => ({ fromMs, untilMs }))).toEqual([
      octoberInterval(100, 104),
      octoberInterval(106, 110),
      octoberInterval(112, 120),
    ]);
  });

  test("join slots that are bad in part with those that are wholly bad", () => {
    const slots = { method: "error-rate", slotMs: 5 * MINUTE_MS } as const;
    const { outages } = evaluate(octoberInput([down(103, 112)], slots));
    expect(outages).toMatchObject([{ ...octoberInterval(100, 115), slots: 3 }]);
  });

  test("are cut at the month's borders", () => {
    const input = octoberInput([down(0, 3)]);
    const before = testRun(OCTOBER_MINUTE - 60, OCTOBER_MINUTE, { failed: 4 });
    const members = [testEvidence({ a: [before, ...input.members[0]!.counts.get("a")!] })];
    expect(evaluate({ ...input, members }).outages).toMatchObject([
      { ...octoberInterval(0, 3), slots: 3 },
    ]);
  });
});

describe("the reason of an outage", () => {
  const range = { from: 10, until: 20 };

  test("is the one most failed results carry, over all vantages and targets", () => {
    const lists = [
      [
        testRun(0, 12, { failed: 4, reason: REFUSED }),
        testRun(12, 20, { failed: 4, reason: TIMEOUT }),
      ],
      [testRun(8, 25, { failed: 1, reason: REFUSED })],
    ];
    // In the range: refused 2 x 4 + 10 x 1, timeout 8 x 4.
    expect(reasonsOf([range], lists)).toEqual(["connect-timeout"]);
  });

  test("is taken for each outage from its own minutes", () => {
    const run = [
      testRun(0, 5, { failed: 4, reason: REFUSED }),
      testRun(5, 30, { failed: 4, reason: TIMEOUT }),
    ];
    const ranges = [
      { from: 0, until: 6 },
      { from: 8, until: 9 },
      { from: 40, until: 41 },
    ];
    expect(reasonsOf(ranges, [run])).toEqual(["connect-refused", "connect-timeout", ""]);
  });

  test("is none of a group's target outside its lifetime", () => {
    const { fromMs, untilMs } = octoberInterval(8, 10);
    const failing = (reason: number, failed: number) => ({
      a: [testRun(OCTOBER_MINUTE, OCTOBER_MINUTE + 10, { failed, reason })],
    });
    const shortLived = testEvidence(failing(REFUSED, 4), { id: "web-2", fromMs, untilMs });
    const members = [testEvidence(failing(TIMEOUT, 1)), shortLived];
    const input = { ...octoberInput([], { scope: "group", method: "error-rate" }), members };
    // Refused 2 x 4 while the second one lives, and timeout 10 x 1.
    expect(evaluate(input).outages).toMatchObject([
      { ...octoberInterval(0, 10), reason: "connect-timeout" },
    ]);
    const longer = { ...shortLived, target: { ...shortLived.target, fromMs: OCTOBER.fromMs } };
    expect(evaluate({ ...input, members: [members[0]!, longer] }).outages).toMatchObject([
      { reason: "connect-refused" },
    ]);
  });

  test("is the first in the list of reasons where two are equally frequent", () => {
    const refused = [testRun(10, 12, { failed: 4, reason: REFUSED })];
    const timeout = [testRun(12, 14, { failed: 4, reason: TIMEOUT })];
    expect(reasonsOf([range], [timeout, refused])).toEqual(["connect-refused"]);
    expect(reasonsOf([range], [refused, timeout])).toEqual(["connect-refused"]);
  });
});
