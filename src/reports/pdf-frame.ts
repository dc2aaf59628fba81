import pdfmake, { type Content } from "pdfmake";
import { PAINT, fitText } from "./chart-svg.ts";
import { showAll, showText, type Coverage } from "./pdf-coverage.ts";
import { loadFonts } from "./pdf-fonts.ts";
import { CONTENT_WIDTH, DEFAULT_STYLE, MARGINS, STYLES, WIDE } from "./pdf-parts.ts";
import type { ReportWords } from "./report-words-type.ts";

/** Points; A4. */
const PAGE_WIDTH = { portrait: 595.28, landscape: 841.89 } as const;
const WIDTH = { portrait: CONTENT_WIDTH, landscape: WIDE } as const;

export type Frame = {
  readonly words: ReportWords;
  readonly orientation: "portrait" | "landscape";
  readonly title: string;
  /** The document's id is made of these, of `at` and of the title. */
  readonly keywords: string;
  /** The moment that the figures are of, not that of printing. */
  readonly at: Date;
  /** The colour above the cover. */
  readonly paint: string;
  /** Stands on every page: that it is not final; empty when it is. */
  readonly caveat: string;
  /** What it is of, on every page but the cover. */
  readonly head: string;
  /** On the left of every page's foot. */
  readonly foot: string;
  readonly content: Content[];
  readonly json: { readonly name: string; readonly text: string };
};

/**
 * PDF/A-3b with its JSON embedded. Everything in it follows from the frame, so the same frame gives
 * the same bytes.
 */
export async function printFrame(frame: Frame): Promise<Uint8Array> {
  const { words, orientation, title, keywords, at, paint, content } = frame;
  const has = loadFonts();
  showAll(content, has);
  const band: Content = {
    canvas: [{ type: "rect", x: 0, y: 0, w: PAGE_WIDTH[orientation], h: 7, color: paint }],
  };
  const document = pdfmake.createPdf({
    version: "1.7",
    subset: "PDF/A-3b",
    language: words.htmlLang,
    displayTitle: true,
    pageSize: "A4",
    pageOrientation: orientation,
    pageMargins: [MARGINS.left, MARGINS.top, MARGINS.right, MARGINS.bottom],
    defaultStyle: DEFAULT_STYLE,
    styles: STYLES,
    info: {
      title: plainInfo(showText(title, has)),
      creator: "nines",
      producer: "nines",
      keywords,
      creationDate: at,
      modDate: at,
    },
    background: (page) => (page === 1 ? band : null),
    header: (page) => shown(pageHead(frame, page), has),
    footer: (page, pages) => shown(pageFoot(frame, { page, pages }), has),
    content,
    files: { report: attachedJson(frame) },
  });
  return document.getBuffer();
}

/** `relationship` is what PDF/A-3 calls AFRelationship. */
function attachedJson({ json: { name, text }, title, at }: Frame) {
  return {
    src: `data:application/json;base64,${Buffer.from(text).toString("base64")}`,
    name,
    relationship: "Data",
    description: title,
    creationDate: at,
    modifiedDate: at,
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

function pageHead({ caveat, head, orientation }: Frame, page: number): Content {
  const line = { fontSize: 7.5, lineHeight: 1.1 };
  // A name may be long: what does not fit is on the cover.
  const text = page === 1 ? "" : fitText(head, WIDTH[orientation], 7.5);
  return {
    margin: [MARGINS.left, caveat === "" ? 28 : 20, MARGINS.right, 0],
    stack: [
      ...(caveat === "" ? [] : [{ text: caveat, color: "#9a6200", bold: true, ...line }]),
      { text, color: PAINT.quiet, ...line },
    ],
  };
}

function pageFoot(
  { words, foot }: Frame,
  { page, pages }: { readonly page: number; readonly pages: number },
): Content {
  return {
    margin: [MARGINS.left, 18, MARGINS.right, 0],
    columns: [
      { text: foot, color: PAINT.quiet, fontSize: 7 },
      { text: words.page(page, pages), color: PAINT.quiet, fontSize: 7.5, alignment: "right" },
    ],
  };
}
