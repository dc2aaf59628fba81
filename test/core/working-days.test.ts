import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, test } from "vitest";
import { monthBounds } from "../../src/core/month.ts";
import { claimWindow, isWorkingDay, type WorkCalendar } from "../../src/core/working-days.ts";

const calendar = (holidays: string[] = [], workingDays: string[] = []): WorkCalendar => ({
  holidays: new Set(holidays),
  workingDays: new Set(workingDays),
});

/** The window in wall time with its offset. */
function windowText(month: string, zone: string, days = calendar()): [string, string] {
  const { fromMs, untilMs } = claimWindow(month, zone, days);
  const text = (ms: number) => DateTime.fromMillis(ms, { zone }).toFormat("yyyy-MM-dd HH:mm ZZ");
  return [text(fromMs), text(untilMs)];
}

describe("the claim window", () => {
  test("October's is open from the 5th working day of November until 1 January, 00:00 local", () => {
    // 1 November 2026 is a Sunday: Monday the 2nd is the first working day.
    expect(windowText("2026-10", "Asia/Shanghai")).toEqual([
      "2026-11-06 00:00 +08:00",
      "2027-01-01 00:00 +08:00",
    ]);
  });

  test.each([
    // 1 December 2026 is a Tuesday.
    ["2026-11", "2026-12-07 00:00 +08:00", "2027-02-01 00:00 +08:00"],
    // Over the year's end: 1 January 2027 is a Friday.
    ["2026-12", "2027-01-07 00:00 +08:00", "2027-03-01 00:00 +08:00"],
    // January's ends with March, whatever February is.
    ["2027-01", "2027-02-05 00:00 +08:00", "2027-04-01 00:00 +08:00"],
    ["2028-01", "2028-02-07 00:00 +08:00", "2028-04-01 00:00 +08:00"],
    ["2028-02", "2028-03-07 00:00 +08:00", "2028-05-01 00:00 +08:00"],
  ])("%s", (month, from, until) => {
    expect(windowText(month, "Asia/Shanghai")).toEqual([from, until]);
  });

  test("holidays put the opening off, and weekend days that are worked bring it forward", () => {
    // September 2026: the 1st to the 8th of October are off, Saturday the 10th is worked.
    const week = ["01", "02", "05", "06", "07", "08"].map((day) => `2026-10-${day}`);
    expect(windowText("2026-09", "Asia/Shanghai", calendar(week))[0]).toMatch("2026-10-15");
    const worked = calendar(week, ["2026-10-10"]);
    expect(windowText("2026-09", "Asia/Shanghai", worked)[0]).toMatch("2026-10-14");
    const sunday = calendar(week, ["2026-10-10", "2026-10-11"]);
    expect(windowText("2026-09", "Asia/Shanghai", sunday)[0]).toMatch("2026-10-13");
  });

  test("a holiday on a weekend, a worked weekday and days of other months change nothing", () => {
    const plain = windowText("2026-10", "Asia/Shanghai");
    const days = calendar(["2026-11-01", "2026-10-30", "2025-11-03"], ["2026-11-03", "2026-10-31"]);
    expect(windowText("2026-10", "Asia/Shanghai", days)).toEqual(plain);
  });

  test("a month full of holidays opens in the next", () => {
    const november = Array.from(
      { length: 30 },
      (_, index) => `2026-11-${String(index + 1).padStart(2, "0")}`,
    );
    expect(windowText("2026-10", "Asia/Shanghai", calendar(november))[0]).toBe(
      "2026-12-07 00:00 +08:00",
    );
  });

  test("opens and closes at local midnight on both sides of a change of clocks", () => {
    // Berlin leaves summer time on 25 October 2026 and takes it up on 28 March 2027.
    expect(windowText("2026-08", "Europe/Berlin")).toEqual([
      "2026-09-07 00:00 +02:00",
      "2026-11-01 00:00 +01:00",
    ]);
    expect(windowText("2027-02", "Europe/Berlin")).toEqual([
      "2027-03-05 00:00 +01:00",
      "2027-05-01 00:00 +02:00",
    ]);
  });

  test("where the clocks skip midnight the day starts with the skip", () => {
    // Beirut goes from 00:00 to 01:00 on 28 March 2021; Saturday is worked and all before is off.
    const days = Array.from(
      { length: 27 },
      (_, at) => `2021-03-${String(at + 1).padStart(2, "0")}`,
    );
    const worked = ["2021-03-27", "2021-03-28"];
    const off = days.filter(
      (day) => !["2021-03-23", "2021-03-24", "2021-03-25", "2021-03-27"].includes(day),
    );
    expect(windowText("2021-02", "Asia/Beirut", calendar(off, worked))[0]).toBe(
      "2021-03-28 01:00 +03:00",
    );
  });

  test("whatever the month and zone: five working days from the first to the opening day", () => {
    const months = fc.record({
      year: fc.integer({ min: 2010, max: 2040 }),
      number: fc.integer({ min: 1, max: 12 }),
      zone: fc.constantFrom("Asia/Shanghai", "Europe/London", "America/New_York", "Asia/Dubai"),
      off: fc.uniqueArray(fc.integer({ min: 1, max: 28 }), { maxLength: 12 }),
    });
    fc.assert(
      fc.property(months, ({ year, number, zone, off }) => {
        const month = `${year}-${String(number).padStart(2, "0")}`;
        const first = DateTime.fromISO(`${month}-01`, { zone }).plus({ months: 1 });
        const days = calendar(off.map((day) => first.set({ day }).toISODate()!));
        const { fromMs, untilMs } = claimWindow(month, zone, days);
        const opening = DateTime.fromMillis(fromMs, { zone });
        let worked = 0;
        for (let day = first; day <= opening; day = day.plus({ days: 1 })) {
          if (isWorkingDay(day.toISODate()!, days)) worked += 1;
        }
        expect(worked).toBe(5);
        expect(isWorkingDay(opening.toISODate()!, days)).toBe(true);
        expect(opening.startOf("day").toMillis()).toBe(fromMs);
        const second = first.plus({ months: 1 }).toFormat("yyyy-MM");
        expect(untilMs).toBe(monthBounds(second, zone).untilMs);
      }),
    );
  });
});
