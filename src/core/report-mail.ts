import { changeText } from "./change-text.ts";
import { claimWindowText, commonWindow } from "./claim-words.ts";
import { isOwed, isOwedInPart } from "./credit.ts";
import { grouped } from "./grouped.ts";
import { diffReports } from "./report-diff.ts";
import type { MailedFormat } from "./report-mail-schema.ts";
import { changeLine, reportMailWords, type ReportMailWords } from "./report-mail-text.ts";
import type { Report } from "./report.ts";
import type { Lang } from "./views.ts";

const MOST_LINES = 10;

/** A mail that brings a month's report, in words. */
export type ReportMailText = {
  readonly lang: Lang;
  readonly subject: string;
  readonly tone: "good" | "missed" | "quiet";
  readonly paragraphs: readonly string[];
  readonly lists: readonly { readonly title: string; readonly items: readonly string[] }[];
  /** Said right before the page's address. */
  readonly page: { readonly says: string; readonly url: string } | null;
  readonly foot: string;
};

/** What it is told of. */
export type ReportMailFacts = {
  /** Of one account. */
  readonly report: Report;
  readonly accountName: string;
  readonly lang: Lang;
  readonly timeZone: string;
  /** The last revision that the same people were sent; null for none. */
  readonly before: { readonly report: Report; readonly reasons: readonly string[] } | null;
  readonly attached: readonly MailedFile[];
  /** Too large for a mail. */
  readonly leftOut: readonly MailedFile[];
  /** Of the report's page; null when it is not known. */
  readonly url: string | null;
};

type MailedFile = { readonly name: string; readonly format: MailedFormat };

/** The same facts give the same text. */
export function reportMailText(facts: ReportMailFacts): ReportMailText {
  const { report, lang, accountName: who, before, url } = facts;
  const words = reportMailWords[lang];
  const month = monthName(report.month, words);
  const { missed, undecided, all } = verdictsOf(report);
  const says =
    all === 0
      ? words.nothing
      : missed.length > 0
        ? words.someMissed(missed.length, all)
        : undecided > 0
          ? words.someUndecided(undecided, all)
          : words.allMet(all);
  return {
    lang,
    subject: words.subject(
      report.revision > 1
        ? words.reportRevised(who, month, report.revision)
        : words.report(who, month),
      says,
    ),
    tone: missed.length > 0 ? "missed" : all === 0 || undecided > 0 ? "quiet" : "good",
    paragraphs: [
      words.join(verdictSentences(facts, words)),
      before === null ? "" : words.join(revisedSentences(facts, words)),
      words.join(fileSentences(facts, words)),
    ].filter((paragraph) => paragraph !== ""),
    lists: [
      {
        title: words.missedOnes,
        items: missed.map(({ id, agreement, availabilityPercent, objectivePercent }) =>
          words.instead(
            `${id} (${agreement})`,
            availabilityPercent === null ? words.noFigure : `${availabilityPercent} %`,
            `${objectivePercent} %`,
          ),
        ),
      },
      {
        title: words.changes,
        items: changesOf(facts).map((change) => changeLine(changeText(change, facts), words)),
      },
    ]
      .filter(({ items }) => items.length > 0)
      .map(({ title, items }) => ({ title, items: shortList(items, words) })),
    page: url === null ? null : { says: words.page, url },
    foot: words.automatic,
  };
}

function monthName(month: string, words: ReportMailWords): string {
  const [year, number] = month.split("-");
  return words.month(Number(year), Number(number));
}

function verdictsOf({ subjects }: Report) {
  return {
    all: subjects.length,
    missed: subjects.filter(({ verdict }) => verdict === "missed"),
    undecided: subjects.filter(({ verdict }) => verdict === "insufficient-data").length,
  };
}

/** What the month came to, and what is owed for it. */
function verdictSentences(facts: ReportMailFacts, words: ReportMailWords): string[] {
  const { report, accountName: who } = facts;
  const { all, missed, undecided } = verdictsOf(report);
  const month = monthName(report.month, words);
  const verdict =
    all === 0
      ? words.unmeasured(who, month)
      : missed.length > 0
        ? words.missed(who, month, { missed: missed.length, all })
        : undecided === 0
          ? words.met(who, all, month)
          : undecided < all
            ? words.noneMissed(who, month)
            : words.allUndecided(who, month);
  return [
    verdict,
    undecided > 0 && undecided < all ? words.undecided(undecided, all) : "",
    owedSentence(facts, words),
  ].filter((sentence) => sentence !== "");
}

function owedSentence({ report, timeZone, lang }: ReportMailFacts, words: ReportMailWords): string {
  const credits = report.subjects.flatMap(({ credit }) =>
    credit !== null && isOwed(credit) ? [credit] : [],
  );
  const window = commonWindow(credits);
  if (window === null) return "";
  const claim = claimWindowText(window, { lang, timeZone, closedAt: report.closing?.at ?? null });
  const amounts = report.credits
    .filter((sum) => sum.by === "account" && sum.account === report.account && isOwed(sum))
    .map(({ amount, currency }) => `${currency} ${grouped(amount)}`)
    .join(" + ");
  const owed = isOwedInPart(report.subjects) ? words.owedAtLeast : words.owed;
  if (amounts !== "") return words.join([owed(amounts), claim]);
  const percents = [...new Set(credits.map(({ percent }) => `${percent} %`))].join(", ");
  return words.join([words.owedWithoutFee(percents), claim]);
}

function changesOf({ report, before }: ReportMailFacts) {
  return before === null ? [] : diffReports(before.report, report);
}

function revisedSentences(facts: ReportMailFacts, words: ReportMailWords): string[] {
  const { report, before } = facts;
  if (before === null) return [];
  const reasons = [...new Set(before.reasons)];
  return [
    words.revised(report.revision, before.report.revision),
    reasons.length === 0 ? "" : words.reason(reasons),
    changesOf(facts).length === 0 ? words.noChange : "",
  ].filter((sentence) => sentence !== "");
}

function fileSentences(facts: ReportMailFacts, words: ReportMailWords): string[] {
  const named = (files: readonly MailedFile[]) =>
    words.list(files.map(({ name, format }) => words.file(name, words.formats[format])));
  const { attached, leftOut, url } = facts;
  return [
    attached.length === 0 ? "" : words.attached(named(attached)),
    leftOut.length === 0 ? "" : words.leftOut(named(leftOut)),
    leftOut.length > 0 && url === null ? words.askForIt : "",
  ].filter((sentence) => sentence !== "");
}

function shortList(items: readonly string[], words: ReportMailWords): string[] {
  const shown = items.slice(0, MOST_LINES);
  return items.length === shown.length ? shown : [...shown, words.more(items.length - MOST_LINES)];
}
