import fc from "fast-check";
import { expect, test } from "vitest";
import { durationText } from "../../src/core/duration-text.ts";
import { count, figure, instant, latency, percent, zoneLabel } from "../../src/web/format.ts";
import { en } from "../../src/web/text-en.ts";
import { zh } from "../../src/web/text-zh.ts";

test.each([
  [0, "0 s"],
  [40.8, "40 s"],
  [-40.8, "−40 s"],
  [60, "1 min"],
  [1339.2, "22.3 min"],
  [3599, "59.9 min"],
  [6060, "1 h 41 min"],
  [7200, "2 h"],
  [86_400, "1 d"],
  [1_941_120, "22 d 11 h"],
])("%d seconds are written %s", (seconds, text) => {
  expect(durationText(seconds, en)).toBe(text);
});

test("a length of time in Chinese", () => {
  expect(durationText(6060, zh)).toBe("1 小时 41 分");
});

test("a share keeps its sign when it is cut to nothing", () => {
  expect(percent(-0.04)).toBe("−0\u202f%");
  expect(percent(9.99)).toBe("9.9\u202f%");
  expect(percent(99.99)).toBe("99\u202f%");
});

test("a share is never written larger than it is", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1000, noNaN: true }), (share) => {
      expect(Number(percent(share).slice(0, -2))).toBeLessThanOrEqual(share + 1e-6);
    }),
  );
});

test("what is not known is a dash", () => {
  expect([figure(null), latency(null)]).toEqual(["–", "–"]);
});

test("instants are written in the zone that is asked for, and the zone is named", () => {
  const ms = Date.parse("2026-11-12T02:04:05Z");
  expect(instant(ms, "Asia/Shanghai")).toBe("2026-11-12 10:04");
  expect(instant(ms, "Asia/Shanghai", true)).toBe("2026-11-12 10:04:05");
  expect(zoneLabel("Asia/Shanghai", ms)).toBe("Asia/Shanghai (UTC+08:00)");
});

test("thousands stand in groups of three", () => {
  expect(count("1234567")).toBe("1\u202f234\u202f567");
  expect(count("999")).toBe("999");
});
