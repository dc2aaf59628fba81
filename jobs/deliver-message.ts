import { z } from "zod";
import { deliver, type DeliverDeps } from "../src/deliver.ts";
import type { SendDeps } from "../src/notify/channel.ts";
import { sendMessage } from "../src/notify/index.ts";
import { MESSAGES_QUEUE, UPKEEP_QUEUE } from "../src/queues.ts";
import { saveLetter } from "../src/store/letters.ts";
import type { RunJob, StoreJobDeps } from "./job.ts";

const dataSchema = z.object({ message: z.int() });

/** Makes one attempt to deliver a message; the next one is a job of its own. */
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
  const { channel, outcome, detail, attempts, retryAtMs, hasNews } = done;
  if (outcome !== "sent")
    log.warn({ message: id, channel, outcome, detail }, "message not delivered");
  if (retryAtMs !== null) {
    await addJob(MESSAGES_QUEUE, "deliver-message", {
      data: { message: id },
      id: `message-${id}-${attempts}`,
      delayMs: Math.max(0, retryAtMs - clock.nowMs()),
    });
  }
  if (hasNews) await addJob(UPKEEP_QUEUE, "announce", { id: `announce-after-${id}` });
};
