import type { Handler, JobWorker } from "../queues.ts";
import { watchWorker } from "../watch-worker.ts";
import type { Context } from "./context.ts";

/** A job of a process that was killed is freed after this, and with it the plan that it is a link of. */
const LOCK_MS = 10_000;

/** Takes the jobs of a queue, logs those that fail, and is started anew when it stalls. */
export function startJobWorker(
  { log: parent, queues }: Pick<Context, "log" | "queues">,
  name: string,
  options: { readonly handler: Handler; readonly concurrency: number },
): Pick<JobWorker, "close"> {
  const log = parent.child({ queue: name });
  const handler: Handler = async (job) => {
    try {
      await options.handler(job);
    } catch (error) {
      log.error({ err: error, job: job.name }, "job failed");
      throw error;
    }
  };
  return watchWorker({
    queue: queues.open(name),
    start: () =>
      queues.work(name, handler, {
        concurrency: options.concurrency,
        lockMs: LOCK_MS,
        onError: (error) => log.warn({ err: error }, "queue trouble"),
      }),
    onStalled: () => log.warn("jobs wait and none is taken: the worker is started anew"),
  });
}
