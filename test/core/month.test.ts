import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, test } from "vitest";
import {
  isMonth,
  isTimeZone,
  monthAt,
  monthBounds,
  nextMonth,
  previousMonth,
} from "../../src/core/month.ts";

const zones = [
  "Asia/Shanghai",
  "Europe/Berlin",
  "America/Los_Angeles",
  "Australia/Sydney",
  "Australia/Lord_Howe",
  "Asia/Kolkata",
  "America/Sao_Paulo",
  "Pacific/Apia",
  "UTC",
];
const hours = ({ fromMs, untilMs }: { fromMs: number; untilMs: number }) =>
  (untilMs - fromMs) / 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();

describe("monthBounds", () => {
  test("October 2026 in Shanghai runs from 16:00 UTC to 16:00 UTC", () => {
    const { fromMs, untilMs } = monthBounds("2026-10", "Asia/Shanghai");
    expect([iso(fromMs), iso(untilMs)]).toEqual([
      "2026-09-30T16:00:00.000Z",
      "2026-10-31T16:00:00.000Z",
    ]);
  });

  test.each([
    ["2026-10", "Europe/Berlin", 31 * 24 + 1],
    ["2026-03", "Europe/Berlin", 31 * 24 - 1],
    ["2026-11", "America/Los_Angeles", 30 * 24 + 1],
    ["2026-03", "America/Los_Angeles", 31 * 24 - 1],
    ["2026-04", "Australia/Sydney", 30 * 24 + 1],
    ["2026-10", "Australia/Sydney", 31 * 24 - 1],
    ["2026-04", "Australia/Lord_Howe", 30 * 24 + 0.5],
    ["2026-10", "Asia/Shanghai", 31 * 24],
    ["2028-02", "Asia/Kolkata", 29 * 24],
  ])("%s in %s has %d hours", (month, zone, count) => {
    expect(hours(monthBounds(month, zone))).toBe(count);
  });

  test.each([
    ["2027-11", "2027-10-31T23:00:00.000Z"],
    ["2024-04", "2024-03-31T22:00:00.000Z"],
  ])("%s in Berlin starts at %s, the day after a change of clocks", (month, start) => {
    expect(iso(monthBounds(month, "Europe/Berlin").fromMs)).toBe(start);
  });

  test("midnight that happens twice is the first of the two", () => {
    // Havana went back from 01:00 to 00:00 on 2020-11-01.
    expect(iso(monthBounds("2020-11", "America/Havana").fromMs)).toBe("2020-11-01T04:00:00.000Z");
  });

  test("a midnight that the clocks skip is the moment of the skip", () => {
    // Amman went from 00:00 to 01:00 on 2016-04-01.
    const { fromMs } = monthBounds("2016-04", "Asia/Amman");
    expect(iso(fromMs)).toBe("2016-03-31T22:00:00.000Z");
    expect(monthAt(fromMs - 1, "Asia/Amman")).toBe("2016-03");
    expect(monthAt(fromMs, "Asia/Amman")).toBe("2016-04");
  });

  test("agrees with the calendar, and months follow each other without a gap", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 2012, max: 2040 }),
        fc.integer({ min: 1, max: 12 }),
        (zone, year, number) => {
          const month = `${year}-${String(number).padStart(2, "0")}`;
          const { fromMs, untilMs } = monthBounds(month, zone);
          expect(DateTime.fromMillis(fromMs, { zone }).toISODate()).toBe(`${month}-01`);
          expect(monthBounds(nextMonth(month), zone).fromMs).toBe(untilMs);
          expect(monthAt(fromMs, zone)).toBe(month);
          expect(monthAt(untilMs - 1, zone)).toBe(month);
          expect(monthAt(fromMs - 1, zone)).toBe(previousMonth(month));
        },
      ),
    );
  });

  test.each(["2026-13", "2026-00", "2026-1", "26-01", "2026-10-01", "", " 2026-10", "0026-10"])(
    "refuses the month %j",
    (month) => {
      expect(isMonth(month)).toBe(false);
      expect(() => monthBounds(month, "UTC")).toThrow(/is not a month/);
    },
  );

  test.each(["Mars/Olympus", "", "Shanghai"])("refuses the time zone %j", (zone) => {
    expect(isTimeZone(zone)).toBe(false);
    expect(() => monthBounds("2026-10", zone)).toThrow(/is not a time zone/);
    expect(() => monthAt(0, zone)).toThrow(RangeError);
  });
});

test("months before and after cross the year", () => {
  expect(previousMonth("2026-01")).toBe("2025-12");
  expect(nextMonth("2026-12")).toBe("2027-01");
  expect(previousMonth("2026-10")).toBe("2026-09");
  expect(nextMonth("2026-09")).toBe("2026-10");
});
