import fc from "fast-check";
import { expect, test } from "vitest";
import type { TimelineRun } from "../../src/core/figure.ts";
import {
  bandDay,
  burnPoints,
  latencyPoints,
  probeFacts,
  timelineDays,
} from "../../src/core/target-view.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const FROM = Date.parse("2026-11-01T00:00:00+08:00");
const good = (fromMs: number, untilMs: number): TimelineRun => ({
  fromMs,
  untilMs,
  state: "good",
  num: 0,
  den: 1,
});
const bad = (fromMs: number, untilMs: number, num = 1, den = 1): TimelineRun => ({
  fromMs,
  untilMs,
  state: num === den ? "bad" : "partial",
  num,
  den,
});
const days = (runs: readonly TimelineRun[], untilMs = FROM + 3 * DAY) =>
  timelineDays({ fromMs: FROM, untilMs, timeZone: "Asia/Shanghai", runs });

test("an outage over midnight is shared between its days", () => {
  const [first, second, third] = days([
    good(FROM, FROM + 23 * HOUR),
    bad(FROM + 23 * HOUR, FROM + 26 * HOUR),
    good(FROM + 26 * HOUR, FROM + 30 * HOUR),
  ]);
  expect(first).toMatchObject({ day: "2026-11-01", weekday: 7, badSeconds: 3600 });
  expect(first?.runs.at(-1)).toEqual({ fromMs: 23 * HOUR, untilMs: DAY, state: "bad" });
  expect(second?.badSeconds).toBe(7200);
  expect(second?.runs).toEqual([
    { fromMs: 0, untilMs: 2 * HOUR, state: "bad" },
    { fromMs: 2 * HOUR, untilMs: 6 * HOUR, state: "good" },
  ]);
  expect(third?.runs).toEqual([]);
});

test("time outside the lifetime is not drawn", () => {
  const [first] = days([{ ...good(FROM, FROM + DAY), state: "outside" }]);
  expect(first?.runs).toEqual([]);
});

test("where clocks skip midnight one day begins at one, and those after it at midnight", () => {
  const zone = { timeZone: "Africa/Cairo", runs: [] };
  const fromMs = Date.parse("2026-04-22T22:00:00Z");
  const lengths = timelineDays({ ...zone, fromMs, untilMs: fromMs + 4 * DAY }).map(
    ({ day, lengthMs }) => [day, lengthMs / HOUR],
  );
  expect(lengths).toEqual([
    ["2026-04-23", 24],
    ["2026-04-24", 23],
    ["2026-04-25", 24],
    ["2026-04-26", 24],
    ["2026-04-27", 24],
  ]);
});

test("a month with a change of clocks has a day of 25 hours", () => {
  const lengths = timelineDays({
    fromMs: Date.parse("2026-10-01T00:00:00+02:00"),
    untilMs: Date.parse("2026-11-01T00:00:00+01:00"),
    timeZone: "Europe/Berlin",
    runs: [],
  }).map((day) => day.lengthMs / HOUR);
  expect(lengths).toHaveLength(31);
  expect(lengths.filter((hours) => hours === 25)).toHaveLength(1);
  expect(lengths[24]).toBe(25);
});

test("the days' losses add up to the end of the budget's line", () => {
  const lengths = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 4 })),
  );
  fc.assert(
    fc.property(lengths, (parts) => {
      let cursor = FROM;
      const runs = parts.map(([minutes, num]) => {
        const fromMs = cursor;
        cursor += minutes * 60_000;
        return num === 0 ? good(fromMs, cursor) : bad(fromMs, cursor, num, 4);
      });
      const lost = days(runs, cursor + 1).reduce((sum, day) => sum + day.badSeconds, 0);
      const points = burnPoints(runs, FROM, cursor);
      expect(points.at(-1)?.badSeconds).toBeCloseTo(lost, 6);
      expect(points.toSorted((a, b) => a.atMs - b.atMs || a.badSeconds - b.badSeconds)).toEqual(
        points,
      );
    }),
  );
});

test.each([
  ["good", [good(FROM, FROM + DAY)], 0],
  ["minor", [good(FROM, FROM + HOUR), bad(FROM + HOUR, FROM + HOUR + 600_000)], 600],
  ["missed", [bad(FROM, FROM + 1_380_000), good(FROM + 1_380_000, FROM + DAY)], 1380],
  [
    "excluded",
    [{ ...good(FROM, FROM + HOUR), state: "excluded" as const }, good(FROM + HOUR, FROM + DAY)],
    0,
  ],
  ["no-data", [{ ...good(FROM, FROM + DAY), state: "no-data" as const }], 0],
  ["no-data", [], 0],
] as const)("a day is %s", (state, runs, badSeconds) => {
  const [day] = days(runs);
  expect(day === undefined ? null : bandDay(day, 1339.2)).toEqual({
    day: "2026-11-01",
    state,
    badSeconds,
  });
});

test("the budget's line of a month to come stays at its beginning", () => {
  const fromMs = Date.parse("2027-03-01T00:00:00Z");
  const points = burnPoints([], fromMs, fromMs - 90 * 86_400_000);
  expect(points.every(({ atMs, badSeconds }) => atMs === fromMs && badSeconds === 0)).toBe(true);
});

test("percentiles are those of each step, and nothing where nothing was measured", () => {
  const samples = Array.from({ length: 20 }, (_, index) => ({ atMs: 100, latencyMs: 20 - index }));
  expect(
    latencyPoints([...samples, { atMs: 5000, latencyMs: 1 }, { atMs: -1, latencyMs: 1 }], {
      fromMs: 0,
      untilMs: 2000,
      stepMs: 1000,
    }),
  ).toEqual([
    { atMs: 0, p50Ms: 10, p95Ms: 19 },
    { atMs: 1000, p50Ms: null, p95Ms: null },
  ]);
});

test("of a probe's settings only those without a secret are told", () => {
  const facts = probeFacts({
    kind: "mysql",
    address: "192.0.2.7:3306",
    user: "monitor",
    password: "p",
    key: "k",
    accessKeySecret: "s",
    headers: { authorization: "Bearer t" },
    ca: "-----BEGIN",
    status: ["2xx", 304],
    url: "https://user:pass@example.com/a?sig=1",
  });
  expect(facts).toEqual([
    { name: "address", value: "192.0.2.7:3306" },
    { name: "status", value: "2xx, 304" },
    { name: "url", value: "https://example.com/…" },
  ]);
  expect(probeFacts({ kind: "oss", key: "canary/one" })).toEqual([
    { name: "key", value: "canary/one" },
  ]);
});
