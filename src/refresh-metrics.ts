import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { Fraction } from "./core/fraction.ts";
import type { Standing } from "./core/standing.ts";
import type { Metrics } from "./metrics.ts";
import type { JobQueue } from "./queues.ts";
import { readPresent } from "./standings.ts";
import type { Db } from "./store/connect.ts";
import { findSettledUntil } from "./store/unsettled.ts";

type RefreshDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly config: () => Config;
  readonly metrics: Metrics;
  readonly queues: () => ReadonlyMap<string, JobQueue>;
  /** Whether to tell the subjects' figures: one role is enough for that. */
  readonly withFigures: boolean;
};

/**
 * Gives the function that brings the gauges up to date before a scrape. Figures change when a
 * minute is settled or the configuration changes, and are counted no more often than that.
 * While the database is away they stay what they were, and the settle delay grows.
 */
export function createMetricsRefresh(deps: RefreshDeps): () => Promise<void> {
  let settledUntilMs: number | null = null;
  let shown: readonly Standing[] = [];
  let running: Promise<void> | null = null;

  const refresh = async () => {
    settledUntilMs = await findSettledUntil(deps.db);
    showDelay(deps, settledUntilMs);
    await countJobs(deps);
    if (!deps.withFigures) return;
    const presents = await readPresent({ ...deps, config: deps.config() });
    const standings = presents.flatMap((present) => present.standings);
    if (isSame(shown, standings)) return;
    showFigures(deps.metrics, standings);
    shown = standings;
  };
  // Scrapes that come together share one refresh.
  return () => {
    showDelay(deps, settledUntilMs);
    running ??= refresh().finally(() => {
      running = null;
    });
    return running;
  };
}

/** What is counted once is the same object until it is counted again. */
function isSame(a: readonly Standing[], b: readonly Standing[]): boolean {
  return a.length === b.length && a.every((standing, index) => standing === b[index]);
}

function showDelay({ clock, metrics }: RefreshDeps, settledUntilMs: number | null): void {
  if (settledUntilMs === null) return;
  metrics.settleDelay.set(Math.abs(clock.nowMs() - settledUntilMs) / 1000);
}

async function countJobs({ metrics, queues }: RefreshDeps): Promise<void> {
  for (const [queue, { counts }] of queues()) {
    for (const [state, count] of Object.entries(await counts())) {
      metrics.queueJobs.set({ queue, state }, count);
    }
  }
}

function showFigures(metrics: Metrics, standings: readonly Standing[]): void {
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
  for (const { subject, figure } of standings) {
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
