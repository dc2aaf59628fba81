import type { YearDocument } from "../core/year-report.ts";
import type { Lang } from "../core/views.ts";
import { renderYearCsv } from "./year-csv.ts";
import { renderYearHtml } from "./year-html.ts";
import { renderYearJson } from "./year-json.ts";
import { renderYearPdf } from "./year-pdf.ts";
import { renderYearXlsx } from "./year-xlsx.ts";

/** One form of a year. */
export type YearFormat = {
  readonly contentType: string;
  readonly extension: string;
  /** The same document gives the same bytes. */
  readonly render: (document: YearDocument, lang: Lang) => Promise<string | Uint8Array>;
};

/** Every format. To add one: its file, its name and its line here. */
export const YEAR_FORMAT_NAMES = ["json", "csv", "html", "pdf", "xlsx"] as const;
export type YearFormatName = (typeof YEAR_FORMAT_NAMES)[number];

export const yearFormats: Readonly<Record<YearFormatName, YearFormat>> = {
  json: {
    contentType: "application/json; charset=utf-8",
    extension: "json",
    render: ({ report }) => Promise.resolve(renderYearJson(report)),
  },
  csv: {
    contentType: "text/csv; charset=utf-8",
    extension: "csv",
    render: ({ report }) => Promise.resolve(renderYearCsv(report)),
  },
  html: { contentType: "text/html; charset=utf-8", extension: "html", render: renderYearHtml },
  pdf: { contentType: "application/pdf", extension: "pdf", render: renderYearPdf },
  xlsx: {
    contentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    extension: "xlsx",
    render: renderYearXlsx,
  },
};
