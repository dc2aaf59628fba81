import {
  createPostgresBackend,
  isPgPool,
  Queue,
  runMigrations,
  Worker,
  type Job,
  type JobsOptions,
} from "bullmq";
import { Cluster, Redis } from "ioredis";
import pg from "pg";

/** Queue names. BullMQ refuses a colon in them. */
export const ROUNDS_QUEUE = "rounds";
export const UPKEEP_QUEUE = "upkeep";
export const MESSAGES_QUEUE = "messages";
export const REPORTS_QUEUE = "reports";
export const probeQueue = (vantage: string) => `probe.${vantage}`;

const SCHEMA = "bullmq";

/** How soon a worker looks again for a store that refuses connections. */
const REFUSED_RETRY_MS = 500;

/** What a handler sees of a job. */
export type JobView = {
  readonly name: string;
  readonly data: unknown;
  /** For a job made by a scheduler: the instant on the grid that it was planned for. */
  readonly plannedAtMs: number;
  /** Says how far it is, 0 to 100, to those who look for it by its id. */
  readonly progress: (percent: number) => Promise<void>;
};

/** A job that is not done, as others see it: one that is done is gone. */
export type JobState = {
  readonly state: "waiting" | "active" | "failed";
  /** How far it is, 0 to 100. */
  readonly percent: number;
  /** What it failed with last. */
  readonly problem: string | null;
};

export type Handler = (job: JobView) => Promise<void>;

/** A plan that puts one job on a queue at every instant `k * everyMs + offsetMs`. */
export type Plan = {
  readonly id: string;
  readonly everyMs: number;
  readonly offsetMs: number;
  readonly name: string;
  readonly data: unknown;
  /** Of a plan that is listed: when its next job is due. */
  readonly nextAtMs?: number;
};

/**
 * Whether a plan waits for an instant beyond its next one: it was planned while the clock was
 * ahead, and would fire no more until the clock is there again.
 */
export function isAstray({ nextAtMs = -Infinity, everyMs }: Plan, nowMs: number): boolean {
  return nextAtMs > nowMs + everyMs + CLOCK_SLACK_MS;
}

/** Clocks of two machines differ by this much at most. */
const CLOCK_SLACK_MS = 1_000;

/** One queue to put jobs on and to plan jobs for. */
export type JobQueue = {
  readonly add: (name: string, data: unknown, options?: JobsOptions) => Promise<void>;
  readonly plan: (plan: Plan) => Promise<void>;
  readonly unplan: (id: string) => Promise<void>;
  readonly listPlans: () => Promise<Plan[]>;
  readonly counts: () => Promise<Record<string, number>>;
  /** A job by its id; null for one that is done or never was there. */
  readonly find: (id: string) => Promise<JobState | null>;
  /** Takes away a job that nobody works on, so that its id can be used again. */
  readonly remove: (id: string) => Promise<void>;
  /** Whether a job waits, or a planned or delayed one is due by this instant. */
  readonly hasDue: (nowMs: number) => Promise<boolean>;
  /** BullMQ's own, for the page that shows the queues; its type depends on the store. */
  readonly bull: object;
  readonly close: () => Promise<void>;
};

export type JobWorker = {
  /** Jobs taken so far; a watchdog compares it. */
  readonly taken: () => number;
  /** Takes no new job and waits for those running; `force` leaves them to other workers. */
  readonly close: (force?: boolean) => Promise<void>;
};

export type WorkOptions = {
  readonly concurrency: number;
  readonly onError: (error: Error) => void;
  /** How long a job stays with a worker that was lost; default a minute. */
  readonly lockMs?: number;
};

