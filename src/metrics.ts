import { Counter, Gauge, Histogram, Registry, type OpenMetricsContentType } from "prom-client";
import { z } from "zod";
import {
  familyHead,
  labelsText,
  sampleLine,
  TEXT_ENDS,
  TEXT_TYPES,
  withExemplar,
  type Family,
  type TextForm,
} from "./core/metrics-text.ts";
import type { Result } from "./core/outcome.ts";
import type { Target } from "./core/target.ts";

const subject = ["agreement", "subject", "product", "region", "account"] as const;
const seen = ["product", "region", "vantage"] as const;

/**
 * Every metric with its type and labels: what users' dashboards and rules hold on to.
 * How many series each has is said by `docs/operating.md`, and held by a test.
 */
export const METRICS = {
  sla_availability_ratio: {
    type: "gauge",
    help: "Availability of the month so far",
    labels: subject,
  },
  sla_objective_ratio: { type: "gauge", help: "Objective of the agreement", labels: subject },
  sla_coverage_ratio: {
    type: "gauge",
    help: "Share of the month's slots so far that have data",
    labels: subject,
  },
  sla_min_coverage_ratio: {
    type: "gauge",
    help: "Coverage below which the agreement gives no verdict",
    labels: subject,
  },
  sla_error_budget_remaining_ratio: {
    type: "gauge",
    help: "Budget left / allowed for the whole month; negative when overspent",
    labels: subject,
  },
  sla_bad_seconds: {
    type: "gauge",
    help: "Sum of badness of the month so far, as time",
    labels: subject,
  },
  sla_allowed_bad_seconds: {
    type: "gauge",
    help: "The whole month's allowance, as time",
    labels: subject,
  },
  sla_burn_rate: {
    type: "gauge",
    help: "Share of bad in the window / share that the objective allows",
    labels: [...subject, "window"],
  },
  sla_burn_rate_firing: {
    type: "gauge",
    help: "1 while a burn rate rule fires: both windows exceed its factor, scaled to the month's own hours",
    labels: [...subject, "severity", "long", "short"],
  },
  sla_breached: {
    type: "gauge",
    help: "1 when this month's objective can no longer be met, whatever comes",
    labels: subject,
  },
  sla_month_missed: {
    type: "gauge",
    help: "The last closed month: 1 missed, 0 met; absent without a verdict",
    labels: [...subject, "month"],
  },
  sla_malfunctions: {
    type: "gauge",
    help: "Malfunctions that are not closed: open, overdue, acknowledged or restored",
    labels: ["level", "state"],
  },
  sla_target_up: {
    type: "gauge",
    help: "Last outcome: 1 ok, 0 failed; absent when unknown or invalid",
    labels: ["target", ...seen],
  },
  sla_target_invalid: {
    type: "gauge",
    help: "1 when the last outcome was invalid: answered, but not a valid request; absent when unknown",
    labels: ["target", ...seen],
  },
  sla_target_info: {
    type: "gauge",
    help: "1; whose a target is, and how it is probed",
    labels: ["target", "product", "region", "account", "kind"],
  },
  sla_certificate_expiry_timestamp_seconds: {
    type: "gauge",
    help: "The earliest end of the certificates that a target showed when it last showed one",
    labels: ["target", ...seen],
  },
  sla_probe_results_total: {
    type: "counter",
    help: "Results by outcome",
    labels: [...seen, "outcome"],
  },
  sla_probe_duration_seconds: {
    type: "histogram",
    help: "Time of a probe by phase",
    labels: [...seen, "phase"],
  },
  nines_info: {
    type: "gauge",
    help: "1; the version, and the address of the pages when it is configured",
    labels: ["version", "url"],
  },
  nines_round_lag_seconds: {
    type: "histogram",
    help: "Actual start of a round less its planned instant",
    labels: ["vantage"],
  },
  nines_vantage_last_round_timestamp_seconds: {
    type: "gauge",
    help: "Planned instant of the last round stored of a vantage; before the first one: since when it is awaited",
    labels: ["vantage"],
  },
  nines_vantage_interval_seconds: {
    type: "gauge",
    help: "The shortest interval of a vantage's targets",
    labels: ["vantage"],
  },
  nines_month_closed_timestamp_seconds: {
    type: "gauge",
    help: "When the last closed month was closed, or last revised",
    labels: ["month"],
  },
  nines_queue_jobs: { type: "gauge", help: "Jobs by queue and state", labels: ["queue", "state"] },
  nines_settle_delay_seconds: { type: "gauge", help: "Age of the last settled minute", labels: [] },
  nines_rounds_total: {
    type: "counter",
    help: "Rounds by what became of them: run, missed, stored, double, refused, spooled",
    labels: ["vantage", "result"],
  },
  nines_deliveries_total: {
    type: "counter",
    help: "Attempts to deliver a message: sent, temporary or permanent failure",
    labels: ["channel", "outcome"],
  },
  nines_channel_up: {
    type: "gauge",
    help: "0 while a channel is dead: its messages do not arrive",
    labels: ["channel"],
  },
} as const satisfies Record<
  string,
  {
    readonly type: Family["type"];
    readonly help: string;
    readonly labels: readonly string[];
  }
