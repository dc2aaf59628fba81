import type { Report } from "./report.ts";

/** How far the month of a report is: until it is closed, its figures may still change. */
export type ReportState = "running" | "open" | "closed";

export function reportState({
  closing,
  status,
}: {
  readonly closing: unknown;
  readonly status: Report["status"];
}): ReportState {
  if (closing !== null) return "closed";
  return status === "running" ? "running" : "open";
}
