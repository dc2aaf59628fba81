import type { Clock } from "./clock.ts";
import { findClosed } from "./closed-terms.ts";
import type { Config } from "./config.ts";
import { seesAccount, type Actor } from "./core/access.ts";
import { evaluate, evidenceRange } from "./core/evaluate.ts";
import {
  appliesTo,
  coversTarget,
  exclusionsFor,
  EXCLUSION_STATES,
  occurrences,
  reachOf,
  type Exclusion,
  type ExclusionState,
} from "./core/exclusion.ts";
import type {
  CalendarDay,
  CalendarItem,
  Coming,
  EffectLine,
  ExclusionFilter,
  ExclusionModel,
  ExclusionsModel,
  FigureLine,
  PlaceChoices,
} from "./core/exclusion-views.ts";
import { percentCut } from "./core/fraction.ts";
import { dayStart, monthAt, monthBounds, nextMonth, type Interval } from "./core/month.ts";
import { compareText, evidenceTargets, membersOf, type Subject } from "./core/subject.ts";
import { wallReading } from "./core/wall-time.ts";
import { readExclusion, readExclusions } from "./exclude.ts";
import { requireKnownAccount } from "./known-account.ts";
import { monthSubjects, readEvidence } from "./read-month.ts";
import type { Db } from "./store/connect.ts";
import { listExclusions } from "./store/exclusions.ts";
import { findSettledUntil } from "./store/unsettled.ts";

export type ViewExclusionsDeps = {
  readonly db: Db;
  readonly clock: Pick<Clock, "nowMs">;
  readonly config: Config;
};

const DAY_MS = 86_400_000;
const MOST_ROWS = 200;
const MOST_COMING = 8;
const COMING_MS = 60 * DAY_MS;
/** More would keep the reader waiting for their figures. */
const MOST_COUNTED = 50;
const MOST_OCCURRENCES = 6;
/** Places of a printed percentage. */
const PLACES = 3;

/** The list of exclusions with a month's calendar, as the actor may see them. */
export async function viewExclusions(
  { db, clock, config }: ViewExclusionsDeps,
  filter: ExclusionFilter,
  actor: Actor,
): Promise<ExclusionsModel> {
  await requireKnownAccount({ db, config }, filter.account ?? undefined);
  const nowMs = clock.nowMs();
  const { timeZone } = config;
  const read = (more: { readonly month?: string | undefined }) => {
    const { account, product, region, target } = filter;
    const query = {
      account: account ?? undefined,
      product: product ?? undefined,
      region: region ?? undefined,
      target: target ?? undefined,
    };
    return readExclusions({ db, config }, { ...query, ...more }, actor);
  };
  const all = await read(filter.month === null ? {} : { month: filter.month });
  const inState = all.filter(({ state }) => filter.state === null || state === filter.state);
  const month = filter.month ?? monthAt(nowMs, timeZone);
  const inMonth = (await read({ month })).filter(isInForce);
  const everything = filter.month === null ? all : await read({});
  return {
    nowMs,
    timeZone,
    filter,
    choices: placeChoices(config, actor),
    counts: countStates(all),
    exclusions: inState.slice(0, MOST_ROWS),
    more: Math.max(0, inState.length - MOST_ROWS),
    month,
    weeks: weeksOf(month, inMonth, { timeZone, nowMs }),
    coming: listComing(everything, nowMs),
  };
}

const isInForce = ({ state }: Exclusion) => state === "approved" || state === "proposed";

function countStates(exclusions: readonly Exclusion[]): Record<ExclusionState, number> {
  const counts = { proposed: 0, approved: 0, rejected: 0, withdrawn: 0 };
  for (const state of EXCLUSION_STATES) {
    counts[state] = exclusions.filter((one) => one.state === state).length;
  }
  return counts;
}