>;
export type MetricName = keyof typeof METRICS;

/** Phases of a probe take from a tenth of a millisecond on loopback to many seconds. */
const PHASE_BUCKETS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
const LAG_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

type Of<Type> = {
  [Name in MetricName]: (typeof METRICS)[Name]["type"] extends Type ? Name : never;
}[MetricName];

/** How a target was last seen from a vantage. */
export type TargetState = {
  readonly target: Target;
  readonly vantage: string;
  readonly result: Result;
  /** As last shown, which may be some results ago. */
  readonly certificateEndsMs: number | null;
  /** Of its series, as of `labelsText`. */
  readonly labels: string;
};

/** A series of a gauge that is told as a whole; labels as of `labelsText`. */
export type Series = { readonly labels: string; readonly value: number };

/** Metrics on a registry of their own. */
export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  // Of this kind for the exemplars; both kinds of text are written by ourselves.
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(TEXT_TYPES.openmetrics);
  // As bytes: most of the answer is the same from one scrape to the next.
  const told = new Map<string, Buffer>();
  const targets = new Map<string, TargetState>();
  return {
    registry,
    ...createInstruments(registry),
    /** Whole gauges, each replaced at once: what is not told again is gone. */
    tell: (name: Of<"gauge">, series: readonly Series[]): void => {
      const lines = series.map(({ labels, value }) => sampleLine(name, labels, value));
      told.set(name, Buffer.from(lines.join("")));
    },
    targets: {
      /** Keeps what was seen last. */
      see: ({
        target,
        vantage,
        result,
      }: Pick<TargetState, "target" | "vantage" | "result">): void => {
        const { id, product, region } = target;
        const key = stateKey(id, vantage);
        const last = targets.get(key);
        const certificateEndsMs =
          result.observed?.certificateEndsMs ?? last?.certificateEndsMs ?? null;
        const labels =
          last?.target === target
            ? last.labels
            : labelsText({ target: id, product, region, vantage });
        targets.set(key, { target, vantage, result, certificateEndsMs, labels });
      },
      forget: (id: string, vantage: string): void => void targets.delete(stateKey(id, vantage)),
      list: (): readonly TargetState[] => [...targets.values()],
    },
    /** Everything, in the form asked for, as UTF-8. */
    text: async (form: TextForm): Promise<Buffer> => {
      const counted = await countedLines(registry, form);
      const states = targetLines([...targets.values()]);
      const parts = Object.entries(METRICS).flatMap(([name, { type, help }]) => {
        const own = counted.get(name) ?? states.get(name);
        const lines = own === undefined ? told.get(name) : Buffer.from(own);
        return [
          Buffer.from(familyHead({ name, type, help }, form)),
          ...(lines === undefined ? [] : [lines]),
        ];
      });
      return Buffer.concat([...parts, Buffer.from(TEXT_ENDS[form])]);
    },
  };
}

type Instruments = Registry<OpenMetricsContentType>;

type PhaseLabel = (typeof METRICS)["sla_probe_duration_seconds"]["labels"][number];
/** Which probe a duration is of. An id has at most 63 characters; all may be 128 together. */
type ExemplarLabel = "target" | "planned_at";

