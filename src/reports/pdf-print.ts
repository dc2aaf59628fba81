import pdfmake, { type Content } from "pdfmake";
import type { MonthDocument } from "../core/month-document.ts";
import type { Report } from "../core/report.ts";
import type { Lang } from "../core/views.ts";
import { PAINT, fitText } from "./chart-svg.ts";
import { renderJson } from "./json.ts";
import { showAll, showText, type Coverage } from "./pdf-coverage.ts";
import { coverContent, coverPaint, ownerText, sizeNote } from "./pdf-cover.ts";
import { creditSections } from "./pdf-credits.ts";
import {
  chartSections,
  placesSection,
  subjectsSection,
  timelinesSection,
  trendSection,
  type Making,
} from "./pdf-figures.ts";
import { loadFonts } from "./pdf-fonts.ts";
import { changesSection, methodSection, proofSection } from "./pdf-method.ts";
import { operatorSections } from "./pdf-operator.ts";
import { CONTENT_WIDTH, DEFAULT_STYLE, MARGINS, STYLES } from "./pdf-parts.ts";
import { exclusionSections, malfunctionsSection, outagesSection } from "./pdf-troubles.ts";
import { instantText, monthText } from "./report-words-facts.ts";
import { reportWords } from "./report-words.ts";

type Definition = Parameters<typeof pdfmake.createPdf>[0];

/**
 * The report as PDF/A-3b with its JSON embedded. Everything in it follows from the document, so the
 * same document gives the same bytes.
 */
export async function printPdf(document: MonthDocument, lang: Lang): Promise<Uint8Array> {
  const has = loadFonts();
  const making = { document, lang, words: reportWords[lang] };
  const definition = define(making, has);
  return pdfmake.createPdf(definition).getBuffer();
}

function define(making: Making, has: Coverage): Definition {
  const { document, lang, words } = making;
  const { report } = document;
  const attachment = attachmentName(document);
  const content = contentOf(making, attachment);
  showAll(content, has);
  // The moment that the figures are of, not that of printing.
  const at = new Date(report.closing?.at ?? report.settledUntil);
  const title = `${words.title} ${monthText(report.month, words)} ${ownerText(document, words)}`;
  return {
    version: "1.7",
    subset: "PDF/A-3b",
    language: words.htmlLang,
    displayTitle: true,
    pageSize: "A4",
    pageMargins: [MARGINS.left, MARGINS.top, MARGINS.right, MARGINS.bottom],
    defaultStyle: DEFAULT_STYLE,
    styles: STYLES,
    info: {
      title: plainInfo(showText(title, has)),
      creator: "nines",
      producer: "nines",
      // The document's id is made of these.
      keywords: `${report.month} ${report.revision} ${lang} ${report.proof.digest}`,
      creationDate: at,
      modDate: at,
    },
    background: (page) => (page === 1 ? topBand(coverPaint(report)) : null),
    header: (page) => shown(pageHead(making, page), has),
    footer: (page, pages) => shown(pageFoot(making, { page, pages }), has),
    content,
    files: { report: attachedJson({ report, name: attachment, title, at }) },
  };
}

/** The JSON as it was signed; `relationship` is what PDF/A-3 calls AFRelationship. */
function attachedJson(input: {
  readonly report: Report;
  readonly name: string;
  readonly title: string;
  readonly at: Date;
}) {
  const { report, name, title, at } = input;
  return {
    src: `data:application/json;base64,${Buffer.from(renderJson(report)).toString("base64")}`,
    name,
    relationship: "Data",
    description: title,
    creationDate: at,
    modifiedDate: at,
  };
}

function contentOf(making: Making, attachment: string): Content[] {
  const { document, words } = making;
  return [
    ...coverContent(document, words),
    ...sizeNote(document, words),
    ...operatorSections(making),
    ...placesSection(making),
    ...chartSections(making),
    ...creditSections(making),
    ...subjectsSection(making),
    ...outagesSection(making),
    ...malfunctionsSection(making),
    ...exclusionSections(making),
    ...timelinesSection(making),
    ...trendSection(making),
    ...changesSection(making),
    ...methodSection(making),
    ...proofSection(making, attachment),
  ];
}

/** Of plain letters, whatever the account's name: readers save it under this name. */
function attachmentName({ report }: MonthDocument): string {
  const account = report.account === null ? "" : `-${report.account.replaceAll(/[^\w.-]/gu, "_")}`;
  return `report-${report.month}${account}-revision-${report.revision}.json`;
}

/** pdfkit writes the title into XML as it stands. */
function plainInfo(text: string): string {
  return text.replaceAll("&", "＆").replaceAll("<", "＜").replaceAll(">", "＞");
}

function shown(content: Content, has: Coverage): Content {
  showAll(content, has);
  return content;
}

function topBand(color: string): Content {
  return { canvas: [{ type: "rect", x: 0, y: 0, w: 595.28, h: 7, color }] };
}

/** On every page: whose report of which month, and that it is not final when it is not. */
function pageHead({ document, words }: Making, page: number): Content {
  const { report, timeZone } = document;
  const name = `${words.title} · ${monthText(report.month, words)} · ${ownerText(document, words)}`;
  const note =
    report.status === "running" ? words.notFinal(instantText(report.settledUntil, timeZone)) : "";
  const line = { fontSize: 7.5, lineHeight: 1.1 };
  return {
    margin: [MARGINS.left, note === "" ? 28 : 20, MARGINS.right, 0],
    stack: [
      ...(note === "" ? [] : [{ text: note, color: "#9a6200", bold: true, ...line }]),
      // A name may be long: what does not fit is on the cover.
      { text: page === 1 ? "" : fitText(name, CONTENT_WIDTH, 7.5), color: PAINT.quiet, ...line },
    ],
  };
}

function pageFoot(
  { document, words }: Making,
  { page, pages }: { readonly page: number; readonly pages: number },
): Content {
  const { revision, proof, status } = document.report;
  const state =
    status === "running" ? words.statuses.running : `${words.columns.revision} ${revision}`;
  return {
    margin: [MARGINS.left, 18, MARGINS.right, 0],
    columns: [
      {
        text: `${state} · ${proof.digest.slice(0, 23)}`,
        color: PAINT.quiet,
        fontSize: 7,
      },
      { text: words.page(page, pages), color: PAINT.quiet, fontSize: 7.5, alignment: "right" },
    ],
  };
}
