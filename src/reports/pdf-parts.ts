import type { Content, CustomTableLayout, TableCell } from "pdfmake";
import type { Verdict } from "../core/report.ts";
import { PAINT } from "./chart-svg.ts";
import type { Tile, Tone } from "./cover-facts.ts";
import { FONT } from "./pdf-fonts.ts";
import type { ReportWords } from "./report-words-type.ts";

/** Points; an A4 page is 595.28 wide. */
export const MARGINS = { left: 44, top: 58, right: 44, bottom: 52 } as const;
export const CONTENT_WIDTH = 507;
/** Of a page on its side, which is 841.89 wide. */
export const WIDE = 753.9;

export const VERDICT_PAINT: Readonly<Record<Verdict, string>> = {
  met: "#1c7a50",
  missed: PAINT.missed,
  "insufficient-data": PAINT.quiet,
  "on-track": "#1c7a50",
  "at-risk": "#9a6200",
  "already-missed": PAINT.missed,
};

/** Of a cover. */
export const TONE_PAINT: Readonly<Record<Tone, string>> = {
  missed: PAINT.missed,
  risk: PAINT.minor,
  unclear: PAINT.quiet,
  met: PAINT.good,
};

export const STYLES = {
  title: { fontSize: 24, bold: true, color: PAINT.ink },
  heading: { fontSize: 13, bold: true, color: PAINT.ink },
  subheading: { fontSize: 10, bold: true, color: PAINT.ink },
  note: { fontSize: 8, color: PAINT.quiet },
  head: { fontSize: 7.5, bold: true, color: PAINT.quiet },
  small: { fontSize: 7.5 },
} as const;

export const DEFAULT_STYLE = { font: FONT, fontSize: 8.5, color: PAINT.ink, lineHeight: 1.15 };

/** A heading, and a mark in the outline; what it stands over must follow in the same block. */
export function heading(text: string, note = ""): Content[] {
  return [
    { text, style: "heading", outline: true, margin: [0, 18, 0, note === "" ? 6 : 1] },
    ...(note === "" ? [] : [{ text: note, style: "note", margin: [0, 0, 0, 6] } satisfies Content]),
  ];
}

/** Heading and what belongs under it, never parted by the end of a page. */
export function block(parts: readonly Content[]): Content {
  return { stack: [...parts], unbreakable: true };
}

export function verdictCell(verdict: Verdict, words: ReportWords): TableCell {
  return {
    text: [{ text: "● ", fontSize: 6.5 }, words.verdicts[verdict]],
    color: VERDICT_PAINT[verdict],
    bold: verdict === "missed" || verdict === "already-missed",
    noWrap: true,
  };
}

export function numberCell(text: string, isBad = false): TableCell {
  return isBad
    ? { text, alignment: "right", color: PAINT.missed, bold: true }
    : { text, alignment: "right" };
}

export type TableColumn = {
  readonly name: string;
  readonly width: number | "auto" | "*";
  readonly align?: "left" | "right";
};

/** Heading, column names, and the row that holds the mark in the outline. */
const HEAD_ROWS = 2;
const MARK_ROW = HEAD_ROWS;

/** Rows as one sheet of lines: a strong one under the head, hair lines between. */
function linesLayout(padding: number): CustomTableLayout {
  const paddingOf = (row: number) => (row === MARK_ROW ? 0 : padding);
  return {
    hLineWidth: (row) => {
      if (row < HEAD_ROWS || row === MARK_ROW + 1) return 0;
      return row === HEAD_ROWS ? 0.8 : 0.4;
    },
    vLineWidth: () => 0,
    hLineColor: (row) => (row === HEAD_ROWS ? PAINT.quiet : PAINT.line),
    paddingLeft: (column) => (column === 0 ? 0 : 5),
    paddingRight: (column, node) => (column === (node.table.widths?.length ?? 0) - 1 ? 0 : 5),
    paddingTop: paddingOf,
    paddingBottom: paddingOf,
  };
}

/**
 * A section that is one table. Its heading and its head come again on every page and never stand
 * without a row under them: as rows of the table, since pdfmake keeps no other text with it.
 */
