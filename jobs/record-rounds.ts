import { z } from "zod";
import { roundSchema } from "../src/core/round.ts";
import type { RunJob, StoreJobDeps } from "./job.ts";

const jobSchema = z.array(z.unknown());
/** Farther ahead of our clock than this a worker's clock is wrong, and so are its instants. */
const MAX_AHEAD_MS = 3_600_000;

/** Stores rounds. What can never be stored is refused once and for all. */
export const recordRoundsJob: RunJob<StoreJobDeps> = async (deps, { data }) => {
  const { clock, recorder, onRefused } = deps;
  const job = jobSchema.safeParse(data);
  if (!job.success) {
    onRefused(null, job.error.message);
    return;
  }
  const latestMs = clock.nowMs() + MAX_AHEAD_MS;
  const recording = job.data.map(async (one) => {
    const parsed = roundSchema.safeParse(one);
    if (!parsed.success) {
      onRefused(null, parsed.error.message);
    } else if (parsed.data.plannedAtMs > latestMs) {
      onRefused(parsed.data, "it is planned for the future: compare the clocks");
    } else {
      const recorded = await recorder.record(parsed.data);
      if (recorded.result === "refused") onRefused(parsed.data, recorded.why);
    }
  });
  // All are tried before the job fails; those that are stored are doubles the next time.
  const failed = (await Promise.allSettled(recording)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
};
