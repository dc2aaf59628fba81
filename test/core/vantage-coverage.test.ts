import { expect, test } from "vitest";
import { monthBounds } from "../../src/core/month.ts";
import { coverVantages } from "../../src/core/vantage-coverage.ts";
import { OCTOBER, octoberRuns, testAgreement, testEvidence, testTarget } from "../helpers/sla.ts";

const AFTER = OCTOBER.untilMs + 86_400_000;
const monthIn = (zone: string) => monthBounds("2026-10", zone);
const both = { vantages: ["a", "b"] };

test("counts for each vantage the minutes of its targets, and those in which it saw them", () => {
  const seen = testEvidence(
    {
      a: octoberRuns([{ from: 100, until: 110, failed: 4, valid: 4 }]),
      b: octoberRuns([{ from: 200, until: 260, valid: 0 }]),
    },
    both,
  );
  const covered = coverVantages([{ agreement: testAgreement(), targets: [seen.target] }], {
    monthIn,
    settledUntilMs: AFTER,
    evidenceOf: () => seen,
  });
  expect(covered).toEqual([
    { vantage: "a", targets: 1, planned: 44_640, measured: 44_640, failed: 10 },
    { vantage: "b", targets: 1, planned: 44_640, measured: 44_580, failed: 0 },
  ]);
});

test("a target under two agreements counts once; a vantage that never answered is named", () => {
  const target = testTarget({ ...both, fromMs: OCTOBER.untilMs - 86_400_000 });
  const evidence = { target, counts: new Map([["a", octoberRuns([])]]) };
  const subject = { agreement: testAgreement({ slotMs: 300_000 }), targets: [target] };
  const covered = coverVantages([subject, { ...subject, agreement: testAgreement() }], {
    monthIn,
    settledUntilMs: OCTOBER.untilMs - 43_200_000,
    evidenceOf: () => evidence,
  });
  expect(covered).toEqual([
    { vantage: "a", targets: 1, planned: 720, measured: 720, failed: 0 },
    { vantage: "b", targets: 1, planned: 720, measured: 0, failed: 0 },
  ]);
});
