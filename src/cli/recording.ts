import { setTimeout as sleep } from "node:timers/promises";
import { storeJobs } from "../../jobs/index.ts";
import type { StoreJobDeps } from "../../jobs/job.ts";
import type { Clock } from "../clock.ts";
import {
  MESSAGES_QUEUE,
  REPORTS_QUEUE,
  ROUNDS_QUEUE,
  UPKEEP_QUEUE,
  type Handler,
  type JobQueue,
} from "../queues.ts";
import { createRecorder } from "../record.ts";
import type { RoundStore } from "../store/prepare-rounds.ts";
import type { Context } from "./context.ts";
import { startJobWorker } from "./job-worker.ts";
import type { OpenThings } from "./lifecycle.ts";

const RECORD_CONCURRENCY = 200;
/** A receiver that stalls holds up two of them at most. */
const DELIVER_CONCURRENCY = 16;
/** How long a recorder that stops waits for receivers; what they did not answer is sent again. */
const LAST_MESSAGES_MS = 3_000;
/** How long it waits for a report that is being rendered; that is begun anew elsewhere. */
const LAST_REPORT_MS = 3_000;
/** How long a recorder that stops waits for rounds that were measured before. */
const LAST_ROUNDS_MS = 3_000;

/** Stores rounds and settles minutes. */
export async function startRecording(
  context: Context,
  store: RoundStore,
  open: OpenThings,
): Promise<void> {
  const { clock, log, metrics, config, queues, signer, holdsClosing, render } = context;
  const jobDeps: StoreJobDeps = {
    clock,
    log,
    config,
    signer,
    holdsClosing,
    render,
    db: store.db,
    addJob: (queue, name, { data = {}, id, delayMs = 0 } = {}) =>
      queues.open(queue).add(name, data, {
        delay: delayMs,
        // One that failed and is kept would keep its id from being used again.
        ...(id === undefined ? {} : { jobId: id, removeOnFail: true }),
      }),
    recorder: createRecorder({ store, clock, metrics }),
    onDelivered: ({ channel, outcome }) => metrics.deliveries.inc({ channel, outcome }),
    onRefused: (round, why) => {
      metrics.rounds.inc({ vantage: round?.vantage ?? "", result: "refused" });
      log.error({ vantage: round?.vantage, shard: round?.shard, why }, "round refused");
    },
  };
  const handler: Handler = async (job) => {
    const run = Object.entries(storeJobs).find(([name]) => name === job.name)?.[1];
    if (run === undefined) throw new Error(`no job is called ${job.name}`);
    await run(jobDeps, job);
  };
  const upkeep = startJobWorker(context, UPKEEP_QUEUE, { handler, concurrency: 2 });
  await open.add(() => upkeep.close());
  const messages = startJobWorker(context, MESSAGES_QUEUE, {
    handler,
    concurrency: DELIVER_CONCURRENCY,
  });
  await open.add(async () => {
    await Promise.race([messages.close(), sleep(LAST_MESSAGES_MS, undefined, { ref: false })]);
  });
  // One at a time, as there is one thread that renders.
  const reports = startJobWorker(context, REPORTS_QUEUE, { handler, concurrency: 1 });
  await open.add(async () => {
    await Promise.race([reports.close(), sleep(LAST_REPORT_MS, undefined, { ref: false })]);
  });
  const rounds = startJobWorker(context, ROUNDS_QUEUE, {
    handler,
    concurrency: RECORD_CONCURRENCY,
  });
  await open.add(async () => {
    await waitUntilEmpty(queues.open(ROUNDS_QUEUE), clock).catch(() => undefined);
    await rounds.close();
  });
}

/** What is left on the queue is safe there; the next recorder stores it. */
async function waitUntilEmpty(queue: JobQueue, clock: Clock): Promise<void> {
  const deadlineMs = clock.monotonicMs() + LAST_ROUNDS_MS;
  while (clock.monotonicMs() < deadlineMs) {
    const { waiting = 0, active = 0 } = await queue.counts();
    if (waiting + active === 0) return;
    await sleep(50);
  }
}
