import { describe, expect, test } from "vitest";
import type { Agreement } from "../../src/core/agreement.ts";
import { evaluate, evidenceRange, type SubjectInput } from "../../src/core/evaluate.ts";
import type { Figure } from "../../src/core/figure.ts";
import { formatDecimal, formatFraction, percentCut } from "../../src/core/fraction.ts";
import { monthBounds } from "../../src/core/month.ts";
import {
  MINUTE_MS,
  OCTOBER,
  OCTOBER_MINUTE,
  TIMEOUT,
  octoberInput,
  octoberInterval,
  octoberRuns,
  testAgreement,
  testEvidence,
  testRun,
} from "../helpers/sla.ts";

const down = (from: number, until: number) => ({ from, until, failed: 4 });
const silent = (from: number, until: number) => ({ from, until, valid: 0 });
const printed = ({ availability }: Figure) => availability && percentCut(availability, 3);
const fiveMinutes = { method: "error-rate", slotMs: 5 * MINUTE_MS } as const;
const minute = (index: number) => OCTOBER_MINUTE + index;

/** One run of minutes after the other, for targets that are looked at for a few minutes only. */
function shortInput(
  minutes: number,
  members: SubjectInput["members"],
  changes: Partial<Agreement> = {},
): SubjectInput {
  const month = octoberInterval(0, minutes);
  return {
    agreement: testAgreement(changes),
    month,
    settledUntilMs: month.untilMs,
    members,
    exclusions: [],
  };
}

describe("the examples of the rules", () => {
  const excluded = [octoberInterval(100, 138)];
  const partly = [
    { from: 0, until: 1, valid: 20, failed: 7 },
    silent(1, 5),
    { from: 5, until: 6, valid: 3, failed: 1 },
    silent(6, 10),
  ];
  test.each([
    ["22 bad minutes", [down(100, 122)], {}, [], "22", 44_640, "99.950", "met", "met"],
    ["23 bad minutes", [down(100, 123)], {}, [], "23", 44_640, "99.948", "missed", "met"],
    ["38 bad minutes", [down(100, 138)], {}, [], "38", 44_640, "99.914", "missed", "met"],
    ["44 bad minutes", [down(100, 144)], {}, [], "44", 44_640, "99.901", "missed", "met"],
    ["45 bad minutes", [down(100, 145)], {}, [], "45", 44_640, "99.899", "missed", "missed"],
    ["807 bad minutes", [down(100, 907)], {}, [], "807", 44_640, "98.192", "missed", "missed"],
    ["38 excluded", [down(100, 138)], {}, excluded, "0", 44_640, "100.000", "met", "met"],
    [
      "38 bad minutes, 100 unknown",
      [down(100, 138), silent(200, 300)],
      {},
      [],
      "38",
      44_540,
      "99.914",
      "missed",
      "met",
    ],
    ["error-rate", partly, fiveMinutes, [], "41/60", 8928, "99.992", "met", "met"],
  ] as const)("%s", (_case, exceptions, changes, exclusions, bad, counted, percent, at95, at90) => {
    const verdicts = ["99.95", "99.90"].map((objectivePercent) => {
      const input = octoberInput(exceptions, { ...changes, objectivePercent });
      const figure = evaluate({ ...input, exclusions });
      expect(formatFraction(figure.bad)).toBe(bad);
      expect(figure.counted).toBe(counted);
      expect(printed(figure)).toBe(percent);
      return figure.verdict;
    });
    expect(verdicts).toEqual([at95, at90]);
  });
});

