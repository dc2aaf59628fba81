import fc from "fast-check";
import { expect, test } from "vitest";
import { formatDuration, parseDuration } from "../../src/core/duration.ts";

test.each([
  ["500ms", 500],
  ["15s", 15_000],
  ["1m", 60_000],
  ["24h", 86_400_000],
  ["2d", 172_800_000],
  ["0s", 0],
])("%s is %i ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  "",
  "15",
  "s",
  "1.5s",
  "-1s",
  "1 s",
  "1S",
  "1h30m",
  "1w",
  "1e3s",
  "９s",
  "15s\n",
  "9999999999s",
])("%j is no duration", (text) => {
  expect(parseDuration(text)).toBeNull();
});

test("a formatted duration is read back as the same milliseconds", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999 }), (ms) => {
      expect(parseDuration(formatDuration(ms))).toBe(ms);
    }),
  );
});

test("a duration is formatted in the largest unit that keeps it whole", () => {
  const texts = [90_000, 86_400_000, 3_600_000, 1500, 0].map(formatDuration);
  expect(texts).toEqual(["90s", "1d", "1h", "1500ms", "0s"]);
});
