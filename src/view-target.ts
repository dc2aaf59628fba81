import type { Config } from "./config.ts";
import { SYSTEM } from "./core/access.ts";
import { buildSubject, type Evaluated } from "./core/build-report.ts";
import { creditsOf, NO_CREDIT, type SubjectCredit } from "./core/credit.ts";
import { groupBy } from "./core/group-by.ts";
import type { SeenMalfunction } from "./core/malfunction-view.ts";
import type { Interval } from "./core/month.ts";
import { PHASES, type Result } from "./core/outcome.ts";
import { budgetOf } from "./core/overview-view.ts";
import { phaseSteps, type PhaseSample } from "./core/phase-sample.ts";
import { burnPoints, latencyPoints, probeFacts, timelineDays } from "./core/target-view.ts";
import type { Target } from "./core/target.ts";
import type { ResultLine } from "./core/results-ndjson.ts";
import type { PhaseMedians, TargetAgreement, TargetModel, VantageState } from "./core/views.ts";
import { NotFoundError } from "./errors.ts";
import { presentOf } from "./present.ts";
import { readMonth, type MonthFigures } from "./read-month.ts";
import { listPhases } from "./store/phases.ts";
import { listLatest, listNewestResults, pageResults, type LatestResult } from "./store/results.ts";
import { readMalfunctions } from "./view-malfunction.ts";
import { readFrame, type ViewDeps } from "./view-overview.ts";

const DAY_MS = 86_400_000;
const LATENCY_STEP_MS = 600_000;
const RESULTS_SHOWN = 20;

/** The target with this id. Throws NotFoundError. */
export function getTarget(config: Config, id: string): Target {
  const target = config.targets.find((one) => one.id === id);
  if (target === undefined) throw new NotFoundError(`no target "${id}" in the configuration`);
  return target;
}

/** What of this process's own measuring a page may show. */
export type LastResult = (target: string, vantage: string) => Result | null;

type TargetDeps = ViewDeps & { readonly lastResult?: LastResult };

/** The model of one target's page for a month. Throws NotFoundError. */
export async function viewTarget(
  deps: TargetDeps,
  query: { readonly id: string; readonly month: string },
): Promise<TargetModel> {
  const target = getTarget(deps.config, query.id);
  const nowMs = deps.clock.nowMs();
  const figures = await readMonth(deps, {
    month: query.month,
    // A group's figure needs all of its members, and a zone's fault its siblings.
    keep: (other) =>
      other.account === target.account &&
      other.product === target.product &&
      other.region === target.region,
  });
  const frame = await readFrame(deps, figures);
  const credits = creditsOf(query.month, figures.evaluated, figures.terms);
  const mine = figures.evaluated
    .map((evaluated, index) => ({ evaluated, credit: credits[index] ?? NO_CREDIT }))
    .filter(({ evaluated }) => evaluated.subject.targets.some(({ id }) => id === target.id));
  const untilMs = Math.min(nowMs, figures.bounds.untilMs);
  const dayRange = { fromMs: untilMs - DAY_MS, untilMs };
  const lasts = groupBy(await listLatest(deps.db, nowMs - DAY_MS), (one) => one.target);
  const latest = lasts.get(target.id) ?? [];
  const { now, last } = presentOf(target, latest, nowMs);
  const open = mine
    .flatMap(({ evaluated: { figure } }) =>
      figure.outages.filter((outage) => outage.untilMs >= figures.settledUntilMs - figure.slotMs),
    )
    .at(-1);
  const malfunctions = await listOwnMalfunctions(deps, target, query.month);
  return {
    frame,
    monthFromMs: figures.bounds.fromMs,
    monthUntilMs: figures.bounds.untilMs,
    id: target.id,
    product: target.product,
    region: target.region,
    zone: target.zone,
    account: target.account,
    class: target.class,
    labels: target.labels,
    intervalMs: target.intervalMs,
    timeoutMs: target.timeoutMs,
    state: {
      now,
      sinceMs: now === "down" ? (open?.fromMs ?? last?.plannedAtMs ?? null) : null,
      reason: last?.reason ?? "",
      down: countDown(deps, { target, lasts, nowMs }),
    },
    agreements: mine.map((one) => ({
      ...agreementView(one, figures, deps.config),
      malfunctions: malfunctionsOf(one.evaluated.subject, malfunctions),
    })),
    vantages: listVantages(deps, target, latest),
    latency: {
      ...dayRange,
      points: latencyPoints(await readLatencies(deps, target.id, dayRange), {
        ...dayRange,
        stepMs: LATENCY_STEP_MS,
      }),
      phases: phaseMedians(await listPhases(deps.db, target.id, dayRange), dayRange),
    },
    results: (
      await listNewestResults(deps.db, target.id, { ...dayRange, limit: RESULTS_SHOWN })
    ).map(resultRow),
    probe: { kind: target.probe.kind, facts: probeFacts(target.probe) },
  };
}