describe("section 3: the badness of a slot", () => {
  const twoVantages = (changes: Partial<Agreement>) =>
    evaluate(
      shortInput(
        10,
        [
          testEvidence({
            a: [testRun(minute(0), minute(10), { failed: 4 })],
            b: [testRun(minute(0), minute(10), { failed: 3 })],
          }),
        ],
        changes,
      ),
    );

  test("a vantage votes down only when all of its valid results failed", () => {
    expect(formatFraction(twoVantages({ quorum: "all" }).bad)).toBe("0");
    expect(formatFraction(twoVantages({ quorum: "majority" }).bad)).toBe("0");
    expect(formatFraction(twoVantages({ quorum: "any" }).bad)).toBe("10");
  });

  test("error-rate takes failed and valid over all vantages", () => {
    expect(formatFraction(twoVantages({ method: "error-rate" }).bad)).toBe("35/4");
  });

  test("a vantage that fell silent does not lower the bar for the others", () => {
    const threeVantages = { vantages: ["a", "b", "c"] };
    const runs = [testRun(minute(0), minute(10), { failed: 4 })];
    const figure = evaluate(shortInput(10, [testEvidence({ a: runs }, threeVantages)]));
    expect(figure.books.noData).toBe(10);
    expect(figure.verdict).toBe("insufficient-data");
    const lowBar = { minVantages: 1 };
    expect(
      evaluate(shortInput(10, [testEvidence({ a: runs }, threeVantages)], lowBar)).verdict,
    ).toBe("missed");
  });

  test("by another method than the vote one valid result is data", () => {
    const runs = [testRun(minute(0), minute(10), { failed: 1 })];
    const evidence = testEvidence({ a: runs }, { vantages: ["a", "b", "c"] });
    const figure = evaluate(shortInput(10, [evidence], { method: "error-rate" }));
    expect(figure.books.noData).toBe(0);
    expect(formatFraction(figure.bad)).toBe("5/2");
  });

  describe("minStretch", () => {
    const stretch = (exceptions: Parameters<typeof octoberInput>[0], changes = {}) =>
      evaluate(octoberInput(exceptions, { minStretch: 5, ...changes }));

    test("a run of fewer bad slots counts as good, with data", () => {
      const figure = stretch([down(100, 104), down(200, 205)]);
      expect(formatFraction(figure.bad)).toBe("5");
      expect(figure.counted).toBe(44_640);
      expect(figure.outages).toHaveLength(1);
    });

    test("a slot that is good or has no data ends a run", () => {
      expect(formatFraction(stretch([down(100, 103), down(104, 107)]).bad)).toBe("0");
      expect(formatFraction(stretch([down(100, 103), silent(103, 104), down(104, 107)]).bad)).toBe(
        "0",
      );
    });

    test("runs are taken across the months' borders", () => {
      const input = octoberInput([down(0, 1), down(44_638, 44_640)], { minStretch: 5 });
      const before = testRun(minute(-4), minute(0), { failed: 4 });
      const after = testRun(minute(44_640), minute(44_643), { failed: 4 });
      const runs = input.members[0]!.counts.get("a")!;
      const members = [testEvidence({ a: [before, ...runs, after] })];
      expect(formatFraction(evaluate({ ...input, members }).bad)).toBe("3");
      expect(formatFraction(evaluate(input).bad)).toBe("0");
    });

    test("runs are taken before exclusions", () => {
      const input = octoberInput([down(100, 106)], { minStretch: 5 });
      const figure = evaluate({ ...input, exclusions: [octoberInterval(102, 104)] });
      expect(formatFraction(figure.bad)).toBe("4");
      expect(figure.books.excluded).toBe(2);
    });

    test("the evidence to read reaches over the borders by one slot less", () => {
      const range = evidenceRange(octoberInput([], { minStretch: 5 }));
      expect(range).toEqual(octoberInterval(-4, 44_644));
    });
  });
});

