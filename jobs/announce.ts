import { announce } from "../src/announce.ts";
import { takeDueMessages } from "../src/due-messages.ts";
import { limitOf } from "../src/notify/index.ts";
import { MESSAGES_QUEUE, UPKEEP_QUEUE } from "../src/queues.ts";
import type { RunJob, StoreJobDeps } from "./job.ts";

/** The plan comes round again this often; what is due before has a job of its own. */
const PLANNED_EVERY_MS = 10_000;
const STEP_MS = 500;

/** Makes messages of new events, and puts those that are due on their queue. */
export const announceJob: RunJob<StoreJobDeps> = async (deps) => {
  const { clock, addJob, log } = deps;
  const events = await announce(deps);
  if (events > 0) log.debug({ events }, "events read");
  const { due, nextAtMs } = await takeDueMessages({ ...deps, limitOf });
  for (const { id, attempts } of due) {
    // One job for an attempt, however often it is asked for.
    await addJob(MESSAGES_QUEUE, "deliver-message", {
      data: { message: id },
      id: `message-${id}-${attempts}`,
    });
  }
  const nowMs = clock.nowMs();
  const nextMs = nextAtMs ?? Infinity;
  if (nextMs > nowMs + PLANNED_EVERY_MS) return;
  const wakeMs = Math.ceil(Math.max(nextMs, nowMs + 1) / STEP_MS) * STEP_MS;
  const delayMs = wakeMs - nowMs;
  await addJob(UPKEEP_QUEUE, "announce", { id: `announce-${wakeMs}`, delayMs });
};
