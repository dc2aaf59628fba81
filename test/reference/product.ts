import type { Config } from "../../src/config.ts";
import type { CountRun } from "../../src/core/counts.ts";
import { evaluate } from "../../src/core/evaluate.ts";
import type { Evaluated } from "../../src/core/build-report.ts";
import { exclusionsFor, type Exclusion } from "../../src/core/exclusion.ts";
import { monthBounds } from "../../src/core/month.ts";
import type { Round } from "../../src/core/round.ts";
import type { Evidence } from "../../src/core/sequence.ts";
import { membersOf } from "../../src/core/subject.ts";
import { tallyRounds } from "../../src/core/tally.ts";
import type { Target } from "../../src/core/target.ts";
import { parseConfig } from "../../src/parse-config.ts";
import { monthSubjects } from "../../src/read-month.ts";
import type { GeneratedExclusion, GeneratedMonth } from "./generate.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** The settler's grace: a minute is settled half a minute after its end. */
const GRACE_MS = 30_000;

const plainConfig = parseConfig(
  {
    text: "version: 1\nvantages: [{ id: north }]\naccounts: [{ id: acme }]\ntargets: []\n",
    file: "nines.yaml",
  },
  { env: {}, probeSettings: {}, readFile: () => "" },
);

/** The product's configuration of a generated month. */
export function configFor({ timeZone, agreements, targets }: GeneratedMonth): Config {
  return { ...plainConfig, timeZone, agreements, targets };
}

/** What the recorder keeps of the rounds in the order of arrival: of one key the first. */
export function storedRounds({ arrivals }: GeneratedMonth): Round[] {
  const stored = new Map<string, Round>();
  for (const round of arrivals.flatMap(({ rounds }) => rounds)) {
    const key = `${round.vantage} ${round.shard} ${round.plannedAtMs}`;
    if (!stored.has(key)) stored.set(key, round);
  }
  return [...stored.values()];
}

/** How far the settler has come at an instant. */
export function settledAt(nowMs: number): number {
  return Math.floor((nowMs - GRACE_MS) / MINUTE_MS) * MINUTE_MS;
}

/** The product's figures of a month without its database. */
export function figuresInMemory(month: GeneratedMonth): Evaluated[] {
  const settledUntilMs = settledAt(month.nowMs);
  const evidence = evidenceOf(storedRounds(month), settledUntilMs);
  const around = monthBounds(month.month, month.timeZone);
  const excludedOf = exclusionsFor(month.exclusions.filter(isApproved).map(toExclusion), {
    fromMs: around.fromMs - 40 * DAY_MS,
    untilMs: around.untilMs + 40 * DAY_MS,
  });
  return monthSubjects(configFor(month), month).map((subject) => {
    const bounds = monthBounds(month.month, subject.agreement.timeZone);
    const { intervals, rows } = excludedOf(subject, bounds);
    const figure = evaluate({
      agreement: subject.agreement,
      month: bounds,
      settledUntilMs,
      members: membersOf(subject).map(evidence),
      siblings: subject.siblings.map(evidence),
      exclusions: intervals,
    });
    return { subject, figure, exclusions: rows };
  });
}

const isApproved = ({ state }: GeneratedExclusion): boolean => state === "approved";

/** A generated exclusion as one of the product's. */
export function toExclusion(exclusion: GeneratedExclusion, number: number): Exclusion {
  const { scope, fromMs, untilMs, state } = exclusion;
  return {
    id: number + 1,
    kind: "maintenance",
    scope,
    fromMs,
    untilMs,
    recurrence: null,
    reason: "work on the network",
    evidence: "https://example.com/notice",
    state,
    proposedBy: "user:one",
    proposedAtMs: fromMs,
    decidedBy: state === "proposed" ? null : "user:two",
    decidedAtMs: state === "proposed" ? null : fromMs,
    note: null,
  };
}

/** The product's counts of rounds without its database. */
function evidenceOf(
  rounds: readonly Round[],
  settledUntilMs: number,
): (target: Target) => Evidence {
  const settled = rounds.filter(({ plannedAtMs }) => plannedAtMs < settledUntilMs);
  const minutes = settled.map(({ plannedAtMs }) => Math.floor(plannedAtMs / MINUTE_MS));
  const range = {
    from: minutes.reduce((least, minute) => Math.min(least, minute), Infinity),
    until: minutes.reduce((most, minute) => Math.max(most, minute), -Infinity) + 1,
  };
  const names = [...new Set(settled.flatMap(({ targets }) => targets))];
  const numbers = new Map(names.map((name, number) => [name, number]));
  const counts = new Map<string, Map<number, CountRun[]>>();
  for (const vantage of new Set(settled.map((round) => round.vantage))) {
    const own = settled
      .filter((round) => round.vantage === vantage)
      .map((round) => ({
        plannedAtMs: round.plannedAtMs,
        targets: round.targets.map((name) => numbers.get(name) ?? -1),
        outcomes: round.outcomes,
        reasons: new Map(round.details.map(({ index, reason }) => [index, reason])),
      }));
    counts.set(vantage, tallyRounds(own, range));
  }
  return (target) => ({
    target,
    counts: new Map(
      [...counts].map(([vantage, runs]) => [vantage, runs.get(numbers.get(target.id) ?? -1) ?? []]),
    ),
  });
}

/** Which version of which agreement holds for which targets, as one text to compare. */
export function subjectText(subject: {
  readonly agreement: { readonly id: string; readonly fromMs: number };
  readonly targets: readonly Target[];
}): string {
  const { agreement, targets } = subject;
  const ids = targets.map(({ id }) => id).toSorted();
  return `${agreement.id} from ${agreement.fromMs}: ${ids.join(" ")}`;
}
