import type { Settings } from "../config.ts";
import { isLoopbackName } from "../http/deps.ts";
import { buildServer } from "../http/server.ts";
import { createMetricsRefresh } from "../refresh-metrics.ts";
import type { FrameNotes } from "../view-overview.ts";
import { does, type Context } from "./context.ts";

/** Serves health and metrics, and with the role for it the API and the pages. */
export async function listen(
  context: Context,
  { host, port }: Pick<Settings, "host" | "port">,
  notes: () => FrameNotes,
): Promise<{
  readonly url: string;
  /** From now on we are not ready. */
  readonly beginDraining: () => void;
  readonly close: () => Promise<void>;
}> {
  const { clock, log, config, metrics, store, queues } = context;
  const withApi = does(context, "api") && store !== null;
  let isDraining = false;
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
    // A worker without a database has no figures to show.
    refreshMetrics:
      store === null
        ? async () => undefined
        : createMetricsRefresh({
            clock,
            config,
            metrics,
            db: store.db,
            queues: queues.opened,
            withFigures: withApi,
          }),
  };
  const server = await buildServer(deps, withApi ? { ...deps, store, notes } : null);
  const url = await server.listen({ host, port });
  return {
    url,
    beginDraining: () => {
      isDraining = true;
    },
    close: () => server.close(),
  };
}
