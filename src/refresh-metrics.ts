import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { Evaluated } from "./core/build-report.ts";
import type { Fraction } from "./core/fraction.ts";
import { monthAt } from "./core/month.ts";
import type { Metrics } from "./metrics.ts";
import type { JobQueue } from "./queues.ts";
import { readMonth } from "./read-month.ts";
import type { Db } from "./store/connect.ts";
import { findSettledUntil } from "./store/unsettled.ts";

type RefreshDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly config: () => Config;
  readonly metrics: Metrics;
  readonly queues: () => ReadonlyMap<string, JobQueue>;
};

/**
 * Gives the function that brings the gauges up to date before a scrape. Figures change when a
 * minute is settled or the configuration changes, and are counted no more often than that.
 */
export function createMetricsRefresh(deps: RefreshDeps): () => Promise<void> {
  let shown: { config: Config; settledUntilMs: number } | null = null;
  return async () => {
    const config = deps.config();
    const settledUntilMs = (await findSettledUntil(deps.db)) ?? 0;
    const nowMs = deps.clock.nowMs();
    if (settledUntilMs > 0) deps.metrics.settleDelay.set((nowMs - settledUntilMs) / 1000);
    await countJobs(deps);
    if (shown?.config === config && shown.settledUntilMs === settledUntilMs) return;
    const month = monthAt(nowMs, config.timeZone);
    const { evaluated } = await readMonth({ db: deps.db, config }, { month });
    showFigures(deps.metrics, evaluated);
    shown = { config, settledUntilMs };
  };
}

async function countJobs({ metrics, queues }: RefreshDeps): Promise<void> {
  for (const [queue, { counts }] of queues()) {
    for (const [state, count] of Object.entries(await counts())) {
      metrics.queueJobs.set({ queue, state }, count);
    }
  }
}

function showFigures(metrics: Metrics, evaluated: readonly Evaluated[]): void {
  const gauges = [
    metrics.availability,
    metrics.objective,
    metrics.coverage,
    metrics.budgetRemaining,
    metrics.badSeconds,
    metrics.allowedBadSeconds,
    metrics.burnRate,
    metrics.breached,
  ];
  // What is no longer configured must not go on standing.
  for (const gauge of gauges) gauge.reset();
  for (const { subject, figure } of evaluated) {
    const labels = {
      agreement: subject.agreement.id,
      subject: subject.id,
      product: subject.product,
      region: subject.region,
      account: subject.account,
    };
    const slotSeconds = figure.slotMs / 1000;
    const allowed = toNumber(figure.allowedInMonth);
    const bad = toNumber(figure.bad);
    if (figure.availability !== null) {
      metrics.availability.set(labels, toNumber(figure.availability));
    }
    metrics.objective.set(labels, toNumber(subject.agreement.objective));
    if (figure.coverage !== null) metrics.coverage.set(labels, toNumber(figure.coverage));
    if (allowed > 0) metrics.budgetRemaining.set(labels, (allowed - bad) / allowed);
    metrics.badSeconds.set(labels, bad * slotSeconds);
    metrics.allowedBadSeconds.set(labels, allowed * slotSeconds);
    const isBreached = figure.verdict === "already-missed" || figure.verdict === "missed";
    metrics.breached.set(labels, isBreached ? 1 : 0);
    for (const { window, rate } of figure.burn?.windows ?? []) {
      if (rate !== null) metrics.burnRate.set({ ...labels, window }, toNumber(rate));
    }
  }
}

/** For looking at; no figure is decided by it. */
function toNumber({ num, den }: Fraction): number {
  const SCALE = 1_000_000_000_000n;
  return Number((num * SCALE) / den) / Number(SCALE);
}
