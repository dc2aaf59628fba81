import { roundSchema } from "../src/core/round.ts";
import { findMemo } from "../src/store/memo.ts";
import { DROPPED_UNTIL } from "../src/store/partitions.ts";
import type { RunJob, StoreJobDeps } from "./job.ts";

/** Stores one round. What can never be stored is refused once and for all. */
export const recordRoundJob: RunJob<StoreJobDeps> = async (deps, { data }) => {
  const parsed = roundSchema.safeParse(data);
  if (!parsed.success) {
    deps.onRefused(null, parsed.error.message);
    return;
  }
  const round = parsed.data;
  // Older evidence may be gone already, and deriving a minute from half of it would be wrong.
  const droppedUntilMs = Number((await findMemo(deps.db, DROPPED_UNTIL)) ?? 0);
  if (round.plannedAtMs < droppedUntilMs) deps.onRefused(round, "rounds of its time were dropped");
  else await deps.recorder.record(round);
};
