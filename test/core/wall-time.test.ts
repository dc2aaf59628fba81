import fc from "fast-check";
import { expect, test } from "vitest";
import { wallInstant, wallReading } from "../../src/core/wall-time.ts";

const zones = fc.constantFrom(
  "Asia/Shanghai",
  "Europe/Berlin",
  "America/Los_Angeles",
  "America/St_Johns",
  "Australia/Lord_Howe",
);
const MINUTE_MS = 60_000;
/** Minutes around the changes of clocks of several years, and any others. */
const readings = fc
  .integer({ min: Date.UTC(2015, 0, 1) / MINUTE_MS, max: Date.UTC(2030, 0, 1) / MINUTE_MS })
  .map((minute) => minute * MINUTE_MS);

test("a reading that the clocks show is found again, at the first of its instants", () => {
  fc.assert(
    fc.property(zones, readings, (zone, atMs) => {
      const reading = wallReading(atMs, zone);
      const found = wallInstant(reading, zone);
      expect(wallReading(found, zone)).toBe(reading);
      expect(found).toBeLessThanOrEqual(atMs);
      expect(atMs - found).toBeLessThanOrEqual(60 * MINUTE_MS);
    }),
  );
});

test("a later reading is never an earlier instant", () => {
  fc.assert(
    fc.property(zones, readings, fc.integer({ min: 0, max: 180 }), (zone, reading, minutes) => {
      const later = wallInstant(reading + minutes * MINUTE_MS, zone);
      expect(later).toBeGreaterThanOrEqual(wallInstant(reading, zone));
    }),
  );
});

test.each([
  ["Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00"],
  ["Europe/Berlin", "2026-03-29T02:59", "2026-03-29T01:00"],
  ["Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00"],
  ["Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30"],
  ["America/Los_Angeles", "2026-03-08T02:30", "2026-03-08T10:00"],
  ["America/Los_Angeles", "2026-11-01T01:30", "2026-11-01T08:30"],
  // Half an hour, and a date line crossed: 30 December 2011 was skipped as a whole.
  ["Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"],
  ["Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"],
])("in %s the clocks show %s at %s", (zone, reading, instant) => {
  const found = wallInstant(Date.parse(`${reading}Z`), zone);
  expect(new Date(found).toISOString().slice(0, 16)).toBe(instant);
});
