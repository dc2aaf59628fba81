import { percentText } from "./report-words-facts.ts";
import type { Content, TableCell } from "pdfmake";
import { cellKind, CELL_MARKS, type CellKind } from "../core/year-cells.ts";
import type { YearMonth, YearSubject } from "../core/year-report.ts";
import { badTimeText } from "../core/year-time-text.ts";
import { PAINT } from "./chart-svg.ts";
import { aboutSubject, leftText, shownSubjects, usedKinds, type YearMaking } from "./year-facts.ts";

/** Text and ground of a cell, at least 4.5 to 1. */
const CELL_PAINT: Readonly<Record<CellKind, readonly [text: string, ground: string | null]>> = {
  kept: ["#1b6b49", "#e3f3ea"],
  missed: ["#a3122a", "#fbdfe3"],
  undecided: ["#4a5767", "#e6ebf0"],
  "so-far-good": ["#1b6b49", null],
  "so-far-risk": ["#7a5000", "#fdf3dc"],
  "so-far-missed": ["#a3122a", null],
  "so-far-unclear": [PAINT.quiet, null],
  absent: [PAINT.quiet, null],
  gap: [PAINT.quiet, PAINT.pale],
  ahead: [PAINT.quiet, null],
};

const MONTH_WIDTH = 33;

/** Every subject by every month, with the mark of its verdict. */
export function gridTable(making: YearMaking): Content[] {
  const { document, own, words } = making;
  const { report } = document;
  const { shown, left } = shownSubjects(report);
  if (shown.length === 0) return [];
  const c = own.columns;
  const heads = [
    head(words.columns.subject),
    ...report.months.map((month) => monthHead(month, making)),
    ...[c.availability, c.badTime, words.columns.coverage].map((text) => head(text, "right")),
  ];
  const top: TableCell = {
    colSpan: heads.length,
    margin: [0, 14, 0, 4],
    stack: [
      { text: own.grid, style: "heading" },
      { text: own.gridNote, style: "note" },
      legend(making),
    ],
  };
  // The heading comes again on each page, the mark in the outline must not.
  const mark: TableCell = {
    text: " ",
    colSpan: heads.length,
    fontSize: 0.1,
    lineHeight: 1,
    outline: true,
    outlineText: own.grid,
  };
  const others = heads.slice(1).map((): TableCell => ({}));
  return [
    {
      table: {
        headerRows: 2,
        keepWithHeaderRows: 2,
        dontBreakRows: true,
        widths: ["*", ...report.months.map(() => MONTH_WIDTH), 44, 48, 44],
        body: [
          [top, ...others],
          heads,
          [mark, ...others],
          ...shown.map((subject) => gridRow(subject, making)),
        ],
      },
      layout: {
        hLineWidth: (row) => (row < 2 || row === 3 ? 0 : row === 2 ? 0.8 : 0.4),
        hLineColor: (row) => (row === 2 ? PAINT.quiet : PAINT.line),
        // White between the cells, so that each stands for itself.
        vLineWidth: (column) => (column > 0 && column < 14 ? 1.2 : 0),
        vLineColor: () => "#ffffff",
        paddingLeft: (column) => (column === 0 ? 0 : 2),
        paddingRight: () => 2,
        paddingTop: (row) => (row === 2 ? 0 : 3),
        paddingBottom: (row) => (row === 2 ? 0 : 3),
      },
    },
    ...(left > 0 ? [note(leftText(left, own.subjects, making))] : []),
  ];
}

function head(text: string, alignment: "left" | "right" | "center" = "left"): TableCell {
  return { text, style: "head", alignment };
}

function monthHead({ month, state }: YearMonth, { own }: YearMaking): TableCell {
  const name = own.monthShort(Number(month.slice(5)));
  const said = state === "open" || state === "running" ? own.marks[state] : "";
  return {
    stack: [name, ...(said === "" ? [] : [{ text: said, fontSize: 6, color: "#9a6200" }])],
    style: "head",
    alignment: "center",
  };
}

function legend({ document, own }: YearMaking): Content {
  const kinds = usedKinds(document.report);
  return {
    text: kinds.flatMap((kind) => [
      { text: ` ${CELL_MARKS[kind]} `, bold: true, color: CELL_PAINT[kind][0] },
      { text: ` ${own.kinds[kind]}     `, color: PAINT.quiet },
    ]),
    fontSize: 7.5,
    margin: [0, 3, 0, 0],
  };
}

function gridRow(subject: YearSubject, making: YearMaking): TableCell[] {
  const { report } = making.document;
  const { id, counts, time } = subject;
  return [
    {
      stack: [
        { text: id, bold: counts.missed > 0 },
        { text: aboutSubject(subject, making), style: "note", fontSize: 6.5 },
      ],
      fontSize: 8,
    },
    ...report.months.map(({ state }, index) => monthCell(subject.months[index] ?? null, state)),
    {
      text: percentText(subject.availabilityPercent, making.words),
      alignment: "right",
      fontSize: 8,
      bold: true,
    },
    { text: badTimeText(time, making.words), alignment: "right", fontSize: 7.5 },
    { text: percentText(time.coveragePercent, making.words), alignment: "right", fontSize: 7.5 },
  ];
}

function monthCell(figure: YearSubject["months"][number], state: YearMonth["state"]): TableCell {
  const kind = cellKind(figure, state);
  const [color, fillColor] = CELL_PAINT[kind];
  const mark = CELL_MARKS[kind];
  const value = figure?.availabilityPercent ?? null;
  return {
    stack: [
      { text: mark === "" ? " " : mark, fontSize: 7, bold: true, lineHeight: 1 },
      ...(value === null
        ? []
        : [{ text: value, fontSize: 7, bold: kind === "missed", lineHeight: 1 }]),
    ],
    alignment: "center",
    color,
    ...(fillColor === null ? {} : { fillColor }),
  };
}

const note = (text: string): Content => ({ text, style: "note", margin: [0, 5, 0, 0] });
