import { join } from "node:path";
import { probeJobs } from "../../jobs/index.ts";
import { prepareProbe } from "../../probes/index.ts";
import type { Config } from "../config.ts";
import { startControls } from "../controls.ts";
import { isLocal } from "../core/local-target.ts";
import { probeKey, type Target } from "../core/target.ts";
import { startLoopWatch, type LoopWatch } from "../loop-watch.ts";
import { openOutbox, type Outbox } from "../outbox.ts";
import { probeQueue, ROUNDS_QUEUE, type Handler } from "../queues.ts";
import type { ReadyTarget } from "../run-round.ts";
import { within } from "../within.ts";
import { startJobWorker } from "./job-worker.ts";
import type { OpenThings } from "./lifecycle.ts";
import type { Context, Reloadable } from "./context.ts";

/** Rounds of one shard overlap while targets time out; they must never wait for one another. */
const PROBE_CONCURRENCY = 1_000;
/** Probes in flight end within their own deadline; at a stop those that take longer are given up. */
const LAST_PROBES_MS = 5_000;
/** And no longer for their rounds to be sent or spooled. */
const LAST_ROUNDS_MS = 11_000;

/** What the vantages of one process share. */
type Shared = {
  readonly outbox: Outbox;
  readonly loop: LoopWatch;
  readonly findTarget: (id: string) => ReadyTarget | null;
};

type Vantage = { readonly reload: () => void; readonly drain: () => Promise<void> };

/** Measures the rounds of the context's vantage, or of every one in the configuration. */
export async function startProbing(context: Context, open: OpenThings): Promise<Reloadable> {
  const { log, metrics, queues, config } = context;
  const loop = startLoopWatch(context.clock);
  const outbox = await openOutbox({
    queue: queues.open(ROUNDS_QUEUE),
    spoolDir: join(context.dataDir, "spool"),
    log,
    metrics,
  });
  await open.add(async () => {
    outbox.close();
    loop.close();
  });
  let targets = prepareTargets(config());
  const shared: Shared = { outbox, loop, findTarget: (id) => targets.get(id) ?? null };
  const running = new Map<string, Vantage>();
  await open.add(async () => {
    await Promise.all([...running.values()].map(({ drain }) => drain()));
  });

  const follow = () => {
    const wanted = new Set(vantagesOf(context));
    for (const id of wanted) {
      const known = running.get(id);
      if (known === undefined) running.set(id, startVantage(context, id, shared));
      else known.reload();
    }
    for (const [id, { drain }] of running) {
      if (wanted.has(id)) continue;
      running.delete(id);
      drain().catch((error: unknown) => log.warn({ err: error, vantage: id }, "draining failed"));
    }
  };
  follow();
  return {
    reload: async () => {
      const before = targets;
      targets = prepareTargets(config());
      for (const { target } of before.values()) {
        if (!isSamePlace(target, targets.get(target.id)?.target)) forgetState(context, target);
      }
      follow();
    },
  };
}

function vantagesOf({ vantage, config }: Context): readonly string[] {
  return vantage === null ? config().vantages.map(({ id }) => id) : [vantage];
}

function prepareTargets({ targets }: Config): Map<string, ReadyTarget> {
  return new Map(
    targets.map((target) => [
      target.id,
      { target, key: probeKey(target), run: prepareProbe(target.probe) },
    ]),
  );
}

function isSamePlace(a: Target, b: Target | undefined): boolean {
  return (
    b?.product === a.product &&
    b.region === a.region &&
    a.vantages.every((vantage) => b.vantages.includes(vantage))
  );
}

/** A target that was taken out, or moved, must not go on standing as up or down. */
function forgetState({ metrics }: Context, { id, vantages }: Target): void {
  for (const vantage of vantages) metrics.targets.forget(id, vantage);
}

function startVantage(context: Context, vantage: string, shared: Shared): Vantage {
  const { clock, metrics } = context;
  const log = context.log.child({ vantage });
  const stop = new AbortController();
  let controls = startVantageControls(context, vantage);
  const jobDeps = {
    clock,
    metrics,
    vantage,
    outbox: shared.outbox,
    signal: stop.signal,
    findTarget: shared.findTarget,
    worstLagMs: shared.loop.worstLagMs,
    controlsFailed: () => controls.haveFailed(),
  };
  const handler: Handler = (job) => probeJobs["run-round"](jobDeps, job);
  const worker = startJobWorker({ ...context, log }, probeQueue(vantage), {
    handler,
    concurrency: PROBE_CONCURRENCY,
  });
  return {
    reload: () => {
      controls.close();
      controls = startVantageControls(context, vantage);
    },
    drain: async () => {
      const deadline = setTimeout(() => stop.abort(), LAST_PROBES_MS);
      // While the queue is away a worker waits for it without end; its rounds are in the spool.
      await within(LAST_ROUNDS_MS, worker.close()).catch(() => log.warn("worker given up"));
      clearTimeout(deadline);
      controls.close();
    },
  };
}

/** Control endpoints tell whether the way out is well; targets on this machine do not take it. */
function startVantageControls({ config, clock }: Context, vantage: string) {
  const { vantages, targets } = config();
  const isNeeded = targets.some((target) => target.vantages.includes(vantage) && !isLocal(target));
  const endpoints = vantages.find(({ id }) => id === vantage)?.controls ?? [];
  return startControls(isNeeded ? endpoints : [], clock);
}
