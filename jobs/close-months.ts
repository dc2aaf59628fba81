import { closeDueMonths } from "../src/close-due.ts";
import type { RunJob, StoreJobDeps } from "./job.ts";

/** The months of years may wait at once: settling takes its turn in between. */
const LONGEST_MS = 20_000;

/** Closes the months whose time has come, and makes revisions of those that changed since. */
export const closeMonthsJob: RunJob<StoreJobDeps> = async (deps) => {
  if (deps.holdsClosing()) return;
  const config = deps.config();
  const revisions = await closeDueMonths({ ...deps, config }, { forMs: LONGEST_MS });
  for (const { month, account, revision, reason } of revisions) {
    if (account === "") deps.log.info({ month, revision, reason }, "month closed");
  }
};
