import { prepareProbe } from "../../probes/index.ts";
import type { Config, Settings } from "../config.ts";
import { labelsText } from "../core/metrics-text.ts";
import type { QueueCount } from "../core/monitor-view.ts";
import type { Target } from "../core/target.ts";
import { isLoopbackName, type HttpDeps } from "../http/deps.ts";
import { buildServer } from "../http/server.ts";
import {
  MESSAGES_QUEUE,
  probeQueue,
  REPORTS_QUEUE,
  ROUNDS_QUEUE,
  UPKEEP_QUEUE,
} from "../queues.ts";
import { createMetricsRefresh } from "../refresh-metrics.ts";
import type { AccessNote } from "../sandbox/banner.ts";
import { hasAccess } from "../store/users.ts";
import { readVersion } from "../version.ts";
import { within } from "../within.ts";
import { does, type Context } from "./context.ts";

/** Of the tenth of a second that a scrape may take. */
const FIGURES_WAIT_MS = 30;

/** Serves health and metrics, and with the role for it the API and the pages. */
export async function listen(
  context: Context,
  { host, port }: Pick<Settings, "host" | "port">,
  notes: HttpDeps["notes"],
): Promise<{
  readonly url: string;
  readonly access: AccessNote;
  /** From now on we are not ready. */
  readonly beginDraining: () => void;
  readonly close: () => Promise<void>;
}> {
  const { clock, log, config, metrics, store, queues, signer, render, renderYear } = context;
  const withApi = does(context, "api") && store !== null;
  const version = readVersion();
  const stop = new AbortController();
  let isDraining = false;
  // A worker without a database has no figures to show.
  const refresh =
    store === null
      ? async () => undefined
      : createMetricsRefresh({
          clock,
          config,
          metrics,
          db: store.db,
          queues: queues.opened,
          withFigures: withApi,
          figuresWaitMs: FIGURES_WAIT_MS,
        });
  const deps = {
    clock,
    log,
    config,
    metrics,
    isLoopback: isLoopbackName(host),
    checkReady: async () => {
      if (isDraining) throw new Error("draining");
      await queues.ping();
      await store?.db.query("select 1");
    },
    refreshMetrics: () => {
      const labels = labelsText({ version, url: config().publicUrl ?? "" });
      metrics.tell("nines_info", [{ labels, value: 1 }]);
      return refresh();
    },
    probeNow: ({ probe }: Target, timeoutMs: number) =>
      prepareProbe(probe)({ clock, timeoutMs, signal: stop.signal }),
  };
  const queueCounts = () => countQueues(queues, config());
  const boardQueues = openBoardQueues(queues, config());
  const reportQueue = () => queues.peek(REPORTS_QUEUE);
  const api = withApi
    ? { ...deps, store, signer, notes, queueCounts, boardQueues, render, renderYear, reportQueue }
    : null;
  const server = await buildServer(deps, api);
  const url = await server.listen({ host, port });
  const access = await readAccess(context, deps);
  if (withApi && access === "nobody") {
    log.warn("nobody can read yet: make a token with nines token create --role admin");
  }
  return {
    url,
    access,
    beginDraining: () => {
      isDraining = true;
    },
    close: () => {
      stop.abort();
      return server.close();
    },
  };
}

/** A store that hangs is one that is away. */
const COUNTS_MS = 3_000;

/** Every queue, whoever serves it. */
function queueNames({ vantages }: Pick<Config, "vantages">): string[] {
  const probes = vantages.map(({ id }) => probeQueue(id));
  return [...probes, ROUNDS_QUEUE, UPKEEP_QUEUE, MESSAGES_QUEUE, REPORTS_QUEUE];
}

function openBoardQueues({ peek }: Pick<Context["queues"], "peek">, config: Config) {
  return config.queuePage ? queueNames(config).map((name) => peek(name).bull) : null;
}

async function countQueues(
  { peek }: Pick<Context["queues"], "peek">,
  config: Config,
): Promise<QueueCount[]> {
  const counting = Promise.all(
    queueNames(config).map(async (queue) => {
      const { waiting = 0, active = 0, delayed = 0, failed = 0 } = await peek(queue).counts();
      return { queue, waiting, active, delayed, failed };
    }),
  );
  return within(COUNTS_MS, counting);
}

/** As it is at the start; pages tell it as it is when they are asked for. */
async function readAccess(
  { store }: Pick<Context, "store">,
  { isLoopback }: { readonly isLoopback: boolean },
): Promise<AccessNote> {
  if (store !== null && (await hasAccess(store.db))) return "known";
  return isLoopback ? "this-machine" : "nobody";
}
