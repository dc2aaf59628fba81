import { evaluate } from "../../src/core/evaluate.ts";
import { labelsText } from "../../src/core/metrics-text.ts";
import type { ReportSubject } from "../../src/core/report.ts";
import type { Standing } from "../../src/core/standing.ts";
import { PRODUCTS, type Target } from "../../src/core/target.ts";
import { closedMonthSeries, figureSeries } from "../../src/figure-series.ts";
import { createMetrics, type Metrics } from "../../src/metrics.ts";
import { OCTOBER, octoberInput, testAgreement, testTarget } from "./sla.ts";

export type Size = {
  readonly targets: number;
  readonly regions: number;
  readonly vantages: number;
};

/** Standings in a running month, each target a subject of one agreement. */
export function manyStandings(targets: readonly Target[]): Standing[] {
  const agreement = testAgreement();
  const settledUntilMs = OCTOBER.fromMs + 5 * 86_400_000;
  const {
    outages: _outages,
    timeline: _timeline,
    ...figure
  } = evaluate({
    ...octoberInput([{ from: 100, until: 110, failed: 4 }]),
    settledUntilMs,
  });
  return targets.map((target) => ({
    subject: {
      agreement,
      id: target.id,
      account: target.account,
      product: target.product,
      region: target.region,
      targets: [target],
      neighbours: [],
      siblings: [],
    },
    figure,
    recent: { seenUntilMs: 0, outages: [], grave: [] },
  }));
}

export function manyTargets({ targets, regions, vantages }: Size): Target[] {
  return Array.from({ length: targets }, (_, index) =>
    testTarget({
      id: `target-${index}`,
      product: PRODUCTS[index % PRODUCTS.length] ?? "ecs",
      region: `region-${Math.floor(index / PRODUCTS.length) % regions}`,
      vantages: Array.from({ length: vantages }, (_vantage, at) => `vantage-${at}`),
    }),
  );
}

/** Every series that so many targets can have, all of them seen by TLS. */
export function fillMetrics(targets: readonly Target[], standings: readonly Standing[]): Metrics {
  const metrics = createMetrics();
  for (const [name, series] of figureSeries(standings)) metrics.tell(name, series);
  const closed = targets.map(({ id, product, region, account }) => ({
    agreement: "ecs",
    id,
    product,
    region,
    account,
    verdict: "met",
  })) as ReportSubject[];
  metrics.tell("sla_month_missed", closedMonthSeries("2026-09", closed));
  for (const target of targets) {
    const { product, region } = target;
    for (const vantage of target.vantages) {
      const observed = { certificateEndsMs: 2e12 };
      const result = { outcome: "ok", reason: "", latencyMs: 3, phasesMs: {}, observed } as const;
      metrics.targets.see({ target, vantage, result });
      for (const outcome of ["ok", "failed", "invalid", "unknown"] as const) {
        metrics.probeResults.inc({ product, region, vantage, outcome });
      }
      for (const phase of ["resolve", "connect", "tls", "processing", "transfer", "total"]) {
        const exemplarLabels =
          phase === "total" ? { target: target.id, planned_at: "2026-10-01T00:00:00.000Z" } : {};
        metrics.probeDuration.observe({
          labels: { product, region, vantage, phase },
          value: 0.003,
          exemplarLabels,
        });
      }
    }
  }
  const vantages = new Set(targets.flatMap((target) => target.vantages));
  for (const vantage of vantages) {
    metrics.roundLag.observe({ vantage }, 0.01);
    for (const result of ["run", "missed", "stored", "double", "refused", "spooled"]) {
      metrics.rounds.inc({ vantage, result });
    }
  }
  const perVantage = [...vantages].map((vantage) => ({
    labels: labelsText({ vantage }),
    value: 1,
  }));
  metrics.tell("nines_vantage_last_round_timestamp_seconds", perVantage);
  metrics.tell("nines_vantage_interval_seconds", perVantage);
  return metrics;
}
