import type { Content } from "pdfmake";
import type { MonthDocument } from "../core/month-document.ts";
import { PAINT } from "./chart-svg.ts";
import { monthTiles, ownerText, toneOf } from "./cover-facts.ts";
import { LIMITS } from "./pdf-limits.ts";
import { panel, tileRow, unbroken, TONE_PAINT } from "./pdf-parts.ts";
import { claimLine, instantText, monthText, verdictText, zoneText } from "./report-words-facts.ts";
import type { ReportWords } from "./report-words-type.ts";

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
  const isFinal = closing !== null;
  const claim = claimLine(document, words);
  const tiles = monthTiles(document, words);
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
    panel(TONE_PAINT[toneOf(report)], [
      { text: unbroken(verdictText(document, words)), fontSize: 15, bold: true, lineHeight: 1.25 },
      ...(claim === "" ? [] : [{ text: claim, fontSize: 9.5, bold: true } satisfies Content]),
      {
        text: state,
        fontSize: 9,
        color: isFinal ? PAINT.quiet : "#9a6200",
        bold: !isFinal,
        margin: [0, 3, 0, 0],
      },
    ]),
    tileRow(tiles, { fontSize: tiles.length > 6 ? 10.5 : 12.5, whole: 14 }),
  ];
}

/** Of a large report: what is listed in full, and where all of it is. */
export function sizeNote({ report }: MonthDocument, words: ReportWords): Content[] {
  if (report.subjects.length <= LIMITS.allSubjects) return [];
  const text = `${words.notes.whole(report.subjects.length)} ${words.notes.elsewhere}`;
  return [{ text, style: "note", margin: [0, 10, 0, 0] }];
}
