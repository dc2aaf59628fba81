import { setImmediate as breathe } from "node:timers/promises";
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { leastBadPpm } from "./core/classify-malfunction.ts";
import { MINUTES_PER_DAY } from "./core/day-counts.ts";
import { evaluate, evidenceRange } from "./core/evaluate.ts";
import { exclusionsFor } from "./core/exclusion.ts";
import { monthAt, monthBounds, type Interval } from "./core/month.ts";
import { recentOutagesOf } from "./core/recent-outages.ts";
import type { Standing } from "./core/standing.ts";
import { evidenceTargets, membersOf, type Subject } from "./core/subject.ts";
import { MINUTE_MS } from "./core/tally.ts";
import {
  createMonthEvidence,
  findEvidenceState,
  readMonthEvidence,
  type MonthEvidence,
} from "./month-evidence.ts";
import { monthSubjects } from "./read-month.ts";
import type { Db } from "./store/connect.ts";
import { listExclusions } from "./store/exclusions.ts";
import { findFiguresVersion, findSettledUntil } from "./store/unsettled.ts";

type StandingsDeps = { readonly db: Db; readonly config: Config };

/** How all subjects stand in a month, in the order of agreements and ids. */
export type Standings = {
  readonly month: string;
  readonly settledUntilMs: number;
  /** The same as long as no figure changes. */
  readonly version: string;
  readonly standings: readonly Standing[];
};

const DAY_MS = MINUTES_PER_DAY * MINUTE_MS;
/** Later than any slot that a month's figure looks at. */
const LONG_AFTER_MS = 1_000 * DAY_MS;
/** Figures counted at once: while more are, nothing else would run. */
const FIGURES_AT_ONCE = 200;
/** The present month, the one before, and around a month's start one more. */
const MOST_MONTHS = 3;

type SubjectMonth = { readonly subject: Subject; readonly month: Interval };

/** A month as this process remembers it. */
type Memory = {
  readonly config: Config;
  readonly month: string;
  readonly subjects: readonly SubjectMonth[];
  /** All the evidence that the month's figures may need while it runs and when it is over. */
  readonly reach: Interval;
  readonly evidence: MonthEvidence;
  last: Standings | null;
  /** What `last` was counted at; nothing need be looked at while it is the same. */
  glance: string;
  /** Readers come one after another: the second one finds what the first one counted. */
  queue: Promise<unknown>;
};

/** What this process counted last of a database: the watch, the metrics and the API share it. */
const memories = new WeakMap<Db, readonly Memory[]>();

/**
 * All subjects of a month with their figures, the same as those of the month's report, counted
 * when something has changed and from what has changed.
 */
export async function readStandings(deps: StandingsDeps, month: string): Promise<Standings> {
  const memory = memoryOf(deps, month);
  const reading = memory.queue.then(() => update(deps.db, memory));
  memory.queue = reading.catch(() => undefined);
  return reading;
}

function memoryOf({ db, config }: StandingsDeps, month: string): Memory {
  const known = (memories.get(db) ?? []).filter((memory) => memory.config === config);
  const found = known.find((memory) => memory.month === month) ?? createMemory(config, month);
  const others = known.filter((memory) => memory !== found);
  memories.set(db, [found, ...others].slice(0, MOST_MONTHS));
  return found;
}

function createMemory(config: Config, month: string): Memory {
  const bounds = new Map<string, Interval>();
  const subjects = monthSubjects(config, { month }).map((subject) => {
    const { timeZone } = subject.agreement;
    const known = bounds.get(timeZone) ?? monthBounds(month, timeZone);
    bounds.set(timeZone, known);
    return { subject, month: known };
  });
  const targets = subjects.flatMap(({ subject }) => evidenceTargets(subject));
  return {
    config,
    month,
    subjects,
    reach: reachOf(subjects),
    evidence: createMonthEvidence([...new Set(targets)]),
    last: null,
    glance: "",
    queue: Promise.resolve(),
  };
}

