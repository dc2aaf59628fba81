import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Agreement } from "../../src/core/agreement.ts";
import { METHODS, QUORUMS, SCOPES } from "../../src/core/agreement.ts";
import type { CountRun } from "../../src/core/counts.ts";
import { evaluate, timelineBetween } from "../../src/core/evaluate.ts";
import type { SubjectInput } from "../../src/core/evaluate.ts";
import { compareFractions, reduceFraction } from "../../src/core/fraction.ts";
import { monthBounds } from "../../src/core/month.ts";
import type { Evidence } from "../../src/core/sequence.ts";
import { naiveFigure } from "../helpers/naive-sla.ts";
import { MINUTE_MS, testAgreement, testTarget } from "../helpers/sla.ts";

/** A stretch of some hours that stands for a month; it need not begin with a slot. */
const START = 29_000_000;
const MARGIN = 40;

const zoneMonths = [
  ["2026-10", "Europe/Berlin"],
  ["2026-03", "America/Los_Angeles"],
  ["2026-10", "Asia/Shanghai"],
  ["2026-04", "Australia/Sydney"],
  ["2026-02", "Asia/Kolkata"],
] as const;

/** Runs over [from, until), most of them healthy, with gaps, failures and minutes without data. */
function arbitraryRuns(from: number, until: number): fc.Arbitrary<CountRun[]> {
  const piece = fc.record({
    minutes: fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 1, max: 12 }) }, fc.nat(120)),
    counts: fc.oneof(
      { weight: 3, arbitrary: fc.constant({ valid: 4, failed: 0 }) },
      { weight: 2, arbitrary: fc.constant({ valid: 4, failed: 4 }) },
      fc.record({ valid: fc.nat(4), failed: fc.nat(4) }),
      fc.constant(null),
    ),
  });
  return fc.array(piece, { maxLength: 40 }).map((pieces) => {
    const runs: CountRun[] = [];
    let at = from;
    for (const { minutes, counts } of pieces) {
      const end = Math.min(until, at + minutes);
      if (counts !== null && end > at) {
        const { valid } = counts;
        const failed = Math.min(valid, counts.failed);
        runs.push({ from: at, until: end, valid, failed, reason: failed > 0 ? 2 : 0 });
      }
      at = end;
    }
    if (at < until) runs.push({ from: at, until, valid: 3, failed: 0, reason: 0 });
    return runs;
  });
}

const arbitraryAgreement: fc.Arbitrary<Agreement> = fc
  .record({
    method: fc.constantFrom(...METHODS),
    scope: fc.constantFrom(...SCOPES),
    quorum: fc.constantFrom(...QUORUMS),
    slotMs: fc.constantFrom(MINUTE_MS, 5 * MINUTE_MS, 7 * MINUTE_MS),
    minVantages: fc.constantFrom(null, null, 1, 2, 3),
    minStretch: fc.constantFrom(1, 1, 2, 3, 5),
    partMonth: fc.constantFrom("as-used" as const, "whole-month" as const),
    exclusion: fc.constantFrom("as-good" as const, "removed" as const),
    noData: fc.constantFrom("removed" as const, "as-good" as const, "as-bad" as const),
    threshold: fc.constantFrom({ num: 1n, den: 2n }, { num: 5n, den: 100n }, { num: 0n, den: 1n }),
    objectivePercent: fc.constantFrom("50", "90", "99.9", "100"),
    minCoverage: fc.constantFrom({ num: 95n, den: 100n }, { num: 1n, den: 2n }),
  })
  .map(testAgreement);

