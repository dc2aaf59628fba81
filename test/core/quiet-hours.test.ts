import fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, test } from "vitest";
import { afterQuietHours } from "../../src/core/quiet-hours.ts";

const at = (text: string, zone: string) => DateTime.fromISO(text, { zone }).toMillis();
const show = (ms: number, zone: string) => DateTime.fromMillis(ms, { zone }).toISO();
const timeZone = "Europe/Berlin";
const night = { from: "22:00", until: "07:30", timeZone };
const ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"];

describe("quiet hours", () => {
  test.each([
    ["2026-11-04T21:59:59.999", "2026-11-04T21:59:59.999"],
    ["2026-11-04T22:00", "2026-11-05T07:30"],
    ["2026-11-04T23:59:59", "2026-11-05T07:30"],
    ["2026-11-05T00:00", "2026-11-05T07:30"],
    ["2026-11-05T07:29:59.999", "2026-11-05T07:30"],
    ["2026-11-05T07:30", "2026-11-05T07:30"],
    ["2026-12-31T23:00", "2027-01-01T07:30"],
  ])("over midnight make %s %s", (given, due) => {
    expect(afterQuietHours(at(given, timeZone), night)).toBe(at(due, timeZone));
  });

  test("within a day end that day", () => {
    const siesta = { from: "13:00", until: "15:00", timeZone };
    expect(afterQuietHours(at("2026-08-03T14:00", timeZone), siesta)).toBe(
      at("2026-08-03T15:00", timeZone),
    );
    expect(afterQuietHours(at("2026-08-03T15:00", timeZone), siesta)).toBe(
      at("2026-08-03T15:00", timeZone),
    );
  });

  test("end by the clocks in nights in which these change", () => {
    for (const [evening, morning] of [
      ["2026-03-28T23:00", "2026-03-29T07:30:00.000+02:00"],
      ["2026-10-24T23:00", "2026-10-25T07:30:00.000+01:00"],
    ] as const) {
      expect(show(afterQuietHours(at(evening, timeZone), night), timeZone)).toBe(morning);
    }
  });

  test("that end in the hour that is skipped end when it is", () => {
    const early = { from: "22:00", until: "02:30", timeZone };
    expect(show(afterQuietHours(at("2026-03-28T23:00", timeZone), early), timeZone)).toBe(
      "2026-03-29T03:00:00.000+02:00",
    );
  });

  test("that end in the hour that comes twice end at the first of the two, and hold in the second", () => {
    const early = { from: "22:00", until: "02:30", timeZone };
    const first = at("2026-10-25T02:30:00+02:00", timeZone);
    expect(afterQuietHours(at("2026-10-24T23:00", timeZone), early)).toBe(first);
    expect(afterQuietHours(at("2026-10-25T02:10:00+01:00", timeZone), early)).toBe(
      at("2026-10-25T02:30:00+01:00", timeZone),
    );
  });

  test("never bring a message forward, and hold it no longer than a day", () => {
    const minutes = fc.integer({ min: 0, max: 24 * 60 - 1 });
    const clock = (minute: number) =>
      `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2030, 0) }),
        minutes,
        minutes,
        fc.constantFrom(...ZONES),
        (atMs, from, until, zone) => {
          fc.pre(from !== until);
          const quiet = { from: clock(from), until: clock(until), timeZone: zone };
          const due = afterQuietHours(atMs, quiet);
          expect(due).toBeGreaterThanOrEqual(atMs);
          expect(due - atMs).toBeLessThanOrEqual(25 * 3_600_000);
          const wall = DateTime.fromMillis(due, { zone });
          // It is out of them, or was there already.
          if (due !== atMs) {
            const shown = wall.hour * 60 + wall.minute;
            expect(wall.second === 0 && (shown === until || wall.minute % 30 === 0)).toBe(true);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
