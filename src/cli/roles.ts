import { join } from "node:path";
import type { Logger } from "pino";
import { probeJobs, storeJobs } from "../../jobs/index.ts";
import type { StoreJobDeps } from "../../jobs/job.ts";
import { prepareProbe } from "../../probes/index.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import { startControls } from "../controls.ts";
import { isLocal } from "../core/local-target.ts";
import { probeKey } from "../core/target.ts";
import { startLoopWatch } from "../loop-watch.ts";
import type { Metrics } from "../metrics.ts";
import { openOutbox } from "../outbox.ts";
import {
  probeQueue,
  ROUNDS_QUEUE,
  UPKEEP_QUEUE,
  type Handler,
  type JobQueue,
  type JobWorker,
  type Queues,
} from "../queues.ts";
import { createRecorder } from "../record.ts";
import type { ReadyTarget } from "../run-round.ts";
import { schedule } from "../schedule.ts";
import { GRACE_MS } from "../settle.ts";
import type { RoundStore } from "../store/rounds.ts";
import { watchWorker } from "../watch-worker.ts";

/** What every role stands on. */
export type RoleDeps = {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly config: () => Config;
  readonly queues: Queues;
  readonly openQueue: (name: string) => JobQueue;
  readonly dataDir: string;
};

/** A running role. */
export type Role = {
  /** Takes no new work, finishes what runs. */
  readonly drain: () => Promise<void>;
  readonly reload: () => Promise<void>;
};

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Rounds of one shard overlap while targets time out; they must never wait for one another. */
const PROBE_CONCURRENCY = 1_000;
const RECORD_CONCURRENCY = 200;

/** Plans the rounds of every vantage and the service's own upkeep. */
export async function startScheduler(deps: RoleDeps): Promise<Role> {
  const upkeep = deps.openQueue(UPKEEP_QUEUE);
  // A second after the grace, so that the minute before last is surely due.
  const settleOffsetMs = (GRACE_MS + 1_000) % MINUTE_MS;
  const plans = [
    { id: "settle", everyMs: MINUTE_MS, offsetMs: settleOffsetMs, name: "settle-minute", data: {} },
    { id: "prune", everyMs: DAY_MS, offsetMs: DAY_MS / 8, name: "prune", data: {} },
  ];
  for (const plan of plans) await upkeep.plan(plan);
  const reload = async () => {
    const change = await schedule(deps.config(), deps.openQueue);
    deps.log.info(change, "rounds planned");
  };
  await reload();
  return { drain: async () => undefined, reload };
}

/** Measures the rounds of one vantage. */
export async function startProbing(deps: RoleDeps, vantage: string): Promise<Role> {
  const log = deps.log.child({ vantage });
  const loop = startLoopWatch(deps.clock);
  const outbox = await openOutbox({
    queue: deps.openQueue(ROUNDS_QUEUE),
    spoolDir: join(deps.dataDir, "spool"),
    log,
    metrics: deps.metrics,
  });
  const stop = new AbortController();
  let ready = prepareTargets(deps.config());
  let controls = startVantageControls(deps, vantage);
  const jobDeps = {
    clock: deps.clock,
    metrics: deps.metrics,
    vantage,
    outbox,
    signal: stop.signal,
    findTarget: (id: string) => ready.get(id) ?? null,
    worstLagMs: loop.worstLagMs,
    controlsFailed: () => controls.haveFailed(),
  };
  const handler: Handler = (job) => probeJobs["run-round"](jobDeps, job);
  const worker = startWorker(deps, probeQueue(vantage), {
    handler,
    concurrency: PROBE_CONCURRENCY,
  });
  return {
    drain: async () => {
      // Probes in flight end within their own deadline; those that take longer are given up.
      const deadline = setTimeout(() => stop.abort(), 8_000);
      await worker.close();
      clearTimeout(deadline);
      outbox.close();
      controls.close();
      loop.close();
    },
    reload: async () => {
      ready = prepareTargets(deps.config());
      controls.close();
      controls = startVantageControls(deps, vantage);
    },
  };
}

/** Control endpoints tell whether the way out is well; targets on this machine do not take it. */
function startVantageControls({ config, clock }: RoleDeps, vantage: string) {
  const { vantages, targets } = config();
  const isNeeded = targets.some((target) => target.vantages.includes(vantage) && !isLocal(target));
  const endpoints = vantages.find(({ id }) => id === vantage)?.controls ?? [];
  return startControls(isNeeded ? endpoints : [], clock);
}

function prepareTargets({ targets }: Config): Map<string, ReadyTarget> {
  return new Map(
    targets.map((target) => [
      target.id,
      { target, key: probeKey(target), run: prepareProbe(target.probe) },
    ]),
  );
}

/** Stores rounds and settles minutes. */
export async function startRecording(deps: RoleDeps, store: RoundStore): Promise<Role> {
  const { clock, log, metrics, config } = deps;
  const jobDeps: StoreJobDeps = {
    clock,
    log,
    config,
    db: store.db,
    recorder: createRecorder({ store, clock, metrics }),
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
  const rounds = startWorker(deps, ROUNDS_QUEUE, { handler, concurrency: RECORD_CONCURRENCY });
  const upkeep = startWorker(deps, UPKEEP_QUEUE, { handler, concurrency: 1 });
  return {
    drain: async () => {
      await rounds.close();
      await upkeep.close();
    },
    reload: async () => undefined,
  };
}

function startWorker(
  deps: RoleDeps,
  name: string,
  options: { readonly handler: Handler; readonly concurrency: number },
): Pick<JobWorker, "close"> {
  const log = deps.log.child({ queue: name });
  const handler: Handler = async (job) => {
    try {
      await options.handler(job);
    } catch (error) {
      log.error({ err: error, job: job.name }, "job failed");
      throw error;
    }
  };
  return watchWorker({
    queue: deps.openQueue(name),
    start: () =>
      deps.queues.work(name, handler, {
        concurrency: options.concurrency,
        onError: (error) => log.warn({ err: error }, "queue trouble"),
      }),
    onStalled: () => log.warn("jobs wait and none is taken: the worker is started anew"),
  });
}
