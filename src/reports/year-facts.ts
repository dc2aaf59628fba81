import { durationText } from "../core/duration-text.ts";
import { placeName } from "../core/place-name.ts";
import { CELL_KINDS, CELL_MARKS, cellKind, type CellKind } from "../core/year-cells.ts";
import { monthRuns, objectivesOf, rankedSubjects, slotSecondsOf } from "../core/year-sums.ts";
import type {
  YearCredits,
  YearDocument,
  YearMonth,
  YearReport,
  YearSubject,
} from "../core/year-report.ts";
import type { Lang } from "../core/views.ts";
import { badTimeText, minutesText } from "../core/year-time-text.ts";
import { tile, type Tile, type Tone } from "./cover-facts.ts";
import { LIMITS } from "./pdf-limits.ts";
import { instantText, moneyText, percentText } from "./report-words-facts.ts";
import { grouped } from "../core/grouped.ts";
import { reportWords } from "./report-words.ts";
import type { ReportWords } from "./report-words-type.ts";
import { yearWords, type YearWords } from "./year-words.ts";

/** What every part of a form is made from. */
export type YearMaking = {
  readonly document: YearDocument;
  readonly lang: Lang;
  /** Of the monthly report. */
  readonly words: ReportWords;
  readonly own: YearWords;
};

export function yearMaking(document: YearDocument, lang: Lang): YearMaking {
  return { document, lang, words: reportWords[lang], own: yearWords[lang] };
}

/** "Service level summary 2026". */
export function yearTitle({ document, own }: YearMaking): string {
  return own.yearOf(own.title, document.report.year);
}

/** "January to March and May": neighbours are told as a range. */
export function monthsText(months: readonly string[], { words, own }: YearMaking): string {
  const year = Number(months[0]?.slice(0, 4));
  const nameOf = (number: number) => words.monthName(year, number);
  return words.listOf(
    monthRuns(months).map(([first, last]) =>
      first === last ? nameOf(first) : own.monthRange(nameOf(first), nameOf(last)),
    ),
  );
}

/** The year in a sentence or two. */
export function sentenceOf(making: YearMaking): string {
  const { document, own } = making;
  const { counts, credits, months } = document.report;
  const judged = counts.kept + counts.missed + counts.undecided;
  if (months.every(({ state }) => state === "none" || state === "ahead")) return own.empty;
  if (judged === 0) return own.noneClosed;
  const owed = owedText(credits, making);
  const isOwed = credits.length > 0;
  const credit = owed === "" ? own.owedUnknown : own.owed(owed);
  return [own.judged(counts), ...(isOwed ? [credit] : [])].join(own.between);
}

/** What of the year is not there, or not final. */
export function caveatsOf(making: YearMaking): string[] {
  const { document, own } = making;
  const named = (states: readonly YearMonth["state"][]) =>
    document.report.months.filter(({ state }) => states.includes(state)).map(({ month }) => month);
  const [open, gaps] = [named(["open", "running"]), named(["none"])];
  if (gaps.length === 12) return [];
  return [
    ...(open.length === 0 ? [] : [own.notClosed(monthsText(open, making))]),
    ...(gaps.length === 0 ? [] : [own.gaps(monthsText(gaps, making))]),
  ];
}

/** "CNY 120.00 and USD 7.00"; empty when no amount is known. */
export function owedText(
  credits: readonly YearCredits[],
  { words }: Pick<YearMaking, "words">,
  read: (one: YearCredits) => string = ({ owed }) => owed,
): string {
  const known = credits.filter((one) => one.count > one.withoutAmount && Number(read(one)) > 0);
  return words.listOf(known.map((one) => moneyText(read(one), one.currency)));
}

/** Owed amounts, or "?" where something is owed and no fee is known. */
export function owedCell(credits: readonly YearCredits[], making: YearMaking): string {
  const text = owedText(credits, making);
  if (text !== "") return text;
  return credits.length > 0 ? "?" : making.words.nothing;
}

