import { expect, test } from "vitest";
import { readTold } from "../../src/core/told.ts";

const DAY_MS = 86_400_000;
const eventOf = (kind: string, data: object, more: { month?: string; atMs?: number } = {}) => ({
  kind,
  atMs: Date.parse("2026-10-05T00:00:00Z"),
  month: "2026-10",
  account: "acme",
  product: "ecs",
  region: "cn-hangzhou",
  agreement: "standard",
  subject: "web-1",
  data: JSON.stringify(data),
  ...more,
});
const stepsOf = (kind: string, data: object = {}) =>
  readTold(eventOf(kind, data)).map(({ topic, phase, opens }) => [topic, phase, opens].join(" "));

test.each(["month-closed", "credit-owed"])(
  "%s more than 62 days after the month's end is history, which nobody is told",
  (kind) => {
    const endMs = Date.parse("2026-10-01T00:00:00Z");
    const toldAt = (atMs: number) => readTold(eventOf(kind, {}, { month: "2026-09", atMs })).length;
    expect(toldAt(endMs)).toBe(1);
    expect(toldAt(endMs + 62 * DAY_MS)).toBe(1);
    expect(toldAt(endMs + 62 * DAY_MS + 1)).toBe(0);
  },
);

test("what is missed burns no more, and what is missed no more may burn again", () => {
  expect(stepsOf("burn")).toEqual(["burn begin true"]);
  expect(stepsOf("breach", { from: "at-risk" })).toEqual(["burn over false", "breach begin true"]);
  expect(stepsOf("breach-over", { to: "at-risk" })).toEqual([
    "breach over false",
    "burn begin true",
  ]);
  expect(stepsOf("breach-over", { to: "met" })).toEqual(["breach over false"]);
  expect(stepsOf("burn-over")).toEqual(["burn over false"]);
});

test("a subject keeps its name in a thread wherever it is, and burns apart from its breaches", () => {
  const moved = { ...eventOf("burn", {}), region: "cn-beijing" };
  const [before, after] = [readTold(eventOf("burn", {}))[0], readTold(moved)[0]];
  expect(after?.member).toBe(before?.member);
  expect(after?.about).not.toBe(before?.about);
  expect(readTold(eventOf("breach", {})).map(({ about }) => about)).toEqual([
    "burn/2026-10/standard/acme/ecs/cn-hangzhou",
    "breach/2026-10/standard/acme/ecs/cn-hangzhou",
  ]);
});

test("nobody is told of an event that is none of those", () => {
  expect(stepsOf("outage")).toEqual([]);
});