export function tableSection(input: {
  readonly title: string;
  readonly note?: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly TableCell[][];
  /** Stands in the place of a table without rows. */
  readonly none: string;
  /** After the rows: what is not listed. */
  readonly after?: string;
  /** For many short rows. */
  readonly isDense?: boolean;
}): Content[] {
  const { title, note = "", columns, rows, none, after = "", isDense = false } = input;
  if (rows.length === 0) {
    return [block([...heading(title), { text: none, color: PAINT.quiet }])];
  }
  const top: TableCell = {
    colSpan: columns.length,
    margin: [0, 14, 0, 2],
    stack: [
      { text: title, style: "heading" },
      ...(note === "" ? [] : [{ text: note, style: "note" }]),
    ],
  };
  const head = columns.map(({ name, align = "left" }): TableCell => ({
    text: name,
    style: "head",
    alignment: align,
  }));
  // The heading comes again on each page, the mark in the outline must not.
  const mark: TableCell = {
    text: " ",
    colSpan: columns.length,
    fontSize: 0.1,
    lineHeight: 1,
    outline: true,
    outlineText: title,
  };
  const others = columns.slice(1).map((): TableCell => ({}));
  // A row too: alone on the next page it has the heading over it that it speaks of.
  const last: TableCell[][] = after === "" ? [] : [[spanning(after, columns.length), ...others]];
  return [
    {
      table: {
        headerRows: HEAD_ROWS,
        keepWithHeaderRows: 2,
        dontBreakRows: true,
        widths: columns.map(({ width }) => width),
        body: [[top, ...others], head, [mark, ...others], ...rows, ...last],
      },
      layout: linesLayout(isDense ? 0.8 : 3.2),
    },
  ];
}

/** Points. */
const NOTE_WIDTH = 230;

/** A note of a width of its own: pdfmake would widen the columns for a longer one that spans them. */
function spanning(text: string, colSpan: number): TableCell {
  const table = { widths: [NOTE_WIDTH], body: [[{ text, style: "note" }]] };
  return { table, layout: FREE, colSpan };
}

/** A table that is only there for its width. */
const FREE: CustomTableLayout = {
  hLineWidth: () => 0,
  vLineWidth: () => 0,
  paddingLeft: () => 0,
  paddingRight: () => 0,
  paddingTop: () => 0,
  paddingBottom: () => 0,
};

/** What a cover says in a sentence, with a stroke in its colour. */
export function panel(paint: string, stack: Content[]): Content {
  return {
    margin: [0, 12, 0, 14],
    table: { widths: ["*"], body: [[{ stack, fillColor: PAINT.pale }]] },
    layout: {
      vLineWidth: (column) => (column === 0 ? 4 : 0),
      vLineColor: () => paint,
      hLineWidth: () => 0,
      paddingLeft: () => 14,
      paddingRight: () => 14,
      paddingTop: () => 11,
      paddingBottom: () => 11,
    },
  };
}

/** A figure stays with its unit, and an amount with its currency, where a line is broken. */
export function unbroken(text: string): string {
  return text.replaceAll(/\b([A-Z]{3}) (?=\d)|(\d) (?=%)/gu, "$1$2\u00a0");
}

/** Key figures side by side. One of up to `whole` characters stays with its unit on one line. */
export function tileRow(
  tiles: readonly Tile[],
  { fontSize, whole }: { readonly fontSize: number; readonly whole: number },
): Content {
  const values = tiles.map(({ value, isBad }): TableCell => ({
    text: value.length > whole ? value : value.replaceAll(" ", "\u00a0"),
    fontSize,
    lineHeight: 1.1,
    bold: true,
    color: isBad ? PAINT.missed : PAINT.ink,
  }));
  return {
    table: {
      widths: tiles.map((_, index) => (index === tiles.length - 1 ? "*" : "auto")),
      body: [values, tiles.map(({ name }): TableCell => ({ text: name, style: "note" }))],
    },
    layout: {
      hLineWidth: () => 0,
      vLineWidth: (column) => (column === 0 || column === tiles.length ? 0 : 0.6),
      vLineColor: () => PAINT.line,
      paddingLeft: (column) => (column === 0 ? 0 : 9),
      paddingRight: () => 9,
      paddingTop: () => 0,
      paddingBottom: () => 0,
    },
  };
}
