import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Agreement } from "../../src/core/agreement.ts";
import { mayStillLoseSeconds } from "../../src/core/budget.ts";
import { evaluate, type SubjectInput } from "../../src/core/evaluate.ts";
import { compareFractions, formatFraction, percentCut } from "../../src/core/fraction.ts";
import type { Outlook } from "../../src/core/projection.ts";
import {
  MINUTE_MS,
  OCTOBER,
  OCTOBER_MINUTE,
  octoberInterval,
  testAgreement,
  testEvidence,
  testRun,
} from "../helpers/sla.ts";

const DAY = 1440;

/** October up to a settled minute; measured from the first minute on, and down in some stretches. */
function running(
  settledMinute: number,
  downs: readonly (readonly [number, number])[],
  changes: Partial<Agreement> & { readonly firstMinute?: number } = {},
): SubjectInput {
  const { firstMinute = -20_000, ...terms } = changes;
  let at = firstMinute;
  const runs = downs.flatMap(([from, until]) => {
    const good = testRun(OCTOBER_MINUTE + at, OCTOBER_MINUTE + from);
    at = until;
    return [good, testRun(OCTOBER_MINUTE + from, OCTOBER_MINUTE + until, { failed: 4 })];
  });
  runs.push(testRun(OCTOBER_MINUTE + at, OCTOBER_MINUTE + 44_640));
  return {
    agreement: testAgreement(terms),
    month: OCTOBER,
    settledUntilMs: OCTOBER.fromMs + settledMinute * MINUTE_MS,
    members: [testEvidence({ a: runs })],
    exclusions: [],
  };
}

const show = ({ bad, availability }: Outlook) =>
  `${formatFraction(bad)} ${percentCut(availability, 3)}`;
const project = (input: SubjectInput) => {
  const { projection } = evaluate(input);
  if (projection === null) return null;
  const { days, expected, best, worst } = projection;
  return { days, expected: show(expected), best: show(best), worst: show(worst) };
};

describe("the projection", () => {
  test("goes on at the mean rate of the last seven days, and at their best and worst", () => {
    // 14 bad minutes in seven days, 12 of them on one: 2 a day on average, 0 to 12 a day.
    const input = running(20 * DAY, [
      [14 * DAY + 10, 14 * DAY + 12],
      [17 * DAY, 17 * DAY + 12],
    ]);
    expect(project(input)).toEqual({
      days: 7,
      expected: "36 99.919",
      best: "14 99.968",
      worst: "146 99.672",
    });
  });

  test("goes by days of 24 hours that end with the last settled slot", () => {
    // The bad minute lies seven days back, to the minute: in, and one minute later out.
    const bad = [[13 * DAY, 13 * DAY + 1]] as const;
    expect(project(running(20 * DAY, bad))?.worst).toBe("12 99.973");
    expect(project(running(20 * DAY + 1, bad))?.worst).toBe("1 99.997");
  });

  test("looks back across the start of the month", () => {
    const input = running(DAY, [[-3 * DAY, -3 * DAY + 70]]);
    // 70 minutes in seven days are ten a day, and thirty days are to come.
    expect(project(input)).toEqual({
      days: 7,
      expected: "300 99.327",
      best: "0 100.000",
      worst: "2100 95.295",
    });
  });

  test("needs two days with data", () => {
    const since = (firstMinute: number) => project(running(10 * DAY, [], { firstMinute }));
    expect(since(9 * DAY)).toBeNull();
    expect(since(9 * DAY - 1)).toMatchObject({ days: 2, expected: "0 100.000" });
  });

  test("counts days by the agreement's rules: an exclusion is not projected", () => {
    const input = running(20 * DAY, [[17 * DAY, 17 * DAY + 12]]);
    const exclusions = [octoberInterval(17 * DAY, 17 * DAY + 12)];
    expect(project({ ...input, exclusions })?.worst).toBe("0 100.000");
  });

  test("a day without data is none, whatever its slots count as", () => {
    const input = running(20 * DAY, [], { firstMinute: 15 * DAY, noData: "as-bad" });
    expect(project(input)).toMatchObject({ days: 5, best: "21600 51.612", worst: "21600 51.612" });
  });

  test("is absent from a month that is over", () => {
    expect(project(running(44_640, []))).toBeNull();
  });

  test("is exact where slots are bad in part", () => {
    const input = running(20 * DAY, [[17 * DAY, 17 * DAY + 1]], {
      method: "error-rate",
      slotMs: 5 * MINUTE_MS,
    });
    // A fifth of a slot in seven days of 288 slots; 11 days of 288 are to come.
    expect(project(input)).toMatchObject({ expected: "18/35 99.994", worst: "12/5 99.973" });
  });

  test("the expected end lies between the best and the worst, and none before what is lost", () => {
    const minutes = fc.integer({ min: 0, max: 10 * DAY });
    const stretches = fc.array(fc.tuple(minutes, fc.integer({ min: 1, max: 300 })));
    fc.assert(
      fc.property(stretches, fc.integer({ min: 7 * DAY, max: 44_639 }), (starts, settled) => {
        const downs: [number, number][] = [];
        for (const [from, length] of starts.toSorted(([a], [b]) => a - b)) {
          if (from > (downs.at(-1)?.[1] ?? -1)) downs.push([from, from + length]);
        }
        const { projection, bad } = evaluate(running(settled, downs));
        const ends = [bad, projection!.best.bad, projection!.expected.bad, projection!.worst.bad];
        expect(ends.toSorted(compareFractions)).toEqual(ends);
      }),
      { numRuns: 60 },
    );
  });
});

describe("what may still be lost", () => {
  const lose = (badMinutes: number, changes: Partial<Agreement> = {}) =>
    mayStillLoseSeconds(evaluate(running(20 * DAY, [[100, 100 + badMinutes]], changes)));

  test("is what the whole month allows less what is lost, in whole slots", () => {
    expect(mayStillLoseSeconds(evaluate(running(20 * DAY, [])))).toBe(22 * 60);
    expect(lose(21)).toBe(60);
    expect(lose(22)).toBe(0);
  });

  test("is never negative", () => {
    expect(lose(23)).toBe(0);
    expect(lose(5000)).toBe(0);
  });

  test("a slot more would miss the objective, and these do not", () => {
    const slots = lose(5) / 60;
    const end = (more: number) =>
      evaluate({
        ...running(44_640, [
          [100, 105],
          [40_000, 40_000 + more],
        ]),
      }).verdict;
    expect(end(slots)).toBe("met");
    expect(end(slots + 1)).toBe("missed");
  });

  test("goes by slots of the agreement's length", () => {
    const terms = {
      method: "error-rate",
      slotMs: 5 * MINUTE_MS,
      objectivePercent: "99.9",
    } as const;
    // 8928 slots allow 8.928 of them; two fifths of one are lost.
    expect(lose(2, terms)).toBe(8 * 300);
  });
});
