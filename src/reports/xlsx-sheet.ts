import {
  colToLetter,
  type Cell,
  type CellStyle,
  type ConditionalRule,
  type WriteSheet,
} from "hucre/xlsx";

/** What stands in a cell; a formula with what it comes to. A text is never run. */
export type SheetCell =
  | string
  | number
  | null
  | { readonly formula: string; readonly result: string | number };

export type ColumnKind = "text" | "long" | "whole" | "number" | "percent" | "time" | "day";

/** A column of a sheet; `cell` is told the row's number as formulas write it. */
export type SheetColumn<Row> = {
  readonly id: string;
  readonly head: string;
  readonly kind: ColumnKind;
  readonly width?: number;
  readonly cell: (row: Row, place: number) => SheetCell;
  /** Shown in red: the objective was missed. */
  readonly isMissed?: (row: Row) => boolean;
};

/** A column by its id and head. */
export function column<Row>(
  kind: ColumnKind,
  [id, head]: readonly [string, string],
  cell: SheetColumn<Row>["cell"],
): SheetColumn<Row> {
  return { id, head, kind, cell };
}

/** Row 1 says what the sheet is, row 2 is the head: both stay in view. */
export const FIRST_ROW = 3;

const FONT = "Arial";
const GREY = "DDE3EA";
const THIN = { style: "thin", color: { rgb: GREY } } as const;
const BASE: CellStyle = { alignment: { vertical: "top" } };

export const STYLES: Readonly<Record<ColumnKind, CellStyle>> = {
  // "@": what is typed into the cell later stays text as well.
  text: { numFmt: "@", alignment: { vertical: "top", horizontal: "left", indent: 1 } },
  long: {
    numFmt: "@",
    alignment: { vertical: "top", horizontal: "left", indent: 1, wrapText: true },
  },
  whole: { ...BASE, numFmt: "#,##0" },
  number: { ...BASE, numFmt: "#,##0.00####" },
  percent: { ...BASE, numFmt: "0.000" },
  time: { ...BASE, numFmt: "yyyy-mm-dd hh:mm:ss" },
  day: { ...BASE, numFmt: "yyyy-mm-dd" },
};
const WIDTHS: Readonly<Record<ColumnKind, number>> = {
  text: 18,
  long: 60,
  whole: 12,
  number: 14,
  percent: 13,
  time: 20,
  day: 12,
};

export const TITLE: CellStyle = { font: { name: FONT, size: 14, bold: true } };
export const NOTE: CellStyle = {
  font: { name: FONT, size: 10, color: { rgb: "5A6675" } },
  alignment: { vertical: "top", wrapText: false },
};
export const HEAD: CellStyle = {
  font: { name: FONT, size: 10, bold: true, color: { rgb: "FFFFFF" } },
  fill: { type: "pattern", pattern: "solid", fgColor: { rgb: "1B2733" } },
  alignment: { vertical: "center", wrapText: true },
  border: { bottom: THIN },
};
/** A head stands over its column as the cells below it do: numbers and times to the right. */
export function headOf(kind: ColumnKind): CellStyle {
  const side =
    kind === "text" || kind === "long"
      ? ({ horizontal: "left", indent: 1 } as const)
      : ({ horizontal: "right" } as const);
  return { ...HEAD, alignment: { vertical: "center", wrapText: true, ...side } };
}
const MISSED: CellStyle = {
  font: { name: FONT, size: 10, bold: true, color: { rgb: "9B1027" } },
  fill: { type: "pattern", pattern: "solid", fgColor: { rgb: "FBE1E4" } },
};
export const LABEL: CellStyle = { ...BASE, font: { name: FONT, size: 10, bold: true } };

/** Excel's own limit of a text in a cell is 32,767. */
const MAX_TEXT = 32_000;
const ERRORS = new Set(
  "#VALUE! #REF! #N/A #NAME? #NULL! #DIV/0! #NUM! #GETTING_DATA #SPILL! #CALC!".split(" "),
);

/** Cells by "row,column" from 0, as the library wants them. */
export type Cells = Map<string, Partial<Cell>>;

/** Puts a value into a cell, given by row and column from 0. */
export function putCell(
  cells: Cells,
  [row, place]: readonly [number, number],
  { cell, style }: { readonly cell: SheetCell; readonly style: CellStyle },
): void {
  if (cell === null || cell === "") return;
  cells.set(`${row},${place}`, { style, ...contentOf(cell) });
}

function contentOf(cell: Exclude<SheetCell, null>): Partial<Cell> {
  if (typeof cell === "number") return { value: cell };
  if (typeof cell === "object") return { formula: cell.formula, formulaResult: cell.result };
  const text = sheetText(cell);
  // The library takes such a text for an error's value.
  return ERRORS.has(text) ? { richText: [{ text }] } : { value: text };
}

/** A text as a workbook can hold it: what XML cannot say is shown as a replacement, never dropped. */
export function sheetText(text: string): string {
  const clean = text
    .toWellFormed()
    .replaceAll(/\r\n?/gu, "\n")
    // oxlint-disable-next-line no-control-regex -- these are what is looked for
    .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/gu, "\uFFFD")
    // Excel reads _x0041_ in a text as the character of that number.
    .replaceAll(/_(?=x[0-9a-f]{4}_)/giu, "_x005F_");
  return clean.length <= MAX_TEXT ? clean : `${clean.slice(0, MAX_TEXT).toWellFormed()} […]`;
}