/** BullMQ over one store: PostgreSQL, or Redis when `redisUrl` is given. */
export type Queues = {
  readonly backend: "postgres" | "redis";
  readonly queue: (name: string) => JobQueue;
  readonly work: (name: string, handler: Handler, options: WorkOptions) => JobWorker;
  /** Resolves when the store answers. */
  readonly ping: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export type QueueSettings = {
  readonly databaseUrl: string;
  readonly redisUrl: string | null;
  readonly onError: (error: Error) => void;
  /** Separates installations (and tests) that share a Redis. */
  readonly prefix?: string;
};

/** Opens BullMQ; makes or updates its schema on PostgreSQL. */
export async function openQueues(settings: QueueSettings): Promise<Queues> {
  return settings.redisUrl === null
    ? openPostgresQueues(settings)
    : openRedisQueues({ ...settings, redisUrl: settings.redisUrl });
}

/**
 * The next instant on a plan's grid. BullMQ's own `every` starts at once and is not aligned
 * to the clock, so plans are written as a pattern `everyMs+offsetMs` that this reads.
 * After a stop it gives one future instant, never those missed.
 */
export function nextOnGrid(afterMs: number, pattern: string): number {
  const { everyMs, offsetMs } = parsePattern(pattern);
  return Math.floor((afterMs - offsetMs) / everyMs) * everyMs + offsetMs + everyMs;
}

function parsePattern(pattern: string): { everyMs: number; offsetMs: number } {
  const [everyMs = 0, offsetMs = 0] = pattern.split("+").map(Number);
  return { everyMs, offsetMs };
}

const bullSettings = {
  repeatStrategy: (afterMs: number, options: { pattern?: string }) =>
    nextOnGrid(afterMs, options.pattern ?? ""),
};

/** One attempt: a probe that is run again would be another measurement. */
const planOptions = { attempts: 1, removeOnComplete: true, removeOnFail: 100 };

async function openPostgresQueues(settings: QueueSettings): Promise<Queues> {
  const pool = new pg.Pool({
    connectionString: settings.databaseUrl,
    // A crash of the server may cost the last half second of jobs, which is missing data;
    // what is stored as evidence is always written through.
    options: `-c search_path=${SCHEMA} -c synchronous_commit=off`,
    application_name: "nines queues",
    keepAlive: true,
    max: 12,
  });
  pool.on("error", settings.onError);
  // Every queue and worker of BullMQ adds one of its own.
  pool.setMaxListeners(0);
  // A connection that is lost while it is in use ends the process if nobody listens.
  pool.on("connect", (client) => client.on("error", settings.onError));
  await migrateQueues(pool);
  prepareStatements(pool);
  // Types alone: BullMQ describes the pool in its own words.
  if (!isPgPool(pool)) throw new TypeError("pg.Pool is not what BullMQ expects");
  const workers = { listening: 0 };
  return {
    backend: "postgres",
    queue: (name) =>
      wrapQueue(
        new Queue(name, { connection: pool, settings: bullSettings }, createPostgresBackend),
        settings.onError,
      ),
    work: (name, handler, options) => {
      // Each worker keeps one connection for LISTEN; the rest is for its statements.
      workers.listening += 1;
      pool.options.max = 12 + workers.listening;
      const process = createProcessor(handler);
      const worker = new Worker(
        name,
        process.run,
        { connection: pool, settings: bullSettings, ...workerOptions(name, options) },
        createPostgresBackend,
      );
      worker.on("error", options.onError);
      return { taken: process.taken, close: (force) => worker.close(force) };
    },
    ping: async () => void (await pool.query("select 1")),
    close: () => pool.end(),
  };
}

/** BullMQ sends the same few long statements again and again: the server parses each once. */
function prepareStatements(pool: pg.Pool): void {
  const query = pool.query.bind(pool);
  const names = new Map<string, string>();
  Object.assign(pool, {
    query: (text: string, values?: unknown[]) => {
      if (values === undefined) return query(text);
      const name = names.get(text) ?? `bullmq-${names.size}`;
      names.set(text, name);
      return query({ name, text, values });
    },
  });
}

async function migrateQueues(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client, SCHEMA);
  } finally {
    client.release();
  }
}

async function openRedisQueues(settings: QueueSettings & { redisUrl: string }): Promise<Queues> {
  const open = () => connectRedis(settings.redisUrl);
  const connection = open();
  connection.on("error", settings.onError);
  // On a Cluster, all keys of one queue must fall on one slot: a hash tag for each queue.
  const prefixOf = (name: string) => `{${settings.prefix ?? "nines"}.${name}}`;
  return {
    backend: "redis",
    queue: (name) =>
      wrapQueue(
        new Queue(name, { connection, settings: bullSettings, prefix: prefixOf(name) }),
        settings.onError,
      ),
    work: (name, handler, options) => {
      const process = createProcessor(handler);
      const worker = new Worker(name, process.run, {
        connection,
        settings: bullSettings,
        prefix: prefixOf(name),
        ...workerOptions(name, options),
      });
      worker.on("error", options.onError);
      return { taken: process.taken, close: (force) => worker.close(force) };
    },
    ping: async () => void (await connection.ping()),
    close: async () => connection.disconnect(),
  };
}

