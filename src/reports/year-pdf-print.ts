import type { Content } from "pdfmake";
import type { YearDocument } from "../core/year-report.ts";
import type { Lang } from "../core/views.ts";
import { PAINT } from "./chart-svg.ts";
import { ownerText } from "./cover-facts.ts";
import { printFrame } from "./pdf-frame.ts";
import { panel, tileRow, TONE_PAINT, unbroken } from "./pdf-parts.ts";
import { instantText } from "./report-words-facts.ts";
import {
  caveatsOf,
  sentenceOf,
  yearFileName,
  yearMaking,
  yearTiles,
  yearTitle,
  yearTone,
  type YearMaking,
} from "./year-facts.ts";
import { renderYearJson } from "./year-json.ts";
import { gridTable } from "./year-pdf-grid.ts";
import {
  accountsTable,
  creditsTable,
  howSection,
  monthsSection,
  outagesTable,
  placesTable,
} from "./year-pdf-tables.ts";

/** The year as PDF/A-3b with its JSON embedded. */
export function printYear(document: YearDocument, lang: Lang): Promise<Uint8Array> {
  const making = yearMaking(document, lang);
  const { words, own } = making;
  const { year, months, asOf, account } = document.report;
  const [title, owner] = [yearTitle(making), ownerText(document, words)];
  const isOpen = months.some(({ state }) => state === "open" || state === "running");
  const revisions = months.map(({ revision }) => revision).join(".");
  return printFrame({
    words,
    orientation: "landscape",
    title: `${title} ${owner}`,
    keywords: `${year} ${revisions} ${lang} ${asOf ?? ""}`,
    // A year without any figure has its first instant.
    at: new Date(asOf ?? `${year}-01-01T00:00:00.000Z`),
    paint: TONE_PAINT[yearTone(document)],
    caveat: isOpen ? (caveatsOf(making)[0] ?? "") : "",
    head: `${title} · ${owner} · ${own.informative}`,
    foot: asOf === null ? "" : own.asOf(instantText(asOf, document.timeZone)),
    content: contentOf(making),
    json: {
      name: yearFileName(year, account?.replaceAll(/[^\w.-]/gu, "_"), "json"),
      text: renderYearJson(document.report),
    },
  });
}

function contentOf(making: YearMaking): Content[] {
  return [
    ...cover(making),
    ...monthsSection(making),
    ...gridTable(making),
    ...accountsTable(making),
    ...placesTable(making),
    ...creditsTable(making),
    ...outagesTable(making),
    ...howSection(making),
  ];
}

/** Title, the year in a sentence, and the key figures. */
function cover(making: YearMaking): Content[] {
  const { document, own, words } = making;
  const { asOf } = document.report;
  const { timeZone } = document;
  const told = asOf === null ? [] : [own.asOf(instantText(asOf, timeZone))];
  return [
    { text: yearTitle(making), style: "title", margin: [0, 8, 0, 2] },
    { text: ownerText(document, words), fontSize: 12.5, color: PAINT.quiet, margin: [0, 0, 0, 6] },
    {
      text: [...told, words.timesIn(timeZone)].join(" · "),
      style: "note",
    },
    yearPanel(making),
    tileRow(yearTiles(making), { fontSize: 12, whole: 16 }),
  ];
}

function yearPanel(making: YearMaking): Content {
  const { document, own } = making;
  const caveats = caveatsOf(making).map((text): Content => ({
    text,
    fontSize: 9,
    bold: true,
    color: "#9a6200",
    margin: [0, 3, 0, 0],
  }));
  return panel(TONE_PAINT[yearTone(document)], [
    { text: unbroken(sentenceOf(making)), fontSize: 15, bold: true, lineHeight: 1.25 },
    ...caveats,
    { text: own.informativeLong, fontSize: 9, color: PAINT.quiet, margin: [0, 3, 0, 0] },
  ]);
}
