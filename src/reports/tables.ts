import { strToU8, zipSync } from "fflate";
import { formatDecimal } from "../core/fraction.ts";
import type { MonthDocument } from "../core/month-document.ts";
import type { ReportSubject } from "../core/report.ts";
import type { Lang } from "../core/views.ts";
import { csvText, guard, type Cell } from "./csv.ts";
import {
  listBadSlots,
  listExclusions,
  listOutages,
  localClock,
  readFraction,
  type BadSlots,
} from "./tables-rows.ts";
import { vantagePercent } from "./report-words-facts.ts";
import type { TableName } from "./tables-words-type.ts";
import { readmeText, tableWords } from "./tables-words.ts";

/**
 * The files' date: archives keep a wall time, which is read in the zone of the process. As text
 * without an offset it is the same in each.
 */
const PACKED_AT = "1980-01-01T00:00:00";
/** Places of a decimal that never ends. */
const PLACES = 12;

type Table = { readonly head: readonly string[]; readonly rows: readonly (readonly Cell[])[] };
type Clock = (instant: string | null) => readonly [utc: Cell, local: Cell];
type Sources = { readonly document: MonthDocument; readonly clock: Clock; readonly bad: BadSlots };

/**
 * The report as one CSV file a table, zipped, with a text that says what each column is. Each has a
 * byte order mark, so that spreadsheets read it as UTF-8. The same document gives the same bytes.
 */
export function renderTables(document: MonthDocument, lang: Lang): Promise<Uint8Array> {
  const read = localClock(document.timeZone);
  const clock: Clock = (instant) =>
    instant === null ? [null, null] : [instant, read(Date.parse(instant)).text];
  const bad = listBadSlots(document);
  const files: Record<string, Uint8Array> = {};
  for (const [name, make] of TABLES) {
    files[`${name}.csv`] = strToU8(csvOf(checkedTable(name, make({ document, clock, bad }))));
  }
  files["README.txt"] = strToU8(readmeText({ document, bad, words: tableWords[lang] }));
  return Promise.resolve(zipSync(files, { mtime: PACKED_AT, level: 6 }));
}

function csvOf({ head, rows }: Table): string {
  return csvText([head, ...rows.map((row) => row.map(guard))]);
}

/** The README says what each column is, so each is in it. */
function checkedTable(name: TableName, rows: readonly (readonly Cell[])[]): Table {
  return { head: Object.keys(tableWords.en.tables[name].columns), rows };
}

const TABLES: readonly (readonly [TableName, (sources: Sources) => (readonly Cell[])[]])[] = [
  ["summary", summaryRows],
  ["subjects", ({ document }) => document.report.subjects.map(subjectRow)],
  ["outages", outageRows],
  ["bad-slots", badSlotRows],
  ["exclusions", exclusionRows],
  ["credits", creditRows],
  ["malfunctions", malfunctionRows],
  ["rollups", rollupRows],
  ["trend", trendRows],
  ["vantages", vantageRows],
];

function summaryRows({ document, clock }: Sources): Cell[][] {
  const { report, accountName, timeZone, publicUrl } = document;
  const { proof, closing } = report;
  const [from, fromLocal] = clock(report.from);
  const [until, untilLocal] = clock(report.until);
  const [settledUntil, settledUntilLocal] = clock(report.settledUntil);
  const [closedAt, closedAtLocal] = clock(closing?.at ?? null);
  const facts: Readonly<Record<string, Cell>> = {
    month: report.month,
    account: report.account,
    accountName,
    status: report.status,
    revision: report.revision,
    timeZone,
    from,
    fromLocal,
    until,
    untilLocal,
    settledUntil,
    settledUntilLocal,
    closedAt,
    closedAtLocal,
    closedBy: closing?.by ?? null,
    closedFor: closing?.reason ?? null,
    previous: closing?.previous ?? null,
    subjects: report.subjects.length,
    rounds: proof.rounds,
    digest: proof.digest,
    inputs: proof.inputs,
    signature: proof.signature,
    key: proof.key,
    publicUrl,
  };
  const credits = report.credits
    .filter(({ by }) => by === "account")
    .map(({ account, currency, amount }) => ["creditAmount", amount, account, currency]);
  return [...Object.entries(facts).map(([field, value]) => [field, value, null, null]), ...credits];
}

const decimal = (fraction: string) => formatDecimal(readFraction(fraction), PLACES);

