import type { Interval } from "./core/month.ts";
import { phaseSteps, type PhaseSteps } from "./core/phase-sample.ts";
import type { Queryable } from "./store/connect.ts";
import { listLatencySteps, type VantageSteps } from "./store/latencies.ts";
import { listPhases } from "./store/phases.ts";

/** Points across the chart at most: more than its pixels say nothing. */
const MOST_POINTS = 480;
const SHORTEST_STEP_MS = 5_000;
/** By so many results is told how far apart they lie. */
const FIRST_RESULTS = 200;

/** The median latency from each vantage by steps; null where nothing succeeded. */
export type LatencyData = {
  readonly stepMs: number;
  /** Where each step begins. */
  readonly atMs: readonly number[];
  readonly series: readonly {
    readonly vantage: string;
    readonly p50Ms: readonly (number | null)[];
  }[];
  /** Where the time went, as far as it was kept: the finest step is five minutes. */
  readonly phases: readonly PhaseSteps[];
};

/** The latency of a target over a time, the finer the shorter it is. */
export async function viewLatency(
  db: Queryable,
  { id, fromMs, untilMs }: Interval & { readonly id: string },
): Promise<LatencyData> {
  const listSteps = (stepMs: number) =>
    listLatencySteps(db, id, { fromMs, untilMs, stepMs, firsts: FIRST_RESULTS });
  const shortestMs = wholeSeconds(Math.max(SHORTEST_STEP_MS, (untilMs - fromMs) / MOST_POINTS));
  const finest = await listSteps(shortestMs);
  const stepMs = stepFor(shortestMs, finest);
  const series = stepMs === shortestMs ? finest : await listSteps(stepMs);
  const firstMs = Math.floor(fromMs / stepMs) * stepMs;
  const steps = series.length === 0 ? 0 : Math.ceil((untilMs - firstMs) / stepMs);
  const atMs = Array.from({ length: steps }, (_, step) => firstMs + step * stepMs);
  return {
    stepMs,
    atMs,
    series: series.map(({ vantage, p50Ms }) => {
      return { vantage, p50Ms: atMs.map((at) => p50Ms.get(at) ?? null) };
    }),
    phases: phaseSteps(await listPhases(db, id, { fromMs, untilMs }), {
      fromMs,
      untilMs,
      mostSteps: MOST_POINTS,
    }),
  };
}

/**
 * Not shorter than the results lie apart: a step without one would draw a gap that is none.
 */
function stepFor(shortestMs: number, series: readonly VantageSteps[]): number {
  const apartMs = series.map(({ firstAtMs }) => {
    const gaps = firstAtMs.slice(1).map((atMs, at) => atMs - (firstAtMs[at] ?? atMs));
    const sorted = gaps.filter((gap) => gap > 0).toSorted((a, b) => a - b);
    return wholeSeconds(sorted[Math.floor(sorted.length / 2)] ?? 0);
  });
  return Math.max(shortestMs, ...apartMs);
}

const wholeSeconds = (ms: number) => Math.ceil(ms / 1_000) * 1_000;
