import { systemClock } from "../../src/clock.ts";
import type { MonthDocument } from "../../src/core/month-document.ts";
import { renderHtml } from "../../src/reports/html.ts";
import { renderTables } from "../../src/reports/tables.ts";
import { renderXlsx } from "../../src/reports/xlsx.ts";
import { largeDocument } from "../reports/pdf-document.ts";

const FORMS = { html: renderHtml, xlsx: renderXlsx, zip: renderTables } as const;
const SIZES = [
  { subjects: 100, accounts: 1, missedEach: 20 },
  { subjects: 10_000, accounts: 200, missedEach: 50 },
] as const;

/** How long the forms of a month's report take, and how large they are; PDF has a bench of its own. */
export async function benchReportForms(): Promise<string[]> {
  const lines: string[] = [];
  for (const size of SIZES) {
    const document = largeDocument(size);
    for (const [name, render] of Object.entries(FORMS)) {
      lines.push(`${size.subjects} subjects as ${name}: ${await measure(document, render)}`);
    }
  }
  return lines;
}

async function measure(
  document: MonthDocument,
  render: (typeof FORMS)[keyof typeof FORMS],
): Promise<string> {
  const startMs = systemClock.monotonicMs();
  const bytes = await render(document, "en");
  const ms = systemClock.monotonicMs() - startMs;
  const peakMib = process.resourceUsage().maxRSS / 1024;
  return `${ms.toFixed(0)} ms, ${(bytes.length / 1024).toFixed(0)} KiB, most memory so far ${peakMib.toFixed(0)} MiB`;
}