describe("section 4: scope", () => {
  const seen = (failed: number, valid = 4) => ({
    a: [testRun(minute(0), minute(10), { valid, failed })],
  });

  test("a group sums valid and failed over its targets, then applies the method", () => {
    const members = [testEvidence(seen(1, 1)), testEvidence(seen(0, 9), { id: "web-2" })];
    const rate = evaluate(shortInput(10, members, { scope: "group", method: "error-rate" }));
    expect(formatFraction(rate.bad)).toBe("1");
    const vote = evaluate(shortInput(10, members, { scope: "group", method: "all-failed" }));
    expect(formatFraction(vote.bad)).toBe("0");
  });

  test("a group is down when every vantage sees all of its targets fail", () => {
    const members = [testEvidence(seen(4)), testEvidence(seen(2, 2), { id: "web-2" })];
    const figure = evaluate(shortInput(10, members, { scope: "group" }));
    expect(formatFraction(figure.bad)).toBe("10");
  });

  test("a group's slot has data when any of its targets has", () => {
    const members = [testEvidence(seen(0)), testEvidence({ a: [] }, { id: "web-2" })];
    for (const method of ["error-rate", "all-failed"] as const) {
      expect(evaluate(shortInput(10, members, { scope: "group", method })).books.noData).toBe(0);
    }
    // Of three vantages two are needed: here each target has one.
    const three = { vantages: ["a", "b", "c"] };
    const apart = [
      testEvidence(seen(0), three),
      testEvidence({ b: seen(0).a }, { ...three, id: "web-2" }),
    ];
    expect(evaluate(shortInput(10, apart, { scope: "group" })).books.noData).toBe(10);
  });

  test("a target is in its group only for its lifetime", () => {
    const until = octoberInterval(0, 4).untilMs;
    const members = [
      testEvidence(seen(4), { untilMs: until }),
      testEvidence(seen(0), { id: "web-2", fromMs: octoberInterval(2, 0).fromMs }),
    ];
    const figure = evaluate(shortInput(10, members, { scope: "group", method: "error-rate" }));
    // Minutes 0 and 1: the first target alone; 2 and 3: both; then the second alone.
    expect(formatFraction(figure.bad)).toBe("3");
    expect(figure.total).toBe(10);
  });

  describe("multi-zone", () => {
    const evidence = (id: string, zone: string | null, downUntil: number) =>
      testEvidence(
        {
          a: [
            testRun(minute(0), minute(downUntil), { failed: 4, reason: TIMEOUT }),
            testRun(minute(downUntil), minute(10)),
          ],
        },
        { id, zone },
      );
    const bad = (siblings: SubjectInput["members"]) => {
      const input = shortInput(10, [evidence("web-1", "h", 8)], { scope: "multi-zone" });
      return formatFraction(evaluate({ ...input, siblings }).bad);
    };

    test("bad while the target is down and every target of another zone is down", () => {
      expect(bad([evidence("web-2", "i", 5)])).toBe("5");
      expect(bad([evidence("web-2", "i", 5), evidence("web-3", "i", 3)])).toBe("3");
    });

    test("one other zone is enough", () => {
      expect(bad([evidence("web-2", "i", 5), evidence("web-3", "j", 7)])).toBe("7");
    });

    test("a sibling of the same zone, or without a zone, says nothing", () => {
      expect(bad([evidence("web-2", "h", 8), evidence("web-3", null, 8)])).toBe("0");
    });

    test("a target without data is not known to be down", () => {
      const silentOne = testEvidence({ a: [] }, { id: "web-3", zone: "i" });
      expect(bad([evidence("web-2", "i", 5), silentOne])).toBe("0");
    });

    test("a sibling takes part in its lifetime only", () => {
      const { fromMs } = octoberInterval(4, 0);
      const late = evidence("web-3", "i", 0);
      const born = { ...late, target: { ...late.target, fromMs } };
      expect(bad([evidence("web-2", "i", 8), born])).toBe("4");
      expect(bad([born])).toBe("0");
    });
  });

  test("a scope of one target refuses several", () => {
    const members = [testEvidence(seen(0)), testEvidence(seen(0))];
    expect(() => evaluate(shortInput(10, members))).toThrow(/takes one target, not 2/);
  });
});

