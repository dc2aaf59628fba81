import { deleteMessagesBefore } from "../src/store/messages.ts";
import { dropPartitionsBefore } from "../src/store/partitions.ts";
import { deletePhasesBefore } from "../src/store/phases.ts";
import type { RunJob, StoreJobDeps } from "./job.ts";

const DAY_MS = 86_400_000;

/**
 * Drops whole months of rounds that are older than the retention, and deletes phases, messages
 * and letters of that age; what was derived of rounds stays, and so do the events that messages told of.
 */
export const pruneJob: RunJob<StoreJobDeps> = async ({ db, clock, config, log }) => {
  const nowMs = clock.nowMs();
  const horizonMs = nowMs - config().retentionDays * DAY_MS;
  const dropped = await dropPartitionsBefore(db, { horizonMs, nowMs });
  if (dropped.length > 0) log.info({ dropped }, "old rounds dropped");
  await deletePhasesBefore(db, horizonMs);
  const messages = await deleteMessagesBefore(db, horizonMs);
  if (messages > 0) log.info({ messages }, "old messages deleted");
};
