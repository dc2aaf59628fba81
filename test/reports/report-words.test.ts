import { describe, expect, test } from "vitest";
import { subjectKey, type MonthDocument } from "../../src/core/month-document.ts";
import type { ReportSubject, Verdict } from "../../src/core/report.ts";
import { LANGS } from "../../src/core/views.ts";
import { reportWords } from "../../src/reports/report-words.ts";
import {
  badSecondsOf,
  durationText,
  instantText,
  malfunctionFinder,
  methodText,
  moneyText,
  owedText,
  verdictText,
} from "../../src/reports/report-words-facts.ts";
import { COLUMNS } from "../../src/reports/report-words-type.ts";
import { MISSED_SUBJECT } from "../helpers/missed-subject.ts";
import { testAgreement } from "../helpers/sla.ts";
import { acmeDocument } from "./pdf-document.ts";

const { en, zh } = reportWords;

function documentOf(verdicts: readonly Verdict[], status: "closed" | "running"): MonthDocument {
  const document = acmeDocument();
  const subjects = verdicts.map((verdict): ReportSubject => ({
    ...MISSED_SUBJECT,
    verdict,
    credit: null,
  }));
  return { ...document, report: { ...document.report, status, subjects, credits: [] } };
}

describe("the verdict in a sentence", () => {
  test.each([
    [[], "closed", "Nothing was measured in this month."],
    [["met"], "closed", "The objective was met."],
    [["met", "met"], "closed", "All 2 objectives were met."],
    [["met", "missed"], "closed", "1 of 2 objectives was missed."],
    [["missed"], "closed", "The objective was missed."],
    [
      ["met", "insufficient-data"],
      "closed",
      "No objective was missed. For 1 of 2 there is too little data to tell.",
    ],
    [
      ["insufficient-data"],
      "closed",
      "There is too little data to tell whether an objective was met.",
    ],
    [["on-track", "on-track"], "running", "So far all 2 objectives are on track."],
    [
      ["already-missed", "at-risk", "on-track"],
      "running",
      "So far 1 of 3 objectives can no longer be met and 1 is at risk.",
    ],
  ] as const)("%j of a %s month", (verdicts, status, sentence) => {
    expect(verdictText(documentOf(verdicts, status), en)).toBe(sentence);
    expect(verdictText(documentOf(verdicts, status), zh)).toMatch(/。$/);
  });
});

test("what is owed is added up in each currency, over the accounts", () => {
  const credit = { by: "account" as const, account: "a", currency: "CNY", amount: "1200.10" };
  const credits = [
    credit,
    { ...credit, account: "b", amount: "0.95" },
    { ...credit, account: "c", currency: "JPY", amount: "12000" },
    { ...credit, by: "account-product" as const, product: "ecs", amount: "1200.10" },
  ];
  expect(owedText({ credits }, en)).toBe("CNY 1,201.05 and JPY 12,000");
  expect(owedText({ credits: [] }, en)).toBe("");
  expect(moneyText("1234567.891", "KWD")).toBe("KWD 1,234,567.891");
});

test("lengths of time are cut, not rounded", () => {
  const texts = [0, 41.9, 59.99, 22.32 * 60, 3600, 86_399, 100_000].map((one) =>
    durationText(one, en),
  );
  expect(texts).toEqual(["0 s", "41 s", "59 s", "22.3 min", "1 h", "23 h 59 min", "1 d 3 h"]);
  expect(durationText(-90, zh)).toBe("−1.5 分钟");
});

test("bad time is read from fractions of any size", () => {
  const den = 7n ** 400n;
  const bad = `${den * 3n + 1n}/${den}`;
  expect(badSecondsOf({ ...MISSED_SUBJECT, bad, slotSeconds: 300 })).toBe(900);
  expect(badSecondsOf({ ...MISSED_SUBJECT, bad: "41/60", slotSeconds: 300 })).toBe(205);
});

test("an instant has its seconds only where there are any", () => {
  expect(instantText("2026-10-01T16:00:00.000Z", "Asia/Shanghai")).toBe("2026-10-02 00:00");
  expect(instantText("2026-10-01T16:00:15.250Z", "UTC")).toBe("2026-10-01 16:00:15");
});

test("the method follows the terms", () => {
  const strict = testAgreement({
    quorum: "any",
    minVantages: 2,
    minStretch: 5,
    partMonth: "whole-month",
    exclusion: "removed",
    noData: "as-bad",
    scope: "multi-zone",
  });
  const text = methodText(strict, "en").join("\n");
  expect(text).toContain("cut into slots of 1 min.");
  expect(text).toContain("The slot is bad when one vote is down.");
  expect(text).toContain("A slot has no data unless 2 vantages cast a vote.");
  expect(text).toContain("Fewer than 5 bad slots in a row count as good.");
  expect(text).toContain("Time before a target was used and after counts as good.");
  expect(text).toContain("is taken out of the count");
  expect(text).toContain("Slots without data count as bad.");
  expect(text).toContain("only while every target of another zone is down");
  expect(text).toContain("Met at 99.95 % or more. With data for less than 95 % of the time");
  const threshold = testAgreement({ method: "threshold", threshold: { num: 1n, den: 20n } });
  expect(methodText(threshold, "zh").join("")).toContain("失败比例超过 5 % 时");
});

test("finds the malfunction of an outage by its subject and time", () => {
  const { report } = acmeDocument();
  const find = malfunctionFinder(report);
  const found = report.subjects.flatMap((subject) =>
    subject.outages.map((outage) => [subjectKey(subject), find(subject, outage)?.id ?? null]),
  );
  expect(found).toEqual([
    ["ecs web-1", 9],
    ["ecs web-1", null],
    ["ecs web-2", null],
    ["rds orders-db", 12],
    ["oss assets", null],
    ["oss assets", null],
  ]);
});

test("every column has a name of its own in both languages", () => {
  for (const lang of LANGS) {
    const { columns } = reportWords[lang];
    for (const column of COLUMNS) expect(columns[column]).not.toBe("");
  }
});
