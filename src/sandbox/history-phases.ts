import { keepsPhases } from "../core/phase-sample.ts";
import type { Round } from "../core/round.ts";

const MINUTE_MS = 60_000;
type Shares = readonly [number | null, number | null, number | null, number | null, number | null];
const DEFAULT: Shares = [null, 0.2, null, 0.8, null];

/** What part of a probe's time each phase takes, in the order of PHASES; null for one it has not. */
const SHARES: Readonly<Record<string, Shares>> = {
  tcp: [null, 1, null, null, null],
  ssh: [null, 0.15, null, 0.85, null],
  http: [null, 0.1, null, 0.75, 0.15],
  oss: [null, 0.08, null, 0.8, 0.12],
  openapi: [null, 0.05, null, 0.9, 0.05],
  cdn: [null, 0.15, null, 0.55, 0.3],
};

/** A round of the history with the phases of its results, when they are to be kept of it. */
export function withPhases(round: Round, kinds: readonly string[]): Round {
  if (!keepsPhases({ plannedAtMs: round.plannedAtMs, everyMs: MINUTE_MS })) return round;
  const phasesUs = kinds.flatMap((kind, index) => {
    const latencyUs = round.latenciesUs[index] ?? 0;
    const isOk = round.outcomes[index] === "o";
    return (SHARES[kind] ?? DEFAULT).map((share) =>
      share === null || !isOk ? null : Math.round(share * latencyUs),
    );
  });
  return { ...round, phasesUs };
}