describe("section 5: which slots count", () => {
  test.each([
    ["2026-10", "Europe/Berlin", 31 * 1440 + 60],
    ["2026-03", "Europe/Berlin", 31 * 1440 - 60],
    ["2026-10", "Asia/Shanghai", 44_640],
  ])("the month %s in %s has %d slots of a minute", (month, zone, slots) => {
    const bounds = monthBounds(month, zone);
    const input = { ...shortInput(0, [testEvidence({ a: [] })]), month: bounds };
    expect(evaluate({ ...input, settledUntilMs: bounds.untilMs }).total).toBe(slots);
  });

  describe("lifetime", () => {
    const born = (changes: Partial<Agreement>) => {
      const { fromMs, untilMs } = octoberInterval(1000, 2000);
      const input = octoberInput([down(900, 1100)], changes);
      const { counts } = input.members[0]!;
      const members = [{ ...testEvidence({ a: [] }, { fromMs, untilMs }), counts }];
      return evaluate({ ...input, members, exclusions: [octoberInterval(500, 1050)] });
    };

    test("as-used takes slots that start outside it out of the total", () => {
      const figure = born({ partMonth: "as-used" });
      expect([figure.total, figure.counted, figure.books.excluded]).toEqual([1000, 1000, 50]);
      expect(formatFraction(figure.bad)).toBe("50");
    });

    test("whole-month counts them as good, and lifetime goes before exclusions", () => {
      const figure = born({ partMonth: "whole-month" });
      expect([figure.total, figure.counted, figure.books.excluded]).toEqual([44_640, 44_640, 50]);
      expect(formatFraction(figure.books.good)).toBe("44540");
      expect(figure.lifetimeSlots).toBe(1000);
    });

    test("a slot belongs to it by its start", () => {
      const input = octoberInput([], fiveMinutes);
      const lifetime = { fromMs: OCTOBER.fromMs + 1, untilMs: OCTOBER.fromMs + 600_001 };
      const members = [testEvidence({ a: octoberRuns() }, lifetime)];
      expect(evaluate({ ...input, members }).total).toBe(2);
    });
  });

  describe("exclusions", () => {
    const exclusions = [octoberInterval(100, 138), octoberInterval(120, 150)];
    const figureOf = (changes: Partial<Agreement>) =>
      evaluate({ ...octoberInput([down(90, 140), silent(140, 160)], changes), exclusions });

    test("as-good keeps the total and counts the slots with bad = 0", () => {
      const figure = figureOf({});
      expect([figure.total, figure.counted, figure.books.excluded]).toEqual([44_640, 44_630, 50]);
      expect(formatFraction(figure.bad)).toBe("10");
    });

    test("removed takes them out of the count and leaves the total", () => {
      const figure = figureOf({ exclusion: "removed" });
      expect([figure.total, figure.counted, figure.books.excluded]).toEqual([44_640, 44_580, 50]);
    });

    test("they go before no data, and count as covered", () => {
      const figure = figureOf({});
      expect(figure.books.noData).toBe(10);
      expect(figure.coveredSlots).toBe(44_630);
    });

    test("a slot is excluded by its start", () => {
      const input = octoberInput([], fiveMinutes);
      const interval = { fromMs: OCTOBER.fromMs + 1, untilMs: OCTOBER.fromMs + 300_001 };
      const figure = evaluate({ ...input, exclusions: [interval] });
      expect(figure.books.excluded).toBe(1);
      expect(figure.timeline[1]).toMatchObject({
        fromMs: OCTOBER.fromMs + 300_000,
        untilMs: OCTOBER.fromMs + 600_000,
        state: "excluded",
      });
    });
  });

  test.each([
    ["removed", 44_540, "38"],
    ["as-good", 44_640, "38"],
    ["as-bad", 44_640, "138"],
  ] as const)("no data, %s", (noData, counted, bad) => {
    const figure = evaluate(octoberInput([down(100, 138), silent(200, 300)], { noData }));
    expect([figure.total, figure.counted, figure.books.noData]).toEqual([44_640, counted, 100]);
    expect(formatFraction(figure.bad)).toBe(bad);
    expect(formatFraction(figure.books.bad)).toBe("38");
    expect(figure.coverage).toEqual({ num: 44_540n, den: 44_640n });
  });
});

