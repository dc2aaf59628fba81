import { expect, test } from "vitest";
import { incidentTitle } from "../../src/core/incident.ts";
import { levelTexts } from "../../src/core/malfunction-level-text.ts";
import type { MalfunctionRule } from "../../src/core/malfunction.ts";
import { demoMalfunctions } from "../web/demo-malfunctions.ts";

const rule = (changes: Partial<MalfunctionRule>): MalfunctionRule => ({
  level: "P4",
  products: null,
  targets: 1,
  regions: 1,
  lastsMs: 0,
  badPpm: 50_000,
  ...changes,
});
const MINUTE_MS = 60_000;
const rules = {
  joinWithinMs: 10 * MINUTE_MS,
  respondWithinMs: { P1: 15 * MINUTE_MS, P2: 90 * MINUTE_MS, P3: 240 * MINUTE_MS, P4: 86_400_000 },
  rules: [
    rule({ level: "P1", regions: 2 }),
    rule({ level: "P1", targets: 10, lastsMs: 5 * MINUTE_MS }),
    rule({ level: "P2", products: ["ecs", "security"] }),
    rule({}),
  ],
};

test("each level is told by the rules of the configuration, in words", () => {
  expect(levelTexts(rules, "en").levels).toEqual([
    {
      level: "P1",
      what: "in 2 regions or more, or 10 targets or more, for 5 min or longer",
      within: "somebody must answer within 15 min",
    },
    {
      level: "P2",
      what: "of ECS, Security",
      within: "somebody must answer within 1 h 30 min",
    },
    {
      level: "P3",
      what: "only when a person sets it",
      within: "somebody must answer within 4 h",
    },
    { level: "P4", what: "any other outage", within: "somebody must answer within 1 d" },
  ]);
  expect(levelTexts(rules, "en").note).toContain("less than 5 %");
  expect(levelTexts({ ...rules, rules: [] }, "en").note).toBeNull();
});

test("the levels are told in Chinese as well", () => {
  expect(levelTexts(rules, "zh").levels.map(({ what }) => what)).toEqual([
    "涉及 2 个及以上地域；或涉及 10 个及以上目标，持续 5 分钟及以上",
    "ECS，云安全",
    "仅由人工设定",
    "其他中断",
  ]);
});

test("a malfunction of outages is titled by what it struck, in the reader's words", () => {
  const [struck, told] = demoMalfunctions.malfunctions;
  expect(incidentTitle(struck!, "en")).toBe("ECS · China (Hangzhou)");
  expect(incidentTitle(struck!, "zh")).toBe("ECS · 华东1（杭州）");
  expect(incidentTitle(told!, "zh")).toBe(told!.malfunction.title);
});
