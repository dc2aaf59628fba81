import type { JobQueue, JobWorker } from "./queues.ts";

const LOOK_EVERY_MS = 20_000;

/**
 * Keeps a worker that takes jobs. BullMQ workers have been seen to stay idle after a long
 * outage of their store (taskforcesh/bullmq#4585): when jobs wait and none was taken between
 * two looks, the worker is replaced.
 */
export function watchWorker(input: {
  readonly queue: JobQueue;
  readonly start: () => JobWorker;
  readonly onStalled: () => void;
}): Pick<JobWorker, "close"> {
  let worker = input.start();
  let before: { taken: number; waiting: number } = { taken: 0, waiting: 0 };
  const look = async () => {
    const counts = await input.queue.counts();
    const now = { taken: worker.taken(), waiting: counts["waiting"] ?? 0 };
    const isStalled = before.waiting > 0 && now.waiting > 0 && now.taken === before.taken;
    before = now;
    if (!isStalled || (counts["active"] ?? 0) > 0) return;
    input.onStalled();
    const idle = worker;
    worker = input.start();
    before = { taken: 0, waiting: 0 };
    await idle.close(true);
  };
  // A look that fails says only that the store is away; the next one will tell.
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_EVERY_MS);
  timer.unref();
  return {
    close: async (force) => {
      clearInterval(timer);
      await worker.close(force);
    },
  };
}
