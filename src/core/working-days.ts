import { dayStart, monthBounds, nextMonth, type Interval } from "./month.ts";

/** What a configuration says about days, each as "2026-10-01". */
export type WorkCalendar = {
  /** Days off from Monday to Friday. */
  readonly holidays: ReadonlySet<string>;
  /** Saturdays and Sundays that are worked, as they are in China around long holidays. */
  readonly workingDays: ReadonlySet<string>;
};

const DAY_MS = 86_400_000;
/** A claim opens at the start of this working day. */
const OPENING_DAY = 5;

/** Monday to Friday less the holidays, and the days that are worked all the same. */
export function isWorkingDay(date: string, { holidays, workingDays }: WorkCalendar): boolean {
  if (workingDays.has(date)) return true;
  const weekday = new Date(Date.parse(date)).getUTCDay();
  return weekday !== 0 && weekday !== 6 && !holidays.has(date);
}

/**
 * When a credit for a month can be claimed: from the start of the 5th working day of the next
 * month to the end of the second month after it, in the agreement's time zone (the providers'
 * terms: "from the 5th working day of the following month, at the latest 2 months after the end
 * of the month missed"). October's ends on 1 January, 00:00.
 */
export function claimWindow(month: string, timeZone: string, calendar: WorkCalendar): Interval {
  const next = nextMonth(month);
  return {
    fromMs: dayStart(openingDate(next, calendar), timeZone),
    untilMs: monthBounds(nextMonth(next), timeZone).untilMs,
  };
}

/** Holidays are listed, so there is an end to them. */
function openingDate(month: string, calendar: WorkCalendar): string {
  let left = OPENING_DAY;
  for (let atMs = Date.parse(`${month}-01`); ; atMs += DAY_MS) {
    const date = new Date(atMs).toISOString().slice(0, 10);
    if (isWorkingDay(date, calendar)) left -= 1;
    if (left === 0) return date;
  }
}
