import type { YearReport } from "../core/year-report.ts";

/** The year as JSON, the form that programs read. */
export function renderYearJson(report: YearReport): string {
  return JSON.stringify(report);
}
