import type { Report } from "../core/report.ts";
import { renderCsv } from "./csv.ts";
import { renderJson } from "./json.ts";

/** One form of the monthly report. */
export type ReportFormat = {
  readonly contentType: string;
  readonly extension: string;
  readonly render: (report: Report) => string;
};

/** Every format. To add one: its file, and its line here. */
export const reportFormats = {
  json: { contentType: "application/json; charset=utf-8", extension: "json", render: renderJson },
  csv: { contentType: "text/csv; charset=utf-8", extension: "csv", render: renderCsv },
} satisfies Record<string, ReportFormat>;

export type FormatName = keyof typeof reportFormats;
export const FORMAT_NAMES = ["json", "csv"] as const satisfies readonly FormatName[];
