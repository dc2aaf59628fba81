import { z } from "zod";
import { deliver, type DeliverDeps } from "../src/deliver.ts";
import type { SendDeps } from "../src/notify/channel.ts";
import { sendMessage } from "../src/notify/index.ts";
import { UPKEEP_QUEUE } from "../src/queues.ts";
import { saveLetter } from "../src/store/letters.ts";
import type { RunJob, StoreJobDeps } from "./job.ts";

const dataSchema = z.object({ message: z.int() });

/** What is delivered within this time is followed by one look for what is due. */
const STEP_MS = 50;

/** Makes one attempt to deliver a message. */
export const deliverMessageJob: RunJob<StoreJobDeps> = async (deps, job) => {
  const { clock, db, log, addJob } = deps;
  const { message: id } = dataSchema.parse(job.data);
  const send: DeliverDeps["send"] = (settings, { message, reference, messageId, accounts }) => {
    const saveOne: SendDeps["saveLetter"] = (channel, letter) =>
      saveLetter(db, { channel, message: letter, messageId, accounts, atMs: clock.nowMs() });
    return sendMessage({ clock, saveLetter: saveOne }, settings, { message, reference });
  };
  const done = await deliver({ ...deps, send }, id);
  if (done === null) return;
  deps.onDelivered(done);
  const { channel, outcome, detail } = done;
  if (outcome !== "sent")
    log.warn({ message: id, channel, outcome, detail }, "message not delivered");
  // The channel has room for its next message, and there may be more to tell.
  const nowMs = clock.nowMs();
  const wakeMs = Math.ceil((nowMs + 1) / STEP_MS) * STEP_MS;
  const delayMs = wakeMs - nowMs;
  await addJob(UPKEEP_QUEUE, "announce", { id: `announce-${wakeMs}`, delayMs });
};
