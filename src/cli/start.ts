import { mkdirSync } from "node:fs";
import { pino, type Logger } from "pino";
import type { Clock } from "../clock.ts";
import { readSettings, type Config, type Settings } from "../config.ts";
import { InvalidInputError } from "../errors.ts";
import { buildServer } from "../http/server.ts";
import { createMetrics, type Metrics } from "../metrics.ts";
import { openQueues, type JobQueue, type Queues } from "../queues.ts";
import { createMetricsRefresh } from "../refresh-metrics.ts";
import { createIdCache, type RoundStore } from "../store/rounds.ts";
import type { FrameNotes } from "../view-overview.ts";
import { readArguments } from "./arguments.ts";
import { loadConfig, openStore, type OpenDatabase } from "./open.ts";
import { startProbing, startRecording, startScheduler, type Role, type RoleDeps } from "./roles.ts";
import { startSandbox, type Sandbox } from "./sandbox.ts";
import type { ExitStatus, Terminal, Verb } from "./verb.ts";

const ROLES = ["all", "api", "scheduler", "worker", "recorder"] as const;
type RoleName = (typeof ROLES)[number];

/** Draining must end within 15 s of SIGTERM; what is not done by then is handed back. */
const DRAIN_MS = 14_000;

export const start: Verb = {
  summary: "runs a role (all of them by default) until SIGTERM",
  usage: "nines start [--config FILE] [--role all|api|scheduler|worker|recorder] [--vantage ID]",
  run: async (args, terminal) => {
    const { values } = readArguments(args, {
      config: { type: "string" },
      role: { type: "string", default: "all" },
      vantage: { type: "string" },
    });
    const role = ROLES.find((one) => one === values.role);
    if (role === undefined) {
      const message = `"${values.role}" is no role; take one of ${ROLES.join(", ")}`;
      throw new InvalidInputError([{ place: "--role", message }]);
    }
    if (role === "worker" && values.vantage === undefined) {
      const message = "a worker measures from one vantage: name it with --vantage";
      throw new InvalidInputError([{ place: "--vantage", message }]);
    }
    const settings = readSettings(terminal.env);
    const file = values.config ?? settings.configFile;
    return runService({ settings, terminal, role, file, vantage: values.vantage ?? null });
  },
};

type Order = {
  readonly settings: Settings;
  readonly terminal: Terminal;
  readonly role: RoleName;
  /** Null: the sandbox. */
  readonly file: string | null;
  readonly vantage: string | null;
};

/** Opens everything, runs until a signal, and closes everything in the opposite order. */
async function runService(order: Order): Promise<ExitStatus> {
  const { settings, terminal } = order;
  const { clock } = terminal;
  const log = pino({ level: settings.logLevel });
  const closers: (() => Promise<unknown>)[] = [];
  const stopped = waitForStop();
  try {
    mkdirSync(settings.dataDir, { recursive: true });
    const sandbox = order.file === null ? await startSandbox({ clock, log, settings }) : null;
    if (sandbox !== null) closers.push(sandbox.close);
    let config = readConfig(order, sandbox);
    const store = await openStoreFor(order, log);
    if (store !== null) closers.push(store.close);
    const queues = await openQueues({
      databaseUrl: store?.url ?? "",
      redisUrl: settings.redisUrl,
      onError: (error) => log.warn({ err: error }, "queue trouble"),
    });
    closers.push(queues.close);
    const service = await startRoles({ order, log, queues, store, config: () => config });
    closers.push(service.drain);
    if (sandbox !== null && service.roundStore !== null) {
      closers.push(sandbox.fill({ config, store: service.roundStore }));
    }
    const notes = (): FrameNotes => ({
      sandbox: sandbox !== null,
      openAccess: true,
      filling: sandbox?.filling() ?? null,
    });
    const listener = await listen({ order, log, service, queues, config: () => config, notes });
    closers.push(listener.close);
    if (sandbox !== null) terminal.out(sandbox.banner(listener.url));
    else log.info({ role: order.role, url: listener.url }, "nines runs");
    stopped.onReload(async () => {
      if (order.file === null) return;
      try {
        config = loadConfig(order.file, terminal.env);
        await service.reload();
        log.info({ file: order.file }, "configuration reloaded");
      } catch (error) {
        log.error({ err: error }, "configuration refused; the old one stays in force");
      }
    });
    const signal = await stopped.signal;
    log.info({ signal }, "draining");
  } finally {
    await closeAll(closers, log);
  }
  return 0;
}

function readConfig({ file, terminal, vantage, role }: Order, sandbox: Sandbox | null): Config {
  const config = sandbox?.config ?? loadConfig(file ?? "", terminal.env);
  if (role === "worker" && !config.vantages.some(({ id }) => id === vantage)) {
    const message = `"${vantage}" is not in the configuration's list of vantages`;
    throw new InvalidInputError([{ place: "--vantage", message }]);
  }
  return config;
}