/** Counters, histograms and small gauges: those that are counted up here and there. */
function createInstruments(registry: Instruments) {
  const registers = [registry];
  const optionsOf = <Name extends MetricName>(name: Name) => ({
    name,
    help: METRICS[name].help,
    labelNames: [...METRICS[name].labels],
    registers,
  });
  const gauge = (name: Of<"gauge">) => new Gauge(optionsOf(name));
  const counter = (name: Of<"counter">) => new Counter(optionsOf(name));
  const histogram = (name: Of<"histogram">, buckets: number[]) =>
    new Histogram({ ...optionsOf(name), buckets });
  return {
    probeResults: counter("sla_probe_results_total"),
    probeDuration: new Histogram<PhaseLabel | ExemplarLabel>({
      ...optionsOf("sla_probe_duration_seconds"),
      labelNames: [...METRICS.sla_probe_duration_seconds.labels],
      buckets: PHASE_BUCKETS,
      enableExemplars: true,
    }),
    roundLag: histogram("nines_round_lag_seconds", LAG_BUCKETS),
    queueJobs: gauge("nines_queue_jobs"),
    settleDelay: gauge("nines_settle_delay_seconds"),
    rounds: counter("nines_rounds_total"),
    deliveries: counter("nines_deliveries_total"),
  };
}

/**
 * The lines of the instruments, by name. Not by the registry's own text: it tells OpenMetrics or
 * the other form, not both, and renames its counters when it first does.
 */
async function countedLines(registry: Instruments, form: TextForm): Promise<Map<string, string>> {
  const lines = new Map<string, string>();
  for (const { name, values } of await registry.getMetricsAsJSON()) {
    const text = values.map((sample) => {
      const named = "metricName" in sample ? sample.metricName : name;
      const series = typeof named === "string" ? named : name;
      const exemplar = "exemplar" in sample && form === "openmetrics" ? sample.exemplar : null;
      return addExemplar(sampleLine(series, labelsText(sample.labels), sample.value), exemplar);
    });
    lines.set(name, text.join(""));
  }
  return lines;
}

const exemplarSchema = z.object({
  labelSet: z.record(z.string(), z.string()),
  value: z.number(),
  timestamp: z.number(),
});

/** Most buckets have none. */
function addExemplar(line: string, exemplar: unknown): string {
  if (typeof exemplar !== "object" || exemplar === null) return line;
  const known = exemplarSchema.safeParse(exemplar);
  if (!known.success) return line;
  const { labelSet, value, timestamp } = known.data;
  return withExemplar(line, { labels: labelsText(labelSet), value, atSeconds: timestamp });
}

/** What the last results say of their targets, by name. */
function targetLines(states: readonly TargetState[]): Map<string, string> {
  const up: string[] = [];
  const invalid: string[] = [];
  const certificates: string[] = [];
  const info = new Map<string, string>();
  for (const { target, labels, result, certificateEndsMs } of states) {
    const { id, product, region, account, probe } = target;
    const { outcome } = result;
    if (outcome === "ok" || outcome === "failed") {
      up.push(sampleLine("sla_target_up", labels, outcome === "ok" ? 1 : 0));
    }
    if (outcome !== "unknown") {
      invalid.push(sampleLine("sla_target_invalid", labels, outcome === "invalid" ? 1 : 0));
    }
    if (certificateEndsMs !== null) {
      const name = "sla_certificate_expiry_timestamp_seconds";
      certificates.push(sampleLine(name, labels, certificateEndsMs / 1000));
    }
    if (info.has(id)) continue;
    const more = labelsText({ target: id, product, region, account, kind: probe.kind });
    info.set(id, sampleLine("sla_target_info", more, 1));
  }
  return new Map([
    ["sla_target_up", up.join("")],
    ["sla_target_invalid", invalid.join("")],
    ["sla_target_info", [...info.values()].join("")],
    ["sla_certificate_expiry_timestamp_seconds", certificates.join("")],
  ]);
}

function stateKey(target: string, vantage: string): string {
  return `${target} ${vantage}`;
}
