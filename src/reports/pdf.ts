import type { MonthDocument } from "../core/month-document.ts";
import type { Lang } from "../core/views.ts";

/**
 * The report as PDF/A-3b with its JSON embedded. What prints is loaded by the first one: it takes
 * a third of a second and 26 MB, which no start of the service or of a command should wait for.
 */
export async function renderPdf(document: MonthDocument, lang: Lang): Promise<Uint8Array> {
  const { printPdf } = await import("./pdf-print.ts");
  return printPdf(document, lang);
}
