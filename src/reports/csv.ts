import { stringify } from "csv-stringify/sync";
import { formatDecimal } from "../core/fraction.ts";
import type { Report, ReportSubject } from "../core/report.ts";

export type Cell = string | number | null;

const COLUMNS: readonly (readonly [string, (subject: ReportSubject) => Cell])[] = [
  ["agreement", ({ agreement }) => agreement],
  ["scope", ({ scope }) => scope],
  ["subject", ({ id }) => id],
  ["product", ({ product }) => product],
  ["region", ({ region }) => region],
  ["account", ({ account }) => account],
  ["objectivePercent", ({ objectivePercent }) => objectivePercent],
  ["availabilityPercent", ({ availabilityPercent }) => availabilityPercent],
  ["verdict", ({ verdict }) => verdict],
  ["bad", ({ bad }) => bad],
  ["counted", ({ counted }) => counted],
  ["total", ({ total }) => total],
  ["excluded", ({ excluded }) => excluded],
  ["noData", ({ noData }) => noData],
  ["slotSeconds", ({ slotSeconds }) => slotSeconds],
  ["badSeconds", badSeconds],
  ["allowedBad", ({ allowedBad }) => allowedBad],
  ["budgetLeft", ({ budgetLeft }) => budgetLeft],
  ["lowPercent", ({ lowPercent }) => lowPercent],
  ["highPercent", ({ highPercent }) => highPercent],
  ["reachabilityPercent", ({ reachabilityPercent }) => reachabilityPercent],
  ["coveragePercent", ({ coveragePercent }) => coveragePercent],
  ["outages", ({ outages }) => outages.length],
  ["creditPercent", ({ credit }) => credit?.percent ?? null],
  ["creditFee", ({ credit }) => credit?.fee ?? null],
  ["creditAmount", ({ credit }) => credit?.amount ?? null],
  ["creditCurrency", ({ credit }) => credit?.currency ?? null],
  ["creditNote", ({ creditNote }) => creditNote],
  ["claimFrom", ({ credit }) => credit?.claimFrom ?? null],
  ["claimUntil", ({ credit }) => credit?.claimUntil ?? null],
];

/**
 * One line a subject, with a byte order mark so that spreadsheets read it as UTF-8. A text
 * that a spreadsheet would run as a formula is put behind an apostrophe.
 */
export function renderCsv(report: Report): string {
  const head = ["month", "status", "revision", ...COLUMNS.map(([name]) => name)];
  const lines = report.subjects.map((subject) => [
    report.month,
    report.status,
    report.revision,
    ...COLUMNS.map(([, read]) => guard(read(subject))),
  ]);
  return csvText([head, ...lines]);
}

/** By RFC 4180. A line feed alone ends no record of it, but does so in many programs. */
export function csvText(rows: readonly (readonly Cell[])[]): string {
  return stringify(
    rows.map((row) => [...row]),
    { bom: true, record_delimiter: "windows", quoted_match: /[\r\n]/u },
  );
}

/** A spreadsheet takes a fraction such as "1/5" for a date; this one it can add up. */
function badSeconds({ bad, slotSeconds }: ReportSubject): string {
  const [num = "0", den = "1"] = bad.split("/");
  return formatDecimal({ num: BigInt(num) * BigInt(slotSeconds), den: BigInt(den) }, 3);
}

/** Full-width signs start formulas too in Chinese spreadsheets; numbers stay numbers. */
export function guard(cell: Cell): Cell {
  if (typeof cell !== "string" || /^-?[\d./]+$/u.test(cell)) return cell;
  return /^[=+\-@\t\r＝＋－＠]/u.test(cell) ? `'${cell}` : cell;
}