/** A worker needs the queue only; with Redis it has no database at all. */
async function openStoreFor(order: Order, log: Logger): Promise<OpenDatabase | null> {
  const { settings, role, terminal } = order;
  if (role === "worker" && settings.redisUrl !== null) return null;
  if (role !== "all" && settings.databaseUrl === null) {
    const message = `role ${role} shares its database with the others: set it`;
    throw new InvalidInputError([{ place: "environment DATABASE_URL", message }]);
  }
  return openStore(settings, { clock: terminal.clock, log }, { exclusive: true, purpose: "start" });
}

type Service = {
  readonly metrics: Metrics;
  readonly roundStore: RoundStore | null;
  readonly openQueues: ReadonlyMap<string, JobQueue>;
  readonly reload: () => Promise<void>;
  readonly drain: () => Promise<void>;
};

async function startRoles(input: {
  readonly order: Order;
  readonly log: Logger;
  readonly queues: Queues;
  readonly store: OpenDatabase | null;
  readonly config: () => Config;
}): Promise<Service> {
  const { order, queues, store, config } = input;
  const opened = new Map<string, JobQueue>();
  const deps: RoleDeps = {
    clock: order.terminal.clock,
    log: input.log,
    metrics: createMetrics(),
    config,
    queues,
    dataDir: order.settings.dataDir,
    openQueue: (name) => {
      const queue = opened.get(name) ?? queues.queue(name);
      opened.set(name, queue);
      return queue;
    },
  };
  const does = (role: RoleName) => order.role === "all" || order.role === role;
  const roundStore = store === null ? null : { db: store.db, ids: createIdCache() };
  const roles: Role[] = [];
  if (does("recorder") && roundStore !== null) roles.push(await startRecording(deps, roundStore));
  if (does("worker")) {
    const all = config().vantages.map(({ id }) => id);
    for (const vantage of order.vantage === null ? all : [order.vantage]) {
      roles.push(await startProbing(deps, vantage));
    }
  }
  if (does("scheduler")) roles.push(await startScheduler(deps));
  return {
    metrics: deps.metrics,
    roundStore,
    openQueues: opened,
    reload: async () => {
      for (const role of roles) await role.reload();
    },
    drain: async () => {
      // Workers first, so that their last rounds still find the recorder.
      for (const role of roles.toReversed()) await role.drain();
      for (const queue of opened.values()) await queue.close();
    },
  };
}

async function listen(input: {
  readonly order: Order;
  readonly log: Logger;
  readonly service: Service;
  readonly queues: Queues;
  readonly config: () => Config;
  readonly notes: () => FrameNotes;
}): Promise<{ url: string; close: () => Promise<void> }> {
  const { order, log, service, queues, config } = input;
  const { host, port } = order.settings;
  const { clock } = order.terminal;
  const store = service.roundStore;
  const deps = {
    clock,
    log,
    config,
    metrics: service.metrics,
    isLoopback: /^(?:localhost$|127\.|::1$|\[::1\]$)/u.test(host),
    checkReady: async () => {
      await queues.ping();
      await store?.db.query("select 1");
    },
    refreshMetrics: refreshOf(service, { clock, config }),
  };
  const isFull = order.role === "all" || order.role === "api";
  const api = isFull && store !== null ? { ...deps, store, notes: input.notes } : null;
  const server = await buildServer(deps, api);
  const url = await server.listen({ host, port });
  return { url, close: () => server.close() };
}

/** A worker without a database has no figures to show. */
function refreshOf(
  { roundStore, metrics, openQueues: queues }: Service,
  context: { readonly clock: Clock; readonly config: () => Config },
): () => Promise<void> {
  if (roundStore === null) return async () => undefined;
  return createMetricsRefresh({ ...context, metrics, db: roundStore.db, queues: () => queues });
}

/** Resolves on the first SIGTERM or SIGINT; SIGHUP reloads. */
function waitForStop(): {
  readonly signal: Promise<NodeJS.Signals>;
  readonly onReload: (reload: () => Promise<void>) => void;
} {
  let reload = async () => undefined as void;
  process.on("SIGHUP", () => void reload());
  const signal = new Promise<NodeJS.Signals>((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
  return {
    signal,
    onReload: (next) => {
      reload = next;
    },
  };
}

async function closeAll(closers: (() => Promise<unknown>)[], log: Logger): Promise<void> {
  const late = setTimeout(() => {
    log.error("draining took too long; what was running is handed back");
    process.exit(0);
  }, DRAIN_MS);
  for (const close of closers.toReversed()) {
    try {
      await close();
    } catch (error) {
      log.warn({ err: error }, "closing went wrong");
    }
  }
  clearTimeout(late);
}
