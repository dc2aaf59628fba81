import type { Report } from "../core/report.ts";

/** The report as JSON, the form that programs read. */
export function renderJson(report: Report): string {
  return JSON.stringify(report);
}
