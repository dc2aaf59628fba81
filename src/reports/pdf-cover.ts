import type { Content, TableCell } from "pdfmake";
import type { MonthDocument } from "../core/month-document.ts";
import type { Report, ReportSubject } from "../core/report.ts";
import { PAINT } from "./chart-svg.ts";
import { LIMITS } from "./pdf-limits.ts";
import {
  badSecondsOf,
  countVerdicts,
  durationText,
  instantText,
  isMissed,
  monthText,
  owedTile,
  verdictText,
  zoneText,
} from "./report-words-facts.ts";
import { grouped } from "./report-words-number.ts";
import type { ReportWords } from "./report-words-type.ts";

/** Whose report it is, in words: "Acme Ltd (acme)". */
export function ownerText({ report, accountName }: MonthDocument, words: ReportWords): string {
  const { account } = report;
  if (account === null) return words.allAccounts;
  return accountName === null || accountName === account ? account : `${accountName} (${account})`;
}

/** The colour of the report's verdict. */
export function coverPaint({ status, subjects }: Report): string {
  const counts = countVerdicts(subjects);
  if (counts.missed + counts["already-missed"] > 0) return PAINT.missed;
  if (status === "running" && counts["at-risk"] > 0) return PAINT.minor;
  return counts["insufficient-data"] > 0 || counts.all === 0 ? PAINT.quiet : PAINT.good;
}

/** Title, the verdict in a sentence, and the key figures. */
export function coverContent(document: MonthDocument, words: ReportWords): Content[] {
  const { report, timeZone } = document;
  const { from, until, closing } = report;
  const cycle = words.cycle(
    instantText(from, timeZone),
    instantText(until, timeZone),
    zoneText(timeZone, from),
  );
  const state =
    closing === null
      ? words.notFinal(instantText(report.settledUntil, timeZone))
      : words.closedAt(report.revision, instantText(closing.at, timeZone));
  return [
    { text: words.title, style: "title", margin: [0, 8, 0, 2] },
    {
      text: [
        { text: monthText(report.month, words), bold: true, color: PAINT.ink },
        { text: `  ·  ${ownerText(document, words)}` },
      ],
      fontSize: 12.5,
      color: PAINT.quiet,
      margin: [0, 0, 0, 6],
    },
    { text: cycle, style: "note" },
    verdictPanel(document, { state, words }),
    keyFigures(document, words),
  ];
}

function verdictPanel(
  document: MonthDocument,
  { state, words }: { readonly state: string; readonly words: ReportWords },
): Content {
  const paint = coverPaint(document.report);
  const isRunning = document.report.status === "running";
  return {
    margin: [0, 12, 0, 14],
    table: {
      widths: ["*"],
      body: [
        [
          {
            stack: [
              { text: verdictText(document, words), fontSize: 15, bold: true, lineHeight: 1.25 },
              {
                text: state,
                fontSize: 9,
                color: isRunning ? "#9a6200" : PAINT.quiet,
                bold: isRunning,
                margin: [0, 3, 0, 0],
              },
            ],
            fillColor: PAINT.pale,
            border: [true, false, false, false],
          },
        ],
      ],
    },
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

type Tile = { readonly name: string; readonly value: string; readonly isBad?: boolean };

function keyFigures(document: MonthDocument, words: ReportWords): Content {
  const tiles = tilesOf(document, words);
  const values = tiles.map(({ value, isBad = false }): TableCell => ({
    // A figure stays with its unit; amounts of several currencies may break.
    text: value.length > 14 ? value : value.replaceAll(" ", "\u00a0"),
    fontSize: tiles.length > 6 ? 10.5 : 12.5,
    lineHeight: 1.1,
    bold: true,
    color: isBad ? PAINT.missed : PAINT.ink,
  }));
  const names = tiles.map(({ name }): TableCell => ({ text: name, style: "note" }));
  return {
    table: {
      widths: tiles.map((_, index) => (index === tiles.length - 1 ? "*" : "auto")),
      body: [values, names],
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

function tilesOf({ report, accountNames }: MonthDocument, words: ReportWords): Tile[] {
  const { subjects } = report;
  const names = words.keyFigures;
  const counts = countVerdicts(subjects);
  const missed = counts.missed + counts["already-missed"];
  const badSeconds = subjects.reduce((sum, subject) => sum + badSecondsOf(subject), 0);
  const outages = subjects.reduce((sum, subject) => sum + subject.outages.length, 0);
  const lowest = lowestBy(subjects, ({ availabilityPercent }) => availabilityPercent);
  const coverage = lowestBy(subjects, ({ coveragePercent }) => coveragePercent);
  const good = counts.met + counts["on-track"] + counts["at-risk"];
  return [
    ...(report.account === null
      ? [{ name: names.accounts, value: grouped(Object.keys(accountNames).length) }]
      : []),
    {
      name: report.status === "running" ? names.within : names.met,
      value: `${grouped(good)} / ${grouped(counts.all)}`,
      isBad: missed > 0,
    },
    {
      name: names.lowest,
      value: lowest === null ? words.nothing : `${lowest.availabilityPercent} %`,
      isBad: lowest !== null && isMissed(lowest),
    },
    { name: names.badTime, value: durationText(badSeconds, words) },
    { name: names.outages, value: grouped(outages) },
    ...(report.status === "running" ? [] : [{ name: names.owed, value: owedTile(report, words) }]),
    {
      name: names.coverage,
      value: coverage === null ? words.nothing : `${coverage.coveragePercent} %`,
    },
  ];
}

/** By a printed percentage, which is enough to say which stands lowest; the first of equals. */
export function lowestBy(
  subjects: readonly ReportSubject[],
  read: (subject: ReportSubject) => string | null,
): ReportSubject | null {
  let lowest: ReportSubject | null = null;
  for (const subject of subjects) {
    const value = read(subject);
    if (value === null) continue;
    if (lowest === null || Number(value) < Number(read(lowest))) lowest = subject;
  }
  return lowest;
}

/** Of a large report: what is listed in full, and where all of it is. */
export function sizeNote({ report }: MonthDocument, words: ReportWords): Content[] {
  if (report.subjects.length <= LIMITS.allSubjects) return [];
  const text = `${words.notes.whole(report.subjects.length)} ${words.notes.elsewhere}`;
  return [{ text, style: "note", margin: [0, 10, 0, 0] }];
}
