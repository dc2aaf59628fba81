import type { Clock } from "./clock.ts";
import type { Round } from "./core/round.ts";
import { storeRounds, type RoundStore } from "./store/rounds.ts";
import type { Metrics } from "./metrics.ts";

/** The most rounds that one transaction stores. */
const MAX_BATCH = 500;

type Waiting = {
  readonly round: Round;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/** Stores rounds; resolves when the round is safe on disk (or was there already). */
export type Recorder = { readonly record: (round: Round) => Promise<void> };

/**
 * Rounds that arrive while a transaction runs go together into the next one: one round at a
 * time when it is quiet, hundreds at once under load, and never a wait in between.
 */
export function createRecorder(deps: {
  readonly store: RoundStore;
  readonly clock: Clock;
  readonly metrics: Metrics;
}): Recorder {
  let waiting: Waiting[] = [];
  let isRunning = false;

  async function run(): Promise<void> {
    isRunning = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MAX_BATCH);
      waiting = waiting.slice(MAX_BATCH);
      await store(batch);
    }
    isRunning = false;
  }

  async function store(batch: readonly Waiting[]): Promise<void> {
    try {
      const rounds = batch.map(({ round }) => round);
      const stored = new Set(await storeRounds(deps.store, rounds, deps.clock.nowMs()));
      for (const { round, resolve } of batch) {
        const result = stored.has(round) ? "stored" : "double";
        deps.metrics.rounds.inc({ vantage: round.vantage, result });
        resolve();
      }
    } catch (error) {
      // One round that cannot be stored must not hold up those that came with it.
      if (batch.length === 1) batch[0]?.reject(error);
      else for (const one of batch) await store([one]);
    }
  }

  return {
    record: (round) =>
      new Promise((resolve, reject) => {
        waiting.push({ round, resolve, reject });
        if (!isRunning) void run();
      }),
  };
}
