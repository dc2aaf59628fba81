import type { WriteSheet } from "hucre/xlsx";
import { reasonText } from "../core/reason-text.ts";
import type { ReportSubject } from "../core/report.ts";
import { kindText } from "./report-words.ts";
import { whoText } from "./report-words-facts.ts";
import type { ExclusionRow, OutageRow } from "./tables-rows.ts";
import type { Book } from "./xlsx-book.ts";
import { column, tableSheet, type SheetColumn } from "./xlsx-sheet.ts";

/** Of an exclusion that applies to many: the first are named, the others counted. */
const NAMES_SHOWN = 20;

export function outageSheet(book: Book): WriteSheet {
  const { words, own, outages } = book;
  return tableSheet({
    name: own.sheets.outages,
    note: outages.length === 0 ? words.none.outages : own.notes.outages,
    columns: [...struckColumns(book), ...spanColumns(book), ...causeColumns(book)],
    rows: outages,
    frozen: 2,
  });
}

function struckColumns({ words }: Book): SheetColumn<OutageRow>[] {
  const { columns: heads } = words;
  return [
    { ...column("whole", ["no", heads.no], ({ no }) => no), width: 8 },
    { ...column("text", ["subject", heads.subject], ({ subject }) => subject.id), width: 30 },
    column("text", ["agreement", heads.agreement], ({ subject }) => subject.agreement),
    column("text", ["account", heads.account], ({ subject }) => subject.account),
  ];
}

function wide<Row>(width: number, one: SheetColumn<Row>): SheetColumn<Row> {
  return { ...one, width };
}

/** Begin and end are columns E and F. */
function spanColumns({ words, own, clock, zone }: Book): SheetColumn<OutageRow>[] {
  const { columns: heads } = words;
  const at = (instant: string) => clock(Date.parse(instant)).serial;
  return [
    column("time", ["from", own.inZone(heads.from, zone)], ({ outage }) => at(outage.from)),
    column("time", ["until", own.inZone(heads.until, zone)], ({ outage }) => at(outage.until)),
    column("number", ["length", own.lengthMinutes], ({ outage }, row) => ({
      // A difference of days is a float; an outage is a whole number of seconds.
      formula: `ROUND((F${row}-E${row})*86400,0)/60`,
      result: Math.round((at(outage.until) - at(outage.from)) * 86_400) / 60,
    })),
    column("whole", ["slots", heads.slots], ({ outage }) => outage.slots),
  ];
}

function causeColumns({ words, own, lang }: Book): SheetColumn<OutageRow>[] {
  const { columns: heads } = words;
  return [
    wide(
      30,
      column("text", ["reason", heads.reason], ({ outage }) => reasonText(outage.reason, lang)),
    ),
    column("whole", ["malfunction", heads.malfunction], (row) => row.malfunction?.id ?? null),
    wide(
      8,
      column("text", ["level", heads.level], (row) => row.malfunction?.level ?? null),
    ),
    column("long", ["cause", heads.cause], (row) => row.malfunction?.cause ?? null),
    column("long", ["resolution", heads.resolution], (row) => row.malfunction?.resolution ?? null),
    wide(
      26,
      column("text", ["fromUtc", own.inZone(heads.from, "UTC")], ({ outage }) => outage.from),
    ),
    wide(
      26,
      column("text", ["untilUtc", own.inZone(heads.until, "UTC")], ({ outage }) => outage.until),
    ),
  ];
}

export function exclusionSheet(book: Book): WriteSheet {
  const { words, own, clock, zone, exclusions } = book;
  const { columns: heads } = words;
  const at = (instant: string) => clock(Date.parse(instant)).serial;
  const columns: readonly SheetColumn<ExclusionRow>[] = [
    { ...column("whole", ["no", heads.no], ({ exclusion }) => exclusion.id), width: 8 },
    column("text", ["kind", heads.kind], ({ exclusion }) => kindText(exclusion.kind, words)),
    column("time", ["from", own.inZone(heads.from, zone)], (row) => at(row.exclusion.from)),
    column("time", ["until", own.inZone(heads.until, zone)], (row) => at(row.exclusion.until)),
    column("long", ["reason", heads.reason], ({ exclusion }) => exclusion.reason),
    {
      ...column("text", ["evidence", heads.evidence], (row) => row.exclusion.evidence),
      width: 40,
    },
    column("text", ["proposedBy", heads.proposedBy], ({ exclusion }) =>
      whoText(exclusion.proposedBy, words),
    ),
    column("text", ["approvedBy", heads.approvedBy], ({ exclusion }) =>
      whoText(exclusion.approvedBy, words),
    ),
    column("whole", ["count", own.subjectCount], ({ subjects }) => subjects.length),
    column("long", ["subjects", heads.subject], ({ subjects }) => namesOf(subjects)),
  ];
  const note = exclusions.length === 0 ? words.none.exclusions : own.notes.exclusions;
  return tableSheet({ name: own.sheets.exclusions, note, columns, rows: exclusions });
}

function namesOf(subjects: readonly ReportSubject[]): string {
  const names = [...new Set(subjects.map(({ id }) => id))];
  const more = names.length - NAMES_SHOWN;
  const shown = names.slice(0, NAMES_SHOWN).join(", ");
  return more > 0 ? `${shown} … +${more}` : shown;
}
