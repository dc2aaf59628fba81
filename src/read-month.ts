import type { Config } from "./config.ts";
import { resolveTerms } from "./core/agreement.ts";
import { findClosed } from "./closed-terms.ts";
import type { Evaluated } from "./core/build-report.ts";
import { creditTermsOf, type CreditTerms } from "./core/credit.ts";
import type { CountRun } from "./core/counts.ts";
import { MINUTES_PER_DAY } from "./core/day-counts.ts";
import { evaluate, evidenceRange } from "./core/evaluate.ts";
import { exclusionsFor } from "./core/exclusion.ts";
import { monthBounds, type Interval } from "./core/month.ts";
import type { Evidence } from "./core/sequence.ts";
import { evidenceTargets, listSubjects, membersOf, type Subject } from "./core/subject.ts";
import { MINUTE_MS } from "./core/tally.ts";
import type { Target } from "./core/target.ts";
import type { Queryable } from "./store/connect.ts";
import { listCounts } from "./store/days.ts";
import { listExclusions } from "./store/exclusions.ts";
import { findIds, listNames } from "./store/names.ts";
import { findSettledUntil } from "./store/unsettled.ts";

export type MonthQuery = {
  /** "2026-10" */
  readonly month: string;
  /** Only these targets; all by default. */
  readonly keep?: (target: Target) => boolean;
};

/** A month's subjects with their figures, each in its agreement's time zone. */
export type MonthFigures = {
  readonly month: string;
  /** The month in the configuration's time zone. */
  readonly bounds: Interval;
  readonly settledUntilMs: number;
  readonly evaluated: readonly Evaluated[];
  /** By which credits are given. */
  readonly terms: CreditTerms;
};

const DAY_MS = MINUTES_PER_DAY * MINUTE_MS;

/**
 * Counts a month from the settled minutes: the one place where figures come from. The subjects
 * and terms are those that a closed month was closed with, else those of the configuration.
 */
export async function readMonth(
  deps: { readonly db: Queryable; readonly config: Config },
  query: MonthQuery,
): Promise<MonthFigures> {
  const { db, config } = deps;
  const { month, keep = () => true } = query;
  const closed = await findClosed(db, month);
  const subjects =
    closed?.subjects.filter(({ targets }) => targets.some(keep)) ?? monthSubjects(config, query);
  const terms = closed?.terms ?? creditTermsOf(config);
  return readSubjects(db, { month, timeZone: config.timeZone, subjects, terms });
}

/** Counts subjects that are known already. */
export async function readSubjects(
  db: Queryable,
  input: {
    readonly month: string;
    /** Of the report; each subject is counted in that of its agreement. */
    readonly timeZone: string;
    readonly subjects: readonly Subject[];
    readonly terms: CreditTerms;
  },
): Promise<MonthFigures> {
  const { month, subjects } = input;
  const settledUntilMs = (await findSettledUntil(db)) ?? 0;
  const boundsIn = createMonthBounds(month);
  const inputs = subjects.map((subject) => ({
    agreement: subject.agreement,
    month: boundsIn(subject.agreement.timeZone),
    settledUntilMs,
  }));
  const evidence = await readEvidence(db, subjects.flatMap(evidenceTargets), uniteEvidence(inputs));
  const excludedOf = await readExcluded(db, uniteMonths(inputs));
  const evaluated = subjects.map((subject, index) => {
    const asked = inputs[index] ?? unreachable();
    const { intervals, rows } = excludedOf(subject, asked.month);
    const figure = evaluate({
      ...asked,
      members: membersOf(subject).map(evidence),
      siblings: subject.siblings.map(evidence),
      exclusions: intervals,
    });
    return { subject, figure, exclusions: rows };
  });
  const bounds = boundsIn(input.timeZone);
  return { month, bounds, settledUntilMs, evaluated, terms: input.terms };
}

/** The subjects of a month, by the versions of agreements in force at its start in their own zones. */
export function monthSubjects(config: Config, query: MonthQuery): Subject[] {
  const boundsIn = createMonthBounds(query.month);
  const startOf = (timeZone: string): number => boundsIn(timeZone).fromMs;
  return listSubjects({
    targets: query.keep === undefined ? config.targets : config.targets.filter(query.keep),
    boundsOf: ({ timeZone }) => boundsIn(timeZone),
    resolveAgreement: (target, id) => resolveTerms(config, target, { id, startOf }),
  });
}

/** Bounds of one month by time zone, each computed once: a report asks for every subject. */
function createMonthBounds(month: string): (timeZone: string) => Interval {
  const known = new Map<string, Interval>();
  return (timeZone) => {
    const bounds = known.get(timeZone) ?? monthBounds(month, timeZone);
    known.set(timeZone, bounds);
    return bounds;
  };
}

type MonthInput = Parameters<typeof evidenceRange>[0];

function uniteEvidence(inputs: readonly MonthInput[]): Interval {
  const ranges = new Map(inputs.map((input) => [input.agreement, evidenceRange(input)]));
  return uniteIntervals([...ranges.values()]);
}

/** Exclusions count before a running month, where its burn looks back, and for its days to come. */
function uniteMonths(inputs: readonly MonthInput[]): Interval {
  const months = new Map(inputs.map((input) => [input.agreement, input.month]));
  return uniteIntervals([uniteEvidence(inputs), ...months.values()].filter(isInterval));
}

function uniteIntervals(intervals: readonly Interval[]): Interval {
  let fromMs = Infinity;
  let untilMs = -Infinity;
  for (const interval of intervals) {
    fromMs = Math.min(fromMs, interval.fromMs);
    untilMs = Math.max(untilMs, interval.untilMs);
  }
  return fromMs < untilMs ? { fromMs, untilMs } : { fromMs: 0, untilMs: 0 };
}

function isInterval({ fromMs, untilMs }: Interval): boolean {
  return fromMs < untilMs;
}

/** Reads the approved exclusions of an interval and gives the function from subject to what is excluded. */
export async function readExcluded(
  db: Queryable,
  interval: Interval,
): Promise<ReturnType<typeof exclusionsFor>> {
  return exclusionsFor(await listExclusions(db, { state: "approved", interval }), interval);
}

/** Reads the counts of targets and gives a function from target to evidence. */
export async function readEvidence(
  db: Queryable,
  targets: readonly Target[],
  range: Interval,
): Promise<(target: Target) => Evidence> {
  const ids = await findIds(db, "target", [...new Set(targets.map(({ id }) => id))]);
  const vantages = await listNames(db, "vantage");
  const counts = await listCounts(db, {
    targetIds: new Set(ids.values()),
    fromDay: Math.floor(range.fromMs / DAY_MS),
    untilDay: Math.ceil(range.untilMs / DAY_MS),
  });
  return (target) => {
    const byVantage = counts.get(ids.get(target.id) ?? -1) ?? new Map<number, CountRun[]>();
    return {
      target,
      counts: new Map(
        [...byVantage].map(([vantageId, runs]) => [vantages.get(vantageId) ?? "", runs]),
      ),
    };
  };
}

function unreachable(): never {
  throw new Error("a subject without its month");
}
