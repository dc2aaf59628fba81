import type { WriteSheet } from "hucre/xlsx";
import type { ReportSubject } from "../core/report.ts";
import type { Book } from "./xlsx-book.ts";
import { TOLERANCE, verdictIn, type SheetFigure } from "./xlsx-figures.ts";
import {
  column,
  FIRST_ROW,
  lastRow,
  lettersOf,
  quoted,
  rangeOf,
  tableSheet,
  verdictRules,
  type SheetCell,
  type SheetColumn,
} from "./xlsx-sheet.ts";
import { badSlotRange } from "./xlsx-slots.ts";

type Column = SheetColumn<SheetFigure>;

/** What is read most stands first; what it is computed from behind it. */
const IDS = [
  "no subject agreement account accountName product region scope",
  "objective availability verdict bad badMinutes allowed budgetLeft outages",
  "coverage minCoverage low high reachability",
  "slotSeconds total excluded noData counted good measuredBad noDataBad",
  "common units badExact basis",
].flatMap((ids) => ids.split(" "));

const letter = lettersOf(IDS);
const at = (id: string, row: number) => `${letter(id)}${row}`;

/** The rows of one of its columns, as formulas of other sheets name them. */
export function subjectRange({ own, figures }: Book, id: string): string {
  return rangeOf(own.sheets.subjects, letter(id), figures.length);
}

/** A row for each subject; what it comes to is computed from the sheet of bad slots. */
export function subjectSheet(book: Book): WriteSheet {
  const { words, own, figures } = book;
  const columns = [
    ...placeColumns(book),
    ...percentColumns(book),
    ...slotColumns(book),
    ...badColumns(book),
    ...judgedColumns(book),
  ];
  const byId = new Map(columns.map((one) => [one.id, one]));
  const { met, missed, ...others } = words.verdicts;
  return tableSheet({
    name: own.sheets.subjects,
    note: [own.notes.subjects, words.cutNote, ...book.statusNotes].join(" "),
    columns: IDS.map((id) => byId.get(id)).filter((one) => one !== undefined),
    rows: figures,
    frozen: 2,
    printedTo: letter("outages"),
    rules: verdictRules(`${at("verdict", FIRST_ROW)}:${at("verdict", lastRow(figures.length))}`, {
      good: [met, others["on-track"]],
      bad: [...new Set([missed, others["already-missed"]])],
    }),
  });
}

function placeColumns({ words, own, accountNames }: Book): Column[] {
  const { columns: heads } = words;
  return [
    { ...column("whole", ["no", heads.no], ({ no }) => no), width: 8 },
    { ...column("text", ["subject", heads.subject], ({ subject }) => subject.id), width: 30 },
    column("text", ["agreement", heads.agreement], ({ subject }) => subject.agreement),
    column("text", ["account", heads.account], ({ subject }) => subject.account),
    column(
      "text",
      ["accountName", heads.accountName],
      ({ subject: { account } }) => accountNames[account] ?? account,
    ),
    column("text", ["product", heads.product], ({ subject }) => subject.product),
    column("text", ["region", heads.region], ({ subject }) => subject.region),
    column("text", ["scope", heads.scope], ({ subject }) => words.scopes[subject.scope]),
    column("text", ["badExact", own.badExact], ({ subject }) => subject.bad),
    {
      ...column("text", ["basis", own.basis], ({ runs }) =>
        runs === null ? own.fromReport : own.fromSlots,
      ),
      width: 24,
    },
  ];
}

function percentColumn(
  [id, head]: readonly [string, string],
  read: (subject: ReportSubject) => string | null,
): Column {
  return column("percent", [id, head], ({ subject }) => {
    const text = read(subject);
    return text === null ? null : Number(text);
  });
}

function percentColumns({ words, own }: Book): Column[] {
  const { columns: heads } = words;
  const head = own.percent;
  return [
    percentColumn(["objective", head(heads.objective)], (one) => one.objectivePercent),
    percentColumn(["coverage", head(heads.coverage)], (one) => one.coveragePercent),
    percentColumn(["low", head(heads.low)], (one) => one.lowPercent),
    percentColumn(["high", head(heads.high)], (one) => one.highPercent),
    percentColumn(["reachability", head(heads.reachability)], (one) => one.reachabilityPercent),
    column("percent", ["minCoverage", head(own.minCoverage)], ({ minCoverage }) => minCoverage),
  ];
}

const measuredBad = ({ bad, noDataBad }: SheetFigure) => bad - noDataBad;

