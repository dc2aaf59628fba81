import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { storeJobs } from "../../jobs/index.ts";
import type { StoreJobDeps } from "../../jobs/job.ts";
import type { Clock } from "../clock.ts";
import type { Config } from "../config.ts";
import type { Metrics } from "../metrics.ts";
import { ROUNDS_QUEUE, UPKEEP_QUEUE, type Handler, type JobQueue, type Queues } from "../queues.ts";
import { createRecorder } from "../record.ts";
import { schedule } from "../schedule.ts";
import { GRACE_MS } from "../settle.ts";
import type { RoundStore } from "../store/rounds.ts";
import { startJobWorker } from "./job-worker.ts";
import type { OpenThings } from "./lifecycle.ts";
import { startProbing } from "./probing.ts";

export const ROLES = ["all", "api", "scheduler", "worker", "recorder"] as const;
export type RoleName = (typeof ROLES)[number];

/** What every role stands on. */
export type Context = {
  readonly clock: Clock;
  readonly log: Logger;
  readonly role: RoleName;
  /** The one vantage of a worker; null for every one. */
  readonly vantage: string | null;
  readonly dataDir: string;
  readonly config: () => Config;
  /** Null for a worker, which needs the queue only. */
  readonly store: RoundStore | null;
  readonly queues: OpenQueues;
  readonly metrics: Metrics;
};

/** BullMQ with each queue opened once. */
export type OpenQueues = Pick<Queues, "work" | "ping"> & {
  readonly open: (name: string) => JobQueue;
  readonly opened: () => ReadonlyMap<string, JobQueue>;
  readonly closeOpened: () => Promise<void>;
};

export type Reloadable = {
  /** Takes over what `config` now says. */
  readonly reload: () => Promise<void>;
};

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const RECORD_CONCURRENCY = 200;
const PLAN_AGAIN_MS = 5_000;
/** How long a recorder that stops waits for rounds that were measured before. */
const LAST_ROUNDS_MS = 3_000;

export function rememberQueues({ queue, work, ping }: Queues): OpenQueues {
  const opened = new Map<string, JobQueue>();
  return {
    work,
    ping,
    open: (name) => {
      const known = opened.get(name) ?? queue(name);
      opened.set(name, known);
      return known;
    },
    opened: () => opened,
    closeOpened: async () => {
      for (const one of opened.values()) await one.close();
    },
  };
}

/** Whether this process has the role. */
export function does({ role }: Pick<Context, "role">, wanted: RoleName): boolean {
  return role === "all" || role === wanted;
}

/**
 * Starts the roles of this process, from the end of a round's way to its start, so that each
 * finds the next one; they are closed in the opposite order.
 */
export async function startRoles(context: Context, open: OpenThings): Promise<Reloadable> {
  const { store } = context;
  const roles: Reloadable[] = [];
  if (does(context, "recorder") && store !== null) await startRecording(context, store, open);
  if (does(context, "worker")) roles.push(await startProbing(context, open));
  if (does(context, "scheduler")) roles.push(await startScheduler(context, open));
  return {
    reload: async () => {
      for (const role of roles) await role.reload();
    },
  };
}

/** Plans the rounds of every vantage and the service's own upkeep. */
async function startScheduler(context: Context, open: OpenThings): Promise<Reloadable> {
  const { queues, log, config } = context;
  const stop = new AbortController();
  await open.add(async () => stop.abort());
  const upkeep = queues.open(UPKEEP_QUEUE);
  // A second after the grace, so that the minute before last is surely due.
  const settleOffsetMs = (GRACE_MS + 1_000) % MINUTE_MS;
  const plans = [
    { id: "settle", everyMs: MINUTE_MS, offsetMs: settleOffsetMs, name: "settle-minute", data: {} },
    { id: "prune", everyMs: DAY_MS, offsetMs: DAY_MS / 8, name: "prune", data: {} },
  ];
  for (const plan of plans) await upkeep.plan(plan);
  const planRounds = async () => log.info(await schedule(config(), queues.open), "rounds planned");
  await planRounds();
  return {
    // The file was read and is right: planning must not be left half done because the queue is away.
    reload: async () => {
      while (!stop.signal.aborted) {
        try {
          await planRounds();
          return;
        } catch (error) {
          log.error({ err: error }, "rounds cannot be planned; trying again");
          await sleep(PLAN_AGAIN_MS, undefined, { signal: stop.signal }).catch(() => undefined);
        }
      }
    },
  };
}

/** Stores rounds and settles minutes. */
async function startRecording(
  context: Context,
  store: RoundStore,
  open: OpenThings,
): Promise<void> {
  const { clock, log, metrics, config, queues } = context;
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
  const upkeep = startJobWorker(context, UPKEEP_QUEUE, { handler, concurrency: 1 });
  await open.add(() => upkeep.close());
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
