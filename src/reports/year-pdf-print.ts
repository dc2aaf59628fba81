import pdfmake, { type Content, type TableCell } from "pdfmake";
import type { YearDocument } from "../core/year-report.ts";
import type { Lang } from "../core/views.ts";
import { PAINT, fitText } from "./chart-svg.ts";
import { showAll, showText, type Coverage } from "./pdf-coverage.ts";
import { loadFonts } from "./pdf-fonts.ts";
import { DEFAULT_STYLE, MARGINS, STYLES } from "./pdf-parts.ts";
import { instantText } from "./report-words-facts.ts";
import { renderYearJson } from "./year-json.ts";
import {
  caveatsOf,
  sentenceOf,
  yearFileName,
  yearMaking,
  yearOwner,
  yearTiles,
  yearTitle,
  type YearMaking,
} from "./year-facts.ts";
import { gridTable, WIDE } from "./year-pdf-grid.ts";
import {
  accountsTable,
  creditsTable,
  howSection,
  monthsSection,
  outagesTable,
  placesTable,
} from "./year-pdf-tables.ts";

type Definition = Parameters<typeof pdfmake.createPdf>[0];

/** Points; A4 on its side. */
const PAGE_WIDTH = 841.89;

/** Everything in it follows from the document, so the same document gives the same bytes. */
export async function printYear(document: YearDocument, lang: Lang): Promise<Uint8Array> {
  const has = loadFonts();
  return pdfmake.createPdf(define(yearMaking(document, lang), has)).getBuffer();
}

