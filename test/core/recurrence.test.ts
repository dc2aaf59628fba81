import fc from "fast-check";
import ICAL from "ical.js";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Interval } from "../../src/core/month.ts";
import {
  checkRecurrence,
  endOfSeries,
  listOccurrences,
  mostWithinMonth,
} from "../../src/core/recurrence.ts";
import { parseRule, type Rule } from "../../src/core/recurrence-rule.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEKDAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

const at = (text: string) => Date.parse(text);
const spanOf = (from: string, until: string): Interval => ({
  fromMs: at(from),
  untilMs: at(until),
});
afterEach(() => void vi.restoreAllMocks());

const shown = (spans: readonly Interval[]) =>
  spans.map(({ fromMs, untilMs }) =>
    [fromMs, untilMs].map((ms) => new Date(ms).toISOString().slice(0, 16)).join(" "),
  );

describe("expansion", () => {
  test("is that of RFC 5545 for every rule that is taken, held against every hour", () => {
    let taken = 0;
    fc.assert(
      fc.property(rules, fc.integer({ min: 0, max: 400 }), (rrule, skip) => {
        const rule = parseRule(rrule);
        if (typeof rule === "string") return;
        const beginMs = at("2023-11-20T02:30:00Z") + skip * DAY_MS;
        const [firstMs] = plainStarts({ ...rule, interval: 1 }, beginMs, beginMs + 400 * DAY_MS);
        if (firstMs === undefined) return;
        const what = `${rrule} from ${new Date(firstMs).toISOString()}`;
        const recurrence = { rrule, timeZone: "UTC" };
        const first = { fromMs: firstMs, untilMs: firstMs + HOUR_MS };
        const problem = checkRecurrence(recurrence, first);
        expect(problem ?? "no such day", what).toMatch(/COUNT reaches|no such day/u);
        if (problem !== null) return;
        taken += 1;
        const isLong = rule.freq === "MONTHLY" || rule.freq === "YEARLY";
        const untilMs = firstMs + (isLong ? 1500 : 200) * DAY_MS;
        const plain = plainStarts(rule, firstMs, untilMs);
        for (const fromMs of [firstMs, untilMs - 100 * DAY_MS]) {
          const found = listOccurrences(recurrence, first, { fromMs, untilMs });
          const wanted = plain.filter((ms) => ms + HOUR_MS > fromMs);
          expect(
            found.map((one) => one.fromMs),
            what,
          ).toEqual(wanted);
        }
      }),
      { numRuns: 60 },
    );
    expect(taken).toBeGreaterThan(15);
  });

  test("of an endless rule goes no further than the interval asked for", () => {
    const first = spanOf("2026-10-04T02:00:00+08:00", "2026-10-04T04:00:00+08:00");
    const weekly = { rrule: "FREQ=WEEKLY;BYDAY=SU", timeZone: "Asia/Shanghai" };
    const month = spanOf("2026-11-01T00:00:00+08:00", "2026-12-01T00:00:00+08:00");
    expect(shown(listOccurrences(weekly, first, month))).toEqual([
      "2026-10-31T18:00 2026-10-31T20:00",
      "2026-11-07T18:00 2026-11-07T20:00",
      "2026-11-14T18:00 2026-11-14T20:00",
      "2026-11-21T18:00 2026-11-21T20:00",
      "2026-11-28T18:00 2026-11-28T20:00",
    ]);
    expect(
      listOccurrences(weekly, first, spanOf("2026-09-01T00:00:00Z", "2026-10-03T18:00:00Z")),
    ).toEqual([]);
  });

  test("takes what reaches into the interval from before, whole", () => {
    const first = spanOf("2026-01-31T20:00:00Z", "2026-02-02T04:00:00Z");
    const monthly = { rrule: "FREQ=MONTHLY;BYMONTHDAY=-1", timeZone: "UTC" };
    const february = spanOf("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
    expect(shown(listOccurrences(monthly, first, february))).toEqual([
      "2026-01-31T20:00 2026-02-02T04:00",
      "2026-02-28T20:00 2026-03-02T04:00",
    ]);
  });

  test.each([
    "FREQ=HOURLY",
    "FREQ=HOURLY;INTERVAL=7",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=WEEKLY;INTERVAL=2",
  ])("%s that began decades ago skips what lies before", (rrule) => {
    const first = spanOf("1970-01-01T00:30:00Z", "1970-01-01T00:40:00Z");
    const { interval } = parseRule(rrule) as Rule;
    const range = spanOf("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z");
    const next = vi.spyOn(ICAL.RecurIterator.prototype, "next");
    const found = listOccurrences({ rrule, timeZone: "UTC" }, first, range);
    // A month of an endless rule costs what a month has, not half a century.
    expect(next.mock.calls.length).toBeLessThan(100 + 2 * found.length);
    expect(found.length).toBeGreaterThan(1);
    for (const { fromMs } of found) {
      expect(((fromMs - first.fromMs) / HOUR_MS) % interval).toBe(0);
    }
  });

  test.each([
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=31",
    "FREQ=WEEKLY;INTERVAL=52;BYMONTH=7",
  ])("%s, which never holds again, comes to an end", (rrule) => {
    const first = spanOf("2026-01-05T00:00:00Z", "2026-01-05T01:00:00Z");
    const range = spanOf("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
    expect(listOccurrences({ rrule, timeZone: "UTC" }, first, range)).toEqual([]);
    expect(checkRecurrence({ rrule, timeZone: "UTC" }, first)).toMatch(
      /begin with one that it gives/u,
    );
  });
});

describe("changes of clocks", () => {
  type Window = { readonly zone: string; readonly first: Interval; readonly day: string };
  /** What a daily window becomes in some hours from the day's midnight in UTC. */
  const windows = ({ zone, first, day }: Window, [from, until]: [number, number]) => {
    const dayMs = at(`${day}T00:00:00Z`);
    const range = { fromMs: dayMs + from * HOUR_MS, untilMs: dayMs + until * HOUR_MS };
    return shown(listOccurrences({ rrule: "FREQ=DAILY", timeZone: zone }, first, range));
  };
  const around = (window: Window) => windows(window, [-30, 36]);
  const onDay = (window: Window) => windows(window, [0, 12]);
  const berlin = (from: string, until: string) => ({
    zone: "Europe/Berlin",
    first: spanOf(`2026-01-05T${from}:00+01:00`, `2026-01-05T${until}:00+01:00`),
  });
  const angeles = (from: string, until: string) => ({
    zone: "America/Los_Angeles",
    first: spanOf(`2026-01-05T${from}:00-08:00`, `2026-01-05T${until}:00-08:00`),
  });

  test("a window keeps its wall time, and its length by the wall", () => {
    // Berlin skips 02:00 to 03:00 on 29 March 2026, and shows it twice on 25 October.
    expect(around({ ...berlin("01:00", "05:00"), day: "2026-03-29" })).toEqual([
      "2026-03-28T00:00 2026-03-28T04:00",
      "2026-03-29T00:00 2026-03-29T03:00",
      "2026-03-29T23:00 2026-03-30T03:00",
    ]);
    expect(around({ ...berlin("01:00", "05:00"), day: "2026-10-25" })).toEqual([
      "2026-10-23T23:00 2026-10-24T03:00",
      "2026-10-24T23:00 2026-10-25T04:00",
      "2026-10-26T00:00 2026-10-26T04:00",
    ]);
    // Los Angeles: 8 March and 1 November.
    expect(around({ ...angeles("01:00", "05:00"), day: "2026-03-08" })).toEqual([
      "2026-03-07T09:00 2026-03-07T13:00",
      "2026-03-08T09:00 2026-03-08T12:00",
      "2026-03-09T08:00 2026-03-09T12:00",
    ]);
    expect(around({ ...angeles("01:00", "05:00"), day: "2026-11-01" })).toEqual([
      "2026-10-31T08:00 2026-10-31T12:00",
      "2026-11-01T08:00 2026-11-01T13:00",
      "2026-11-02T09:00 2026-11-02T13:00",
    ]);
  });

  test("a time that the clocks skip is the moment of the skip", () => {
    expect(onDay({ ...berlin("02:30", "04:00"), day: "2026-03-29" })).toEqual([
      "2026-03-29T01:00 2026-03-29T02:00",
    ]);
    expect(onDay({ ...berlin("01:30", "02:30"), day: "2026-03-29" })).toEqual([
      "2026-03-29T00:30 2026-03-29T01:00",
    ]);
    expect(onDay({ ...angeles("02:30", "04:00"), day: "2026-03-08" })).toEqual([
      "2026-03-08T10:00 2026-03-08T11:00",
    ]);
  });

  test("a window that is skipped as a whole is left out", () => {
    expect(onDay({ ...berlin("02:10", "02:50"), day: "2026-03-29" })).toEqual([]);
    expect(onDay({ ...angeles("02:10", "02:50"), day: "2026-03-08" })).toEqual([]);
  });

  test("a time that the clocks show twice is the first of the two", () => {
    expect(onDay({ ...berlin("02:30", "03:30"), day: "2026-10-25" })).toEqual([
      "2026-10-25T00:30 2026-10-25T02:30",
    ]);
    expect(onDay({ ...berlin("02:10", "02:50"), day: "2026-10-25" })).toEqual([
      "2026-10-25T00:10 2026-10-25T00:50",
    ]);
    expect(onDay({ ...angeles("01:30", "02:30"), day: "2026-11-01" })).toEqual([
      "2026-11-01T08:30 2026-11-01T10:30",
    ]);
  });

  test("the first occurrence stands as it was given, also in the second of two equal hours", () => {
    const first = spanOf("2026-10-25T02:30:00+01:00", "2026-10-25T04:00:00+01:00");
    const daily = { rrule: "FREQ=DAILY;COUNT=2", timeZone: "Europe/Berlin" };
    expect(
      shown(listOccurrences(daily, first, spanOf("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"))),
    ).toEqual(["2026-10-25T01:30 2026-10-25T03:00", "2026-10-26T01:30 2026-10-26T03:00"]);
  });

  test("hours recur by the wall: the one that is skipped is left out, the one shown twice comes once", () => {
    const first = spanOf("2026-03-28T00:00:00+01:00", "2026-03-28T00:15:00+01:00");
    const hourly = { rrule: "FREQ=HOURLY", timeZone: "Europe/Berlin" };
    const spring = spanOf("2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00");
    expect(listOccurrences(hourly, first, spring)).toHaveLength(23);
    const autumn = spanOf("2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00");
    expect(listOccurrences(hourly, first, autumn)).toHaveLength(24);
  });
});

describe("the end of a series", () => {
  const first = spanOf("2026-10-04T02:00:00+08:00", "2026-10-04T04:00:00+08:00");
  const year = spanOf("2026-10-01T00:00:00Z", "2027-10-01T00:00:00Z");
  const count = (rrule: string) =>
    listOccurrences({ rrule, timeZone: "Asia/Shanghai" }, first, year).length;

  test("COUNT counts the first", () => {
    expect(count("FREQ=WEEKLY;COUNT=3")).toBe(3);
    const later = spanOf("2026-10-11T00:00:00+08:00", "2027-01-01T00:00:00+08:00");
    const counted = { rrule: "FREQ=WEEKLY;COUNT=3", timeZone: "Asia/Shanghai" };
    expect(listOccurrences(counted, first, later)).toHaveLength(2);
  });

  test("UNTIL is an instant with a Z, else by the wall, and a date is that whole day", () => {
    // The third begins at 2026-10-18 02:00 in Shanghai.
    expect(count("FREQ=WEEKLY;UNTIL=20261017T180000Z")).toBe(3);
    expect(count("FREQ=WEEKLY;UNTIL=20261017T175959Z")).toBe(2);
    expect(count("FREQ=WEEKLY;UNTIL=20261018T020000")).toBe(3);
    expect(count("FREQ=WEEKLY;UNTIL=20261018T015959")).toBe(2);
    expect(count("FREQ=WEEKLY;UNTIL=20261018")).toBe(3);
    expect(count("FREQ=WEEKLY;UNTIL=20261017")).toBe(2);
  });

  test("is known, or there is none", () => {
    const endOf = (rrule: string) => endOfSeries({ rrule, timeZone: "Asia/Shanghai" }, first);
    expect(endOf("FREQ=WEEKLY")).toBe(null);
    expect(endOf("FREQ=WEEKLY;COUNT=3")).toBe(at("2026-10-18T04:00:00+08:00"));
    expect(endOf("FREQ=WEEKLY;UNTIL=20261018")).toBeGreaterThanOrEqual(
      at("2026-10-18T04:00:00+08:00"),
    );
    expect(endOf("FREQ=WEEKLY;UNTIL=20261017T180000Z")).toBeLessThan(at("2026-11-01T00:00:00Z"));
  });

  test("the most occurrences within 31 days are counted", () => {
    const most = (rrule: string) => mostWithinMonth({ rrule, timeZone: "Asia/Shanghai" }, first);
    expect(most("FREQ=WEEKLY")).toBe(5);
    expect(most("FREQ=DAILY")).toBe(31);
    expect(most("FREQ=HOURLY")).toBe(31 * 24);
    expect(most("FREQ=DAILY;COUNT=4")).toBe(4);
  });
});

describe("what is refused", () => {
  test.each([
    ["", "is no part of a rule"],
    ["RRULE:FREQ=DAILY", "RRULE:FREQ is not taken"],
    ["FREQ=DAILY;", "is no part of a rule"],
    ["FREQ=MINUTELY", "nothing finer than an hour"],
    ["FREQ=SECONDLY", "nothing finer than an hour"],
    ["INTERVAL=2", "FREQ must be one of"],
    ["FREQ=DAILY;FREQ=DAILY", "FREQ stands there twice"],
    ["FREQ=DAILY;INTERVALL=2", 'did you mean "INTERVAL"?'],
    ["FREQ=DAILY;INTERVAL=0", "INTERVAL must be from 1"],
    ["FREQ=DAILY;INTERVAL=1e3", "INTERVAL must be from 1"],
    ["FREQ=DAILY;COUNT=0", "COUNT must be from 1"],
    ["FREQ=DAILY;COUNT=100000", "COUNT must be from 1"],
    ["FREQ=DAILY;COUNT=2;UNTIL=20261231", "exclude each other"],
    ["FREQ=DAILY;UNTIL=20260230", "UNTIL must be"],
    ["FREQ=DAILY;UNTIL=2026-12-31", "UNTIL must be"],
    ["FREQ=DAILY;WKST=XX", "WKST must be"],
    ["FREQ=WEEKLY;BYDAY=2SU", "needs FREQ=MONTHLY"],
    ["FREQ=MONTHLY;BYDAY=6SU", "BYDAY takes days"],
    ["FREQ=MONTHLY;BYDAY=SU,2MO", "keep one kind"],
    ["FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY takes numbers"],
    ["FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY takes numbers"],
    ["FREQ=DAILY;BYMONTHDAY=-1", "needs FREQ=MONTHLY"],
    ["FREQ=WEEKLY;BYMONTHDAY=1", "needs FREQ=MONTHLY"],
    ["FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "needs FREQ=DAILY"],
    ["FREQ=MONTHLY;BYMONTH=3", "needs FREQ=YEARLY"],
    ["FREQ=YEARLY;BYDAY=1MO", "needs BYMONTH"],
    ["FREQ=YEARLY;BYWEEKNO=3", "BYWEEKNO is not taken"],
    ["FREQ=HOURLY;BYHOUR=3", "needs FREQ=DAILY"],
    ["FREQ=MONTHLY;BYHOUR=3,4", "need FREQ=DAILY"],
    ["FREQ=DAILY;BYMINUTE=0,30", "takes one value"],
    ["FREQ=DAILY;BYHOUR=24", "BYHOUR takes numbers"],
    ["FREQ=DAILY;BYDAY=MO;BYSETPOS=1", "needs FREQ=MONTHLY"],
  ])("%s, with what to do instead", (rrule, message) => {
    expect(parseRule(rrule)).toContain(message);
  });

  const check = (rrule: string, from: string, until: string, timeZone = "Asia/Shanghai") =>
    checkRecurrence({ rrule, timeZone }, spanOf(from, until));

  test("a first occurrence that the rule does not give", () => {
    const sunday = ["2026-10-04T02:00:00+08:00", "2026-10-04T04:00:00+08:00"] as const;
    expect(check("FREQ=WEEKLY;BYDAY=SU", ...sunday)).toBe(null);
    expect(check("FREQ=WEEKLY;BYDAY=SU;BYHOUR=2;BYMINUTE=0;BYSECOND=0", ...sunday)).toBe(null);
    for (const rule of ["BYDAY=MO", "BYDAY=SU;BYHOUR=3", "BYDAY=SU;BYMINUTE=30", "BYMONTH=9"]) {
      expect(check(`FREQ=WEEKLY;${rule}`, ...sunday)).toContain(
        "2026-10-04T02:00:00 in Asia/Shanghai",
      );
    }
    // By the wall of the zone it is Saturday there.
    expect(check("FREQ=WEEKLY;BYDAY=SU", ...sunday, "UTC")).toContain(
      "begin with one that it gives",
    );
    expect(check("FREQ=MONTHLY;BYDAY=2SU", ...sunday)).toContain("begin with one that it gives");
    expect(check("FREQ=MONTHLY;BYDAY=SU;BYSETPOS=2", ...sunday)).toContain("begin with one");
  });

  test("a series that cannot be told to the end, or lasts no time by the wall", () => {
    const sunday = ["2026-10-04T02:00:00+08:00", "2026-10-04T04:00:00+08:00"] as const;
    expect(check("FREQ=YEARLY;COUNT=40", ...sunday)).toContain("ten years");
    expect(check("FREQ=DAILY;UNTIL=20261003", ...sunday)).toContain("UNTIL lies before");
    expect(
      check("FREQ=DAILY", "2026-10-25T00:50:00Z", "2026-10-25T01:10:00Z", "Europe/Berlin"),
    ).toContain("lasts no time");
    expect(check("FREQ=YEARLY", "2028-02-29T00:00:00Z", "2028-02-29T01:00:00Z", "UTC")).toContain(
      "no such day",
    );
    expect(check("FREQ=DAILY", "2026-10-04T02:00:00.500Z", "2026-10-04T03:00:00Z")).toContain(
      "fraction",
    );
  });

  test("to expand what was never checked is an error, not a guess", () => {
    const first = spanOf("2026-10-04T02:00:00Z", "2026-10-04T04:00:00Z");
    expect(() => listOccurrences({ rrule: "FREQ=NEVER", timeZone: "UTC" }, first, first)).toThrow(
      RangeError,
    );
  });
});

/** One of the values in some of the cases, in percent; else nothing. */
const maybe = <Value>(percent: number, values: fc.Arbitrary<Value>) =>
  fc.oneof(
    { weight: percent, arbitrary: values },
    { weight: 100 - percent, arbitrary: fc.constant(null) },
  );
const some = <Value>(...values: Value[]) => fc.subarray(values, { minLength: 1 });

/** Rules of every kind, most of which are taken. */
const rules = fc
  .constantFrom("HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
  .chain((freq) => {
    const isMonthly = freq === "MONTHLY";
    const isLong = isMonthly || freq === "YEARLY";
    const days = some("MO", "SU", "WE", "SA");
    return fc.record({
      FREQ: fc.constant(freq),
      INTERVAL: fc.integer({ min: 1, max: 5 }),
      COUNT: maybe(20, fc.integer({ min: 1, max: 30 })),
      WKST: maybe(50, fc.constantFrom("MO", "SU", "SA")),
      BYMONTH: maybe(isMonthly ? 5 : 50, some(1, 2, 3, 6, 10, 12)),
      BYMONTHDAY: maybe(
        freq === "WEEKLY" ? 5 : 30,
        isMonthly ? some(1, 13, 29, 31, -1, -7) : some(1, 13, 28, 31),
      ),
      BYDAY: maybe(40, isLong ? fc.oneof(days, some("2SU", "-1SU", "5TH", "1FR")) : days),
      BYHOUR: maybe(
        freq === "HOURLY" ? 5 : 30,
        isLong ? fc.constantFrom(2, 13).map((one) => [one]) : some(2, 3, 13, 22),
      ),
      BYSETPOS: maybe(isMonthly ? 30 : 5, some(1, 2, -1)),
    });
  })
  .map((parts) =>
    Object.entries(parts)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => `${key}=${String(value)}`)
      .join(";"),
  );

/** Where occurrences of a rule start: each hour held against RFC 5545, in UTC and without a library. */
function plainStarts(rule: Rule, firstMs: number, untilMs: number): number[] {
  const { by, freq } = rule;
  const first = new Date(firstMs);
  const monthOf = (ms: number) => new Date(ms).toISOString().slice(0, 7);
  const monthNumber = (date: Date) => date.getUTCFullYear() * 12 + date.getUTCMonth();
  const dayOf = (ms: number) => Math.floor(ms / DAY_MS);
  // 1 January 1970 was a Thursday.
  const weekOf = (ms: number) => Math.floor((dayOf(ms) + 4 - WEEKDAYS.indexOf(rule.weekStart)) / 7);
  const stepsTo = (date: Date): number => {
    if (freq === "HOURLY") return (date.getTime() - firstMs) / HOUR_MS;
    if (freq === "DAILY") return dayOf(date.getTime()) - dayOf(firstMs);
    if (freq === "WEEKLY") return weekOf(date.getTime()) - weekOf(firstMs);
    if (freq === "MONTHLY") return monthNumber(date) - monthNumber(first);
    return date.getUTCFullYear() - first.getUTCFullYear();
  };
  const isDay = (date: Date): boolean => {
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
    const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
    const isNamed = by.BYDAY.some((one) => {
      if (!one.endsWith(WEEKDAYS[date.getUTCDay()]!)) return false;
      const nth = Number(one.slice(0, -2));
      if (nth === 0) return true;
      return nth > 0 ? Math.ceil(day / 7) === nth : Math.ceil((length - day + 1) / 7) === -nth;
    });
    if (by.BYMONTH.length > 0 && !by.BYMONTH.includes(month + 1)) return false;
    if (by.BYDAY.length > 0 && !isNamed) return false;
    const isListed = by.BYMONTHDAY.includes(day) || by.BYMONTHDAY.includes(day - length - 1);
    if (by.BYMONTHDAY.length > 0 && !isListed) return false;
    if (by.BYDAY.length > 0 || by.BYMONTHDAY.length > 0) return true;
    if (freq === "WEEKLY") return date.getUTCDay() === first.getUTCDay();
    if (freq === "MONTHLY") return day === first.getUTCDate();
    const isMonth = by.BYMONTH.length > 0 || month === first.getUTCMonth();
    return freq !== "YEARLY" || (isMonth && day === first.getUTCDate());
  };
  const isHour = (date: Date): boolean => {
    if (by.BYHOUR.length > 0) return by.BYHOUR.includes(date.getUTCHours());
    return freq === "HOURLY" || date.getUTCHours() === first.getUTCHours();
  };
  const found: number[] = [];
  // BYSETPOS counts from the start of the month to its end.
  const startMs = Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), 1) + (firstMs % HOUR_MS);
  for (let dayMs = startMs; dayMs < untilMs + 31 * DAY_MS; dayMs += DAY_MS) {
    if (!isDay(new Date(dayMs))) continue;
    for (let ms = dayMs; ms < dayMs + DAY_MS; ms += HOUR_MS) {
      const date = new Date(ms);
      if (isHour(date) && stepsTo(date) % rule.interval === 0) found.push(ms);
    }
  }
  const isChosen = (ms: number): boolean => {
    if (by.BYSETPOS.length === 0) return true;
    const same = found.filter((one) => monthOf(one) === monthOf(ms));
    const position = same.indexOf(ms);
    return by.BYSETPOS.includes(position + 1) || by.BYSETPOS.includes(position - same.length);
  };
  const counted = found.filter((ms) => ms >= firstMs && isChosen(ms));
  return counted.slice(0, rule.count ?? Infinity).filter((ms) => ms < untilMs);
}