function arbitraryEvidence(from: number, until: number): fc.Arbitrary<Evidence> {
  const bound = fc.oneof(
    { weight: 2, arbitrary: fc.constant(null) },
    fc.integer({ min: from * MINUTE_MS, max: until * MINUTE_MS }),
  );
  return fc
    .record({
      vantages: fc.subarray(["a", "b", "c"], { minLength: 1 }),
      runs: fc.tuple(
        arbitraryRuns(from, until),
        arbitraryRuns(from, until),
        arbitraryRuns(from, until),
      ),
      zone: fc.constantFrom(null, "x", "y", "z"),
      bounds: fc.tuple(bound, bound),
    })
    .map(({ vantages, runs, zone, bounds: [first, second] }) => ({
      target: testTarget({ vantages, zone, fromMs: first, untilMs: second }),
      counts: new Map(vantages.map((vantage, index) => [vantage, runs[index]!])),
    }));
}

function arbitraryInput(fromMs: number, untilMs: number): fc.Arbitrary<SubjectInput> {
  const first = Math.floor(fromMs / MINUTE_MS) - MARGIN;
  const last = Math.ceil(untilMs / MINUTE_MS) + MARGIN;
  const instant = fc.integer({ min: first * MINUTE_MS, max: last * MINUTE_MS });
  return fc
    .record({
      agreement: arbitraryAgreement,
      evidence: fc.array(arbitraryEvidence(first, last), { minLength: 1, maxLength: 4 }),
      settledUntilMs: fc.oneof(fc.constant(last * MINUTE_MS), fc.constant(untilMs), instant),
      exclusions: fc.array(fc.tuple(instant, fc.nat(60 * MINUTE_MS)), { maxLength: 3 }),
    })
    .map(({ agreement, evidence, settledUntilMs, exclusions }) => ({
      agreement,
      month: { fromMs, untilMs },
      settledUntilMs,
      members: agreement.scope === "group" ? evidence : evidence.slice(0, 1),
      siblings: evidence.slice(1),
      exclusions: exclusions.map(([at, length]) => ({ fromMs: at, untilMs: at + length })),
    }));
}

function expectSame(input: SubjectInput, marginMs = MARGIN * MINUTE_MS): void {
  const figure = evaluate(input);
  const naive = naiveFigure(input, marginMs);
  const { slotMs } = input.agreement;
  expect({
    total: figure.total,
    good: reduceFraction(figure.books.good),
    bad: reduceFraction(figure.books.bad),
    excluded: figure.books.excluded,
    noData: figure.books.noData,
    counted: figure.counted,
    countedBad: reduceFraction(figure.bad),
    lifetimeSlots: figure.lifetimeSlots,
    coveredSlots: figure.coveredSlots,
    valid: figure.results.valid,
    failed: figure.results.failed,
    states: figure.timeline.flatMap(({ fromMs, untilMs, state }) =>
      Array.from({ length: (untilMs - fromMs) / slotMs }, () => state),
    ),
    verdict: /at-risk|on-track/.test(figure.verdict) ? "running" : figure.verdict,
  }).toEqual({
    ...naive,
    good: reduceFraction(naive.good),
    bad: reduceFraction(naive.bad),
    countedBad: reduceFraction(naive.countedBad),
  });
  // The four books, and the band around the figure.
  const { good, bad, excluded, noData } = figure.books;
  const sum = { num: good.num * bad.den + bad.num * good.den, den: good.den * bad.den };
  expect(reduceFraction(sum)).toEqual({
    num: BigInt(figure.total - excluded - noData),
    den: 1n,
  });
  if (figure.availability !== null) {
    expect(compareFractions(figure.low!, figure.availability)).toBeLessThanOrEqual(0);
    expect(compareFractions(figure.availability, figure.high!)).toBeLessThanOrEqual(0);
  }
}

