import { DateTime, IANAZone } from "luxon";

/** An interval of instants [fromMs, untilMs), epoch milliseconds. */
export type Interval = { readonly fromMs: number; readonly untilMs: number };

/** Up to 9998: what follows a month, such as the end of a claim's window, has four digits too. */
const MONTH = /^(?!9999)([1-9]\d{3})-(0[1-9]|1[0-2])$/;
const DAY_MS = 86_400_000;

/** Whether a text is a month in the form "2026-10". */
export function isMonth(text: string): boolean {
  return MONTH.test(text);
}

/** Whether a text names a time zone of the IANA database. */
export function isTimeZone(zone: string): boolean {
  return IANAZone.isValidZone(zone);
}

/**
 * The service cycle: the calendar month "YYYY-MM" in a time zone; with a change of clocks it has
 * an hour more or less. Throws RangeError when `isMonth` or `isTimeZone` would refuse the input.
 */
export function monthBounds(month: string, timeZone: string): Interval {
  const { year, month: number } = parseMonth(month);
  const zone = zoneOf(timeZone);
  return {
    fromMs: firstInstant(Date.UTC(year, number - 1, 1), zone),
    untilMs: firstInstant(Date.UTC(year, number, 1), zone),
  };
}

/** Start of a calendar day "2026-10-01" in a time zone. Throws RangeError for an unknown zone. */
export function dayStart(date: string, timeZone: string): number {
  return firstInstant(Date.parse(date), zoneOf(timeZone));
}

/** The month "YYYY-MM" that an instant lies in. Throws RangeError for an unknown zone. */
export function monthAt(atMs: number, timeZone: string): string {
  return DateTime.fromMillis(atMs, { zone: zoneOf(timeZone) }).toFormat("yyyy-MM");
}

/** The month before "YYYY-MM". Throws RangeError for what is not a month. */
export function previousMonth(month: string): string {
  return shiftMonth(month, -1);
}

/** The month after "YYYY-MM". Throws RangeError for what is not a month. */
export function nextMonth(month: string): string {
  return shiftMonth(month, 1);
}

function shiftMonth(text: string, by: number): string {
  const { year, month } = parseMonth(text);
  const months = year * 12 + (month - 1) + by;
  const shifted = (((months % 12) + 12) % 12) + 1;
  return `${pad(Math.floor(months / 12), 4)}-${pad(shifted, 2)}`;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

function parseMonth(text: string): { year: number; month: number } {
  const parts = MONTH.exec(text);
  if (parts === null) {
    throw new RangeError(`"${text}" is not a month: write it as 2026-10`);
  }
  return { year: Number(parts[1]), month: Number(parts[2]) };
}

function zoneOf(timeZone: string): IANAZone {
  // Luxon keeps its zones; to ask `isTimeZone` each time takes longer than all the rest.
  const zone = IANAZone.create(timeZone);
  if (zone.isValid) return zone;
  throw new RangeError(`"${timeZone}" is not a time zone: write it as Asia/Shanghai`);
}

/**
 * The instant whose local reading is `readingMs`, a wall time written as if it were UTC.
 * Midnight that happens twice is the first of the two; one that the clocks skip is the moment of the skip.
 * By offsets, since luxon's own way from wall time starts from today's offset and may then differ by the day.
 */
function firstInstant(readingMs: number, zone: IANAZone): number {
  const before = offsetMs(zone, readingMs - DAY_MS);
  const after = offsetMs(zone, readingMs + DAY_MS);
  const early = readingMs - before;
  const late = readingMs - after;
  const onlyLateReads = offsetMs(zone, early) !== before && offsetMs(zone, late) === after;
  return onlyLateReads ? late : early;
}

function offsetMs(zone: IANAZone, atMs: number): number {
  return zone.offset(atMs) * 60_000;
}
