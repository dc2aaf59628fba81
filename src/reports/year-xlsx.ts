import { ownerText } from "./cover-facts.ts";
import { writeXlsx, type CellStyle, type WriteSheet } from "hucre/xlsx";
import { reasonText } from "../core/reason-text.ts";
import type { YearCreditLine, YearDocument, YearOutage } from "../core/year-report.ts";
import type { Lang } from "../core/views.ts";
import { caveatsOf, sentenceOf, stateText, yearMaking, yearTitle } from "./year-facts.ts";
import { moneyCell } from "./xlsx-credits.ts";
import {
  column,
  HEAD,
  LABEL,
  NOTE,
  putCell,
  quoted,
  STYLES,
  tableSheet,
  TITLE,
  type Cells,
  type ColumnKind,
  type SheetCell,
  type SheetColumn,
} from "./xlsx-sheet.ts";
import { xlsxWords } from "./xlsx-words.ts";
import {
  creditColumn,
  monthLetter,
  subjectColumn,
  yearBook,
  type YearBook,
} from "./year-xlsx-book.ts";
import { yearPlaceSheet, yearSubjectSheet } from "./year-xlsx-subjects.ts";

/**
 * The year as a workbook whose sums are formulas over the months. Where a float could not give the
 * year's own digits, its value stands instead of a formula.
 */
export async function renderYearXlsx(document: YearDocument, lang: Lang): Promise<Uint8Array> {
  const book = yearBook(yearMaking(document, lang));
  const { report } = book;
  const writtenAt = new Date(report.asOf ?? `${report.year}-01-01T00:00:00.000Z`);
  return writeXlsx({
    sheets: [
      summarySheet(book),
      yearSubjectSheet(book),
      yearPlaceSheet(book),
      creditSheet(book),
      outageSheet(book),
    ],
    properties: {
      title: `${yearTitle(book)} ${ownerText(book.document, book.words)}`,
      creator: "nines",
      created: writtenAt,
      modified: writtenAt,
    },
    defaultFont: { name: "Arial", size: 10 },
  });
}

type Entry = readonly [cell: SheetCell, style: CellStyle];

const value = (cell: SheetCell, kind: ColumnKind): Entry => [cell, STYLES[kind]];
const headLine = (...texts: readonly string[]): Entry[] => texts.map((text) => [text, HEAD]);

/** The first sheet: the year in a sentence, its months, and the credits of each currency. */
function summarySheet(book: YearBook): WriteSheet {
  const { own } = book;
  const lines: (readonly Entry[] | ((row: number) => readonly Entry[]))[] = [
    [[`${yearTitle(book)} · ${ownerText(book.document, book.words)}`, TITLE]],
    [[sentenceOf(book), LABEL]],
    ...[...caveatsOf(book), own.informativeLong, own.formulas].map((note): Entry[] => [
      [note, NOTE],
    ]),
    [],
    ...monthLines(book),
    [],
    ...creditLines(book),
    [[own.method, LABEL]],
    ...own.how.map((line): Entry[] => [[line, NOTE]]),
  ];
  const cells: Cells = new Map();
  for (const [row, made] of lines.entries()) {
    const line = typeof made === "function" ? made(row + 1) : made;
    for (const [place, [cell, style]] of line.entries())
      putCell(cells, [row, place], { cell, style });
  }
  return {
    name: own.sheets.summary,
    columns: [14, 34, 12, 12, 12, 12, 12, 22, 24, 14].map((width) => ({ width })),
    cells,
    view: { showGridLines: false },
    pageSetup: { paperSize: "a4", orientation: "landscape", fitToPage: true, fitToWidth: 1 },
  };
}

function monthLines(book: YearBook): (readonly Entry[])[] {
  const { own, words, report, lang } = book;
  const c = own.columns;
  const verdicts = (index: number) => subjectColumn(book, monthLetter("verdict", index));
  return [
    [[own.months, LABEL]],
    headLine(
      words.columns.month,
      c.report,
      words.columns.subjects,
      c.kept,
      c.missed,
      c.undecided,
      c.notClosed,
      own.inMinutes(c.badTime),
      own.inMinutes(c.countedTime),
      xlsxWords[lang].percent(words.columns.coverage),
    ),
    ...report.months.map((month, index): Entry[] => {
      const { counts, time, subjects } = month;
      const count = (kind: "kept" | "missed" | "undecided") => ({
        formula: `COUNTIF(${verdicts(index)},${quoted(own.kinds[kind])})`,
        result: counts[kind],
      });
      const line = [value(month.month, "text"), value(stateText(month, book), "text")];
      if (subjects === 0) return line;
      return [
        ...line,
        value(subjects, "whole"),
        value(count("kept"), "whole"),
        value(count("missed"), "whole"),
        value(count("undecided"), "whole"),
        value(counts.notClosed, "whole"),
        value(badSum(book, index), "number"),
        value(
          {
            formula: `SUM(${subjectColumn(book, monthLetter("countedOf", index))})`,
            result: time.countedMinutes,
          },
          "whole",
        ),
        value(time.coveragePercent === null ? null : Number(time.coveragePercent), "percent"),
      ];
    }),
  ];
}

function badSum(book: YearBook, index: number): SheetCell {
  const sum = book.rows.reduce((all, { bad }) => all + (bad[index] ?? 0), 0);
  const formula = `ROUND(SUM(${subjectColumn(book, monthLetter("badOf", index))}),6)`;
  return { formula, result: Number(sum.toFixed(6)) };
}