/** The key figures. */
export function yearTiles(making: YearMaking): Tile[] {
  const { document, words, own } = making;
  const { counts, time, credits, exclusions, accounts, account } = document.report;
  const { tiles: names } = own;
  const judged = counts.kept + counts.missed + counts.undecided;
  const excluded = own.exclusions(exclusions, minutesText(time.excludedMinutes, words));
  const claimed = owedText(credits, making, (one) => one.claimed) || words.nothing;
  return [
    ...(account === null ? [tile(words.keyFigures.accounts, grouped(accounts.length))] : []),
    tile(names.kept, `${grouped(counts.kept)} / ${grouped(judged)}`, counts.missed > 0),
    tile(names.missed, grouped(counts.missed), counts.missed > 0),
    tile(names.undecided, grouped(counts.undecided)),
    tile(names.badTime, badTimeText(time, words)),
    tile(names.excluded, excluded),
    tile(names.coverage, percentText(time.coveragePercent, words)),
    tile(names.owed, owedCell(credits, making)),
    tile(names.claimed, claimed),
  ];
}

/** "99.90 %", of an objective that changed "99.90 % → 99.95 %". */
export function objectivesText(subject: YearSubject): string {
  return objectivesOf(subject)
    .map((objective) => `${objective} %`)
    .join(" → ");
}

/** "1 min", of slots that changed "5 min → 1 min". */
export function slotsText(subject: YearSubject, words: ReportWords): string {
  return slotSecondsOf(subject)
    .map((seconds) => durationText(seconds, words))
    .join(" → ");
}

/** What a subject's line says below its id. */
export function aboutSubject(subject: YearSubject, making: YearMaking): string {
  const { document, words, own } = making;
  const slots = slotsText(subject, words);
  return [
    ...(document.report.account === null ? [subject.account] : []),
    subject.agreement,
    objectivesText(subject),
    ...(slotSecondsOf(subject).length > 1 ? [`${own.columns.slots} ${slots}`] : []),
    placeName(subject, making.lang),
  ].join(" · ");
}

/** The kinds of cells that the year has, to explain their marks. */
export function usedKinds({ months, subjects }: YearReport): CellKind[] {
  const used = new Set(
    subjects.flatMap((subject) =>
      months.map(({ state }, index) => cellKind(subject.months[index] ?? null, state)),
    ),
  );
  return CELL_KINDS.filter((kind) => used.has(kind) && CELL_MARKS[kind] !== "");
}

/** "closed · revision 2", "running · up to 2026-11-23 12:00". */
export function stateText(month: YearMonth, { document, own }: YearMaking): string {
  const { state, revision, settledUntil } = month;
  if (state === "closed") return `${own.states.closed} · ${own.revision(revision)}`;
  if (settledUntil === null) return own.states[state];
  return `${own.states[state]} · ${own.upTo(instantText(settledUntil, document.timeZone))}`;
}

/** All, or of very many those that are not simply good. */
export function shownSubjects(report: YearReport): {
  readonly shown: readonly YearSubject[];
  readonly left: number;
} {
  const ranked = rankedSubjects(report.subjects);
  if (ranked.length <= LIMITS.allSubjects) return { shown: ranked, left: 0 };
  const struck = ranked.filter(
    ({ counts, time }) => counts.missed + counts.undecided > 0 || time.badMinutes !== "0",
  );
  const shown = struck.slice(0, LIMITS.struckSubjects);
  return { shown, left: ranked.length - shown.length };
}

/** "sla-2026-acme.pdf" */
export function yearFileName(year: string, account: string | undefined, extension: string): string {
  return `sla-${year}${account === undefined ? "" : `-${account}`}.${extension}`;
}

/** How the year turned out as a whole. */
export function yearTone({ report: { counts } }: YearDocument): Tone {
  if (counts.missed > 0) return "missed";
  return counts.kept > 0 && counts.undecided === 0 ? "met" : "unclear";
}

/** What is not listed, and where it is; empty when all is. */
export function leftText(left: number, what: string, { words, own }: YearMaking): string {
  return left <= 0 ? "" : `${words.notes.more(left, what)}${own.between}${own.elsewhere}`;
}
