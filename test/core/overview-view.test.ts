import { expect, test } from "vitest";
import { budgetOf, mergeBands, numberOf } from "../../src/core/overview-view.ts";
import { regionName } from "../../src/core/region-name.ts";
import { MANY_REGIONS, demoFrame, demoOverview } from "../web/demo-models.ts";

const subject = { counted: 44_640, slotSeconds: 60, bad: "23", objectivePercent: "99.95" };

test("the budget of a closed month is its allowance less what was lost", () => {
  const budget = budgetOf(subject, 0);
  expect(budget.allowedSeconds).toBeCloseTo(22.32 * 60);
  expect(budget.leftSeconds).toBeCloseTo(-0.68 * 60);
  expect(budget.leftPercent).toBeCloseTo(-3.047, 3);
});

test("a running month's allowance covers the time to come", () => {
  const budget = budgetOf({ ...subject, counted: 1440, bad: "2" }, 30 * 86_400);
  expect(budget.allowedSeconds).toBeCloseTo(22.32 * 60);
  expect(budget.leftSeconds).toBeCloseTo(20.32 * 60);
});

test("an objective of 100 % allows nothing, and no share of it is left", () => {
  expect(budgetOf({ ...subject, objectivePercent: "100" }, 0)).toEqual({
    allowedSeconds: 0,
    leftSeconds: -1380,
    leftPercent: null,
  });
});

test("the report's fractions are read for display", () => {
  expect([numberOf("23"), numberOf("41/60"), numberOf("22.32")]).toEqual([23, 41 / 60, 22.32]);
});

test("a merged band has each day's worst state and largest loss, in order", () => {
  expect(
    mergeBands([
      [
        { day: "2026-11-02", state: "minor", badSeconds: 60 },
        { day: "2026-11-01", state: "good", badSeconds: 0 },
      ],
      [
        { day: "2026-11-01", state: "no-data", badSeconds: 0 },
        { day: "2026-11-02", state: "missed", badSeconds: 2280 },
      ],
      [{ day: "2026-11-03", state: "excluded", badSeconds: 0 }],
    ]),
  ).toEqual([
    { day: "2026-11-01", state: "no-data", badSeconds: 0 },
    { day: "2026-11-02", state: "missed", badSeconds: 2280 },
    { day: "2026-11-03", state: "excluded", badSeconds: 0 },
  ]);
});

test("a cell shows the subject that is worst off, and counts all of them", () => {
  const cell = demoOverview().cells.find(
    ({ product, region }) => product === "ecs" && region === "cn-hongkong",
  );
  expect(cell).toMatchObject({ subjects: 3, downNow: 1, worst: { id: "web-hk" } });
});

test("a target that is down does not stand before one that lost more this month", () => {
  const cell = demoOverview().cells.find(
    ({ product, region }) => product === "ecs" && region === "ap-southeast-1",
  );
  expect(cell).toMatchObject({ downNow: 1, worst: { id: "batch-sg", verdict: "at-risk" } });
});

test("what is down or missed comes first in what needs attention, calm subjects are not in it", () => {
  const { attention } = demoOverview();
  expect(attention.map((row) => [row.id, row.verdict, row.down !== null])).toEqual([
    ["web-hk", "already-missed", true],
    ["orders-sg", "on-track", true],
    ["orders-db-hk", "already-missed", false],
    ["acme/cdn/cn-hongkong/", "already-missed", false],
    ["waf-hk", "already-missed", false],
    ["batch-sg", "at-risk", false],
    ["edge-lb-sh", "at-risk", false],
  ]);
});

test("regions of the mainland come first", () => {
  const regions = demoOverview(MANY_REGIONS).regions.map(({ id }) => id);
  const abroad = regions.findIndex((id) => !id.startsWith("cn-"));
  expect(regions).toHaveLength(23);
  expect(regions.slice(abroad).some((id) => id.startsWith("cn-"))).toBe(false);
});

test("a long list is cut to the worst of each product, a filtered one is whole", () => {
  const regions = Array.from({ length: 60 }, (_, index) => `xx-${index}`);
  const cut = demoOverview(regions).groups.find(({ product }) => product === "ecs");
  expect(cut?.subjects).toHaveLength(20);
  expect(cut?.more).toBe(160);
  const whole = demoOverview(regions, { filter: { product: "ecs", region: null } }).groups;
  expect(whole.map(({ product, subjects, more }) => [product, subjects.length, more])).toEqual([
    ["ecs", 180, 0],
  ]);
});

test("a region that is not listed goes by its id", () => {
  expect(regionName("cn-hangzhou")).toEqual({ en: "China (Hangzhou)", zh: "华东1（杭州）" });
  expect(regionName("moon-1")).toEqual({ en: "moon-1", zh: "moon-1" });
  expect(demoOverview([], { frame: demoFrame }).regions).toEqual([]);
});
