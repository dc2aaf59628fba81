import type { MonthDocument } from "../core/month-document.ts";
import type { Report } from "../core/report.ts";
import type { Lang } from "../core/views.ts";
import { instantText } from "./report-words-facts.ts";
import type { ReportWords } from "./report-words-type.ts";
import { reportWords } from "./report-words.ts";
import {
  listBadSlots,
  listExclusions,
  listOutages,
  localClock,
  MAX_BAD_ROWS,
  type ExclusionRow,
  type LocalReading,
  type OutageRow,
} from "./tables-rows.ts";
import { sheetFigures, type SheetFigure } from "./xlsx-figures.ts";
import { xlsxWords, type XlsxWords } from "./xlsx-words.ts";

/** What every sheet of a workbook is made from. */
export type Book = {
  readonly document: MonthDocument;
  readonly report: Report;
  readonly lang: Lang;
  readonly words: ReportWords;
  readonly own: XlsxWords;
  readonly accountNames: MonthDocument["accountNames"];
  readonly clock: (atMs: number) => LocalReading;
  /** Of every time in it. */
  readonly zone: string;
  readonly figures: readonly SheetFigure[];
  readonly outages: readonly OutageRow[];
  readonly exclusions: readonly ExclusionRow[];
  /** What is not as it should be: on the first sheet, and on those concerned. */
  readonly statusNotes: readonly string[];
  readonly slotNotes: readonly string[];
};

export function bookOf(document: MonthDocument, lang: Lang, maxRows = MAX_BAD_ROWS): Book {
  const { report, timeZone, timelines, accountNames } = document;
  const [words, own] = [reportWords[lang], xlsxWords[lang]];
  const bad = listBadSlots(document, maxRows);
  const rows = maxRows.toLocaleString("en-US");
  return {
    document,
    report,
    lang,
    words,
    own,
    accountNames,
    zone: timeZone,
    clock: localClock(timeZone),
    figures: sheetFigures(document, bad),
    outages: listOutages(report),
    exclusions: listExclusions(report),
    statusNotes:
      report.closing === null ? [words.notFinal(instantText(report.settledUntil, timeZone))] : [],
    slotNotes: [
      ...(timelines === null ? [own.noSlots] : []),
      ...(bad.isJoined ? [own.joined(rows)] : []),
      ...(timelines !== null && bad.left > 0 ? [own.left(bad.left, rows)] : []),
    ],
  };
}