/** By currency alone, and by month and currency: never over currencies. */
function creditLines(book: YearBook): (readonly Entry[] | ((row: number) => readonly Entry[]))[] {
  const { own, words, report } = book;
  const { creditLines: lines, credits, months } = report;
  if (credits.length === 0) return [[[own.noCredits, LABEL]], []];
  const of = (id: string) => creditColumn(book, lines, id);
  const c = own.columns;
  const sums = [
    ...credits.map((sum) => ({ month: null, sum })),
    ...months.flatMap(({ month, credits: own_ }) => own_.map((sum) => ({ month, sum }))),
  ];
  return [
    [[own.credits, LABEL]],
    headLine(words.columns.month, words.columns.currency, c.credits, c.owed, c.claimed, c.credited),
    ...sums.map(({ month, sum }) => (row: number): Entry[] => {
      const here = [
        ...(month === null ? [] : [`EXACT(${of("month")},A${row})`]),
        `EXACT(${of("currency")},B${row})`,
      ].join("*");
      const rows = lines.filter(
        (line) => line.currency === sum.currency && (month === null || line.month === month),
      );
      const sumCell = (id: "owed" | "claimed" | "credited") =>
        value(
          moneySum(sum[id], sum.currency, {
            id,
            rows,
            formula: `SUMPRODUCT(--(${here}>0),${of(id)})`,
          }),
          "number",
        );
      return [
        value(month ?? own.creditTotal, "text"),
        value(sum.currency, "text"),
        value({ formula: `SUMPRODUCT(--(${here}>0))`, result: sum.count }, "whole"),
        sumCell("owed"),
        sumCell("claimed"),
        sumCell("credited"),
      ];
    }),
    [],
  ];
}

/** A formula where the amounts are numbers whose sum is the report's. */
function moneySum(
  amount: string,
  currency: string,
  from: {
    readonly id: "owed" | "claimed" | "credited";
    readonly rows: readonly YearCreditLine[];
    readonly formula: string;
  },
): SheetCell {
  const result = moneyCell(amount, currency);
  const cells = from.rows.map((line) =>
    moneyCell(from.id === "owed" ? line.amount : line[from.id], currency),
  );
  const found = cells.reduce<number>((all, cell) => all + (typeof cell === "number" ? cell : 0), 0);
  const isSame =
    typeof result === "number" &&
    cells.every((cell) => typeof cell !== "string") &&
    Math.abs(found - result) < 1e-6;
  return isSame ? { formula: `ROUND(${from.formula},4)`, result } : result;
}

const money = (read: (line: YearCreditLine) => string | null) => (line: YearCreditLine) =>
  moneyCell(read(line), line.currency);

/** Every credit of the year. */
function creditSheet(book: YearBook): WriteSheet {
  const { own, words, document, report, lang } = book;
  const { columns: heads } = words;
  const columns: readonly SheetColumn<YearCreditLine>[] = [
    { ...column<YearCreditLine>("text", ["month", heads.month], ({ month }) => month), width: 12 },
    { ...column<YearCreditLine>("text", ["subject", heads.subject], ({ id }) => id), width: 30 },
    column("text", ["agreement", heads.agreement], ({ agreement }) => agreement),
    column("text", ["account", heads.account], ({ account }) => account),
    column(
      "text",
      ["accountName", heads.accountName],
      ({ account }) => document.accountNames[account] ?? account,
    ),
    column("text", ["product", heads.product], ({ product }) => product),
    column("text", ["region", heads.region], ({ region }) => region),
    column(
      "number",
      ["percent", xlsxWords[lang].percent(heads.creditPercent)],
      ({ percent }) => percent,
    ),
    column(
      "number",
      ["owed", own.columns.owed],
      money(({ amount }) => amount),
    ),
    column("text", ["currency", heads.currency], ({ currency }) => currency),
    column(
      "number",
      ["claimed", own.columns.claimed],
      money(({ claimed }) => claimed),
    ),
    column(
      "number",
      ["credited", own.columns.credited],
      money(({ credited }) => credited),
    ),
    column("text", ["claim", own.columns.claim], ({ claim }) =>
      claim === null ? null : own.claims[claim.state],
    ),
  ];
  const { creditLines: rows } = report;
  const note = rows.length === 0 ? own.noCredits : own.creditsNote;
  return tableSheet({ name: own.sheets.credits, note, columns, rows, frozen: 2 });
}

function outageSheet(book: YearBook): WriteSheet {
  const { own, words, report, lang, clock, document } = book;
  const { columns: heads } = words;
  const { inZone, lengthMinutes } = xlsxWords[lang];
  const at = (instant: string) => clock(Date.parse(instant)).serial;
  const columns: readonly SheetColumn<YearOutage>[] = [
    { ...column<YearOutage>("text", ["subject", heads.subject], ({ id }) => id), width: 30 },
    column("text", ["agreement", heads.agreement], ({ agreement }) => agreement),
    column("text", ["account", heads.account], ({ account }) => account),
    column("text", ["product", heads.product], ({ product }) => product),
    column("text", ["region", heads.region], ({ region }) => region),
    column("time", ["from", inZone(heads.from, document.timeZone)], ({ from }) => at(from)),
    column("time", ["until", inZone(heads.until, document.timeZone)], ({ until }) => at(until)),
    column("number", ["length", lengthMinutes], ({ minutes }) => minutes),
    column("long", ["reason", heads.reason], ({ reason }) => reasonText(reason, lang)),
  ];
  const note = report.outages.length === 0 ? own.noOutages : `${own.outages}. ${own.outagesNote}`;
  return tableSheet({ name: own.sheets.outages, note, columns, rows: report.outages, frozen: 1 });
}
