import type { MonthDocument } from "../core/month-document.ts";
import type { Report } from "../core/report.ts";
import type { Lang } from "../core/views.ts";
import { renderCsv } from "./csv.ts";
import { renderHtml } from "./html.ts";
import { renderJson } from "./json.ts";
import { renderPdf } from "./pdf.ts";
import { renderTables } from "./tables.ts";
import { renderXlsx } from "./xlsx.ts";

/** One form of the monthly report. */
export type ReportFormat = {
  readonly contentType: string;
  readonly extension: string;
  /** The same document gives the same bytes. */
  readonly render: (document: MonthDocument, lang: Lang) => Promise<string | Uint8Array>;
  /** Of a form that is the report and no more: so little work that whoever asks does it at once. */
  readonly renderReport?: (report: Report) => string;
};

/** Every format. To add one: its file, its name and its line here. */
export const FORMAT_NAMES = ["json", "csv", "html", "pdf", "xlsx", "zip"] as const;
export type FormatName = (typeof FORMAT_NAMES)[number];

export const reportFormats: Readonly<Record<FormatName, ReportFormat>> = {
  json: {
    contentType: "application/json; charset=utf-8",
    extension: "json",
    render: ({ report }) => Promise.resolve(renderJson(report)),
    renderReport: renderJson,
  },
  csv: {
    contentType: "text/csv; charset=utf-8",
    extension: "csv",
    render: ({ report }) => Promise.resolve(renderCsv(report)),
    renderReport: renderCsv,
  },
  html: { contentType: "text/html; charset=utf-8", extension: "html", render: renderHtml },
  pdf: { contentType: "application/pdf", extension: "pdf", render: renderPdf },
  xlsx: {
    contentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    extension: "xlsx",
    render: renderXlsx,
  },
  zip: { contentType: "application/zip", extension: "zip", render: renderTables },
};
