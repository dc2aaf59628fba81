import ICAL from "ical.js";
import type { Interval } from "./month.ts";
import { type Rule, parseRule } from "./recurrence-rule.ts";
import { wallInstant, wallReading } from "./wall-time.ts";

/** Recurs by the clocks on the wall of a time zone. */
export type Recurrence = {
  /** RFC 5545, section 3.3.10; see `parseRule` for what is taken. */
  readonly rrule: string;
  /** IANA name. */
  readonly timeZone: string;
};

const DAY_MS = 86_400_000;
/** A series of COUNT is expanded from its start, which must not take long. */
const LONGEST_COUNTED_MS = 10 * 366 * DAY_MS;
/** More than clocks are ever changed by. */
const SLACK_MS = 2 * DAY_MS;

/**
 * The occurrences that overlap an interval, in order, whole. Each starts and ends when the zone's
 * clocks show it, so it lasts as long as the first by the wall, an hour more or less on a day of a
 * change of clocks; one that the clocks skip is left out. An endless rule is expanded no further than the interval.
 * Throws RangeError for a rule that `parseRule` refuses.
 */
export function listOccurrences(
  { rrule, timeZone }: Recurrence,
  first: Interval,
  interval: Interval,
): Interval[] {
  const rule = parseRule(rrule);
  if (typeof rule === "string") throw new RangeError(rule);
  const firstMs = wallReading(first.fromMs, timeZone);
  const lengthMs = wallReading(first.untilMs, timeZone) - firstMs;
  const readings = listReadings(rule, firstMs, {
    fromMs: interval.fromMs - lengthMs - SLACK_MS,
    untilMs: interval.untilMs + SLACK_MS,
  });
  const occurrences: Interval[] = [];
  for (const reading of readings) {
    // The first stands as it was given, also in an hour that the clocks show twice.
    const isFirst = reading === firstMs;
    const fromMs = isFirst ? first.fromMs : wallInstant(reading, timeZone);
    const untilMs = isFirst ? first.untilMs : wallInstant(reading + lengthMs, timeZone);
    if (fromMs > rule.lastInstantMs || reading > rule.lastReadingMs) break;
    const overlaps = fromMs < interval.untilMs && untilMs > interval.fromMs;
    if (overlaps && fromMs < untilMs) occurrences.push({ fromMs, untilMs });
  }
  return occurrences;
}

/** What is wrong with a recurrence whose first occurrence is given, and how to mend it; else null. */
export function checkRecurrence(recurrence: Recurrence, first: Interval): string | null {
  const rule = parseRule(recurrence.rrule);
  if (typeof rule === "string") return rule;
  const { timeZone } = recurrence;
  const firstMs = wallReading(first.fromMs, timeZone);
  if (firstMs % 1000 !== 0) return "a series begins at a whole second: leave out the fraction";
  if (wallReading(first.untilMs, timeZone) <= firstMs) {
    return `the first lasts no time on the clocks of ${timeZone}: begin the series on another day`;
  }
  const isIn =
    holdsAt(rule, firstMs) &&
    listReadings(rule, firstMs, { fromMs: firstMs, untilMs: firstMs + 1 }).length === 1;
  if (!isIn) {
    const shown = new Date(firstMs).toISOString().slice(0, 19);
    return `the rule does not give its first occurrence, ${shown} in ${timeZone}: begin with one that it gives`;
  }
  if (first.fromMs > rule.lastInstantMs || firstMs > rule.lastReadingMs) {
    return "UNTIL lies before the first occurrence: write a later one";
  }
  if (rule.freq === "YEARLY" && !hasDayInEachMonth(rule, firstMs)) {
    return "one of the months has no such day in every year: choose a day from 1 to 28";
  }
  if (rule.count === null) return null;
  const untilMs = firstMs + LONGEST_COUNTED_MS;
  const counted = listReadings(rule, firstMs, { fromMs: firstMs, untilMs });
  if (counted.length === rule.count) return null;
  return "COUNT reaches further than ten years: write UNTIL instead";
}

/** The most occurrences that begin within 31 days, seen over the first year. */
export function mostWithinMonth({ rrule, timeZone }: Recurrence, first: Interval): number {
  const rule = parseRule(rrule);
  if (typeof rule === "string") throw new RangeError(rule);
  const fromMs = wallReading(first.fromMs, timeZone);
  const readings = listReadings(rule, fromMs, { fromMs, untilMs: fromMs + 366 * DAY_MS });
  let [most, oldest] = [0, 0];
  for (const [index, reading] of readings.entries()) {
    while ((readings[oldest] ?? reading) <= reading - 31 * DAY_MS) oldest += 1;
    most = Math.max(most, index - oldest + 1);
  }
  return most;
}

/** The library takes 29 February of other years for 1 March, where the RFC leaves it out. */
function hasDayInEachMonth({ by }: Rule, firstMs: number): boolean {
  if (by.BYDAY.length > 0) return true;
  const first = new Date(firstMs);
  const months = by.BYMONTH.length > 0 ? by.BYMONTH : [first.getUTCMonth() + 1];
  const days = by.BYMONTHDAY.length > 0 ? by.BYMONTHDAY : [first.getUTCDate()];
  return months.every((month) => Math.max(...days) <= daysIn(ORDINARY_YEAR, month));
}