/** Several hosts separated by commas are a Redis Cluster; `rediss:` is TLS. */
function connectRedis(url: string): Redis | Cluster {
  const [first = "", ...others] = url.split(",");
  const options = { maxRetriesPerRequest: null, enableOfflineQueue: true };
  if (others.length === 0) return new Redis(first, options);
  const { protocol, username, password } = new URL(first);
  const nodes = [first, ...others.map((host) => (host.includes("://") ? host : `redis://${host}`))];
  return new Cluster(
    nodes.map((node) => {
      const { hostname, port } = new URL(node);
      return { host: hostname, port: Number(port === "" ? 6379 : port) };
    }),
    {
      redisOptions: {
        maxRetriesPerRequest: null,
        ...(username === "" ? {} : { username: decodeURIComponent(username) }),
        ...(password === "" ? {} : { password: decodeURIComponent(password) }),
        ...(protocol === "rediss:" ? { tls: {} } : {}),
      },
    },
  );
}

function workerOptions(name: string, { concurrency, lockMs = 60_000 }: WorkOptions) {
  return {
    concurrency,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 100 },
    lockDuration: lockMs,
    stalledInterval: lockMs / 2,
    // By default a worker that was once refused a connection sleeps for 15 s, and its rounds are
    // missing though the store has been back for long.
    runRetryDelay: REFUSED_RETRY_MS,
    // A lost worker's round is not measured again: that would be another measurement. Any other
    // job goes on elsewhere, however often its workers are lost.
    maxStalledCount: name.startsWith(probeQueue("")) ? 0 : 1_000_000,
  };
}

type TakenJob = Pick<Job, "id" | "name" | "data" | "timestamp" | "updateProgress">;

function createProcessor(handler: Handler) {
  let taken = 0;
  return {
    taken: () => taken,
    run: async (job: TakenJob): Promise<void> => {
      taken += 1;
      await handler({
        name: job.name,
        data: job.data,
        plannedAtMs: plannedAtOf(job),
        progress: (percent) => job.updateProgress(percent),
      });
    },
  };
}

/** A scheduler's job is called `repeat:<plan>:<planned instant>`; any other has its own time. */
function plannedAtOf({ id, timestamp }: Pick<Job, "id" | "timestamp">): number {
  const planned = /^repeat:.*:(\d+)$/u.exec(id ?? "")?.[1];
  return planned === undefined ? timestamp : Number(planned);
}

/** The part of BullMQ's Queue that is the same on both stores. */
type AnyQueue = Pick<
  Queue,
  | "add"
  | "upsertJobScheduler"
  | "removeJobScheduler"
  | "getJobSchedulers"
  | "getJobCounts"
  | "getDelayedCount"
  | "getJob"
  | "remove"
  | "close"
> & { on: (event: "error", listener: (error: Error) => void) => unknown };

function wrapQueue(queue: AnyQueue, onError: (error: Error) => void): JobQueue {
  queue.on("error", onError);
  return {
    add: async (name, data, options) => {
      await queue.add(name, data, {
        removeOnComplete: true,
        removeOnFail: 1000,
        ...options,
      });
    },
    plan: async ({ id, everyMs, offsetMs, name, data }) => {
      const pattern = `${everyMs}+${offsetMs}`;
      await queue.upsertJobScheduler(id, { pattern }, { name, data, opts: planOptions });
    },
    unplan: async (id) => void (await queue.removeJobScheduler(id)),
    listPlans: async () =>
      (await queue.getJobSchedulers(0, -1)).map((scheduler) => ({
        id: scheduler.key,
        ...parsePattern(scheduler.pattern ?? ""),
        name: scheduler.name,
        data: scheduler.template?.data,
        ...(scheduler.next === undefined ? {} : { nextAtMs: scheduler.next }),
      })),
    counts: () => queue.getJobCounts("waiting", "active", "delayed", "failed"),
    find: async (id) => stateOf(await queue.getJob(id)),
    remove: async (id) => void (await queue.remove(id)),
    hasDue: async (nowMs) =>
      ((await queue.getJobCounts("waiting"))["waiting"] ?? 0) > 0 ||
      (await queue.getDelayedCount(nowMs)) > 0,
    bull: queue,
    close: () => queue.close(),
  };
}

type FoundJob = Pick<Job, "getState" | "progress" | "failedReason">;

async function stateOf(job: FoundJob | undefined): Promise<JobState | null> {
  const state = await job?.getState();
  // It may have been done, and so be gone, between the two questions.
  if (job === undefined || state === "unknown" || state === "completed") return null;
  return {
    state: state === "failed" || state === "active" ? state : "waiting",
    percent: typeof job.progress === "number" ? job.progress : 0,
    problem: job.failedReason ?? null,
  };
}
