import { PHASES, type Phase, type Result } from "./outcome.ts";

/**
 * How often the phases of a shard's results are kept. They explain a latency and prove nothing: one
 * round in this time is enough to see which phase grew, and costs a twentieth of keeping them all.
 */
const SAMPLE_MS = 300_000;
const MAX_INT4 = 2_147_483_647;

/** Whether the phases of a round's results are kept: it is its shard's first in such a time. */
export function keepsPhases(round: {
  readonly plannedAtMs: number;
  readonly everyMs: number;
}): boolean {
  return sampleOf(round.plannedAtMs) > sampleOf(round.plannedAtMs - round.everyMs);
}

const sampleOf = (ms: number) => Math.floor(ms / SAMPLE_MS);

/** Of each result its phases in the order of PHASES, one after the other; null where it had none. */
export function packPhases(results: readonly Result[]): (number | null)[] {
  return results.flatMap(({ outcome, phasesMs }) =>
    PHASES.map((phase) => {
      const ms = outcome === "ok" ? phasesMs[phase] : undefined;
      return ms === undefined ? null : Math.min(MAX_INT4, Math.max(0, Math.round(ms * 1000)));
    }),
  );
}

/** The phases of one result at one instant. */
export type PhaseSample = {
  readonly vantage: string;
  readonly atMs: number;
  /** In the order of PHASES; microseconds. */
  readonly phasesUs: readonly (number | null)[];
};

/** The medians of each phase from one vantage. */
export type PhaseSteps = {
  readonly vantage: string;
  /** Where each step begins. */
  readonly atMs: readonly number[];
  /** Milliseconds, one for each step; null where nothing succeeded. Phases that never came up are left out. */
  readonly p50Ms: Readonly<Partial<Record<Phase, readonly (number | null)[]>>>;
};

/**
 * Samples in at most `mostSteps` steps over their interval: one list for each vantage, in the order
 * of their names.
 */
export function phaseSteps(
  samples: readonly PhaseSample[],
  range: { readonly fromMs: number; readonly untilMs: number; readonly mostSteps: number },
): PhaseSteps[] {
  const firstMs = Math.floor(range.fromMs / SAMPLE_MS) * SAMPLE_MS;
  const lengthMs = Math.max(SAMPLE_MS, range.untilMs - firstMs);
  const stepMs = Math.ceil(lengthMs / SAMPLE_MS / range.mostSteps) * SAMPLE_MS;
  const steps = Math.ceil(lengthMs / stepMs);
  const atMs = Array.from({ length: steps }, (_, step) => firstMs + step * stepMs);
  const vantages = [...new Set(samples.map(({ vantage }) => vantage))].toSorted();
  return vantages.map((vantage) => {
    const buckets = atMs.map((): PhaseSample[] => []);
    for (const sample of samples) {
      if (sample.vantage !== vantage) continue;
      buckets[Math.floor((sample.atMs - firstMs) / stepMs)]?.push(sample);
    }
    const lines = PHASES.map((phase, index) => {
      return [phase, buckets.map((bucket) => medianMs(bucket, index))] as const;
    });
    const seen = lines.filter(([, line]) => line.some((ms) => ms !== null));
    return { vantage, atMs, p50Ms: Object.fromEntries(seen) };
  });
}

/** The median (nearest rank) of a phase; null when no sample has it. */
function medianMs(samples: readonly PhaseSample[], phase: number): number | null {
  const sorted = samples.flatMap(({ phasesUs }) => phasesUs[phase] ?? []).toSorted((a, b) => a - b);
  const us = sorted[Math.ceil(sorted.length / 2) - 1];
  return us === undefined ? null : us / 1000;
}
