import { ownerText } from "./cover-facts.ts";
import { createHash } from "node:crypto";
import type { YearDocument } from "../core/year-report.ts";
import type { Lang } from "../core/views.ts";
import { escapeXml } from "./chart-svg.ts";
import { STYLE } from "./html-style.ts";
import { yearMaking, yearTitle } from "./year-facts.ts";
import { yearBody } from "./year-html-page.tsx";

/** What only a year has: the table of its months. */
const YEAR_STYLE = `${STYLE}
body { max-width: 1320px; }
.grid th, .grid td { padding: 5px 6px; }
.grid thead th, .grid td { text-align: center; min-width: 0; }
.grid thead th:first-child { text-align: left; padding-left: 14px; }
.grid tbody th { padding-left: 14px; min-width: 190px; }
.grid thead th span { display: block; font-weight: 400; font-size: 11.5px; color: var(--minor-ink); }
.grid td b { display: block; line-height: 1.2; }
.grid td.cell { font-size: 13px; border-left: 2px solid var(--card); white-space: nowrap; }
.grid td.sum { text-align: right; white-space: nowrap; }
.cell.kept { background: color-mix(in srgb, var(--good) 15%, var(--card)); color: var(--good-ink); }
.cell.missed { background: color-mix(in srgb, var(--missed) 15%, var(--card)); color: var(--missed-ink); font-weight: 700; }
.cell.undecided { background: color-mix(in srgb, var(--no-data) 22%, var(--card)); color: var(--ink); }
.cell.so-far-good { color: var(--good-ink); } .cell.so-far-missed { color: var(--missed-ink); }
.cell.so-far-risk { background: var(--minor-wash); color: var(--minor-ink); }
.cell.so-far-unclear, .cell.absent, .cell.gap, .cell.ahead { color: var(--quiet); }
.cell.gap { background: var(--raised); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 13px; color: var(--quiet); margin: 0 0 10px; }
.legend b { color: var(--ink); display: inline-block; min-width: 1em; }
.caveat { color: var(--minor-ink); font-weight: 700; margin-top: 6px; }
tr.sum > * { font-weight: 700; }
.open { color: var(--minor-ink); }
@media print {
  @page { size: A4 landscape; }
  .grid th, .grid td { padding: 2px 3px; font-size: 7pt; }
  .grid tbody th { min-width: 0; }
  .cell { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;

/** One style and nothing else: no script, no picture, nothing from elsewhere. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(YEAR_STYLE).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The year as one page that needs nothing else. */
export function renderYearHtml(document: YearDocument, lang: Lang): Promise<string> {
  const making = yearMaking(document, lang);
  const title = `${yearTitle(making)} · ${ownerText(making.document, making.words)}`;
  const page = [
    "<!doctype html>",
    `<html lang="${making.words.htmlLang}"><head><meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escapeXml(title)}</title><style>${YEAR_STYLE}</style></head>`,
    `<body>${yearBody(making)}</body></html>`,
    "",
  ];
  return Promise.resolve(page.join("\n"));
}
