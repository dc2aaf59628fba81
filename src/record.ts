import type { Clock } from "./clock.ts";
import type { Round } from "./core/round.ts";
import { ConflictError } from "./errors.ts";
import type { Metrics } from "./metrics.ts";
import { findDroppedUntil } from "./store/partitions.ts";
import type { RoundStore } from "./store/prepare-rounds.ts";
import { storeRounds } from "./store/rounds.ts";

/** The most rounds that one transaction stores. */
const MAX_BATCH = 500;

/** What became of a round. One that is refused can never be stored. */
export type Recorded =
  | { readonly result: "stored" | "double" }
  | { readonly result: "refused"; readonly why: string };

type Waiting = {
  readonly round: Round;
  readonly resolve: (recorded: Recorded) => void;
  readonly reject: (error: unknown) => void;
};

/** Stores rounds; resolves when the round is safe on disk, rejects when it is to be tried again. */
export type Recorder = { readonly record: (round: Round) => Promise<Recorded> };

/**
 * Rounds that arrive while a transaction runs go together into the next one: one round at a
 * time when it is quiet, hundreds at once under load, and never a wait in between.
 */
export function createRecorder(deps: {
  readonly store: RoundStore;
  readonly clock: Clock;
  readonly metrics: Metrics;
}): Recorder {
  const { store, clock, metrics } = deps;
  let waiting: Waiting[] = [];
  let isRunning = false;

  async function run(): Promise<void> {
    isRunning = true;
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MAX_BATCH);
      waiting = waiting.slice(MAX_BATCH);
      await storeBatch(batch);
    }
    isRunning = false;
  }

  async function storeBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      const droppedUntilMs = await findDroppedUntil(store.db);
      const fresh = batch
        .map(({ round }) => round)
        .filter((one) => one.plannedAtMs >= droppedUntilMs);
      const stored = new Set(await storeRounds(store, fresh, clock.nowMs()));
      for (const { round, resolve } of batch) {
        if (round.plannedAtMs < droppedUntilMs) {
          resolve({ result: "refused", why: "rounds of its time were dropped" });
          continue;
        }
        const result = stored.has(round) ? "stored" : "double";
        metrics.rounds.inc({ vantage: round.vantage, result });
        resolve({ result });
      }
    } catch (error) {
      // A table that was there may be gone.
      store.ids.partitions.clear();
      const why = reasonToRefuse(error);
      const [first, ...others] = batch;
      if (why === null) for (const { reject } of batch) reject(error);
      else if (others.length === 0) first?.resolve({ result: "refused", why });
      // One round that cannot be stored must not hold up those that came with it.
      else for (const one of batch) await storeBatch([one]);
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

/** What is wrong with the round itself; null when the fault is the database's. */
function reasonToRefuse(error: unknown): string | null {
  if (error instanceof ConflictError) return error.message;
  const code = error instanceof Error && "code" in error ? error.code : "";
  // Class 22 of SQLSTATE: a value that PostgreSQL cannot hold.
  return error instanceof Error && typeof code === "string" && /^22\w{3}$/u.test(code)
    ? error.message
    : null;
}
