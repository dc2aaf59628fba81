import { watchMonths } from "../src/watch-months.ts";
import { watchOutages } from "../src/watch-outages.ts";
import { watchVantages } from "../src/watch-vantages.ts";
import { UPKEEP_QUEUE } from "../src/queues.ts";
import type { RunJob, StoreJobDeps } from "./job.ts";

const WATCHES = { states: watchMonths, outages: watchOutages, vantages: watchVantages };

/**
 * Tells of the subjects whose state has changed by what was settled, of their outages, and of the
 * vantages that are blind. One of these that fails keeps no other from being done.
 */
export const watchMonthsJob: RunJob<StoreJobDeps> = async (deps) => {
  const errors: unknown[] = [];
  let told = 0;
  for (const [of, watch] of Object.entries(WATCHES)) {
    try {
      const events = await watch(deps);
      told += events;
      if (events > 0) deps.log.info({ of, events }, "there is something to tell");
    } catch (error) {
      errors.push(error);
    }
  }
  // At once, not when the plan comes round again: people wait for it.
  if (told > 0) await deps.addJob(UPKEEP_QUEUE, "announce");
  if (errors.length > 0) throw errors[0];
};
