import { watchMonths } from "../src/watch-months.ts";
import type { RunJob, StoreJobDeps } from "./job.ts";

/** Tells of the subjects whose state has changed by what was settled. */
export const watchMonthsJob: RunJob<StoreJobDeps> = async (deps) => {
  const events = await watchMonths(deps);
  if (events > 0) deps.log.info({ events }, "states changed");
};
