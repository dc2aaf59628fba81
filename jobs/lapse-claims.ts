import { lapseClaims } from "../src/claim.ts";
import type { RunJob, StoreJobDeps } from "./job.ts";

/** Lets claims lapse whose window closed before anybody submitted them. */
export const lapseClaimsJob: RunJob<Pick<StoreJobDeps, "db" | "clock" | "log">> = async (deps) => {
  const lapsed = await lapseClaims(deps);
  if (lapsed > 0) deps.log.warn({ lapsed }, "claims lapsed: their window closed");
};
