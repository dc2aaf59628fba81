/**
 * Section 1: "the service cycle: one calendar month in the agreement's time zone", found by asking
 * the calendar itself: the month begins at the first instant that the zone's calendar shows in it.
 */
export type Span = { readonly fromMs: number; readonly untilMs: number };

const HOUR_MS = 3_600_000;
/** Clocks of our time differ from UTC, and change, by whole quarters of an hour. */
const QUARTER_MS = HOUR_MS / 4;

const known = new Map<string, number>();

export function monthIn(month: string, timeZone: string): Span {
  return { fromMs: beginOf(month, timeZone), untilMs: beginOf(monthAfter(month), timeZone) };
}

function monthAfter(month: string): string {
  const [year = 0, number = 0] = month.split("-").map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, "0")}`;
}

function beginOf(month: string, timeZone: string): number {
  const key = `${month} ${timeZone}`;
  const begin = known.get(key) ?? firstInstantOf(month, timeZone);
  known.set(key, begin);
  return begin;
}

function firstInstantOf(month: string, timeZone: string): number {
  const calendar = new Intl.DateTimeFormat("en-u-ca-gregory", {
    timeZone,
    year: "numeric",
    month: "2-digit",
  });
  const shows = (atMs: number): string => {
    const parts = new Map(calendar.formatToParts(atMs).map(({ type, value }) => [type, value]));
    return `${parts.get("year")}-${parts.get("month")}`;
  };
  let atMs = Date.parse(`${month}-01T00:00:00Z`) - 26 * HOUR_MS;
  while (shows(atMs) < month) atMs += QUARTER_MS;
  return atMs;
}
