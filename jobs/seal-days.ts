import { anchorSeals } from "../src/anchor-seals.ts";
import { sealDays } from "../src/seal.ts";
import type { RunJob, StoreJobDeps } from "./job.ts";

/** Minutes are settled by the same worker: a backlog is worked off in parts. */
const SEAL_FOR_MS = 20_000;
const ANCHOR_FOR_MS = 20_000;

/** Seals the UTC days that have ended, and gives the seals to the anchors. */
export const sealDaysJob: RunJob<StoreJobDeps> = async ({ db, clock, config, log }) => {
  try {
    const days = await sealDays({ db, clock }, { forMs: SEAL_FOR_MS });
    if (days > 0) log.info({ days }, "days sealed");
  } finally {
    // A day that cannot be sealed keeps no other one from the anchors.
    await anchorSeals(
      {
        db,
        clock,
        onFailed: ({ id, kind }, error) => {
          log.warn({ anchor: id, kind, err: error }, "an anchor did not take a seal");
        },
      },
      { anchors: config().anchors, forMs: ANCHOR_FOR_MS },
    );
  }
};
