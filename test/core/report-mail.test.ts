import { describe, expect, test } from "vitest";
import { reportMailText } from "../../src/core/report-mail.ts";
import type { Report, ReportSubject } from "../../src/core/report.ts";
import { LANGS, type Lang } from "../../src/core/views.ts";
import { verdictText } from "../../src/reports/report-words-facts.ts";
import { reportWords } from "../../src/reports/report-words.ts";
import { acmeDocument } from "../reports/pdf-document.ts";

const document = acmeDocument();
const missed = document.report.subjects.find(({ credit }) => typeof credit?.amount === "string")!;
const subject = (changes: Partial<ReportSubject>): ReportSubject => ({ ...missed, ...changes });
const met = subject({ verdict: "met", credit: null, creditNote: "met" });
const unclear = subject({
  verdict: "insufficient-data",
  credit: null,
  creditNote: "insufficient-data",
});
const withCredit = (amount: string | null, creditNote: ReportSubject["creditNote"] = null) =>
  subject({ credit: { ...missed.credit!, amount }, creditNote });

/** A closed month of these subjects, its credits summed as those of a report. */
function reportOf(subjects: readonly ReportSubject[], sum: string | null): Report {
  const total = { by: "account", account: "acme", currency: "CNY" } as const;
  const credits = sum === null ? [] : [{ ...total, amount: sum }];
  return { ...document.report, status: "closed", account: "acme", subjects, credits };
}

/** What the mail says first, and what the cover of the PDF says of the same report. */
function said(report: Report, lang: Lang): { mail: string; cover: string } {
  const { paragraphs } = reportMailText({
    report,
    accountName: "Acme",
    lang,
    timeZone: document.timeZone,
    before: null,
    attached: [],
    leftOut: [],
    url: null,
  });
  return {
    mail: paragraphs[0] ?? "",
    cover: verdictText({ ...document, report }, reportWords[lang]),
  };
}

describe("the first sentences of a mail say what the cover of the PDF says", () => {
  const known = withCredit("120.00");
  const cases: [string, Report, { mail: RegExp; cover: RegExp }][] = [
    [
      "one objective, missed",
      reportOf([known], "120.00"),
      {
        mail: /^Acme: the objective was missed in .*\. Credits of CNY 120\.00 are owed\. The claim can be made from /u,
        cover: /^The objective was missed\. Credits of CNY 120\.00 are owed\./u,
      },
    ],
    [
      "several, some missed, with a fee that is not known",
      reportOf([known, withCredit(null, "no-fee"), met, unclear], "120.00"),
      {
        mail: /^Acme: 2 of 4 objectives were missed in .* For 1 of 4 objectives .*Credits of at least CNY 120\.00 are owed, as some fees/u,
        cover:
          /^2 of 4 objectives were missed\. For 1 of 4 .*at least CNY 120\.00 are owed; of some/u,
      },
    ],
    [
      "a fee that is known in part",
      reportOf([withCredit("120.00", "part-fee"), met], "120.00"),
      { mail: /Credits of at least CNY 120\.00/u, cover: /Credits of at least CNY 120\.00/u },
    ],
    [
      "no fee at all",
      reportOf([withCredit(null, "no-fee")], null),
      {
        mail: /A credit of \d+ % of the fee is owed/u,
        cover: /Credits are owed; their amount is not/u,
      },
    ],
    [
      "nothing missed, and one without enough data",
      reportOf([met, met, unclear], null),
      {
        mail: /^Acme: no objective was missed in .*\. For 1 of 3 objectives there is too little data/u,
        cover: /^No objective was missed\. For 1 of 3 there is too little data/u,
      },
    ],
    [
      "none with enough data",
      reportOf([unclear], null),
      {
        mail: /^Acme: there is too little data of .* to tell whether an objective was met\.$/u,
        cover: /^There is too little data to tell whether an objective was met\.$/u,
      },
    ],
    [
      "all met",
      reportOf([met, met], null),
      {
        mail: /^Acme: every one of 2 objectives was met in/u,
        cover: /^All 2 objectives were met\.$/u,
      },
    ],
  ];
  test.each(cases)("of %s", (_what, report, { mail, cover }) => {
    const english = said(report, "en");
    expect(english.mail).toMatch(mail);
    expect(english.cover).toMatch(cover);
    const chinese = said(report, "zh");
    for (const word of ["至少", "未达标"]) {
      // 没有…未达标 is the one way in which both speak of a miss that is none.
      expect(chinese.mail.includes(word), `${word}: ${chinese.mail}`).toBe(
        chinese.cover.includes(word),
      );
    }
  });

  test.each(LANGS)("of fees that other agreements credit, in %s: nothing is owed twice", (lang) => {
    const { mail, cover } = said(reportOf([withCredit("0.00")], "0.00"), lang);
    expect(mail + cover).not.toMatch(/0\.00|owed|赔偿/u);
  });
});
