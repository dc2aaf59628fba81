import { createHash } from "node:crypto";
import type { MonthDocument } from "../core/month-document.ts";
import type { Lang } from "../core/views.ts";
import { escapeXml } from "./chart-svg.ts";
import { bodyHtml } from "./html-page.tsx";
import { STYLE } from "./html-style.ts";
import { ownerText } from "./cover-facts.ts";
import { monthText } from "./report-words-facts.ts";
import { reportWords } from "./report-words.ts";

/** One style and nothing else: no script, no picture, nothing from elsewhere. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The report as one page that needs nothing else. The same document gives the same bytes. */
export function renderHtml(document: MonthDocument, lang: Lang): Promise<string> {
  const words = reportWords[lang];
  const month = monthText(document.report.month, words);
  const title = `${words.title} ${month} · ${ownerText(document, words)}`;
  const page = [
    "<!doctype html>",
    `<html lang="${words.htmlLang}"><head><meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escapeXml(title)}</title><style>${STYLE}</style></head>`,
    `<body>${bodyHtml(document, lang)}</body></html>`,
    "",
  ];
  return Promise.resolve(page.join("\n"));
}
