import { describe, expect, test } from "vitest";
import { durationText } from "../../src/core/duration-text.ts";
import { subjectKey, type MonthDocument } from "../../src/core/month-document.ts";
import type { ReportCredit, ReportSubject, Verdict } from "../../src/core/report.ts";
import { LANGS } from "../../src/core/views.ts";
import { closingReason } from "../../src/reports/closing-reason.ts";
import { methodParts } from "../../src/reports/method-parts.ts";
import { reportWords } from "../../src/reports/report-words.ts";
import {
  badSecondsOf,
  claimText,
  claimDaysText,
  claimLine,
  instantText,
  isClaimable,
  malfunctionFinder,
  methodText,
  moneyText,
  owedOf,
  owedText,
  owedTile,
  verdictText,
  zoneOf,
} from "../../src/reports/report-words-facts.ts";
import { COLUMNS } from "../../src/reports/report-words-type.ts";
import { MISSED_CREDIT, MISSED_SUBJECT } from "../helpers/missed-subject.ts";
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

describe("what is owed", () => {
  const credit = (amount: string | null, changes: Partial<ReportCredit> = {}): ReportCredit => ({
    ...MISSED_CREDIT,
    amount,
    ...changes,
  });
  /** A month of subjects that missed, and what their sum is. */
  const owing = (
    lines: readonly Partial<ReportSubject>[],
    amount: string | null,
    changes: Partial<MonthDocument> = {},
  ): MonthDocument => {
    const document = acmeDocument(changes);
    const subjects = lines.map((line) => ({ ...MISSED_SUBJECT, ...line }));
    const credits =
      amount === null ? [] : [{ by: "account" as const, account: "acme", currency: "CNY", amount }];
    return { ...document, report: { ...document.report, subjects, credits } };
  };

  test("is more than the sum where not all fees are known", () => {
    const some = owing(
      [{ credit: credit("120.00") }, { credit: credit(null), creditNote: "no-fee" }],
      "120.00",
    );
    const sentence = "Credits of at least CNY 120.00 are owed; of some fees nothing is known.";
    expect(verdictText(some, en)).toBe(`2 of 2 objectives were missed. ${sentence}`);
    expect(verdictText(some, zh)).toContain("应得赔偿至少 CNY 120.00，部分费用未知。");
    expect(owedTile(some.report, en)).toBe("≥ CNY 120.00");
    const all = owing([{ credit: credit("120.00") }], "120.00");
    expect(verdictText(all, en)).toContain("Credits of CNY 120.00 are owed.");
    expect(owedTile(all.report, en)).toBe("CNY 120.00");
  });

  test("is never told as nothing: a larger credit of a fee that is not known takes the target", () => {
    const taken = credit("0.00", { fee: "0.00", targets: [], yieldsTo: ["ecs-single"] });
    const { report } = owing(
      [{ credit: credit(null, { fee: null }), creditNote: "no-fee" }, { credit: taken }],
      "0.00",
    );
    expect(verdictText({ ...acmeDocument(), report }, en)).toContain(
      "Credits are owed; their amount is not known, as the fees are not.",
    );
    expect(owedTile(report, en)).toBe("?");
    expect(owedOf(report).map(isClaimable)).toEqual([true, false]);
  });

  test("is claimed in the agreement's time zone, and a window that is over is told", () => {
    const inBerlin = {
      ...MISSED_CREDIT,
      claimFrom: "2026-11-05T23:00:00.000Z",
      claimUntil: "2026-12-31T23:00:00.000Z",
    };
    const elsewhere = owing([{ credit: inBerlin }], "120.00");
    const [owed] = owedOf(elsewhere.report);
    const key = subjectKey(MISSED_SUBJECT);
    const terms = new Map([[key, testAgreement({ timeZone: "Europe/Berlin" })]]);
    const said = "The claim can be made from 2026-11-06 to 2026-12-31, both days included";
    expect(claimText({ ...elsewhere, terms }, owed!, en).window).toBe(`${said} (Europe/Berlin).`);
    expect(claimLine({ ...elsewhere, terms }, en)).toBe(`${said}.`);
    expect(claimDaysText({ ...elsewhere, terms }, owed!)).toEqual({
      from: "2026-11-06 (Europe/Berlin)",
      until: "2026-12-31 (Europe/Berlin)",
    });
    const document = owing([{ credit: MISSED_CREDIT }], "120.00");
    const [here] = owedOf(document.report);
    expect(claimDaysText(document, here!)).toEqual({ from: "2026-11-06", until: "2026-12-31" });
    const { closing } = document.report;
    const late = { ...document.report, closing: { ...closing!, at: MISSED_CREDIT.claimUntil } };
    const over =
      "The claim had to be made by 2026-12-31: that time was over when the month was closed.";
    expect(claimText({ ...document, report: late }, here!, en).window).toBe(over);
    expect(claimLine({ ...document, report: late }, en)).toBe(over);
    expect(claimLine({ ...document, report: late }, zh)).toBe(
      "索赔期已于 2026-12-31 结束，早于本月定稿时间。",
    );
  });
});

test("why a revision was made reads in Chinese, but for what a person wrote", () => {
  const reasons = [
    ["the month is over", "服务周期已结束"],
    ["late results of 2026-10-01 to 2026-10-03", "2026-10-01 至 2026-10-03 的结果迟到"],
    [
      "exclusion 7 (attack) approved by user:wu; malfunction 12 reviewed",
      "除外时段 7（攻击）由 wu 批准；故障事件 12 已复盘",
    ],
    ["asked for by Acme; late results", "asked for by Acme; late results"],
  ] as const;
  for (const [reason, chinese] of reasons) {
    expect(closingReason(reason, "zh")).toBe(chinese);
    expect(closingReason(reason, "en")).toBe(reason.replace("user:", ""));
  }
});

test("what inherits is explained by the terms of each of its subjects", () => {
  const document = acmeDocument();
  const lines = ["gate-1", "gate-2", "gate-3"].map((id) => ({
    ...MISSED_SUBJECT,
    id,
    agreement: "vpc",
  }));
  const strict = testAgreement({ id: "vpc" });
  const lax = testAgreement({ id: "vpc", objectivePercent: "99.90", method: "error-rate" });
  const terms = new Map([
    ["vpc gate-1", strict],
    ["vpc gate-2", lax],
    ["vpc gate-3", { ...strict }],
  ]);
  const named = { ...document, terms, report: { ...document.report, subjects: lines } };
  const { common, parts } = methodParts(named, "en");
  expect(parts.map(({ agreement, facts }) => [agreement, ...facts].join(" · "))).toEqual([
    "vpc · 99.95 % · for gate-1 and gate-3",
    "vpc · 99.90 % · for gate-2",
  ]);
  expect(parts[0]?.lines.join(" ")).toContain("The slot is bad when every vote is down.");
  expect(parts[1]?.lines.join(" ")).toContain("A slot is bad by the share");
  expect(common).toContain("Each target is counted alone.");
  expect(zoneOf({ ...named, terms: new Map() }, lines[0]!)).toBe("Asia/Shanghai");
  const unknown = methodParts({ ...named, terms: new Map() }, "en");
  expect(unknown.parts).toEqual([
    {
      agreement: "vpc",
      facts: [],
      lines: ["The terms of this agreement are no longer in the configuration."],
    },
  ]);
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