/** Of the targets that the actor sees. */
export function placeChoices({ accounts, targets }: Config, actor: Actor): PlaceChoices {
  const seen = targets.filter(({ account }) => seesAccount(actor, account));
  return {
    accounts: accounts
      .filter(({ id }) => seesAccount(actor, id))
      .map(({ id, name }) => ({ id, name })),
    products: sorted(seen.map(({ product }) => product)),
    regions: sorted(seen.map(({ region }) => region)),
  };
}

function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].toSorted(compareText);
}

/** Planned maintenance, approved or proposed, that is on or begins soon. */
function listComing(exclusions: readonly Exclusion[], nowMs: number): Coming[] {
  return exclusions
    .filter((one) => one.kind === "maintenance" && isInForce(one))
    .flatMap((exclusion): Coming[] => {
      const [next] = occurrences(exclusion, { fromMs: nowMs, untilMs: nowMs + COMING_MS });
      return next === undefined ? [] : [{ exclusion, ...next }];
    })
    .toSorted((a, b) => a.fromMs - b.fromMs)
    .slice(0, MOST_COMING);
}

/** The month's days in weeks from Monday, with what is excluded on each. */
function weeksOf(
  month: string,
  exclusions: readonly Exclusion[],
  { timeZone, nowMs }: { readonly timeZone: string; readonly nowMs: number },
): CalendarDay[][] {
  const bounds = monthBounds(month, timeZone);
  const spans = exclusions.map((exclusion) => ({
    exclusion,
    spans: occurrences(exclusion, bounds),
  }));
  const dayOf = (ms: number) => new Date(wallReading(ms, timeZone)).toISOString().slice(0, 10);
  const today = dayOf(nowMs);
  const firstMs = Date.parse(`${month}-01`);
  const lastMs = Date.parse(`${nextMonth(month)}-01`) - DAY_MS;
  const fromMs = firstMs - ((new Date(firstMs).getUTCDay() + 6) % 7) * DAY_MS;
  const weeks: CalendarDay[][] = [];
  for (let mondayMs = fromMs; mondayMs <= lastMs; mondayMs += 7 * DAY_MS) {
    const week = Array.from({ length: 7 }, (_, index): CalendarDay => {
      const readingMs = mondayMs + index * DAY_MS;
      const day = new Date(readingMs).toISOString().slice(0, 10);
      const isInMonth = readingMs >= firstMs && readingMs <= lastMs;
      const next = new Date(readingMs + DAY_MS).toISOString().slice(0, 10);
      const interval = { fromMs: dayStart(day, timeZone), untilMs: dayStart(next, timeZone) };
      const items = isInMonth ? itemsOf(spans, interval) : [];
      return { day, isInMonth, isToday: day === today, items };
    });
    weeks.push(week);
  }
  return weeks;
}

function itemsOf(
  all: readonly { readonly exclusion: Exclusion; readonly spans: readonly Interval[] }[],
  day: Interval,
): CalendarItem[] {
  return all.flatMap(({ exclusion, spans }): CalendarItem[] => {
    const here = spans.filter(
      ({ fromMs, untilMs }) => fromMs < day.untilMs && untilMs > day.fromMs,
    );
    const [first] = here;
    if (first === undefined) return [];
    const fromMs = Math.max(first.fromMs, day.fromMs);
    const untilMs = Math.min(first.untilMs, day.untilMs);
    const isWholeDay = fromMs === day.fromMs && untilMs === day.untilMs;
    return [{ exclusion, fromMs, untilMs, isWholeDay, times: here.length }];
  });
}

/** One exclusion and what it does. Throws NotFoundError. */
export async function viewExclusion(
  { db, clock, config }: ViewExclusionsDeps,
  id: number,
  actor: Actor,
): Promise<ExclusionModel> {
  const exclusion = await readExclusion({ db, config }, id, actor);
  const nowMs = clock.nowMs();
  const shown = occurrencesAround(exclusion, nowMs);
  const month = monthAt(shown[0]?.fromMs ?? exclusion.fromMs, config.timeZone);
  return {
    nowMs,
    timeZone: config.timeZone,
    exclusion,
    occurrences: shown,
    effect: { month, ...(await effectOf({ db, config }, { exclusion, month, actor })) },
  };
}

