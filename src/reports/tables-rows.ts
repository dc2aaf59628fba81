import { IANAZone } from "luxon";
import type { TimelineRun } from "../core/figure.ts";
import { compareFractions, sumFractions, type Fraction } from "../core/fraction.ts";
import { subjectKey, type MonthDocument } from "../core/month-document.ts";
import type {
  Report,
  ReportExclusion,
  ReportMalfunction,
  ReportOutage,
  ReportSubject,
} from "../core/report.ts";
import { malfunctionFinder } from "./report-words-facts.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Offsets of zones change on quarters of an hour at the earliest. */
const OFFSET_STEP_MS = 15 * MINUTE_MS;
/** Days from the epoch of spreadsheets to that of Unix. */
const UNIX_EPOCH_DAY = 25_569;

/** What the clocks of a zone show at an instant. */
export type LocalReading = {
  /** "2026-10-01 08:00:00" */
  readonly text: string;
  /** The day and its part since 1899-12-30, as spreadsheets count. */
  readonly serial: number;
};

/** Reads instants in a zone; its offsets are looked up once a quarter of an hour. */
export function localClock(timeZone: string): (atMs: number) => LocalReading {
  const zone = IANAZone.create(timeZone);
  const offsets = new Map<number, number>();
  return (atMs) => {
    const step = Math.floor(atMs / OFFSET_STEP_MS);
    const offsetMs = offsets.get(step) ?? zone.offset(step * OFFSET_STEP_MS) * MINUTE_MS;
    offsets.set(step, offsetMs);
    const readingMs = atMs + offsetMs;
    return {
      text: new Date(readingMs).toISOString().slice(0, 19).replace("T", " "),
      serial: readingMs / DAY_MS + UNIX_EPOCH_DAY,
    };
  };
}

/** Of "23" or "41/60". */
export function readFraction(text: string): Fraction {
  const [num = "0", den = "1"] = text.split("/");
  return { num: BigInt(num), den: BigInt(den) };
}

/** Slots of a subject next to each other that are bad by num / den each. */
export type BadRun = {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly slots: number;
  readonly num: number;
  readonly den: number;
};

/** What of a month's bad slots a table lists. */
export type BadSlots = {
  /** By subject of the report, in order; null: its slots are not listed. */
  readonly bySubject: readonly (readonly BadRun[] | null)[];
  /** Equal neighbours share a row, as there are too many slots for a row each. */
  readonly isJoined: boolean;
  /** Subjects whose bad slots are not listed. */
  readonly left: number;
};

/** A month of minutes fits. Excel takes 1,048,576, but a sheet of so many opens slowly. */
export const MAX_BAD_ROWS = 50_000;

/**
 * The bad slots of each subject: a row each, or where there are more than `maxRows` a row for equal
 * neighbours; what does not fit then is left out subject by subject. So is a subject whose slots do
 * not add up to its report's books.
 */
export function listBadSlots(
  { report, timelines }: Pick<MonthDocument, "report" | "timelines">,
  maxRows = MAX_BAD_ROWS,
): BadSlots {
  const joined = report.subjects.map((subject) => {
    const timeline = timelines?.get(subjectKey(subject));
    return timeline === undefined ? null : badRuns(subject, timeline);
  });
  const slots = joined.reduce((sum, runs) => sum + countSlots(runs ?? []), 0);
  const isJoined = slots > maxRows;
  const all = isJoined ? joined : joined.map((runs) => runs?.flatMap(singleSlots) ?? null);
  let room = maxRows;
  const bySubject = all.map((runs) => {
    if (runs === null || runs.length > room) return null;
    room -= runs.length;
    return runs;
  });
  const left = bySubject.filter(
    (runs, index) => runs === null && report.subjects[index]?.books.bad !== "0",
  ).length;
  return { bySubject, isJoined, left };
}

function badRuns(subject: ReportSubject, timeline: readonly TimelineRun[]): BadRun[] | null {
  const slotMs = subject.slotSeconds * 1000;
  const runs = timeline
    .filter(({ num }) => num > 0)
    .map(({ fromMs, untilMs, num, den }) => {
      return { fromMs, untilMs, slots: (untilMs - fromMs) / slotMs, num, den };
    });
  const sum = sumFractions(
    runs.map(({ slots, num, den }) => ({ num: BigInt(num) * BigInt(slots), den: BigInt(den) })),
  );
  return compareFractions(sum, readFraction(subject.books.bad)) === 0 ? runs : null;
}

const countSlots = (runs: readonly BadRun[]) => runs.reduce((sum, { slots }) => sum + slots, 0);

function singleSlots(run: BadRun): BadRun[] {
  const { fromMs, untilMs, slots } = run;
  const slotMs = (untilMs - fromMs) / slots;
  return Array.from({ length: slots }, (_, index) => ({
    ...run,
    fromMs: fromMs + index * slotMs,
    untilMs: fromMs + (index + 1) * slotMs,
    slots: 1,
  }));
}

/** An outage of a subject, `no` its place among the subjects from 1. */
export type OutageRow = {
  readonly no: number;
  readonly subject: ReportSubject;
  readonly outage: ReportOutage;
  /** The one that it belongs to. */
  readonly malfunction: ReportMalfunction | null;
};

/** Every outage of the report. */
export function listOutages(report: Report): OutageRow[] {
  const malfunctionOf = malfunctionFinder(report);
  return report.subjects.flatMap((subject, index) =>
    subject.outages.map((outage) => ({
      no: index + 1,
      subject,
      outage,
      malfunction: malfunctionOf(subject, outage),
    })),
  );
}

/** One occurrence of an exclusion, and the subjects that it applies to. */
export type ExclusionRow = {
  readonly exclusion: ReportExclusion;
  readonly subjects: readonly ReportSubject[];
};

/** Every occurrence once, by begin and number. */
export function listExclusions({ subjects }: Report): ExclusionRow[] {
  const rows = new Map<string, { exclusion: ReportExclusion; subjects: ReportSubject[] }>();
  for (const subject of subjects) {
    for (const exclusion of subject.exclusions) {
      const key = `${exclusion.from} ${String(exclusion.id).padStart(12, "0")}`;
      const known = rows.get(key);
      if (known === undefined) rows.set(key, { exclusion, subjects: [subject] });
      else known.subjects.push(subject);
    }
  }
  return [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
