import type { Agreement } from "../../src/core/agreement.ts";
import type { CountRun } from "../../src/core/counts.ts";
import { parsePercent } from "../../src/core/decimal.ts";
import type { SubjectInput } from "../../src/core/evaluate.ts";
import { monthBounds } from "../../src/core/month.ts";
import type { Evidence } from "../../src/core/sequence.ts";
import type { Target } from "../../src/core/target.ts";

export const MINUTE_MS = 60_000;

/** The defaults of an agreement with some of them replaced. */
export function testAgreement(changes: Partial<Agreement> = {}): Agreement {
  const objectivePercent = changes.objectivePercent ?? "99.95";
  return {
    id: "ecs",
    fromMs: 0,
    objective: parsePercent(objectivePercent)!,
    objectivePercent,
    method: "all-failed",
    slotMs: MINUTE_MS,
    threshold: null,
    scope: "target",
    quorum: "all",
    minVantages: null,
    minStretch: 1,
    partMonth: "as-used",
    exclusion: "as-good",
    noData: "removed",
    minCoverage: { num: 95n, den: 100n },
    timeZone: "Asia/Shanghai",
    closeAfterMs: 0,
    credits: [],
    inherits: [],
    ...changes,
  };
}

/** A target measured from one vantage, with some of it replaced. */
export function testTarget(changes: Partial<Target> = {}): Target {
  return {
    id: "web-1",
    product: "ecs",
    region: "cn-hangzhou",
    zone: null,
    account: "acme",
    class: "",
    labels: {},
    agreements: ["ecs"],
    inherits: null,
    monthlyFee: null,
    intervalMs: 15_000,
    timeoutMs: 5_000,
    vantages: ["a"],
    fromMs: null,
    untilMs: null,
    probe: { kind: "tcp" },
    ...changes,
  };
}

export function testRun(from: number, until: number, counts: Partial<CountRun> = {}): CountRun {
  return { from, until, valid: 4, failed: 0, reason: 0, ...counts };
}

/** Position in REASONS of "connect-timeout". */
export const TIMEOUT = 3;

/** October 2026 in Shanghai: 44,640 minutes. */
export const OCTOBER = monthBounds("2026-10", "Asia/Shanghai");
export const OCTOBER_MINUTE = OCTOBER.fromMs / MINUTE_MS;

/** Counts of one vantage over October: 4 of 4 ok each minute but in the given minutes of the month. */
export function octoberRuns(
  exceptions: readonly { from: number; until: number; valid?: number; failed?: number }[] = [],
): CountRun[] {
  const runs: CountRun[] = [];
  let at = 0;
  for (const { from, until, valid = 4, failed = 0 } of exceptions) {
    if (from > at) runs.push(testRun(OCTOBER_MINUTE + at, OCTOBER_MINUTE + from));
    const reason = failed > 0 ? TIMEOUT : 0;
    const counts = { valid, failed, reason };
    if (valid > 0) runs.push(testRun(OCTOBER_MINUTE + from, OCTOBER_MINUTE + until, counts));
    at = until;
  }
  if (at < 44_640) runs.push(testRun(OCTOBER_MINUTE + at, OCTOBER_MINUTE + 44_640));
  return runs;
}

export function testEvidence(
  counts: Readonly<Record<string, readonly CountRun[]>>,
  target: Partial<Target> = {},
): Evidence {
  const vantages = Object.keys(counts);
  return { target: testTarget({ vantages, ...target }), counts: new Map(Object.entries(counts)) };
}

/** A closed October of one target seen from one vantage. */
export function octoberInput(
  exceptions: Parameters<typeof octoberRuns>[0] = [],
  changes: Partial<Agreement> = {},
): SubjectInput {
  return {
    agreement: testAgreement(changes),
    month: OCTOBER,
    settledUntilMs: OCTOBER.untilMs + 3_600_000,
    members: [testEvidence({ a: octoberRuns(exceptions) })],
    exclusions: [],
  };
}

/** Minutes of October as an interval of instants. */
export function octoberInterval(from: number, until: number): { fromMs: number; untilMs: number } {
  return {
    fromMs: OCTOBER.fromMs + from * MINUTE_MS,
    untilMs: OCTOBER.fromMs + until * MINUTE_MS,
  };
}