function define(making: YearMaking, has: Coverage): Definition {
  const { document, lang, words } = making;
  const { report } = document;
  const content = contentOf(making);
  showAll(content, has);
  // The moment that the figures are of, not that of printing; a year without any has its first.
  const at = new Date(report.asOf ?? `${report.year}-01-01T00:00:00.000Z`);
  const title = `${yearTitle(making)} ${yearOwner(making)}`;
  const revisions = report.months.map(({ revision }) => revision).join(".");
  return {
    version: "1.7",
    subset: "PDF/A-3b",
    language: words.htmlLang,
    displayTitle: true,
    pageSize: "A4",
    pageOrientation: "landscape",
    pageMargins: [MARGINS.left, MARGINS.top, MARGINS.right, MARGINS.bottom],
    defaultStyle: DEFAULT_STYLE,
    styles: STYLES,
    info: {
      title: plainInfo(showText(title, has)),
      creator: "nines",
      producer: "nines",
      // The document's id is made of these.
      keywords: `${report.year} ${revisions} ${lang} ${report.asOf ?? ""}`,
      creationDate: at,
      modDate: at,
    },
    background: (page) => (page === 1 ? topBand(paintOf(making)) : null),
    header: (page) => shown(pageHead(making, page), has),
    footer: (page, pages) => shown(pageFoot(making, { page, pages }), has),
    content,
    files: { report: attachedJson(making, { title, at }) },
  };
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

function attachedJson({ document }: YearMaking, as: { readonly title: string; readonly at: Date }) {
  const { report } = document;
  const account = report.account?.replaceAll(/[^\w.-]/gu, "_");
  return {
    src: `data:application/json;base64,${Buffer.from(renderYearJson(report)).toString("base64")}`,
    name: yearFileName(report.year, account, "json"),
    relationship: "Data",
    description: as.title,
    creationDate: as.at,
    modifiedDate: as.at,
  };
}

/** pdfkit writes the title into XML as it stands. */
function plainInfo(text: string): string {
  return text.replaceAll("&", "＆").replaceAll("<", "＜").replaceAll(">", "＞");
}

function shown(content: Content, has: Coverage): Content {
  showAll(content, has);
  return content;
}

function paintOf({ document }: YearMaking): string {
  const { counts } = document.report;
  if (counts.missed > 0) return PAINT.missed;
  return counts.kept > 0 && counts.undecided === 0 ? PAINT.good : PAINT.quiet;
}

function topBand(color: string): Content {
  return { canvas: [{ type: "rect", x: 0, y: 0, w: PAGE_WIDTH, h: 7, color }] };
}

/** On every page: whose year, and that it is not final when it is not. */
function pageHead(making: YearMaking, page: number): Content {
  const { document, own } = making;
  const isOpen = document.report.months.some(
    ({ state }) => state === "open" || state === "running",
  );
  const note = isOpen ? (caveatsOf(making)[0] ?? "") : "";
  const name = `${yearTitle(making)} · ${yearOwner(making)} · ${own.informative}`;
  const line = { fontSize: 7.5, lineHeight: 1.1 };
  return {
    margin: [MARGINS.left, note === "" ? 28 : 20, MARGINS.right, 0],
    stack: [
      ...(note === "" ? [] : [{ text: note, color: "#9a6200", bold: true, ...line }]),
      { text: page === 1 ? "" : fitText(name, WIDE, 7.5), color: PAINT.quiet, ...line },
    ],
  };
}

function pageFoot(
  { document, words, own }: YearMaking,
  { page, pages }: { readonly page: number; readonly pages: number },
): Content {
  const { asOf } = document.report;
  return {
    margin: [MARGINS.left, 18, MARGINS.right, 0],
    columns: [
      {
        text: asOf === null ? "" : own.asOf(instantText(asOf, document.timeZone)),
        color: PAINT.quiet,
        fontSize: 7,
      },
      { text: words.page(page, pages), color: PAINT.quiet, fontSize: 7.5, alignment: "right" },
    ],
  };
}

/** Title, the year in a sentence, and the key figures. */
function cover(making: YearMaking): Content[] {
  const { document, own, words } = making;
  const { asOf } = document.report;
  const { timeZone } = document;
  const told = asOf === null ? [] : [own.asOf(instantText(asOf, timeZone))];
  return [
    { text: yearTitle(making), style: "title", margin: [0, 8, 0, 2] },
    { text: yearOwner(making), fontSize: 12.5, color: PAINT.quiet, margin: [0, 0, 0, 6] },
    {
      text: [...told, words.timesIn(timeZone)].join(" · "),
      style: "note",
    },
    panel(making),
    tiles(making),
  ];
}

function panel(making: YearMaking): Content {
  const { own } = making;
  const caveats = caveatsOf(making).map((text): Content => ({
    text,
    fontSize: 9,
    bold: true,
    color: "#9a6200",
    margin: [0, 3, 0, 0],
  }));
  const stack: Content[] = [
    { text: sentenceOf(making), fontSize: 15, bold: true, lineHeight: 1.25 },
    ...caveats,
    { text: own.informativeLong, fontSize: 9, color: PAINT.quiet, margin: [0, 3, 0, 0] },
  ];
  return {
    margin: [0, 12, 0, 14],
    table: { widths: ["*"], body: [[{ stack, fillColor: PAINT.pale }]] },
    layout: {
      vLineWidth: (column) => (column === 0 ? 4 : 0),
      vLineColor: () => paintOf(making),
      hLineWidth: () => 0,
      paddingLeft: () => 14,
      paddingRight: () => 14,
      paddingTop: () => 11,
      paddingBottom: () => 11,
    },
  };
}

function tiles(making: YearMaking): Content {
  const figures = yearTiles(making);
  const values = figures.map(({ value, isBad }): TableCell => ({
    text: value.length > 16 ? value : value.replaceAll(" ", "\u00a0"),
    fontSize: 12,
    lineHeight: 1.1,
    bold: true,
    color: isBad ? PAINT.missed : PAINT.ink,
  }));
  return {
    table: {
      widths: figures.map((_, index) => (index === figures.length - 1 ? "*" : "auto")),
      body: [values, figures.map(({ name }): TableCell => ({ text: name, style: "note" }))],
    },
    layout: {
      hLineWidth: () => 0,
      vLineWidth: (column) => (column === 0 || column === figures.length ? 0 : 0.6),
      vLineColor: () => PAINT.line,
      paddingLeft: (column) => (column === 0 ? 0 : 9),
      paddingRight: () => 9,
      paddingTop: () => 0,
      paddingBottom: () => 0,
    },
  };
}