/** From what the first slot of the month looks back on to what its last one looks forward to. */
function reachOf(subjects: readonly SubjectMonth[]): Interval {
  let [fromMs, untilMs] = [Infinity, -Infinity];
  const seen = new Set<Subject["agreement"]>();
  for (const { subject, month } of subjects) {
    const { agreement } = subject;
    if (seen.has(agreement)) continue;
    seen.add(agreement);
    const early = evidenceRange({ agreement, month, settledUntilMs: month.fromMs });
    const late = evidenceRange({ agreement, month, settledUntilMs: month.untilMs + LONG_AFTER_MS });
    fromMs = Math.min(fromMs, early.fromMs);
    untilMs = Math.max(untilMs, late.untilMs);
  }
  return fromMs < untilMs ? { fromMs, untilMs } : { fromMs: 0, untilMs: 0 };
}

async function update(db: Db, memory: Memory): Promise<Standings> {
  const { reach, month } = memory;
  // The version goes first: what changes after it is looked at the next time.
  const figuresVersion = await findFiguresVersion(db);
  const settledUntilMs = (await findSettledUntil(db)) ?? 0;
  const approved = await listExclusions(db, { state: "approved", interval: reach });
  const excluded = approved.map(({ id, decidedAtMs }) => `${id}.${decidedAtMs}`).join(" ");
  const glance = `${figuresVersion} ${excluded}`;
  if (memory.last !== null && memory.glance === glance) return memory.last;

  const state = await findEvidenceState(db, {
    fromDay: Math.floor(reach.fromMs / DAY_MS),
    untilDay: Math.ceil(reach.untilMs / DAY_MS),
    today: Math.floor((settledUntilMs - 1) / DAY_MS),
  });
  const version = [phaseOf(memory, settledUntilMs), excluded, state.version].join("; ");
  if (memory.last?.version === version) {
    memory.last = { ...memory.last, settledUntilMs };
  } else {
    const evidence = await readMonthEvidence(db, memory.evidence, state);
    const exclusions = exclusionsFor(approved, reach);
    const standings: Standing[] = [];
    for (const { subject, month: bounds } of memory.subjects) {
      const members = membersOf(subject).map(evidence);
      const figure = evaluate({
        agreement: subject.agreement,
        month: bounds,
        settledUntilMs,
        members,
        siblings: subject.siblings.map(evidence),
        exclusions: exclusions(subject, bounds).intervals,
      });
      const { outages: _outages, timeline: _timeline, ...kept } = figure;
      const gravePpm = leastBadPpm(subject.product, memory.config.malfunctions);
      standings.push({ subject, figure: kept, recent: recentOutagesOf(figure, members, gravePpm) });
      if (standings.length % FIGURES_AT_ONCE === 0) await breathe();
    }
    memory.last = { month, settledUntilMs, version, standings };
  }
  memory.glance = glance;
  return memory.last;
}

/** While the month runs every settled minute makes another figure; afterwards only its closing does. */
function phaseOf({ reach, subjects }: Memory, settledUntilMs: number): string {
  if (settledUntilMs < reach.untilMs) return `until ${settledUntilMs}`;
  const closings = new Set(
    subjects.map(({ subject, month }) => month.untilMs + subject.agreement.closeAfterMs),
  );
  return `over ${[...closings].filter((closing) => closing <= settledUntilMs).length}`;
}

/**
 * How every subject stands in its present month: by the clock of its agreement's time zone, so
 * that around the start of a month subjects of two months stand side by side.
 */
export async function readPresent(
  deps: StandingsDeps & { readonly clock: Clock },
): Promise<Standings[]> {
  const { config, clock } = deps;
  const monthIn = createMonthAt(clock.nowMs());
  const presents: Standings[] = [];
  for (const month of monthsIn(config, monthIn)) {
    const { standings, ...facts } = await readStandings(deps, month);
    const isPresent = ({ subject }: Standing) => monthIn(subject.agreement.timeZone) === month;
    presents.push({ ...facts, standings: standings.filter(isPresent) });
  }
  return presents;
}

/** The months that it is at an instant, in the time zones of the agreements; the earliest first. */
export function presentMonths(config: Config, atMs: number): string[] {
  return monthsIn(config, createMonthAt(atMs));
}

function monthsIn({ agreements }: Config, monthIn: (timeZone: string) => string): string[] {
  return [...new Set(agreements.map(({ timeZone }) => monthIn(timeZone)))].toSorted();
}

/** The month by time zone, each computed once. */
function createMonthAt(atMs: number): (timeZone: string) => string {
  const known = new Map<string, string>();
  return (timeZone) => {
    const month = known.get(timeZone) ?? monthAt(atMs, timeZone);
    known.set(timeZone, month);
    return month;
  };
}