describe("section 6: the figure", () => {
  test("nothing counted is neither 0 % nor 100 %", () => {
    const figure = evaluate({ ...octoberInput(), members: [testEvidence({ a: [] })] });
    expect(figure.counted).toBe(0);
    expect(figure.verdict).toBe("insufficient-data");
    expect([figure.availability, figure.reachability]).toEqual([null, null]);
  });

  test("the band is A with every slot without data bad, and good", () => {
    const figure = evaluate(octoberInput([down(100, 138), silent(200, 300)]));
    expect(percentCut(figure.low!, 3)).toBe("99.690");
    expect(percentCut(figure.high!, 3)).toBe("99.914");
    const asBad = evaluate(octoberInput([down(100, 138), silent(200, 300)], { noData: "as-bad" }));
    expect([asBad.low, asBad.high]).toEqual([figure.low, figure.high]);
  });

  test("reachability is ok / valid over all results, the excluded ones too", () => {
    const input = octoberInput([{ from: 0, until: 44_640, failed: 1 }]);
    const figure = evaluate({ ...input, exclusions: [octoberInterval(0, 20_000)] });
    expect(percentCut(figure.reachability!, 3)).toBe("75.000");
    expect(printed(figure)).toBe("100.000");
  });

  test("an availability equal to the objective meets it", () => {
    const exact = evaluate(octoberInput([down(0, 4464)], { objectivePercent: "90" }));
    expect(exact.verdict).toBe("met");
    expect(evaluate(octoberInput([down(0, 4465)], { objectivePercent: "90" })).verdict).toBe(
      "missed",
    );
  });

  test("allowed is counted x (1 - objective), and the budget may be negative", () => {
    const figure = evaluate(octoberInput([down(100, 123)]));
    expect(formatDecimal(figure.allowed, 6)).toBe("22.32");
    expect(formatDecimal(figure.budgetLeft, 6)).toBe("-0.68");
  });

  describe("low coverage", () => {
    test("is insufficient data, even when the rest is fine", () => {
      expect(evaluate(octoberInput([silent(0, 2233)])).verdict).toBe("insufficient-data");
      expect(evaluate(octoberInput([silent(0, 2232)])).verdict).toBe("met");
    });

    test("leaves missed what would be missed with every uncovered slot good", () => {
      expect(evaluate(octoberInput([silent(0, 4000), down(5000, 5023)])).verdict).toBe("missed");
    });

    test("is insufficient data where the uncovered slots could have saved the month", () => {
      const figure = evaluate(octoberInput([silent(0, 4000), down(5000, 5021)]));
      expect(printed(figure)).toBe("99.948");
      expect(figure.verdict).toBe("insufficient-data");
    });

    test("is no excuse for no lifetime at all", () => {
      const fromMs = OCTOBER.untilMs;
      const input = octoberInput([], { partMonth: "whole-month" });
      const figure = evaluate({ ...input, members: [testEvidence({ a: [] }, { fromMs })] });
      expect([figure.coverage, figure.verdict]).toEqual([null, "insufficient-data"]);
    });
  });

  describe("a running month", () => {
    const running = (
      settledMinute: number,
      exceptions: Parameters<typeof octoberInput>[0],
      changes: Partial<Agreement> = {},
    ) => ({
      ...octoberInput(exceptions, changes),
      settledUntilMs: OCTOBER.fromMs + settledMinute * MINUTE_MS,
    });

    test("counts the slots that are settled as a whole", () => {
      const input = running(10_000.9, []);
      expect(evaluate(input)).toMatchObject({
        total: 10_000,
        slotsToCome: 34_640,
        verdict: "on-track",
      });
      const coarse = running(10_004.9, [], fiveMinutes);
      expect(evaluate(coarse)).toMatchObject({ total: 2000, slotsToCome: 6928 });
    });

    test("is already missed when a perfect rest cannot meet the objective", () => {
      expect(evaluate(running(30_000, [down(100, 122)])).verdict).toBe("on-track");
      expect(evaluate(running(30_000, [down(100, 123)])).verdict).toBe("already-missed");
    });

    test("does not count on slots to come after the end of the lifetime", () => {
      const input = running(20_000, [down(100, 111)]);
      const untilMs = octoberInterval(0, 21_000).untilMs;
      const { counts } = input.members[0]!;
      const members = [{ ...testEvidence({ a: [] }, { untilMs }), counts }];
      expect(evaluate({ ...input, members })).toMatchObject({
        slotsToCome: 1000,
        verdict: "already-missed",
      });
      const whole = running(20_000, [down(100, 111)], { partMonth: "whole-month" });
      expect(evaluate({ ...whole, members })).toMatchObject({
        slotsToCome: 24_640,
        verdict: "on-track",
      });
    });

    test("does not count on slots to come that an exclusion will remove", () => {
      const exclusions = [octoberInterval(19_000, 40_000)];
      const input = running(20_000, [], { exclusion: "removed" });
      expect(evaluate({ ...input, exclusions }).slotsToCome).toBe(4640);
      const asGood = running(20_000, []);
      expect(evaluate({ ...asGood, exclusions }).slotsToCome).toBe(24_640);
    });

    test("is at risk while the budget burns too fast", () => {
      const figure = evaluate(running(10_000, [down(9990, 10_000)]));
      expect(figure.verdict).toBe("at-risk");
      expect(figure.burn!.firing[0]).toMatchObject({ severity: "page", long: "1h" });
    });

    test("has no figure before its first slot is settled", () => {
      expect(evaluate(running(-10, []))).toMatchObject({ total: 0, verdict: "insufficient-data" });
    });

    test("shows nothing of what is not settled", () => {
      const figure = evaluate(running(10_000, [down(9998, 10_005)]));
      expect(figure.outages).toMatchObject([{ slots: 2 }]);
      expect(figure.timeline.at(-1)!.untilMs).toBe(octoberInterval(0, 10_000).untilMs);
    });

    test("needs evidence of the seven days before", () => {
      const { fromMs, untilMs } = evidenceRange(running(1000, []));
      expect([fromMs, untilMs]).toEqual([
        octoberInterval(1000 - 10_080, 0).fromMs,
        octoberInterval(0, 1000).untilMs,
      ]);
    });

    test("a month whose last slot is settled gets its final verdict", () => {
      expect(evaluate(running(44_640, []))).toMatchObject({ isRunning: false, verdict: "met" });
      expect(evaluate(running(44_639.9, []))).toMatchObject({ isRunning: true });
    });
  });
});

