import type { Interval } from "./core/month.ts";
import { phaseSteps, type PhaseSteps } from "./core/phase-sample.ts";
import { latencyPoints } from "./core/target-view.ts";
import type { Queryable } from "./store/connect.ts";
import { listPhases } from "./store/phases.ts";
import { pageResults } from "./store/results.ts";

/** Points across the chart at most: more than its pixels say nothing. */
const MOST_POINTS = 480;
const SHORTEST_STEP_MS = 5_000;

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
  const byVantage = new Map<string, { atMs: number; latencyMs: number }[]>();
  for await (const page of pageResults(db, id, { fromMs, untilMs })) {
    for (const { vantage, outcome, plannedAtMs, latencyMs } of page) {
      const samples = byVantage.get(vantage) ?? [];
      byVantage.set(vantage, samples);
      if (outcome === "ok") samples.push({ atMs: plannedAtMs, latencyMs });
    }
  }
  const stepMs = stepFor(untilMs - fromMs, byVantage);
  const range = { fromMs: Math.floor(fromMs / stepMs) * stepMs, untilMs, stepMs };
  const series = [...byVantage].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const points = series.map(([vantage, samples]) => {
    return { vantage, points: latencyPoints(samples, range) };
  });
  return {
    stepMs,
    atMs: (points[0]?.points ?? []).map(({ atMs }) => atMs),
    series: points.map(({ vantage, points: steps }) => {
      return { vantage, p50Ms: steps.map(({ p50Ms }) => p50Ms) };
    }),
    phases: phaseSteps(await listPhases(db, id, { fromMs, untilMs }), {
      fromMs,
      untilMs,
      mostSteps: MOST_POINTS,
    }),
  };
}

/**
 * Long enough for the chart, and not shorter than the results lie apart: a step without one would
 * draw a gap that is none.
 */
function stepFor(
  lengthMs: number,
  byVantage: ReadonlyMap<string, readonly { readonly atMs: number }[]>,
): number {
  let apartMs = SHORTEST_STEP_MS;
  for (const samples of byVantage.values()) {
    const gaps = samples.slice(1, 200).map(({ atMs }, at) => atMs - (samples[at]?.atMs ?? atMs));
    const sorted = gaps.filter((gap) => gap > 0).toSorted((a, b) => a - b);
    apartMs = Math.max(apartMs, sorted[Math.floor(sorted.length / 2)] ?? 0);
  }
  return Math.ceil(Math.max(apartMs, lengthMs / MOST_POINTS) / 1_000) * 1_000;
}
