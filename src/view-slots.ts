import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { SYSTEM } from "./core/access.ts";
import { timelineBetween } from "./core/evaluate.ts";
import { monthAt, type Interval } from "./core/month.ts";
import { slotsStartingIn } from "./core/ranges.ts";
import type { EvidenceRow, ResultsModel, ShownResults } from "./core/results-view.ts";
import { dayText } from "./core/seal.ts";
import {
  runsOfDay,
  slotsOfDay,
  voteRuns,
  worstHour,
  type DayHour,
  type DayModel,
} from "./core/slots-view.ts";
import { evidenceTargets, membersOf, type Subject } from "./core/subject.ts";
import { cutByDays, localDays, type LocalDay } from "./core/target-view.ts";
import type { Target } from "./core/target.ts";
import { NotFoundError } from "./errors.ts";
import { findClosed } from "./closed-terms.ts";
import { monthSubjects, readEvidence, readExcluded } from "./read-month.ts";
import { listEvidence } from "./store/results.ts";
import { listSealedDays } from "./store/seals.ts";
import { findSettledUntil } from "./store/unsettled.ts";
import { readMalfunctions } from "./view-malfunction.ts";
import { readMonthFrame, type ViewDeps } from "./view-overview.ts";
import { getTarget } from "./view-target.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** More exceptional stretches in a day are a target that flaps: the hours show them all. */
const MOST_RUNS = 120;

export type DayQuery = {
  readonly id: string;
  /** "2026-11-12", in the configuration's time zone. */
  readonly day: string;
  readonly agreement: string | undefined;
  /** Of the day, from 0; the worst one by default. */
  readonly hour: number | undefined;
};

/** One day of a target, slot by slot. Throws NotFoundError for an agreement that gives it no figure. */
export async function viewDay(deps: ViewDeps, query: DayQuery): Promise<DayModel> {
  const { config, clock } = deps;
  const target = getTarget(config, query.id);
  const day = dayOf(query.day, config.timeZone);
  const month = query.day.slice(0, 7);
  const frame = await readMonthFrame(deps, month);
  const subjects = await listDaySubjects(deps, target, month);
  const { id, product, region, account } = target;
  const subject = chooseSubject(subjects, query);
  return {
    frame,
    id,
    product,
    region,
    account,
    day: day.day,
    fromMs: day.fromMs,
    untilMs: day.untilMs,
    ...neighboursOf(day, { target, timeZone: config.timeZone, nowMs: clock.nowMs() }),
    agreements: subjects.map(({ agreement }) => agreement.id),
    shown: subject === null ? null : await readShown(deps, { target, subject, day, query }),
  };
}

/** Throws NotFoundError for a text that is no day. */
function dayOf(day: string, timeZone: string): LocalDay {
  const noonMs = Date.parse(`${day}T12:00:00Z`);
  const near = { fromMs: noonMs - DAY_MS, untilMs: noonMs + DAY_MS, timeZone };
  const found = Number.isNaN(noonMs) ? undefined : localDays(near).find((one) => one.day === day);
  if (found === undefined) throw new NotFoundError(`"${day}" is no day`);
  return found;
}

/** What counts the target in the month: by what the month was closed with, else by the configuration. */
async function listDaySubjects(
  { db, config }: Pick<ViewDeps, "db" | "config">,
  target: Target,
  month: string,
): Promise<Subject[]> {
  const keep = (other: Target) =>
    other.account === target.account &&
    other.product === target.product &&
    other.region === target.region;
  const closed = await findClosed(db, month);
  const subjects = closed?.subjects ?? monthSubjects(config, { month, keep });
  return subjects.filter(({ targets }) => targets.some(({ id }) => id === target.id));
}

function chooseSubject(subjects: readonly Subject[], { id, agreement }: DayQuery): Subject | null {
  if (agreement === undefined) return subjects[0] ?? null;
  const found = subjects.find((subject) => subject.agreement.id === agreement);
  if (found !== undefined) return found;
  throw new NotFoundError(`no agreement "${agreement}" holds for target "${id}"`);
}

function neighboursOf(
  day: LocalDay,
  input: { readonly target: Target; readonly timeZone: string; readonly nowMs: number },
): Pick<DayModel, "previous" | "next"> {
  const { target, timeZone, nowMs } = input;
  const dayAt = (ms: number) =>
    localDays({ fromMs: ms, untilMs: ms + 1, timeZone })[0]?.day ?? null;
  const hasBefore = target.fromMs === null || target.fromMs < day.fromMs;
  const hasAfter = day.untilMs <= nowMs && (target.untilMs ?? Infinity) > day.untilMs;
  return {
    previous: hasBefore ? dayAt(day.fromMs - 1) : null,
    next: hasAfter ? dayAt(day.untilMs) : null,
  };
}

type Shown = {
  readonly target: Target;
  readonly subject: Subject;
  readonly day: LocalDay;
  readonly query: DayQuery;
};

