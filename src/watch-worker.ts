import { systemClock, type Clock } from "./clock.ts";
import type { JobQueue, JobWorker } from "./queues.ts";

const LOOK_EVERY_MS = 20_000;

/**
 * Keeps a worker that takes jobs. BullMQ workers have been seen to stay idle after a long
 * outage of their store (taskforcesh/bullmq#4585): when jobs are due and none was taken between
 * two looks, the worker is replaced.
 */
export function watchWorker(input: {
  readonly queue: Pick<JobQueue, "hasDue" | "counts">;
  readonly start: () => JobWorker;
  readonly onStalled: () => void;
  readonly clock?: Clock;
  readonly lookEveryMs?: number;
}): Pick<JobWorker, "close"> {
  const { queue, clock = systemClock } = input;
  let worker = input.start();
  let before = { taken: 0, isDue: false };
  let isLooking = false;
  let isClosed = false;

  async function look(): Promise<void> {
    const now = { taken: worker.taken(), isDue: await queue.hasDue(clock.nowMs()) };
    const isIdle = before.isDue && now.isDue && now.taken === before.taken;
    before = now;
    const { active = 0 } = isIdle ? await queue.counts() : {};
    // Asked last: one that is started after the closing would never be closed.
    if (!isIdle || active > 0 || isClosed) return;
    input.onStalled();
    const idle = worker;
    worker = input.start();
    before = { taken: 0, isDue: false };
    await idle.close(true);
  }

  const timer = setInterval(() => {
    // While the store is away a look waits; many of them must not come back at once.
    if (isLooking) return;
    isLooking = true;
    // A look that fails says only that the store is away; the next one will tell.
    void look()
      .catch(() => undefined)
      .finally(() => {
        isLooking = false;
      });
  }, input.lookEveryMs ?? LOOK_EVERY_MS);
  timer.unref();
  return {
    close: async (force) => {
      isClosed = true;
      clearInterval(timer);
      await worker.close(force);
    },
  };
}
