import { expect, test } from "vitest";
import { changeText } from "../../src/core/change-text.ts";
import type { ReportChange } from "../../src/core/report.ts";

const change = (changes: Partial<ReportChange>): ReportChange => ({
  agreement: "",
  subject: "malfunction:9",
  field: null,
  before: null,
  after: null,
  ...changes,
});
const timeZone = "Asia/Shanghai";
const read = (changes: Partial<ReportChange>, lang: "en" | "zh") => {
  const { subject, what, before, after } = changeText(change(changes), { lang, timeZone });
  return [subject, what, before, after];
};

test("a malfunction's fields are words and local times, in each language", () => {
  const state = { field: "state", before: "restored", after: "closed" };
  expect(read(state, "en")).toEqual(["malfunction 9", "state", "over, review to come", "reviewed"]);
  expect(read(state, "zh")).toEqual(["故障事件 9", "状态", "已恢复，待复盘", "已复盘"]);
  const until = { field: "until", before: null, after: "2026-10-05T14:46:00.000Z" };
  expect(read(until, "zh")).toEqual(["故障事件 9", "结束", null, "2026-10-05 22:46"]);
});

test("a review is a line, and no longer than fits beside another", () => {
  const [, , , after] = read(
    { field: "cause", before: "", after: `a\n\n${"b".repeat(400)}` },
    "en",
  );
  expect(after).toMatch(/^a b+…$/u);
  expect(after).toHaveLength(120);
});

test("what came or went has no values, and percentages have their sign", () => {
  expect(read({ after: "malfunction:9" }, "en")).toEqual([
    "malfunction 9",
    "new in the report",
    null,
    null,
  ]);
  expect(read({ before: "malfunction:9" }, "zh")).toEqual(["故障事件 9", "已移除", null, null]);
  const figure = { subject: "web-1", field: "availabilityPercent", before: null, after: "99.948" };
  expect(read(figure, "en")).toEqual(["web-1", "availability", null, "99.948 %"]);
});
