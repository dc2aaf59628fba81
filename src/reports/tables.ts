import type { MonthDocument } from "../core/month-document.ts";
import type { Lang } from "../core/views.ts";

/** The report as one CSV file a table, zipped. */
export function renderTables(_document: MonthDocument, _lang: Lang): Promise<string | Uint8Array> {
  return Promise.reject(new Error("there is no such form yet"));
}
