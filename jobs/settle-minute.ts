import { settle } from "../src/settle.ts";
import type { RunJob, StoreJobDeps } from "./job.ts";

/** Derives the counts of the minutes that have ended, and again those that changed. */
export const settleMinuteJob: RunJob<StoreJobDeps> = async (deps) => {
  await settle(deps);
};
