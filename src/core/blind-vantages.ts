import { z } from "zod";
import type { Target } from "./target.ts";

const watchedVantage = z.strictObject({
  vantage: z.string(),
  /** It is watched without a break since. */
  watchedSinceMs: z.int(),
  /** When its last valid result was planned. */
  lastValidMs: z.int().nullable(),
  /** Since when it is blind as people were told; null while it sees. */
  blindSinceMs: z.int().nullable(),
});
type WatchedVantage = z.output<typeof watchedVantage>;

/** What is remembered from one watch over the vantages to the next. */
export const vantageWatch = z.strictObject({
  atMs: z.int(),
  vantages: z.array(watchedVantage),
});
export type VantageWatch = z.output<typeof vantageWatch>;

/** What changed; `silent`: no rounds came, `unknown`: rounds in which nothing could be told. */
export type VantageChange =
  | {
      readonly kind: "vantage-blind";
      readonly vantage: string;
      readonly sinceMs: number;
      readonly why: "silent" | "unknown";
    }
  | { readonly kind: "vantage-sees"; readonly vantage: string; readonly sinceMs: number };

const MINUTE_MS = 60_000;
const LEAST_MS = 3 * MINUTE_MS;
const INTERVALS = 3;
/** After a longer time between two watches the service itself was away: nobody was blind. */
const BREAK_MS = 2 * MINUTE_MS;

/**
 * By vantage the time after which it is blind when nothing valid came: three minutes, or three
 * intervals of the target that it measures most often. Only of those that have targets by now.
 */
export function patienceByVantage(
  targets: readonly Pick<Target, "vantages" | "intervalMs" | "fromMs" | "untilMs">[],
  nowMs: number,
): Map<string, number> {
  const patience = new Map<string, number>();
  for (const { vantages, intervalMs, fromMs, untilMs } of targets) {
    if ((fromMs ?? 0) > nowMs || (untilMs ?? Infinity) <= nowMs) continue;
    const ms = Math.max(LEAST_MS, INTERVALS * intervalMs);
    for (const vantage of vantages) {
      patience.set(vantage, Math.min(ms, patience.get(vantage) ?? Infinity));
    }
  }
  return patience;
}

/**
 * One watch over the vantages. One that is no longer configured, or has no targets any more, is
 * not blind any more. `results`: of each vantage's own patience, no longer.
 */
export function watchBlindness(
  last: VantageWatch | null,
  found: {
    readonly nowMs: number;
    readonly patience: ReadonlyMap<string, number>;
    readonly results: readonly {
      readonly vantage: string;
      readonly lastRoundMs: number;
      readonly lastValidMs: number | null;
    }[];
  },
): { readonly watch: VantageWatch; readonly changes: readonly VantageChange[] } {
  const { nowMs, patience } = found;
  const isBreak = last === null || nowMs - last.atMs > BREAK_MS;
  const before = new Map(last?.vantages.map((one) => [one.vantage, one]));
  const results = new Map(found.results.map((one) => [one.vantage, one]));
  const changes: VantageChange[] = [];
  const vantages: WatchedVantage[] = [];
  for (const [vantage, patienceMs] of patience) {
    const known = before.get(vantage);
    const result = results.get(vantage);
    before.delete(vantage);
    const watchedSinceMs = isBreak ? nowMs : (known?.watchedSinceMs ?? nowMs);
    const lastValidMs = result?.lastValidMs ?? known?.lastValidMs ?? null;
    const sees = lastValidMs !== null && nowMs - lastValidMs <= patienceMs;
    let blindSinceMs = known?.blindSinceMs ?? null;
    if (blindSinceMs !== null && sees) {
      changes.push({ kind: "vantage-sees", vantage, sinceMs: blindSinceMs });
      blindSinceMs = null;
    } else if (blindSinceMs === null && !sees && nowMs - watchedSinceMs >= patienceMs) {
      blindSinceMs = lastValidMs ?? watchedSinceMs;
      const hasRounds = result !== undefined && nowMs - result.lastRoundMs <= patienceMs;
      const why = hasRounds ? "unknown" : "silent";
      changes.push({ kind: "vantage-blind", vantage, sinceMs: blindSinceMs, why });
    }
    vantages.push({ vantage, watchedSinceMs, lastValidMs, blindSinceMs });
  }
  for (const { vantage, blindSinceMs } of before.values()) {
    if (blindSinceMs !== null) {
      changes.push({ kind: "vantage-sees", vantage, sinceMs: blindSinceMs });
    }
  }
  return { watch: { atMs: nowMs, vantages }, changes };
}
