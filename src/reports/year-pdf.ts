import type { YearDocument } from "../core/year-report.ts";
import type { Lang } from "../core/views.ts";

/** The year as PDF/A-3b with its JSON embedded. What prints is loaded by the first one. */
export async function renderYearPdf(document: YearDocument, lang: Lang): Promise<Uint8Array> {
  const { printYear } = await import("./year-pdf-print.ts");
  return printYear(document, lang);
}