const ORDINARY_YEAR = 2023;

/** Months from 1. */
function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Where the last occurrence ends at the latest; null for a rule without an end. */
export function endOfSeries(recurrence: Recurrence, first: Interval): number | null {
  const rule = parseRule(recurrence.rrule);
  if (typeof rule === "string") throw new RangeError(rule);
  const lastMs = Math.min(rule.lastInstantMs, rule.lastReadingMs + SLACK_MS);
  if (lastMs < Infinity) return lastMs + (first.untilMs - first.fromMs) + SLACK_MS;
  if (rule.count === null) return null;
  const untilMs = first.fromMs + LONGEST_COUNTED_MS;
  const counted = listOccurrences(recurrence, first, { fromMs: first.fromMs, untilMs });
  return counted.at(-1)?.untilMs ?? first.untilMs;
}

/** Whether a reading has the month, days and time that the rule names, as far as it shows that itself. */
function holdsAt({ by }: Rule, readingMs: number): boolean {
  const at = new Date(readingMs);
  const [month, day] = [at.getUTCMonth() + 1, at.getUTCDate()];
  const weekday = WEEKDAYS[at.getUTCDay()] ?? "";
  return (
    names(by.BYMONTH, [month]) &&
    names(by.BYMONTHDAY, [day, day - daysIn(at.getUTCFullYear(), month) - 1]) &&
    names(by.BYHOUR, [at.getUTCHours()]) &&
    names(by.BYMINUTE, [at.getUTCMinutes()]) &&
    names(by.BYSECOND, [at.getUTCSeconds()]) &&
    (by.BYDAY.length === 0 || by.BYDAY.some((one) => one.endsWith(weekday))) &&
    (by.BYSETPOS.length === 0 || names(by.BYSETPOS, positionsOf(by.BYDAY, at)))
  );
}

/** Where a day stands among the named weekdays of its month, from the start and from the end. */
function positionsOf(weekdays: readonly string[], at: Date): number[] {
  const [year, month] = [at.getUTCFullYear(), at.getUTCMonth() + 1];
  const named: number[] = [];
  for (let day = 1; day <= daysIn(year, month); day += 1) {
    const weekday = WEEKDAYS[new Date(Date.UTC(year, month - 1, day)).getUTCDay()] ?? "";
    if (weekdays.includes(weekday)) named.push(day);
  }
  const index = named.indexOf(at.getUTCDate());
  return [index + 1, index - named.length];
}

/** What names nothing holds always. */
function names(named: readonly number[], shown: readonly number[]): boolean {
  return named.length === 0 || shown.some((value) => named.includes(value));
}

const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

/** The readings in a range at which occurrences start; those of COUNT are counted from the first. */
function listReadings(rule: Rule, firstMs: number, range: Interval): number[] {
  const startMs = rule.count === null ? forward(rule, firstMs, range.fromMs) : firstMs;
  const iterator = ICAL.Recur.fromString(textOf(rule)).iterator(timeOf(startMs));
  const holds = iterator.check_contracting_rules.bind(iterator);
  // The library looks for the next occurrence until it finds one, if it takes for ever.
  iterator.check_contracting_rules = () => readingOf(iterator.last) >= range.untilMs || holds();
  const readings: number[] = [];
  while (iterator.next() !== null) {
    const reading = readingOf(iterator.last);
    if (reading >= range.untilMs) break;
    // A start that was moved forward is given first, whether the rule holds there or not.
    if (reading >= range.fromMs && holds()) readings.push(reading);
  }
  return readings;
}

/** The library counts from the first occurrence; whole periods of the rule may be left out. */
function forward({ freq, interval }: Rule, firstMs: number, beforeMs: number): number {
  const first = new Date(firstMs);
  if (freq === "MONTHLY" || freq === "YEARLY") {
    const years = new Date(beforeMs).getUTCFullYear() - first.getUTCFullYear();
    const moved = (Math.floor(years / interval) - 1) * interval;
    const isLeapDay = first.getUTCMonth() === 1 && first.getUTCDate() === 29;
    if (moved <= 0 || isLeapDay) return firstMs;
    return first.setUTCFullYear(first.getUTCFullYear() + moved);
  }
  const periodMs = interval * (freq === "WEEKLY" ? 7 * DAY_MS : DAY_MS);
  return firstMs + Math.max(0, Math.floor((beforeMs - firstMs) / periodMs) - 1) * periodMs;
}

/** Without UNTIL, which the library would compare with readings as if they were UTC. */
function textOf({ freq, interval, count, by, weekStart }: Rule): string {
  const parts = [`FREQ=${freq}`, `INTERVAL=${interval}`, `WKST=${weekStart}`];
  if (count !== null) parts.push(`COUNT=${count}`);
  for (const key of ["BYMONTH", "BYMONTHDAY", "BYDAY", "BYHOUR", "BYSETPOS"] as const) {
    if (by[key].length > 0) parts.push(`${key}=${by[key].join(",")}`);
  }
  return parts.join(";");
}

function timeOf(readingMs: number): InstanceType<typeof ICAL.Time> {
  const at = new Date(readingMs);
  return ICAL.Time.fromData({
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
    second: at.getUTCSeconds(),
    isDate: false,
  });
}

function readingOf(time: InstanceType<typeof ICAL.Time>): number {
  return Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
}