describe("the timeline", () => {
  test("covers the month without a gap, equal neighbours joined", () => {
    const { fromMs } = octoberInterval(50, 0);
    const input = octoberInput([down(100, 138), silent(200, 300)]);
    const { counts } = input.members[0]!;
    const members = [{ ...testEvidence({ a: [] }, { fromMs }), counts }];
    const figure = evaluate({ ...input, members, exclusions: [octoberInterval(400, 500)] });
    const minutes = (ms: number) => (ms - OCTOBER.fromMs) / MINUTE_MS;
    expect(
      figure.timeline.map((run) => [minutes(run.fromMs), minutes(run.untilMs), run.state]),
    ).toEqual([
      [0, 50, "outside"],
      [50, 100, "good"],
      [100, 138, "bad"],
      [138, 200, "good"],
      [200, 300, "no-data"],
      [300, 400, "good"],
      [400, 500, "excluded"],
      [500, 44_640, "good"],
    ]);
  });

  test("says how bad a slot is that is bad in part", () => {
    const figure = evaluate(octoberInput([{ from: 5, until: 6, failed: 4 }], fiveMinutes));
    expect(figure.timeline[1]).toMatchObject({ state: "partial", num: 1, den: 5 });
  });
});

describe("a month that is over but not closed", () => {
  const verdictAt = (settledUntilMs: number, badMinutes: number) =>
    evaluate({
      ...octoberInput([down(100, 100 + badMinutes)], { closeAfterMs: 86_400_000 }),
      settledUntilMs,
    }).verdict;

  test("has the verdict of a running month until it closes", () => {
    expect(verdictAt(OCTOBER.untilMs, 22)).toBe("on-track");
    expect(verdictAt(OCTOBER.untilMs, 23)).toBe("already-missed");
    expect(verdictAt(OCTOBER.untilMs + 86_400_000, 22)).toBe("met");
    expect(verdictAt(OCTOBER.untilMs + 86_400_000, 23)).toBe("missed");
  });
});
