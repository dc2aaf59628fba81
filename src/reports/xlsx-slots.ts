import type { WriteSheet } from "hucre/xlsx";
import type { BadRun } from "./tables-rows.ts";
import type { Book } from "./xlsx-book.ts";
import { unitsOf, type SheetFigure } from "./xlsx-figures.ts";
import { column, lettersOf, rangeOf, tableSheet, type SheetColumn } from "./xlsx-sheet.ts";

type BadRow = { readonly figure: SheetFigure; readonly run: BadRun };

const IDS = "no subject agreement from until slots num den badness common units".split(" ");
const letter = lettersOf(IDS);

/** The rows of one of its columns, as formulas of other sheets name them. */
export function badSlotRange({ own, figures }: Book, id: string): string {
  const rows = figures.reduce((sum, { runs }) => sum + (runs?.length ?? 0), 0);
  return rangeOf(own.sheets.badSlots, letter(id), rows);
}

/** Each bad slot with its badness. */
export function badSlotSheet(book: Book): WriteSheet {
  const { words, own, clock, zone, figures, slotNotes } = book;
  const { columns: heads } = words;
  const columns: readonly SheetColumn<BadRow>[] = [
    { ...column("whole", ["no", heads.no], ({ figure }) => figure.no), width: 8 },
    { ...column("text", ["subject", heads.subject], subjectOf), width: 30 },
    column("text", ["agreement", heads.agreement], agreementOf),
    column("time", ["from", own.inZone(heads.from, zone)], (row) => clock(row.run.fromMs).serial),
    column(
      "time",
      ["until", own.inZone(heads.until, zone)],
      (row) => clock(row.run.untilMs).serial,
    ),
    column("whole", ["slots", heads.slots], ({ run }) => run.slots),
    column("whole", ["num", own.num], ({ run }) => run.num),
    column("whole", ["den", own.den], ({ run }) => run.den),
    column("number", ["badness", own.badness], ({ run }, row) => ({
      formula: `${letter("num")}${row}/${letter("den")}${row}`,
      result: run.num / run.den,
    })),
    column("whole", ["common", own.common], ({ figure }) => figure.common),
    column("number", ["units", own.units], ({ run, figure }, row) => ({
      formula: `${["slots", "num", "common"].map((id) => letter(id) + row).join("*")}/${letter("den")}${row}`,
      result: unitsOf(run, figure.common),
    })),
  ];
  return tableSheet({
    name: own.sheets.badSlots,
    note: [own.notes.badSlots, ...slotNotes].join(" "),
    columns,
    rows: figures.flatMap((figure) => (figure.runs ?? []).map((run) => ({ figure, run }))),
    frozen: 2,
  });
}

const subjectOf = ({ figure }: BadRow) => figure.subject.id;
const agreementOf = ({ figure }: BadRow) => figure.subject.agreement;