function agreementView(
  { evaluated, credit }: { readonly evaluated: Evaluated; readonly credit: SubjectCredit },
  figures: MonthFigures,
  config: Config,
): Omit<TargetAgreement, "malfunctions"> {
  const { subject, figure } = evaluated;
  const { fromMs, untilMs } = figures.bounds;
  const settledUntilMs = Math.min(figures.settledUntilMs, untilMs);
  const runs = figure.timeline;
  const line = buildSubject(evaluated, credit);
  return {
    terms: subject.agreement,
    subject: line,
    budget: budgetOf(line, (figure.slotsToCome * figure.slotMs) / 1000),
    timeline: timelineDays({ fromMs, untilMs, timeZone: config.timeZone, runs }),
    burn: burnPoints(runs, fromMs, settledUntilMs),
  };
}

/** How many others are down beside it and elsewhere, of those that exist for who looks. */
function countDown(
  { config, accounts }: ViewDeps,
  {
    target: { id, product, region },
    lasts,
    nowMs,
  }: {
    readonly target: Target;
    readonly lasts: ReadonlyMap<string, readonly LatestResult[]>;
    readonly nowMs: number;
  },
): TargetModel["state"]["down"] {
  const others = config.targets.filter(
    (one) => one.id !== id && (accounts?.includes(one.account) ?? true),
  );
  const isBeside = (one: Target) => one.product === product && one.region === region;
  const count = (targets: readonly Target[]) => ({
    down: targets.filter((one) => presentOf(one, lasts.get(one.id) ?? [], nowMs).now === "down")
      .length,
    all: targets.length,
  });
  return {
    beside: count(others.filter(isBeside)),
    elsewhere: count(others.filter((one) => !isBeside(one))),
  };
}

/** Those of its place, as far as they exist for who looks. */
function listOwnMalfunctions(deps: TargetDeps, target: Target, month: string) {
  const { account, product, region } = target;
  const reader = { ...SYSTEM, accounts: deps.accounts };
  return readMalfunctions(deps, { month, account, product, region }, reader);
}

function listVantages(
  { lastResult }: TargetDeps,
  { id, vantages }: Target,
  latest: readonly LatestResult[],
): VantageState[] {
  return vantages.map((vantage) => {
    const last = latest.find((one) => one.vantage === vantage) ?? null;
    const measured = lastResult?.(id, vantage) ?? null;
    const isSame = last !== null && measured !== null && isSameResult(last, measured);
    return { vantage, last, phases: isSame ? lastOf(measured.phasesMs) : null };
  });
}

/** What was measured last may not be stored yet: its phases are not those of the result shown. */
function isSameResult(stored: LatestResult, { outcome, reason, latencyMs }: Result): boolean {
  const isAsLong = Math.abs(stored.latencyMs - latencyMs) < 0.001;
  return stored.outcome === outcome && stored.reason === reason && isAsLong;
}

/** By the begin of the subject's outage. */
function malfunctionsOf(
  { agreement, id }: Evaluated["subject"],
  malfunctions: readonly SeenMalfunction[],
): TargetAgreement["malfunctions"] {
  const own = malfunctions.flatMap(({ malfunction, outages }) =>
    outages
      .filter((one) => one.agreement === agreement.id && one.subject === id)
      .map((one) => [one.fromMs, { id: malfunction.id, level: malfunction.level }] as const),
  );
  return new Map(own);
}

function lastOf(phasesMs: Result["phasesMs"]): VantageState["phases"] {
  const phases = PHASES.flatMap((phase) => {
    const ms = phasesMs[phase];
    return ms === undefined ? [] : { phase, ms };
  });
  return phases.length === 0 ? null : phases;
}

function phaseMedians(samples: readonly PhaseSample[], range: Interval): PhaseMedians[] {
  return phaseSteps(samples, { ...range, mostSteps: 1 }).map(({ vantage, p50Ms }) => ({
    vantage,
    phases: PHASES.flatMap((phase) => {
      const [ms = null] = p50Ms[phase] ?? [];
      return ms === null ? [] : { phase, ms };
    }),
  }));
}

async function readLatencies(
  { db }: ViewDeps,
  id: string,
  range: { readonly fromMs: number; readonly untilMs: number },
): Promise<{ atMs: number; latencyMs: number }[]> {
  const samples: { atMs: number; latencyMs: number }[] = [];
  for await (const page of pageResults(db, id, range)) {
    for (const { outcome, plannedAtMs, latencyMs } of page) {
      if (outcome === "ok") samples.push({ atMs: plannedAtMs, latencyMs });
    }
  }
  return samples;
}

function resultRow(line: ResultLine) {
  const { plannedAtMs, vantage, outcome, reason, latencyMs } = line;
  return {
    plannedAtMs,
    vantage,
    outcome,
    reason,
    latencyMs,
    detail: line.detail === "" ? null : line.detail,
    requestId: line.requestId === "" ? null : line.requestId,
  };
}