/** What has begun counts most: the last ones, and for one that is still to come the next ones. */
function occurrencesAround(exclusion: Exclusion, nowMs: number): Interval[] {
  const { fromMs, untilMs } = exclusion;
  if (exclusion.recurrence === null) return [{ fromMs, untilMs }];
  const reach = reachOf(exclusion);
  const endMs = Math.min(reach.untilMs ?? Infinity, Math.max(nowMs, fromMs) + COMING_MS);
  const near = { fromMs: Math.max(fromMs, nowMs - COMING_MS), untilMs: endMs };
  const found = near.fromMs < near.untilMs ? occurrences(exclusion, near) : [];
  const begun = found.findLastIndex((one) => one.fromMs <= nowMs);
  const some = found.slice(Math.max(0, begun), Math.max(0, begun) + MOST_OCCURRENCES);
  return some.length === 0 ? [{ fromMs, untilMs }] : some;
}

/** The month of each subject with it and without it, beside all others that are approved. */
async function effectOf(
  { db, config }: Pick<ViewExclusionsDeps, "db" | "config">,
  asked: { readonly exclusion: Exclusion; readonly month: string; readonly actor: Actor },
): Promise<Omit<ExclusionModel["effect"], "month">> {
  const { exclusion, month, actor } = asked;
  const closed = await findClosed(db, month);
  const all = closed?.subjects ?? monthSubjects(config, { month });
  const seen = all.filter(({ account }) => seesAccount(actor, account));
  const applied = seen.filter((subject) => appliesTo(exclusion, subject));
  const partly = seen.filter(
    (subject) =>
      !appliesTo(exclusion, subject) &&
      subject.targets.some((target) => coversTarget(exclusion.scope, target)),
  );
  const counted = applied.slice(0, MOST_COUNTED);
  return {
    lines: await countEffect(db, counted, { exclusion, month }),
    more: applied.length - counted.length,
    partly: partly.map(({ id }) => id),
  };
}

async function countEffect(
  db: Db,
  subjects: readonly Subject[],
  { exclusion, month }: { readonly exclusion: Exclusion; readonly month: string },
): Promise<EffectLine[]> {
  if (subjects.length === 0) return [];
  const settledUntilMs = (await findSettledUntil(db)) ?? 0;
  const inputs = subjects.map(({ agreement }) => ({
    agreement,
    month: monthBounds(month, agreement.timeZone),
    settledUntilMs,
  }));
  const ranges = inputs.flatMap((input) => [evidenceRange(input), input.month]);
  const whole = {
    fromMs: Math.min(...ranges.map(({ fromMs }) => fromMs)),
    untilMs: Math.max(...ranges.map(({ untilMs }) => untilMs)),
  };
  const evidence = await readEvidence(db, subjects.flatMap(evidenceTargets), whole);
  const approved = await listExclusions(db, { state: "approved", interval: whole });
  const others = approved.filter(({ id }) => id !== exclusion.id);
  const without = exclusionsFor(others, whole);
  const within = exclusionsFor([...others, exclusion], whole);
  return subjects.flatMap((subject, index) => {
    const input = inputs[index];
    if (input === undefined) return [];
    const figureOf = (excludedOf: typeof without): FigureLine => {
      const { availability, verdict, bad, slotMs } = evaluate({
        ...input,
        members: membersOf(subject).map(evidence),
        siblings: subject.siblings.map(evidence),
        exclusions: excludedOf(subject, input.month).intervals,
      });
      return {
        availabilityPercent: availability === null ? null : percentCut(availability, PLACES),
        verdict,
        badSeconds: ((Number(bad.num) / Number(bad.den)) * slotMs) / 1000,
      };
    };
    const { agreement, id, account, targets } = subject;
    return [
      {
        agreement: agreement.id,
        id,
        account,
        targets: targets.map((target) => target.id),
        objectivePercent: agreement.objectivePercent,
        without: figureOf(without),
        within: figureOf(within),
      },
    ];
  });
}
