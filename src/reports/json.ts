import { canonicalJson } from "../core/canonical-json.ts";
import type { Report } from "../core/report.ts";

/** The report as JSON, the form that programs read; a closed one to the byte as it was signed. */
export function renderJson(report: Report): string {
  return report.closing === null ? JSON.stringify(report) : canonicalJson(report);
}
