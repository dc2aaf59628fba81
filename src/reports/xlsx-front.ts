import type { CellStyle, WriteSheet } from "hucre/xlsx";
import { reportState } from "../core/report-state.ts";
import type { ReportCreditTotal, ReportRollup } from "../core/report.ts";
import { claimLine, monthText, verdictText } from "./report-words-facts.ts";
import type { Book } from "./xlsx-book.ts";
import { poolFigures, type SheetFigure } from "./xlsx-figures.ts";
import { creditRange, moneyCell, type CreditRow } from "./xlsx-credits.ts";
import {
  HEAD,
  LABEL,
  NOTE,
  putCell,
  quoted,
  STYLES,
  TITLE,
  type Cells,
  type ColumnKind,
  type SheetCell,
} from "./xlsx-sheet.ts";
import { subjectRange } from "./xlsx-subjects.ts";

type Entry = readonly [cell: SheetCell, style: CellStyle];
type Line = readonly Entry[];
/** A line whose formulas speak of its own cells: `row` is its number as formulas write it. */
type LineAt = (row: number) => Line;

/** The first sheet: the month in a sentence, what it comes to, what is owed, and by place. */
export function summarySheet(book: Book, credits: readonly CreditRow[]): WriteSheet {
  const { words, own, report, slotNotes, statusNotes } = book;
  const lines: (Line | LineAt)[] = [
    [[`${words.title} · ${monthText(report.month, words)}`, TITLE]],
    ...[verdictText(book.document, words), claimLine(book.document, words)]
      .filter((text) => text !== "")
      .map((text): Line => [[text, LABEL]]),
    ...[...statusNotes, ...slotNotes, own.formulas].map((note): Line => [[note, NOTE]]),
    [],
    ...factLines(book),
    [],
    ...creditLines(book, credits),
    ...pooledLines(book),
  ];
  const cells: Cells = new Map();
  for (const [row, made] of lines.entries()) {
    const line = typeof made === "function" ? made(row + 1) : made;
    for (const [place, [cell, style]] of line.entries()) {
      putCell(cells, [row, place], { cell, style });
    }
  }
  return {
    name: own.sheets.summary,
    columns: [26, 24, 16, 14, 16, 16, 16, 30].map((width) => ({ width })),
    cells,
    view: { showGridLines: false },
    pageSetup: { paperSize: "a4", orientation: "landscape", fitToPage: true, fitToWidth: 1 },
  };
}

const value = (cell: SheetCell, kind: ColumnKind): Entry => [cell, STYLES[kind]];
const label = (text: string): Entry => [text, LABEL];
const headLine = (...texts: readonly string[]): Line => texts.map((text) => [text, HEAD]);

function factLines(book: Book): Line[] {
  const { words, own, report, document, clock, zone, figures } = book;
  const { columns: heads, keyFigures } = words;
  const time = (instant: string) => value(clock(Date.parse(instant)).serial, "time");
  const account = report.account ?? words.allAccounts;
  const sum = (id: string, result: number) => ({
    formula: `SUM(${subjectRange(book, id)})`,
    result,
  });
  return [
    [label(heads.account), value(account, "text"), value(document.accountName, "text")],
    [label(own.inZone(heads.from, zone)), time(report.from)],
    [label(own.inZone(heads.until, zone)), time(report.until)],
    [label(heads.state), value(words.statuses[reportState(report)], "text")],
    [label(heads.revision), value(report.revision, "whole")],
    [label(heads.subjects), value(countOf(book), "whole")],
    ...verdictLines(book),
    [label(own.percent(keyFigures.lowest)), value(lowestOf(book), "percent")],
    [label(own.badMinutes), value(sum("badMinutes", total(figures, badMinutes)), "number")],
    [label(keyFigures.outages), value(sum("outages", total(figures, outagesOf)), "whole")],
  ];
}

const total = (figures: readonly SheetFigure[], read: (figure: SheetFigure) => number) =>
  figures.reduce((sum, figure) => sum + read(figure), 0);
const badMinutes = ({ bad, subject }: SheetFigure) => (bad * subject.slotSeconds) / 60;
const outagesOf = ({ subject }: SheetFigure) => subject.outages.length;

function countOf(book: Book): SheetCell {
  return { formula: `COUNT(${subjectRange(book, "no")})`, result: book.figures.length };
}

function lowestOf(book: Book): SheetCell {
  const found = book.figures.flatMap(({ availability }) => availability ?? []);
  if (found.length === 0) return null;
  const result = found.reduce((least, one) => Math.min(least, one), Infinity);
  return { formula: `MIN(${subjectRange(book, "availability")})`, result };
}