async function readShown(
  deps: ViewDeps,
  { target, subject, day, query }: Shown,
): Promise<DayModel["shown"]> {
  const { db } = deps;
  const { agreement } = subject;
  const { slotMs, minStretch } = agreement;
  const settledUntilMs = (await findSettledUntil(db)) ?? 0;
  const reachMs = (minStretch - 1) * slotMs;
  const evidence = await readEvidence(db, evidenceTargets(subject), {
    fromMs: day.fromMs - reachMs,
    untilMs: day.untilMs + reachMs + slotMs,
  });
  const excluded = (await readExcluded(db, day))(subject, day);
  const timeline = timelineBetween(
    {
      agreement,
      settledUntilMs,
      members: membersOf(subject).map(evidence),
      siblings: subject.siblings.map(evidence),
      exclusions: excluded.intervals,
    },
    day,
  );
  const { counts } = evidence(target);
  const vantages = [...new Set([...target.vantages, ...counts.keys()])];
  const slots = slotsOfDay({
    slotMs,
    range: slotsStartingIn(day, slotMs),
    counts: vantages.map((vantage) => counts.get(vantage) ?? []),
    timeline,
  });
  const lineOf = (part: LocalDay) => cutByDays([part], timeline)[0] ?? unreachable();
  const hours = hoursOf(day, lineOf);
  const hourOf = (ms: number) => Math.floor((ms - day.fromMs) / HOUR_MS);
  const hour = Math.min(query.hour ?? worstHour(slots, hourOf), hours.length - 1);
  const runs = runsOfDay(slots, slotMs);
  return {
    terms: agreement,
    subject: subject.id,
    targets: subject.targets.length,
    vantages,
    line: lineOf(day),
    votes: vantages.map((vantage, index) => ({
      vantage,
      runs: voteRuns(slots, index, { startMs: day.fromMs, slotMs }),
    })),
    hours,
    runs: runs.slice(0, MOST_RUNS),
    more: Math.max(0, runs.length - MOST_RUNS),
    hour,
    slots: slots.filter(({ fromMs }) => hourOf(fromMs) === hour),
    exclusions: distinct(excluded.rows).map(({ id, reason }) => ({ id, reason })),
    malfunctions: await listDayMalfunctions(deps, { subject, day }),
  };
}

function hoursOf(day: LocalDay, lineOf: (part: LocalDay) => DayHour["line"]): DayHour[] {
  const count = Math.ceil((day.untilMs - day.fromMs) / HOUR_MS);
  return Array.from({ length: count }, (_, index) => {
    const fromMs = day.fromMs + index * HOUR_MS;
    const untilMs = Math.min(fromMs + HOUR_MS, day.untilMs);
    return { index, fromMs, untilMs, line: lineOf({ ...day, fromMs, untilMs }) };
  });
}

function distinct<Row extends { readonly id: number }>(rows: readonly Row[]): Row[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

async function listDayMalfunctions(
  { db, config, accounts }: ViewDeps,
  { subject, day }: { readonly subject: Subject; readonly day: Interval },
) {
  const { account, product, region } = subject;
  const month = monthAt(day.fromMs, config.timeZone);
  const reader = { ...SYSTEM, accounts };
  const seen = await readMalfunctions({ db, config }, { month, account, product, region }, reader);
  return seen.flatMap(({ malfunction, outages }) =>
    outages
      .filter(
        (one) =>
          one.subject === subject.id &&
          one.agreement === subject.agreement.id &&
          one.fromMs < day.untilMs &&
          (one.untilMs ?? Infinity) > day.fromMs,
      )
      .map(({ fromMs, untilMs }) => {
        return { id: malfunction.id, level: malfunction.level, fromMs, untilMs };
      }),
  );
}

/** Results on one page. */
const PAGE_ROWS = 200;

/** A page of a target's single results, and which of their rounds can be proven. */
export async function viewResults(
  { db, config }: { readonly db: ViewDeps["db"]; readonly config: Config; readonly clock: Clock },
  query: Interval & { readonly id: string; readonly show: ShownResults },
): Promise<ResultsModel> {
  const { id, show, fromMs, untilMs } = query;
  const { rows, nextMs } = await listEvidence(db, id, {
    fromMs,
    untilMs,
    limit: PAGE_ROWS,
    isNotOk: show === "not-ok",
  });
  const days = rows.map(({ plannedAtMs }) => Math.floor(plannedAtMs / DAY_MS));
  const [fromDay = 0, untilDay = -1] = days.length === 0 ? [] : [days[0], days.at(-1)];
  const sealed = await listSealedDays(db, { fromDay, untilDay: untilDay + 1 });
  const [day] = localDays({ fromMs, untilMs: fromMs + 1, timeZone: config.timeZone });
  return {
    id,
    show,
    fromMs,
    untilMs,
    month: monthAt(fromMs, config.timeZone),
    day: day?.day ?? "",
    timeZone: config.timeZone,
    rows,
    counts: countOutcomes(rows),
    nextMs,
    sealedDays: sealed.map(dayText),
  };
}

function countOutcomes(rows: readonly EvidenceRow[]): ResultsModel["counts"] {
  const counts = { ok: 0, failed: 0, invalid: 0, unknown: 0 };
  for (const { outcome } of rows) counts[outcome] += 1;
  return counts;
}

function unreachable(): never {
  throw new Error("a day without its line");
}
