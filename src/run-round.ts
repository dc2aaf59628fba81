import type { Clock } from "./clock.ts";
import { PHASES, type Outcome, type Result } from "./core/outcome.ts";
import { withdrawOwnFaults } from "./core/own-faults.ts";
import { keepsPhases, packPhases } from "./core/phase-sample.ts";
import type { Round, RoundDetail } from "./core/round.ts";
import type { Target } from "./core/target.ts";
import type { Metrics } from "./metrics.ts";
import type { RunProbe } from "../probes/probe.ts";

/** A target with its probe made ready. `key` is the same for targets that share one measurement. */
export type ReadyTarget = { readonly target: Target; readonly key: string; readonly run: RunProbe };

export type RoundDeps = {
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Null for a target that this worker's configuration does not have. */
  readonly findTarget: (id: string) => ReadyTarget | null;
  readonly worstLagMs: (sinceMs: number) => number;
  readonly controlsFailed: () => Promise<boolean>;
  /** How long after its deadline a probe that has not ended is given up; default 5 s. */
  readonly overdueMs?: number;
};

export type RoundOrder = {
  readonly vantage: string;
  readonly shard: string;
  readonly everyMs: number;
  readonly plannedAtMs: number;
  readonly targets: readonly string[];
};

const LETTERS = { ok: "o", failed: "f", invalid: "i", unknown: "u" } satisfies Record<
  Outcome,
  string
>;
const MAX_INT4 = 2_147_483_647;

type Seen = { readonly result: Result; readonly startedMs: number };

/**
 * Measures the targets of one shard at once and gives the round. Null when it is too late:
 * a round that could not start within half its interval is missing, not late
 * (sla-semantics, section 2).
 */
export async function runRound(
  deps: RoundDeps,
  order: RoundOrder,
  signal: AbortSignal,
): Promise<Round | null> {
  const { clock, metrics } = deps;
  const { vantage } = order;
  const wallMs = clock.nowMs();
  const startedMs = clock.monotonicMs();
  const lagMs = wallMs - order.plannedAtMs;
  // The other way round this clock and that of the one who planned it disagree.
  if (Math.abs(lagMs) > order.everyMs / 2) {
    metrics.rounds.inc({ vantage, result: "missed" });
    return null;
  }
  metrics.roundLag.observe({ vantage }, Math.max(0, lagMs) / 1000);

  const ready = order.targets.map((id) => deps.findTarget(id));
  const shared = new Map<string, Promise<Seen>>();
  const seen = await Promise.all(
    ready.map((one) => {
      if (one === null) return Promise.resolve({ result: NOT_CONFIGURED, startedMs });
      const running = shared.get(one.key) ?? measure(one, deps, signal);
      shared.set(one.key, running);
      return running;
    }),
  );

  const clockJumpMs = clock.nowMs() - wallMs - (clock.monotonicMs() - startedMs);
  const worstLagMs = deps.worstLagMs(startedMs);
  const results = withdrawOwnFaults(
    seen.map(({ result }) => result),
    {
      worstLagMs,
      clockJumpMs,
      controlsFailed: seen.every(({ result }) => isFailedOrUnknown(result))
        ? await deps.controlsFailed()
        : false,
    },
  );
  metrics.rounds.inc({ vantage, result: "run" });
  observe(metrics, {
    vantage,
    plannedAtMs: order.plannedAtMs,
    ready,
    results,
    isConfigured: ({ id }) => deps.findTarget(id) !== null,
  });
  return {
    vantage,
    shard: order.shard,
    plannedAtMs: order.plannedAtMs,
    targets: order.targets,
    outcomes: results.map(({ outcome }) => LETTERS[outcome]).join(""),
    offsetsMs: seen.map((one) => Math.round(lagMs + one.startedMs - startedMs)),
    latenciesUs: results.map(({ latencyMs }) => Math.min(MAX_INT4, Math.round(latencyMs * 1000))),
    details: results.flatMap(detailOf),
    ...(keepsPhases(order) ? { phasesUs: packPhases(results) } : {}),
  };
}

function isFailedOrUnknown({ outcome }: Result): boolean {
  return outcome === "failed" || outcome === "unknown";
}

const NOT_CONFIGURED: Result = {
  outcome: "unknown",
  reason: "not-configured",
  latencyMs: 0,
  phasesMs: {},
};

async function measure(
  { target, run }: ReadyTarget,
  { clock, overdueMs = 5_000 }: RoundDeps,
  signal: AbortSignal,
): Promise<Seen> {
  const { timeoutMs } = target;
  const startedMs = clock.monotonicMs();
  let timer: NodeJS.Timeout | undefined;
  // A probe that forgot its deadline must not hold up the other targets' results.
  const overdue = new Promise<never>((_resolve, reject) => {
    const giveUp = () => reject(new Error("the probe did not end"));
    timer = setTimeout(giveUp, timeoutMs + overdueMs);
  });
  try {
    const result = await Promise.race([run({ clock, signal, timeoutMs }), overdue]);
    return { result, startedMs };
  } catch (error) {
    // A probe does not reject because of its target, so this is a fault of ours.
    const detail = error instanceof Error ? error.message.slice(0, 200) : "probe threw";
    const latencyMs = clock.monotonicMs() - startedMs;
    const result = { outcome: "unknown", reason: "internal-error", latencyMs, detail } as const;
    return { result: { ...result, phasesMs: {} }, startedMs };
  } finally {
    clearTimeout(timer);
  }
}

function detailOf(result: Result, index: number): RoundDetail[] {
  if (result.outcome === "ok") return [];
  return [
    {
      index,
      reason: result.reason,
      ...(result.detail === undefined ? {} : { text: result.detail.slice(0, 300) }),
      ...(result.requestId === undefined ? {} : { requestId: result.requestId.slice(0, 200) }),
      ...(result.address === undefined ? {} : { address: result.address.slice(0, 100) }),
    },
  ];
}

function observe(
  metrics: Metrics,
  round: {
    readonly vantage: string;
    readonly plannedAtMs: number;
    readonly ready: readonly (ReadyTarget | null)[];
    readonly results: readonly Result[];
    readonly isConfigured: (target: Target) => boolean;
  },
): void {
  const plannedAt = new Date(round.plannedAtMs).toISOString();
  // Counted here first: a counter of the library costs as much as a tenth of a probe.
  const counts = new Map<string, { labels: Record<string, string>; count: number }>();
  for (const [index, result] of round.results.entries()) {
    const target = round.ready[index]?.target;
    if (target === undefined) continue;
    const { outcome } = result;
    const labels = { product: target.product, region: target.region, vantage: round.vantage };
    const key = `${target.product}\n${target.region}\n${outcome}`;
    const counted = counts.get(key);
    if (counted === undefined) counts.set(key, { labels: { ...labels, outcome }, count: 1 });
    else counted.count += 1;
    // Taken out of the configuration meanwhile: nothing would ever remove its series again.
    if (round.isConfigured(target)) metrics.targets.see({ target, vantage: round.vantage, result });
    else metrics.targets.forget(target.id, round.vantage);
    if (outcome === "unknown") continue;
    metrics.probeDuration.observe({
      labels: { ...labels, phase: "total" },
      value: result.latencyMs / 1000,
      exemplarLabels: { target: target.id, planned_at: plannedAt },
    });
    for (const phase of PHASES) {
      const ms = result.phasesMs[phase];
      if (ms === undefined) continue;
      metrics.probeDuration.observe({ labels: { ...labels, phase }, value: ms / 1000 });
    }
  }
  for (const { labels, count } of counts.values()) metrics.probeResults.inc(labels, count);
}
