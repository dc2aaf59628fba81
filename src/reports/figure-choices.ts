import { groupBy } from "../core/group-by.ts";
import { subjectKey, type MonthDocument } from "../core/month-document.ts";
import { mergeBands } from "../core/overview-view.ts";
import type { ReportSubject } from "../core/report.ts";
import { bandDay, cutByDays, localDays } from "../core/target-view.ts";
import type { BandDay, TimelineDay } from "../core/views.ts";
import { LIMITS } from "./pdf-limits.ts";
import { lowestBy } from "./cover-facts.ts";
import { allowedSecondsOf, badSecondsOf, isMissed } from "./report-words-facts.ts";

/** What is listed, and how many are not. */
export type Chosen<Item> = { readonly shown: readonly Item[]; readonly left: number };

/** The first so many. */
export function firstOf<Item>(items: readonly Item[], limit: number): Chosen<Item> {
  const shown = items.slice(0, limit);
  return { shown, left: items.length - shown.length };
}

/** The subjects of a product, region and agreement, and the worst of them. */
export type Place = { readonly subjects: readonly ReportSubject[]; readonly worst: ReportSubject };

export function placesOf(subjects: readonly ReportSubject[]): Place[] {
  const places = groupBy(subjects, ({ product, region, agreement }) =>
    JSON.stringify([product, region, agreement]),
  );
  return [...places]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, list]) => {
      const worst = worstOf(list);
      return worst === null ? [] : [{ subjects: list, worst }];
    });
}

/** One that missed goes before one that has a lower figure of another verdict. */
function worstOf(subjects: readonly ReportSubject[]): ReportSubject | null {
  const missed = subjects.filter(isMissed);
  const among = missed.length > 0 ? missed : subjects;
  return lowestBy(among, ({ availabilityPercent }) => availabilityPercent) ?? among[0] ?? null;
}

/** The order in which subjects are listed. */
export const RANK: readonly ReportSubject["verdict"][] = [
  "missed",
  "already-missed",
  "insufficient-data",
  "at-risk",
  "on-track",
  "met",
];

/** All subjects, those that missed first; of very many only what missed or was struck. */
export function subjectsOf({ report }: MonthDocument): Chosen<ReportSubject> {
  const { subjects } = report;
  const ranked = subjects.toSorted((a, b) => RANK.indexOf(a.verdict) - RANK.indexOf(b.verdict));
  if (subjects.length <= LIMITS.allSubjects) return { shown: ranked, left: 0 };
  const struck = ranked.filter(
    (subject) =>
      subject.outages.length > 0 || subject.verdict === "insufficient-data" || isMissed(subject),
  );
  const shown = struck.slice(0, LIMITS.struckSubjects);
  return { shown, left: subjects.length - shown.length };
}

/** Those that missed, the lowest first. */
export function missedOf({ report }: MonthDocument): Chosen<ReportSubject> {
  const missed = report.subjects
    .filter(isMissed)
    .toSorted((a, b) => Number(a.availabilityPercent) - Number(b.availabilityPercent));
  return firstOf(missed, LIMITS.timelines);
}

/** Bad time that the objective allows in the whole month, also while it runs, in seconds. */
function monthAllowedSeconds({ report }: MonthDocument, subject: ReportSubject): number {
  if (report.status === "closed") return allowedSecondsOf(subject);
  const seconds = (Date.parse(report.until) - Date.parse(report.from)) / 1000;
  return seconds * (1 - Number(subject.objectivePercent) / 100);
}

type Spent = {
  readonly subject: ReportSubject;
  readonly badSeconds: number;
  readonly allowedSeconds: number;
};

/** Of its budget; without any, more than anybody. */
const spentShare = ({ badSeconds, allowedSeconds }: Spent) =>
  allowedSeconds > 0 ? badSeconds / allowedSeconds : Number.MAX_VALUE;

/** Those that used some of the month's budget, the most used first. */
export function spentOf(document: MonthDocument): Chosen<Spent> {
  const spent = document.report.subjects
    .filter(({ bad }) => bad !== "0")
    .map((subject) => ({
      subject,
      badSeconds: badSecondsOf(subject),
      allowedSeconds: monthAllowedSeconds(document, subject),
    }));
  return firstOf(
    spent.toSorted((a, b) => spentShare(b) - spentShare(a)),
    LIMITS.budgets,
  );
}

/** Cuts a subject's slots into the settled days of the month, which are looked up once. */
export function daysIn(
  document: MonthDocument,
): (subject: ReportSubject) => readonly TimelineDay[] {
  const { report, timelines, timeZone } = document;
  const fromMs = Date.parse(report.from);
  const settledMs = Math.max(Date.parse(report.settledUntil), fromMs + 1);
  const untilMs = Math.min(Date.parse(report.until), settledMs);
  const days = localDays({ fromMs, untilMs, timeZone });
  return (subject) => cutByDays(days, timelines?.get(subjectKey(subject)) ?? []);
}

/** The places of the heat map, the lowest where not all have room, with the worst state of each day. */
export function heatOf(
  document: MonthDocument,
): Chosen<{ readonly place: Place; readonly days: readonly BandDay[] }> {
  const places = placesOf(document.report.subjects);
  const isWhole = places.length <= LIMITS.heatRows;
  const { shown, left } = firstOf(
    isWhole ? places : places.toSorted((a, b) => lowOf(a.worst) - lowOf(b.worst)),
    LIMITS.heatRows,
  );
  const daysOf = daysIn(document);
  const bandOf = (subject: ReportSubject) => {
    const allowed = monthAllowedSeconds(document, subject);
    return daysOf(subject).map((day) => bandDay(day, allowed));
  };
  return {
    shown: shown.map((place) => ({ place, days: mergeBands(place.subjects.map(bandOf)) })),
    left,
  };
}

/** For the order; what has no figure comes last. */
function lowOf({ availabilityPercent }: ReportSubject): number {
  return Number(availabilityPercent ?? 101);
}

/** Those whose twelve months are listed, the lowest first. */
export function trendOf({ report }: MonthDocument): Chosen<ReportSubject> {
  return firstOf(
    report.subjects.toSorted((a, b) => lowOf(a) - lowOf(b)),
    LIMITS.trendRows,
  );
}

/** Those below 100 % of something, the lowest first. */
export function belowWhole(
  subjects: readonly ReportSubject[],
  read: (subject: ReportSubject) => string | null,
): Chosen<ReportSubject> {
  const below = subjects.filter((subject) => Number(read(subject) ?? 100) < 100);
  return firstOf(
    below.toSorted((a, b) => Number(read(a)) - Number(read(b))),
    LIMITS.worst,
  );
}
