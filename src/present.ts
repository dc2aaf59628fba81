import type { Config } from "./config.ts";
import type { Target } from "./core/target.ts";
import type { Down } from "./core/views.ts";
import type { MonthFigures } from "./read-month.ts";
import type { LatestResult } from "./store/results.ts";

/** A result older than this many intervals (and 90 s) says nothing of the present. */
const FRESH_INTERVALS = 3;
const FRESH_MS = 90_000;

/** The oldest planned instant that still says something of the present of any target. */
export function presentSinceMs(config: Config, nowMs: number): number {
  const longest = config.targets.reduce((most, { intervalMs }) => Math.max(most, intervalMs), 0);
  return nowMs - Math.max(FRESH_MS, FRESH_INTERVALS * longest);
}

/** The present of one target: its last results by vantage. */
export function presentOf(
  target: Target,
  latest: readonly LatestResult[],
  nowMs: number,
): { readonly now: "up" | "down" | "invalid" | "unknown"; readonly last: LatestResult | null } {
  const sinceMs = nowMs - Math.max(FRESH_MS, FRESH_INTERVALS * target.intervalMs);
  const mine = latest.filter((one) => one.target === target.id && one.plannedAtMs >= sinceMs);
  const last = mine.toSorted((a, b) => b.plannedAtMs - a.plannedAtMs)[0] ?? null;
  const valid = mine.filter(({ outcome }) => outcome === "ok" || outcome === "failed");
  if (valid.some(({ outcome }) => outcome === "ok")) return { now: "up", last };
  const failed = valid[0];
  if (failed !== undefined) return { now: "down", last: failed };
  return { now: mine.some(({ outcome }) => outcome === "invalid") ? "invalid" : "unknown", last };
}

/** Targets that do not answer now, each with the start of its outage. */
export function listDown(
  targets: readonly Target[],
  input: {
    readonly latest: readonly LatestResult[];
    readonly nowMs: number;
    readonly figures: MonthFigures;
  },
): Down[] {
  const byTarget = new Map<string, LatestResult[]>();
  for (const one of input.latest) {
    byTarget.set(one.target, [...(byTarget.get(one.target) ?? []), one]);
  }
  const since = new Map<string, number>();
  for (const { subject, figure } of input.figures.evaluated) {
    const open = figure.outages.at(-1);
    const [only] = subject.targets;
    if (open === undefined || only === undefined || subject.targets.length > 1) continue;
    if (open.untilMs >= input.figures.settledUntilMs - figure.slotMs)
      since.set(only.id, open.fromMs);
  }
  return targets.flatMap((target) => {
    const { now, last } = presentOf(target, byTarget.get(target.id) ?? [], input.nowMs);
    if (now !== "down" || last === null) return [];
    const sinceMs = since.get(target.id) ?? last.plannedAtMs;
    return [{ target: target.id, sinceMs, reason: last.reason }];
  });
}
