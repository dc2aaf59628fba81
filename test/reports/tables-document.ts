import type { Agreement } from "../../src/core/agreement.ts";
import { buildReport } from "../../src/core/build-report.ts";
import { evaluate } from "../../src/core/evaluate.ts";
import { subjectKey, type MonthDocument } from "../../src/core/month-document.ts";
import type { Report, ReportExclusion } from "../../src/core/report.ts";
import type { Target } from "../../src/core/target.ts";
import { UNSIGNED } from "../../src/report-month.ts";
import { OCTOBER, octoberRuns, testAgreement, testEvidence, testTarget } from "../helpers/sla.ts";

export type Minutes = Parameters<typeof octoberRuns>[0];

/** One subject of October 2026: what of its minutes was not 4 of 4 ok. */
export type TestSubject = {
  readonly minutes?: Minutes;
  readonly terms?: Partial<Agreement>;
  readonly target?: Partial<Target>;
  readonly exclusions?: readonly ReportExclusion[];
};

export const TIERS = [
  { below: { num: 9995n, den: 10_000n }, belowPercent: "99.95", creditPercent: 10 },
  { below: { num: 99n, den: 100n }, belowPercent: "99", creditPercent: 25 },
];

/** A document whose report, terms and timelines come from the arithmetic itself. */
export function octoberDocument(
  subjects: readonly TestSubject[],
  changes: Partial<Omit<MonthDocument, "report">> & {
    readonly settledUntilMs?: number;
    readonly report?: Partial<Report>;
    readonly currency?: string;
  } = {},
): MonthDocument & { readonly report: Report } {
  const {
    settledUntilMs = OCTOBER.untilMs + 86_400_000,
    currency = "CNY",
    report: reportChanges,
    ...others
  } = changes;
  const evaluated = subjects.map(({ minutes = [], terms = {}, target = {}, exclusions = [] }) => {
    const agreement = testAgreement({ credits: TIERS, ...terms });
    const member = testEvidence({ a: octoberRuns(minutes) }, target);
    const spans = exclusions.map(({ from, until }) => ({
      fromMs: Date.parse(from),
      untilMs: Date.parse(until),
    }));
    const one = testTarget(target);
    const { account, product, region, id } = one;
    return {
      subject: {
        agreement,
        id,
        account,
        product,
        region,
        targets: [one],
        neighbours: [],
        siblings: [],
      },
      figure: evaluate({
        agreement,
        month: OCTOBER,
        settledUntilMs,
        members: [member],
        exclusions: spans,
      }),
      exclusions,
    };
  });
  const accounts = [...new Set(evaluated.map(({ subject }) => subject.account))];
  const isRunning = settledUntilMs < OCTOBER.untilMs;
  const built = buildReport({
    month: "2026-10",
    account: null,
    bounds: OCTOBER,
    status: isRunning ? "running" : "closed",
    revision: isRunning ? 0 : 1,
    settledUntilMs,
    evaluated,
    terms: {
      currencies: new Map(accounts.map((account) => [account, currency])),
      holidays: new Set(),
      workingDays: new Set(),
    },
    closing: isRunning
      ? null
      : {
          at: "2026-11-02T00:00:00.000Z",
          by: "system",
          reason: "the month is over",
          previous: null,
          changes: [],
        },
    proof: { ...UNSIGNED, rounds: 178_560, digest: "sha256:00d1" },
  });
  const report = { ...built, ...reportChanges };
  const terms = new Map(
    evaluated.map(({ subject: { agreement, id } }) => [
      subjectKey({ agreement: agreement.id, id }),
      agreement,
    ]),
  );
  return {
    report,
    accountName: null,
    accountNames: Object.fromEntries(accounts.map((id) => [id, `${id} Ltd`])),
    timeZone: "Asia/Shanghai",
    terms,
    vantages: null,
    timelines: new Map(
      evaluated.map(({ subject: { agreement, id }, figure }) => [
        subjectKey({ agreement: agreement.id, id }),
        figure.timeline,
      ]),
    ),
    trend: [
      { month: "2026-08", subjects: null },
      {
        month: "2026-09",
        subjects: report.subjects.map(({ agreement, id }) => ({
          agreement,
          id,
          availabilityPercent: "99.990",
          verdict: "met" as const,
        })),
      },
      { month: "2026-10", subjects: report.subjects },
    ],
    publicUrl: null,
    ...others,
  };
}