describe("evaluate", () => {
  test("agrees with the rules written slot by slot", () => {
    const fromMs = START * MINUTE_MS;
    fc.assert(
      fc.property(
        fc
          .tuple(fc.nat(600_000), fc.integer({ min: 1, max: 240 }))
          .chain(([shift, minutes]) =>
            arbitraryInput(fromMs + shift, fromMs + shift + minutes * MINUTE_MS),
          ),
        (input) => expectSame(input),
      ),
      { numRuns: 1500 },
    );
  });

  test.each(zoneMonths)("agrees with the slots counted one by one in %s, %s", (month, zone) => {
    const { fromMs, untilMs } = monthBounds(month, zone);
    fc.assert(
      fc.property(arbitraryInput(fromMs, untilMs), (input) => expectSame(input)),
      { numRuns: 4 },
    );
  });

  test("does not depend on how runs are cut, nor on the order of vantages and targets", () => {
    const fromMs = START * MINUTE_MS;
    fc.assert(
      fc.property(
        arbitraryInput(fromMs, fromMs + 240 * MINUTE_MS),
        fc.integer({ min: 1, max: 7 }),
        (input, minutes) => {
          const reorder = ({ target, counts }: Evidence): Evidence => ({
            target: { ...target, vantages: target.vantages.toReversed() },
            counts: new Map(
              [...counts].toReversed().map(([vantage, runs]) => [vantage, cut(runs, minutes)]),
            ),
          });
          const other = {
            ...input,
            members: input.members.map(reorder).toReversed(),
            siblings: (input.siblings ?? []).map(reorder).toReversed(),
            exclusions: input.exclusions.toReversed(),
          };
          expect(evaluate(other)).toEqual(evaluate(input));
        },
      ),
      { numRuns: 300 },
    );
  });

  test("never gives a better availability for more failures", () => {
    const fromMs = START * MINUTE_MS;
    fc.assert(
      fc.property(
        arbitraryInput(fromMs, fromMs + 240 * MINUTE_MS),
        fc.array(fc.boolean(), { minLength: 50, maxLength: 50 }),
        (input, worse) => {
          const spoil = ({ target, counts }: Evidence): Evidence => ({
            target,
            counts: new Map(
              [...counts].map(([vantage, runs]) => [
                vantage,
                runs.map((run, index) => (worse[index % 50] ? { ...run, failed: run.valid } : run)),
              ]),
            ),
          });
          const before = evaluate(input);
          const after = evaluate({
            ...input,
            members: input.members.map(spoil),
            siblings: (input.siblings ?? []).map(spoil),
          });
          expect(after.counted).toBe(before.counted);
          expect(compareFractions(after.bad, before.bad)).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("gives a group of one target the figure of the target", () => {
    const fromMs = START * MINUTE_MS;
    fc.assert(
      fc.property(arbitraryInput(fromMs, fromMs + 240 * MINUTE_MS), (input) => {
        const members = input.members.slice(0, 1);
        const single = {
          ...input,
          members,
          agreement: { ...input.agreement, scope: "target" as const },
        };
        const group = { ...single, agreement: { ...single.agreement, scope: "group" as const } };
        expect(evaluate(group)).toEqual(evaluate(single));
      }),
      { numRuns: 300 },
    );
  });

  test("shows the same states for a part of the month as in the month", () => {
    const fromMs = START * MINUTE_MS;
    const untilMs = fromMs + 240 * MINUTE_MS;
    const instant = fc.integer({ min: fromMs, max: untilMs });
    fc.assert(
      fc.property(arbitraryInput(fromMs, untilMs), instant, (input, middleMs) => {
        const parts = [
          ...timelineBetween(input, { fromMs, untilMs: middleMs }),
          ...timelineBetween(input, { fromMs: middleMs, untilMs }),
        ];
        const { slotMs } = input.agreement;
        const flat = (runs: typeof parts) =>
          runs.flatMap((run) =>
            Array.from({ length: (run.untilMs - run.fromMs) / slotMs }, () => [
              run.state,
              run.num,
              run.den,
            ]),
          );
        expect(flat(parts)).toEqual(flat([...evaluate(input).timeline]));
      }),
      { numRuns: 300 },
    );
  });
});

function cut(runs: readonly CountRun[], minutes: number): CountRun[] {
  return runs.flatMap((run) => {
    const pieces: CountRun[] = [];
    for (let from = run.from; from < run.until; from += minutes) {
      pieces.push({ ...run, from, until: Math.min(run.until, from + minutes) });
    }
    return pieces;
  });
}