function subjectRow(subject: ReportSubject, index: number): Cell[] {
  const { bad, books, credit, slotSeconds } = subject;
  const { num, den } = readFraction(bad);
  const badSeconds = formatDecimal({ num: num * BigInt(slotSeconds), den }, PLACES);
  return [
    index + 1,
    subject.agreement,
    subject.scope,
    subject.id,
    subject.product,
    subject.region,
    subject.account,
    subject.targets.join(" "),
    subject.objectivePercent,
    subject.availabilityPercent,
    subject.verdict,
    bad,
    decimal(bad),
    badSeconds,
    subject.counted,
    subject.total,
    subject.excluded,
    subject.noData,
    slotSeconds,
    books.good,
    decimal(books.good),
    books.bad,
    decimal(books.bad),
    subject.allowedBad,
    subject.budgetLeft,
    subject.lowPercent,
    subject.highPercent,
    subject.reachabilityPercent,
    subject.coveragePercent,
    subject.outages.length,
    credit?.percent ?? null,
    subject.creditNote,
  ];
}

const headOf = ({ agreement, id, account }: ReportSubject) => [agreement, id, account] as const;

function outageRows({ document, clock }: Sources): Cell[][] {
  return listOutages(document.report).map(({ no, subject, outage, malfunction }) => {
    const { from, until, slots, reason } = outage;
    const seconds = (Date.parse(until) - Date.parse(from)) / 1000;
    const id = malfunction?.id ?? null;
    return [no, ...headOf(subject), ...clock(from), ...clock(until), seconds, slots, reason, id];
  });
}

function badSlotRows({ document, clock, bad }: Sources): Cell[][] {
  return document.report.subjects.flatMap((subject, index) =>
    (bad.bySubject[index] ?? []).map(({ fromMs, untilMs, slots, num, den }) => [
      index + 1,
      ...headOf(subject),
      ...clock(new Date(fromMs).toISOString()),
      ...clock(new Date(untilMs).toISOString()),
      slots,
      num,
      den,
      formatDecimal({ num: BigInt(num), den: BigInt(den) }, PLACES),
    ]),
  );
}

function exclusionRows({ document, clock }: Sources): Cell[][] {
  return listExclusions(document.report).flatMap(({ exclusion, subjects }) => {
    const { id, kind, from, until, reason, evidence, proposedBy, approvedBy } = exclusion;
    return subjects.map((subject) => [
      id,
      ...headOf(subject),
      kind,
      ...clock(from),
      ...clock(until),
      reason,
      evidence,
      proposedBy,
      approvedBy,
    ]);
  });
}

function creditRows({ document, clock }: Sources): Cell[][] {
  return document.report.subjects.flatMap((subject, index) => {
    const { credit, creditNote, availabilityPercent } = subject;
    if (credit === null) return [];
    return [
      [
        index + 1,
        ...headOf(subject),
        availabilityPercent,
        credit.belowPercent,
        credit.percent,
        credit.fee,
        credit.amount,
        credit.currency,
        creditNote,
        ...clock(credit.claimFrom),
        ...clock(credit.claimUntil),
        credit.targets.join(" "),
        credit.yieldsTo.join(" "),
      ],
    ];
  });
}

/** A row for each subject that it struck. */
function malfunctionRows({ document, clock }: Sources): Cell[][] {
  return (document.report.malfunctions ?? []).flatMap((malfunction) => {
    const { id, level, title, state, from, until, cause, resolution, targets } = malfunction;
    return malfunction.subjects.map(({ agreement, subject }) => [
      id,
      level,
      title,
      state,
      ...clock(from),
      ...clock(until),
      agreement,
      subject,
      targets.join(" "),
      cause,
      resolution,
    ]);
  });
}

function rollupRows({ document }: Sources): Cell[][] {
  return document.report.rollups.map((rollup) => [
    rollup.by,
    rollup.product ?? null,
    rollup.region ?? null,
    rollup.account ?? null,
    rollup.slotSeconds,
    rollup.availabilityPercent,
    rollup.worst,
  ]);
}

function vantageRows({ document }: Sources): Cell[][] {
  return (document.vantages ?? []).map((one) => [
    one.vantage,
    one.targets,
    one.planned,
    one.measured,
    one.failed,
    vantagePercent(one),
  ]);
}

/** A month that was not closed has one row without a subject. */
function trendRows({ document }: Sources): Cell[][] {
  return document.trend.flatMap(({ month, subjects }) => {
    if (subjects === null) return [[month, null, null, null, null]];
    return subjects.map(({ agreement, id, availabilityPercent, verdict }) => [
      month,
      agreement,
      id,
      availabilityPercent,
      verdict,
    ]);
  });
}
