import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { LEVELS } from "./core/malfunction.ts";
import { labelsText } from "./core/metrics-text.ts";
import { readReport } from "./core/read-report.ts";
import type { Standing } from "./core/standing.ts";
import { closedMonthSeries, figureSeries } from "./figure-series.ts";
import type { Metrics, Series } from "./metrics.ts";
import type { JobQueue } from "./queues.ts";
import { readPresent } from "./standings.ts";
import { listDeadChannels } from "./store/channels.ts";
import type { Db } from "./store/connect.ts";
import { countMalfunctions, listLastRounds } from "./store/present-counts.ts";
import { findReport } from "./store/reports.ts";
import { listClosedMonths } from "./store/subject-states.ts";
import { findSettledUntil } from "./store/unsettled.ts";

type RefreshDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly config: () => Config;
  readonly metrics: Metrics;
  readonly queues: () => ReadonlyMap<string, JobQueue>;
  /** Whether to tell the subjects' figures: one role is enough for that. */
  readonly withFigures: boolean;
  /**
   * How long a scrape waits for figures that are being counted anew, milliseconds; after that it
   * gets the last ones, and the next scrape the new. Without it, until they are there.
   */
  readonly figuresWaitMs?: number;
};

/**
 * Gives the function that brings the gauges up to date before a scrape. Figures change when a
 * minute is settled or the configuration changes, and are counted no more often than that.
 * While the database is away they stay what they were, and the settle delay grows.
 */
export function createMetricsRefresh(deps: RefreshDeps): () => Promise<void> {
  let settledUntilMs: number | null = null;
  let running: Promise<void> | null = null;
  const tellVantages = createVantageTeller(deps);
  const tellFigures = createFigureTeller(deps);
  const tellClosedMonth = createClosedMonthTeller(deps);

  const refresh = async () => {
    settledUntilMs = await findSettledUntil(deps.db);
    showDelay(deps, settledUntilMs);
    await countJobs(deps);
    await tellVantages();
    if (!deps.withFigures) return;
    await tellMalfunctions(deps);
    await tellChannels(deps);
    await tellClosedMonth();
    await tellFigures(deps.figuresWaitMs ?? null);
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

/** Those of the configuration that have targets: a vantage of which nothing comes is told too. */
function createVantageTeller({ db, clock, config, metrics }: RefreshDeps): () => Promise<void> {
  const awaitedSince = new Map<string, number>();
  return async () => {
    const lasts = await listLastRounds(db);
    const intervals = new Map<string, number>();
    for (const { vantages, intervalMs } of config().targets) {
      for (const vantage of vantages) {
        intervals.set(vantage, Math.min(intervals.get(vantage) ?? Infinity, intervalMs));
      }
    }
    const [rounds, every]: [Series[], Series[]] = [[], []];
    for (const [vantage, intervalMs] of intervals) {
      const sinceMs = awaitedSince.get(vantage) ?? clock.nowMs();
      awaitedSince.set(vantage, sinceMs);
      const labels = labelsText({ vantage });
      rounds.push({ labels, value: (lasts.get(vantage) ?? sinceMs) / 1000 });
      every.push({ labels, value: intervalMs / 1000 });
    }
    metrics.tell("nines_vantage_last_round_timestamp_seconds", rounds);
    metrics.tell("nines_vantage_interval_seconds", every);
  };
}

const MALFUNCTION_STATES = ["open", "overdue", "acknowledged", "restored"] as const;

/** Every level and state, 0 too: an alert ends by a number, not by silence. */
async function tellMalfunctions({ db, clock, metrics }: RefreshDeps): Promise<void> {
  const counts = await countMalfunctions(db, clock.nowMs());
  const series = LEVELS.flatMap((level) =>
    MALFUNCTION_STATES.map((state) => ({
      labels: labelsText({ level, state }),
      value: counts.find((one) => one.level === level && one.state === state)?.count ?? 0,
    })),
  );
  metrics.tell("sla_malfunctions", series);
}

async function tellChannels({ db, config, metrics }: RefreshDeps): Promise<void> {
  const dead = await listDeadChannels(db);
  const series = config().channels.map(({ id }) => ({
    labels: labelsText({ channel: id }),
    value: dead.includes(id) ? 0 : 1,
  }));
  metrics.tell("nines_channel_up", series);
}

/** The last month that is closed, read again when it is revised. */
function createClosedMonthTeller({ db, metrics }: RefreshDeps): () => Promise<void> {
  let told = "";
  return async () => {
    const last = (await listClosedMonths(db)).at(-1);
    const key = `${last?.month} ${last?.revision}`;
    if (last === undefined || key === told) return;
    const report = await findReport(db, { ...last, account: "" });
    if (report === null) return;
    const { subjects } = readReport(report.body);
    metrics.tell("sla_month_missed", closedMonthSeries(last.month, subjects));
    metrics.tell("nines_month_closed_timestamp_seconds", [
      { labels: labelsText({ month: last.month }), value: report.closedAtMs / 1000 },
    ]);
    told = key;
  };
}

function createFigureTeller(deps: RefreshDeps): (waitMs: number | null) => Promise<void> {
  let shown: readonly Standing[] | null = null;
  let counting: Promise<void> | null = null;
  const count = async () => {
    const presents = await readPresent({ ...deps, config: deps.config() });
    const standings = presents.flatMap((present) => present.standings);
    if (shown !== null && isSame(shown, standings)) return;
    for (const [name, series] of figureSeries(standings)) deps.metrics.tell(name, series);
    shown = standings;
  };
  return async (waitMs) => {
    counting ??= count().finally(() => {
      counting = null;
    });
    if (waitMs === null || shown === null) return counting;
    // A failure that comes later is that of the next scrape.
    counting.catch(() => undefined);
    await Promise.race([counting, sleep(waitMs)]);
  };
}

/** What is counted once is the same object until it is counted again. */
function isSame(a: readonly Standing[], b: readonly Standing[]): boolean {
  return a.length === b.length && a.every((standing, index) => standing === b[index]);
}
