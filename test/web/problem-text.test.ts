import { expect, test } from "vitest";
import { readProposal } from "../../src/core/exclusion-proposal.ts";
import { readOpening } from "../../src/core/malfunction-opening.ts";
import { problemText } from "../../src/web/problem-text.ts";

const known = {
  targets: [{ id: "web-1", product: "ecs", region: "cn-hangzhou", account: "acme" }] as const,
  accounts: [{ id: "acme" }],
};
const good = {
  kind: "maintenance",
  scope: { all: true },
  from: "2026-10-05T04:00:00+08:00",
  until: "2026-10-05T06:00:00+08:00",
  reason: "work",
  evidence: "CHG-1",
};
const recurrence = (rrule: string) => ({ recurrence: { rrule, timeZone: "Asia/Shanghai" } });

test.each([
  { kind: "" },
  { scope: { targets: [] } },
  { scope: { targets: ["web-9"] } },
  { scope: { targets: ["web-1", "web-1"] } },
  { scope: {} },
  { scope: { account: "acne" } },
  { scope: { products: ["rds"] } },
  { from: "soon" },
  { until: good.from },
  { until: "2030-01-01T00:00:00Z" },
  { reason: " " },
  { evidence: "" },
  { evidence: "javascript:alert(1)" },
  { evidence: "https://li:secret@example.com/" },
  recurrence("FREQ=MINUTELY"),
  recurrence("weekly"),
  recurrence("FREQ=WEEKLY;BYDAY=SU"),
  recurrence("FREQ=DAILY;UNTIL=20260101"),
  recurrence("FREQ=DAILY;UNTIL=soon"),
])("what is wrong with a proposal %o is said in Chinese", (changes) => {
  const read = readProposal({ ...good, ...changes }, known);
  const problems = "problems" in read ? read.problems : [];
  expect(problems).not.toHaveLength(0);
  for (const { message } of problems) expect(problemText(message, "zh").lang, message).toBe("zh");
});

test("so is what is wrong with an opening", () => {
  const nowMs = Date.parse("2026-10-05T00:00:00Z");
  const opening = {
    title: "",
    level: "P1" as const,
    reference: "x".repeat(101),
    account: "acne",
    product: "vm",
    region: "mars",
    beganAt: "2027-01-01T00:00:00Z",
  };
  const read = readOpening(opening, { ...known, nowMs });
  const problems = "problems" in read ? read.problems : [];
  expect(problems).toHaveLength(6);
  for (const { message } of problems) expect(problemText(message, "zh").lang, message).toBe("zh");
});

test("what is said by names keeps them", () => {
  const text = (message: string) => problemText(message, "zh").text;
  expect(text('"web-9" is not in the configuration; did you mean "web-1"?')).toBe(
    "配置中没有“web-9”，是否为“web-1”？",
  );
  expect(text("claim 7 is owed; to credit it must be submitted or refused")).toBe(
    "索赔 7 的状态是“待索赔”，此操作要求状态为“已提交”或“被拒”",
  );
  expect(text("user:li proposed exclusion 3: another approves it")).toBe(
    "除外时段 3 由 user:li 提出，须由另一人批准",
  );
});

test("what has no translation stays English, and says so", () => {
  expect(problemText("something new", "zh")).toEqual({ text: "Something new", lang: "en" });
  expect(problemText("must be after from", "en")).toEqual({
    text: "Must be after from",
    lang: "en",
  });
});