function slotColumns({ words, own }: Book): Column[] {
  const { columns: heads } = words;
  return [
    column("whole", ["slotSeconds", own.slotSeconds], ({ subject }) => subject.slotSeconds),
    column("whole", ["total", heads.total], ({ subject }) => subject.total),
    column("whole", ["excluded", heads.excluded], ({ subject }) => subject.excluded),
    column("whole", ["noData", heads.noData], ({ subject }) => subject.noData),
    column("whole", ["counted", heads.counted], ({ subject }) => subject.counted),
    column("whole", ["noDataBad", own.noDataBad], ({ noDataBad }) => noDataBad),
    column("whole", ["common", own.common], ({ common }) => common),
    column("number", ["measuredBad", own.measuredBad], (figure, row) => ({
      formula: `${at("bad", row)}-${at("noDataBad", row)}`,
      result: measuredBad(figure),
    })),
    column("number", ["good", heads.good], (figure, row) => {
      const { total, excluded, noData } = figure.subject;
      return {
        formula: ["total", "excluded", "noData", "measuredBad"].map((id) => at(id, row)).join("-"),
        result: total - excluded - noData - measuredBad(figure),
      };
    }),
  ];
}

function badColumns(book: Book): Column[] {
  const { words, own } = book;
  const [units, nos] = [badSlotRange(book, "units"), badSlotRange(book, "no")];
  return [
    column("number", ["units", own.units], ({ runs, units: result }, row) => {
      if (runs === null) return result;
      const noData = `${at("noDataBad", row)}*${at("common", row)}`;
      return { formula: `SUMIFS(${units},${nos},${at("no", row)})+${noData}`, result };
    }),
    column("number", ["bad", words.columns.bad], ({ bad }, row) => ({
      formula: `${at("units", row)}/${at("common", row)}`,
      result: bad,
    })),
    column("number", ["badMinutes", own.badMinutes], ({ bad, subject: { slotSeconds } }, row) => ({
      formula: `${at("bad", row)}*${at("slotSeconds", row)}/60`,
      result: (bad * slotSeconds) / 60,
    })),
  ];
}

function judgedColumns(book: Book): Column[] {
  const { words, own, outages } = book;
  const { columns: heads } = words;
  const outageNos = rangeOf(own.sheets.outages, "A", outages.length);
  return [
    column("percent", ["availability", own.percent(heads.availability)], availabilityCell),
    column("number", ["allowed", heads.allowed], ({ allowed }, row) => ({
      formula: `ROUND(${at("counted", row)}*(100-${at("objective", row)})/100,9)`,
      result: allowed,
    })),
    column("number", ["budgetLeft", heads.budgetLeft], ({ budgetLeft }, row) => ({
      formula: `ROUND(${at("allowed", row)}-${at("bad", row)},6)`,
      result: budgetLeft,
    })),
    {
      ...column<SheetFigure>("text", ["verdict", heads.verdict], (figure, row) =>
        verdictCell(book, figure, row),
      ),
      width: 16,
    },
    column("whole", ["outages", heads.outages], ({ subject }, row) => ({
      formula: `COUNTIFS(${outageNos},${at("no", row)})`,
      result: subject.outages.length,
    })),
  ];
}

function availabilityCell({ availability, isExact }: SheetFigure, row: number): SheetCell {
  if (!isExact) return availability;
  const loss = `100000*${at("units", row)}/(${at("common", row)}*${at("counted", row)})`;
  return {
    formula: `IF(${at("counted", row)}=0,"",(100000-ROUNDUP(${loss},0))/1000)`,
    result: availability ?? "",
  };
}

/** A running month's verdict rests on what is to come, which the sheet does not have. */
function verdictCell({ words, report }: Book, figure: SheetFigure, row: number): SheetCell {
  const { verdicts } = words;
  const { verdict } = figure.subject;
  const result = verdicts[verdict];
  if (report.status === "running" || verdictIn(figure) !== verdict) return result;
  const unclear = quoted(verdicts["insufficient-data"]);
  const [missed, met] = [quoted(verdicts.missed), quoted(verdicts.met)];
  const allowed = `${at("allowed", row)}+${TOLERANCE.toExponential().toUpperCase()}`;
  const thin = `IF(${at("high", row)}<${at("objective", row)},${missed},${unclear})`;
  const judged = `IF(${at("bad", row)}<=${allowed},${met},${missed})`;
  const covered = `IF(${at("coverage", row)}<${at("minCoverage", row)},${thin},${judged})`;
  return { formula: `IF(${at("counted", row)}=0,${unclear},${covered})`, result };
}
