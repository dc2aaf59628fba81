import { z } from "zod";
import { roundSchema } from "../src/core/round.ts";
import { findMemo } from "../src/store/memo.ts";
import { DROPPED_UNTIL } from "../src/store/partitions.ts";
import type { RunJob, StoreJobDeps } from "./job.ts";

const rounds = z.array(z.unknown());

/** Stores rounds. What can never be stored is refused once and for all. */
export const recordRoundsJob: RunJob<StoreJobDeps> = async (deps, { data }) => {
  // Older evidence is gone, and deriving a minute from half of it would be wrong.
  const droppedUntilMs = Number((await findMemo(deps.db, DROPPED_UNTIL)) ?? 0);
  const recording = rounds.parse(data).map(async (one) => {
    const parsed = roundSchema.safeParse(one);
    if (!parsed.success) deps.onRefused(null, parsed.error.message);
    else if (parsed.data.plannedAtMs < droppedUntilMs) {
      deps.onRefused(parsed.data, "rounds of its time were dropped");
    } else await deps.recorder.record(parsed.data);
  });
  // All are tried before the job fails; those that are stored are doubles the next time.
  const failed = (await Promise.allSettled(recording)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
};