/** A sheet of one table: a note, the head, the rows; filters on the head. */
export function tableSheet<Row>(input: {
  readonly name: string;
  readonly note: string;
  readonly columns: readonly SheetColumn<Row>[];
  readonly rows: readonly Row[];
  /** Columns that stay in view. */
  readonly frozen?: number;
  /** The last column that is printed; all, where not given. */
  readonly printedTo?: string;
  readonly rules?: readonly ConditionalRule[];
}): WriteSheet {
  const { name, note, columns, rows, frozen = 0, rules = [], printedTo } = input;
  const cells: Cells = new Map();
  putCell(cells, [0, 0], { cell: note, style: NOTE });
  for (const [index, { head, kind }] of columns.entries()) {
    putCell(cells, [FIRST_ROW - 2, index], { cell: head, style: headOf(kind) });
  }
  for (const [index, row] of rows.entries()) {
    const at = FIRST_ROW - 1 + index;
    for (const [place, { kind, cell, isMissed }] of columns.entries()) {
      const style = isMissed?.(row) === true ? { ...STYLES[kind], ...MISSED } : STYLES[kind];
      putCell(cells, [at, place], { cell: cell(row, at + 1), style });
    }
  }
  const last = colToLetter(columns.length - 1);
  const widths = columns.map(({ kind, width }) => width ?? WIDTHS[kind]);
  const heights = rowHeights(cells, widths);
  heights.set(FIRST_ROW - 2, { height: 30 });
  return {
    name,
    columns: widths.map((width) => ({ width })),
    cells,
    freezePane: { rows: FIRST_ROW - 1, columns: frozen },
    autoFilter: { range: `A${FIRST_ROW - 1}:${last}${lastRow(rows.length)}` },
    rowDefs: heights,
    conditionalRules: [...rules],
    pageSetup: {
      paperSize: "a4",
      orientation: "landscape",
      fitToPage: true,
      fitToWidth: 1,
      fitToHeight: 0,
      ...(printedTo === undefined
        ? {}
        : { printArea: `$A$1:$${printedTo}$${lastRow(rows.length)}` }),
      printTitlesRow: `$${FIRST_ROW - 1}:$${FIRST_ROW - 1}`,
    },
    headerFooter: { oddFooter: "&L&A&R&P / &N" },
    a11y: { headerRow: FIRST_ROW - 2 },
  };
}

const LINE_POINTS = 14;
/** Of a column that is given none. */
const DEFAULT_WIDTH = 9;
/** Excel's own limit. */
const MAX_POINTS = 409;

/**
 * The heights of rows with wrapped texts, as near as can be told without the font: not every
 * program makes room by itself, and texts would lie on the rows below.
 */
export function rowHeights(
  cells: Cells,
  widths: readonly number[],
): Map<number, { readonly height: number }> {
  const heights = new Map<number, { readonly height: number }>();
  for (const [key, { value, style }] of cells) {
    if (style?.alignment?.wrapText !== true || typeof value !== "string") continue;
    const [row = 0, place = 0] = key.split(",").map(Number);
    const height = Math.min(
      MAX_POINTS,
      linesOf(value, widths[place] ?? DEFAULT_WIDTH) * LINE_POINTS,
    );
    if (height > Math.max(LINE_POINTS, heights.get(row)?.height ?? 0)) heights.set(row, { height });
  }
  return heights;
}

/** In digits; a Chinese character is as wide as two. */
const lengthOf = (line: string) => line.length + (line.match(/[\u2e80-\uffef]/gu)?.length ?? 0);

function linesOf(text: string, width: number): number {
  const room = Math.max(1, width - 2);
  return text
    .split("\n")
    .reduce((lines, line) => lines + Math.max(1, Math.ceil(lengthOf(line) / room)), 0);
}

/** The last row of a table; a table without rows keeps one empty, so that ranges over it exist. */
export function lastRow(rows: number): number {
  return FIRST_ROW - 1 + Math.max(1, rows);
}

/** The rows of a column of a table, as formulas of other sheets name them. */
export function rangeOf(sheet: string, letter: string, rows: number): string {
  return `'${sheet}'!$${letter}$${FIRST_ROW}:$${letter}$${lastRow(rows)}`;
}

/** Letters of columns by their ids, which are given in order. */
export function lettersOf(ids: readonly string[]): (id: string) => string {
  const letters = new Map(ids.map((id, index) => [id, colToLetter(index)]));
  return (id) => {
    const letter = letters.get(id);
    if (letter === undefined) throw new RangeError(`there is no column ${id}`);
    return letter;
  };
}

/** A text within a formula. */
export function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** Marks a verdict by colour beside its words, over a range. */
export function verdictRules(
  range: string,
  words: { readonly good: readonly string[]; readonly bad: readonly string[] },
): ConditionalRule[] {
  const rule = (text: string, priority: number, colours: readonly [string, string]) =>
    ({
      type: "cellIs",
      operator: "equal",
      formula: quoted(text),
      priority,
      range,
      style: {
        font: { color: { rgb: colours[0] }, bold: true },
        fill: { type: "pattern", pattern: "solid", bgColor: { rgb: colours[1] } },
      },
    }) satisfies ConditionalRule;
  const good = words.good.map((text, index) => rule(text, 1 + index, ["0B5A35", "DDF3E6"]));
  const bad = words.bad.map((text, index) => rule(text, 10 + index, ["9B1027", "FBE1E4"]));
  return [...good, ...bad];
}