/** How many subjects have which verdict, of those that there are; by word, as two verdicts share one. */
function verdictLines(book: Book): Line[] {
  const { words, figures } = book;
  const counts = new Map<string, number>();
  for (const { subject } of figures) {
    const word = words.verdicts[subject.verdict];
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, result]) => [
    label(`${words.columns.verdict} · ${word}`),
    value(
      { formula: `COUNTIF(${subjectRange(book, "verdict")},${quoted(word)})`, result },
      "whole",
    ),
  ]);
}

/** By EXACT: names are texts of others, in which SUMIFS would see signs and wildcards. */
function creditLines(book: Book, credits: readonly CreditRow[]): (Line | LineAt)[] {
  const { words, report, accountNames } = book;
  const { columns: heads, sections } = words;
  const totals = report.credits.filter(({ by }) => by === "account");
  if (totals.length === 0) return [];
  const of = (id: string) => creditRange(book, credits, id);
  const lineOf = (row: number, { account, currency, amount }: ReportCreditTotal): Line => {
    const formula = `SUMPRODUCT(--EXACT(${of("account")},A${row}),${of("amount")})`;
    const result = moneyCell(amount, currency);
    const rows = credits.filter(({ subject }) => subject.account === account);
    const sum = rows.reduce((all, { credit }) => all + Number(credit.amount ?? 0), 0);
    const isSame = typeof result === "number" && Math.abs(sum - result) < 1e-6;
    return [
      value(account, "text"),
      value(accountNames[account] ?? account, "text"),
      value(isSame ? { formula: `ROUND(${formula},4)`, result } : result, "number"),
      value(currency, "text"),
    ];
  };
  return [
    [label(`${sections.credits} · ${sections.creditTotals}`)],
    headLine(heads.account, heads.accountName, heads.amount, heads.currency),
    ...totals.map((credit) => (row: number) => lineOf(row, credit)),
    [],
  ];
}

function pooledLines(book: Book): (Line | LineAt)[] {
  const { words, own, report, figures } = book;
  const { columns: heads } = words;
  const pools = new Map<string, SheetFigure[]>();
  for (const figure of figures) {
    const key = placeKey(figure.subject);
    const known = pools.get(key);
    if (known === undefined) pools.set(key, [figure]);
    else known.push(figure);
  }
  const rollups = report.rollups.filter(({ by }) => by === "product-region");
  if (rollups.length === 0) return [];
  return [
    [label(own.pooled)],
    headLine(
      heads.product,
      heads.region,
      own.slotSeconds,
      heads.subjects,
      heads.bad,
      heads.counted,
      own.percent(heads.availability),
      heads.worst,
    ),
    ...rollups.map((rollup) => {
      const pool = { rollup, figures: pools.get(placeKey(rollup)) ?? [] };
      return (row: number) => pooledLine(book, pool, row);
    }),
  ];
}

type Place = Pick<ReportRollup, "product" | "region" | "slotSeconds">;

function placeKey({ product, region, slotSeconds }: Place): string {
  return JSON.stringify([product, region, slotSeconds]);
}

type Pool = { readonly rollup: ReportRollup; readonly figures: readonly SheetFigure[] };

function pooledLine(book: Book, { rollup, figures }: Pool, row: number): Line {
  const { product = "", region = "", slotSeconds, worst, availabilityPercent } = rollup;
  const here = [
    `EXACT(${subjectRange(book, "product")},A${row})`,
    `EXACT(${subjectRange(book, "region")},B${row})`,
    `(${subjectRange(book, "slotSeconds")}=C${row})`,
  ].join("*");
  const { bad, counted, availability, isSafe } = poolFigures(figures);
  const sumOf = (id: string) => `SUMPRODUCT(${here},${subjectRange(book, id)})`;
  const printed = availabilityPercent === null ? null : Number(availabilityPercent);
  const formula = `(100000-ROUNDUP(100000*E${row}/F${row},0))/1000`;
  const isExact = isSafe && printed !== null && printed === availability;
  return [
    value(product, "text"),
    value(region, "text"),
    value(slotSeconds, "whole"),
    value({ formula: `SUMPRODUCT(${here})`, result: figures.length }, "whole"),
    value({ formula: sumOf("bad"), result: bad }, "number"),
    value({ formula: sumOf("counted"), result: counted }, "whole"),
    value(isExact ? { formula, result: printed } : printed, "percent"),
    value(worst, "text"),
  ];
}
