import { Counter, Gauge, Histogram, Registry } from "prom-client";

const subject = ["agreement", "subject", "product", "region", "account"] as const;
const seen = ["product", "region", "vantage"] as const;

/** Every metric with its labels: what users' dashboards and rules hold on to. */
export const METRICS = {
  sla_availability_ratio: { help: "Availability of the month so far", labels: subject },
  sla_objective_ratio: { help: "Objective of the agreement", labels: subject },
  sla_coverage_ratio: { help: "Share of the month's slots so far that have data", labels: subject },
  sla_error_budget_remaining_ratio: {
    help: "Budget left / allowed for the whole month; negative when overspent",
    labels: subject,
  },
  sla_bad_seconds: { help: "Sum of badness of the month so far, as time", labels: subject },
  sla_allowed_bad_seconds: { help: "The whole month's allowance, as time", labels: subject },
  sla_burn_rate: {
    help: "Share of bad in the window / share that the objective allows",
    labels: [...subject, "window"] as const,
  },
  sla_breached: {
    help: "1 when this month's objective can no longer be met, whatever comes",
    labels: subject,
  },
  sla_target_up: {
    help: "Last outcome: 1 ok, 0 failed; absent when unknown or invalid",
    labels: ["target", ...seen] as const,
  },
  sla_probe_results_total: {
    help: "Results by outcome",
    labels: [...seen, "outcome"] as const,
  },
  sla_probe_duration_seconds: {
    help: "Time of a probe by phase",
    labels: [...seen, "phase"] as const,
  },
  nines_round_lag_seconds: {
    help: "Actual start of a round less its planned instant",
    labels: ["vantage"] as const,
  },
  nines_queue_jobs: { help: "Jobs by queue and state", labels: ["queue", "state"] as const },
  nines_settle_delay_seconds: { help: "Age of the last settled minute", labels: [] as const },
  nines_rounds_total: {
    help: "Rounds by what became of them: run, missed, stored, double, refused, spooled",
    labels: ["vantage", "result"] as const,
  },
} as const;

/** Phases of a probe take from a tenth of a millisecond on loopback to many seconds. */
const PHASE_BUCKETS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
const LAG_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

type SubjectMetric = Extract<keyof typeof METRICS, `sla_${string}`>;

/** Metrics on a registry of their own. */
export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: SubjectMetric | "nines_queue_jobs" | "nines_settle_delay_seconds") =>
    new Gauge({
      name,
      help: METRICS[name].help,
      labelNames: [...METRICS[name].labels],
      registers,
    });
  const counter = (name: "sla_probe_results_total" | "nines_rounds_total") =>
    new Counter({
      name,
      help: METRICS[name].help,
      labelNames: [...METRICS[name].labels],
      registers,
    });
  const histogram = (
    name: "sla_probe_duration_seconds" | "nines_round_lag_seconds",
    buckets: number[],
  ) =>
    new Histogram({
      name,
      help: METRICS[name].help,
      labelNames: [...METRICS[name].labels],
      buckets,
      registers,
    });
  return {
    registry,
    availability: gauge("sla_availability_ratio"),
    objective: gauge("sla_objective_ratio"),
    coverage: gauge("sla_coverage_ratio"),
    budgetRemaining: gauge("sla_error_budget_remaining_ratio"),
    badSeconds: gauge("sla_bad_seconds"),
    allowedBadSeconds: gauge("sla_allowed_bad_seconds"),
    burnRate: gauge("sla_burn_rate"),
    breached: gauge("sla_breached"),
    targetUp: gauge("sla_target_up"),
    probeResults: counter("sla_probe_results_total"),
    probeDuration: histogram("sla_probe_duration_seconds", PHASE_BUCKETS),
    roundLag: histogram("nines_round_lag_seconds", LAG_BUCKETS),
    queueJobs: gauge("nines_queue_jobs"),
    settleDelay: gauge("nines_settle_delay_seconds"),
    rounds: counter("nines_rounds_total"),
  };
}
