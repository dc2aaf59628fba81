import type { WriteSheet } from "hucre/xlsx";
import { changeText } from "../core/change-text.ts";
import { subjectKey, type TrendFigure, type VantageCoverage } from "../core/month-document.ts";
import { isMissed, proofRows, vantagePercent, verifySteps } from "./report-words-facts.ts";
import { methodParts } from "./method-parts.ts";
import type { Book } from "./xlsx-book.ts";
import {
  column,
  HEAD,
  LABEL,
  putCell,
  rowHeights,
  STYLES,
  tableSheet,
  TITLE,
} from "./xlsx-sheet.ts";
import type { Cells, SheetCell, SheetColumn } from "./xlsx-sheet.ts";

type TrendRow = {
  readonly agreement: string;
  readonly id: string;
  readonly months: ReadonlyMap<string, TrendFigure>;
};

/** A row for each subject of the twelve months, those of this month first. */
export function trendSheet(book: Book): WriteSheet {
  const { words, own, document } = book;
  const { columns: heads } = words;
  const rows = new Map<
    string,
    { agreement: string; id: string; months: Map<string, TrendFigure> }
  >();
  for (const { month, subjects } of document.trend.toReversed()) {
    for (const figure of subjects ?? []) {
      const { agreement, id } = figure;
      const row = rows.get(subjectKey(figure)) ?? { agreement, id, months: new Map() };
      row.months.set(month, figure);
      rows.set(subjectKey(figure), row);
    }
  }
  const columns: readonly SheetColumn<TrendRow>[] = [
    { id: "subject", head: heads.subject, kind: "text", width: 30, cell: ({ id }) => id },
    { id: "agreement", head: heads.agreement, kind: "text", cell: ({ agreement }) => agreement },
    ...document.trend.map(({ month, subjects }): SheetColumn<TrendRow> => ({
      id: month,
      head: subjects === null ? own.notClosed(month) : month,
      kind: "percent",
      cell: ({ months }) => percentOf(months.get(month)),
      isMissed: ({ months }) => {
        const figure = months.get(month);
        return figure !== undefined && isMissed(figure);
      },
    })),
  ];
  const isAlone = document.trend.filter(({ subjects }) => subjects !== null).length < 2;
  const note = isAlone ? words.none.trend : own.notes.trend;
  return tableSheet({
    name: own.sheets.trend,
    note,
    columns,
    frozen: 2,
    rows: [...rows.values()],
  });
}

function percentOf(figure: TrendFigure | undefined): SheetCell {
  const percent = figure?.availabilityPercent ?? null;
  return percent === null ? null : Number(percent);
}

type Paragraph = readonly [text: string, style: typeof LABEL];

/** What each vantage measured. */
export function vantageSheet(
  { words, own }: Book,
  vantages: readonly VantageCoverage[],
): WriteSheet {
  const { columns: heads } = words;
  const columns: readonly SheetColumn<VantageCoverage>[] = [
    { ...column("text", ["vantage", heads.vantage], ({ vantage }) => vantage), width: 30 },
    column("whole", ["targets", heads.targets], ({ targets }) => targets),
    column("number", ["planned", heads.planned], ({ planned }) => planned / 60),
    column("number", ["measured", heads.measured], ({ measured }) => measured / 60),
    column("number", ["failed", heads.failedShare], ({ failed }) => failed / 60),
    column("percent", ["coverage", own.percent(heads.coverage)], (one) => {
      const percent = vantagePercent(one);
      return percent === null ? null : Number(percent);
    }),
  ];
  const note = vantages.length === 0 ? words.none.vantages : own.notes.vantages;
  return tableSheet({ name: own.sheets.vantages, note, columns, rows: vantages });
}

/** How it is counted, in words, agreement by agreement. */
export function methodSheet(book: Book): WriteSheet {
  const { own, words, document, lang } = book;
  const { common, parts } = methodParts(document, lang);
  const all = { agreement: words.method.allAgreements, facts: [], lines: common };
  const paragraphs: Paragraph[] = [[own.sheets.method, TITLE]];
  for (const { agreement, facts, lines } of [...(common.length === 0 ? [] : [all]), ...parts]) {
    paragraphs.push(["", LABEL], [[agreement, ...facts].join(" · "), LABEL]);
    for (const line of lines) paragraphs.push([line, STYLES.long]);
  }
  return textSheet(
    own.sheets.method,
    paragraphs.map((paragraph) => [paragraph]),
    [110],
  );
}

const NO_LABEL: Paragraph = ["", LABEL];

export function proofSheet(book: Book): WriteSheet {
  const { own, words, document, report, lang, zone } = book;
  const { columns: heads, sections } = words;
  const { seals } = report.proof;
  const { intro, steps, end } = verifySteps(report, words);
  const rows: Paragraph[][] = [
    [[own.sheets.proof, TITLE]],
    [],
    ...proofRows(document, words).map(([name, value]): Paragraph[] => [
      [name, LABEL],
      [value, STYLES.long],
    ]),
    [
      [words.proof.how, LABEL],
      [intro, STYLES.long],
    ],
    ...steps.flatMap(({ what, command }): Paragraph[][] => [
      [NO_LABEL, [what, STYLES.long]],
      [NO_LABEL, [command, STYLES.text]],
    ]),
    ...(end === "" ? [] : [[NO_LABEL, [end, STYLES.long]] satisfies Paragraph[]]),
  ];
  if (seals.length > 0) {
    rows.push([], [[sections.seals, LABEL]]);
    rows.push([heads.day, heads.root, heads.revision, heads.hash].map((head) => [head, HEAD]));
    for (const { day, revision, root, hash } of seals) {
      rows.push([day, root, String(revision), hash].map((text) => [text, STYLES.text]));
    }
  }
  const changes = report.closing?.changes ?? [];
  if (changes.length > 0) {
    rows.push([], [[sections.changes, LABEL]]);
    const names = [heads.subject, heads.field, heads.before, heads.after, heads.agreement];
    rows.push(names.map((head) => [head, HEAD]));
    for (const change of changes) {
      const { subject, what, before, after } = changeText(change, { lang, timeZone: zone });
      const texts = [subject, what, before ?? "", after ?? "", change.agreement];
      rows.push(texts.map((text) => [text, STYLES.text]));
    }
  }
  return textSheet(own.sheets.proof, rows, [28, 90, 14, 76]);
}

function textSheet(
  name: string,
  rows: readonly (readonly Paragraph[])[],
  widths: readonly number[],
): WriteSheet {
  const cells: Cells = new Map();
  for (const [row, line] of rows.entries()) {
    for (const [place, [cell, style]] of line.entries())
      putCell(cells, [row, place], { cell, style });
  }
  return {
    name,
    cells,
    view: { showGridLines: false },
    columns: widths.map((width) => ({ width })),
    rowDefs: rowHeights(cells, widths),
    pageSetup: { paperSize: "a4", orientation: "landscape", fitToPage: true, fitToWidth: 1 },
  };
}
