import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { MonitorModel, MonitorVantage, QueueCount } from "./core/monitor-view.ts";
import { localDays } from "./core/target-view.ts";
import { MINUTE_MS } from "./core/tally.ts";
import type { Target } from "./core/target.ts";
import { listLastRounds } from "./store/present-counts.ts";
import { countOutcomes, countUnsettled, findDatabase } from "./store/health.ts";
import type { Db } from "./store/connect.ts";
import { findSettledUntil } from "./store/unsettled.ts";
import { viewChannels } from "./view-channels.ts";
import { listBlindVantages } from "./view-troubles.ts";
import { readVersion } from "./version.ts";

/** A result may be stored so long after it was planned. */
const GRACE_MS = 90_000;
/** The settler leaves a minute alone for so long (docs/architecture.md). */
const SETTLE_GRACE_MS = 30_000;

type MonitorDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly config: Config;
  readonly queueCounts: () => Promise<readonly QueueCount[]>;
};

/** How the monitor itself does. */
export async function viewMonitor(
  deps: MonitorDeps,
  known: Pick<MonitorModel, "hasQueuePage" | "sandbox">,
): Promise<MonitorModel> {
  const { db, clock, config } = deps;
  const nowMs = clock.nowMs();
  const { timeZone } = config;
  const dayFromMs = localDays({ fromMs: nowMs, untilMs: nowMs + 1, timeZone })[0]?.fromMs ?? nowMs;
  const settledUntilMs = await findSettledUntil(db);
  return {
    nowMs,
    timeZone,
    dayFromMs,
    vantages: await listVantages(deps, { dayFromMs, nowMs }),
    // A store that is away is told on the page, not in place of it.
    queues: await deps.queueCounts().catch(() => null),
    settledUntilMs,
    unsettledMinutes: await countUnsettled(db, nowMs - MINUTE_MS - SETTLE_GRACE_MS),
    channels: (await viewChannels({ db, config })).map((channel) => {
      const { id, kind, state, lastSentAtMs, waiting } = channel;
      return { id, kind, state, lastSentAtMs, waiting };
    }),
    database: await findDatabase(db),
    version: readVersion(),
    ...known,
  };
}

async function listVantages(
  { db, config }: MonitorDeps,
  { dayFromMs, nowMs }: { readonly dayFromMs: number; readonly nowMs: number },
): Promise<MonitorVantage[]> {
  const span = { fromMs: dayFromMs, untilMs: Math.max(dayFromMs, nowMs - GRACE_MS) };
  const lasts = await listLastRounds(db);
  const blind = new Map((await listBlindVantages(db)).map((one) => [one.vantage, one.sinceMs]));
  const outcomes = await countOutcomes(db, span);
  return config.vantages.map(({ id }) => {
    const targets = config.targets.filter(({ vantages }) => vantages.includes(id));
    return {
      vantage: id,
      targets: targets.length,
      lastRoundMs: lasts.get(id) ?? null,
      blindSinceMs: blind.get(id) ?? null,
      results: outcomes.get(id) ?? { ok: 0, failed: 0, invalid: 0, unknown: 0 },
      expected: targets.reduce((sum, target) => sum + expectedOf(target, span), 0),
    };
  });
}

/** Results of a target that a vantage should have in a span of its lifetime. */
function expectedOf(
  target: Target,
  span: { readonly fromMs: number; readonly untilMs: number },
): number {
  const fromMs = Math.max(span.fromMs, target.fromMs ?? -Infinity);
  const untilMs = Math.min(span.untilMs, target.untilMs ?? Infinity);
  return Math.max(0, Math.ceil((untilMs - fromMs) / target.intervalMs));
}
