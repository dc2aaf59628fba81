import type { Interval } from "./month.ts";
import { uniteRanges } from "./ranges.ts";
import { type Recurrence, endOfSeries, listOccurrences } from "./recurrence.ts";
import type { ReportExclusion } from "./report.ts";
import type { Subject } from "./subject.ts";
import type { Target } from "./target.ts";

/**
 * What a provider is not held to, as Alibaba Cloud's SLA documents list it again and again (those
 * of Function Compute, Message Queue for Kafka, DataHub and ECS; international ones such as that of
 * Cloud Enterprise Network, 2018-04, add submarine cables).
 */
export const EXCLUSION_KINDS = {
  maintenance: "announced beforehand: cut-over, repair, upgrade, fault drill",
  "force-majeure": "beyond anybody's control; also carriers, telecoms and submarine cables",
  "customer-action": "done by the customer or those authorised, or against the documents",
  "customer-network": "network or equipment outside the provider's",
  attack: "an attack on the customer's application or data",
  arrears: "suspended for arrears or a violation of the terms",
  other: "anything else that the agreement leaves out; the reason says what",
} as const satisfies Record<string, string>;
export type ExclusionKind = keyof typeof EXCLUSION_KINDS;

export const EXCLUSION_STATES = ["proposed", "approved", "rejected", "withdrawn"] as const;
export type ExclusionState = (typeof EXCLUSION_STATES)[number];

/** Whom it concerns, in exactly one of four forms. */
export type ExclusionScope =
  | { readonly targets: readonly string[] }
  /** Every target of one of the products in one of the regions; one of the two may be left out. */
  | {
      readonly products?: readonly string[] | undefined;
      readonly regions?: readonly string[] | undefined;
    }
  | { readonly account: string }
  | { readonly all: true };

/** An interval that, once approved, an agreement does not hold against the provider. */
export type Exclusion = {
  readonly id: number;
  readonly kind: ExclusionKind;
  readonly scope: ExclusionScope;
  /** [fromMs, untilMs): the first one of a recurrence. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly recurrence: Recurrence | null;
  readonly reason: string;
  /** A link, or the number of a ticket. */
  readonly evidence: string;
  readonly state: ExclusionState;
  readonly proposedBy: string;
  readonly proposedAtMs: number;
  /** Who approved, rejected or withdrew it last. */
  readonly decidedBy: string | null;
  readonly decidedAtMs: number | null;
  readonly note: string | null;
};

/** What of a target decides whether an exclusion covers it. */
type Place = Pick<Target, "id" | "product" | "region" | "account">;

/** Whether an exclusion covers a target. */
export function coversTarget(scope: ExclusionScope, target: Place): boolean {
  if ("targets" in scope) return scope.targets.includes(target.id);
  if ("account" in scope) return scope.account === target.account;
  if ("all" in scope) return true;
  return (
    (scope.products?.includes(target.product) ?? true) &&
    (scope.regions?.includes(target.region) ?? true)
  );
}

/** Whether it applies to a subject: to a group only when it covers all of its targets (section 5). */
export function appliesTo(
  { scope }: Pick<Exclusion, "scope">,
  { targets }: { readonly targets: readonly Place[] },
): boolean {
  return targets.length > 0 && targets.every((target) => coversTarget(scope, target));
}

/** Those of the intervals that overlap the one given (which is finite), whole and in order. */
export function occurrences(
  { fromMs, untilMs, recurrence }: Pick<Exclusion, "fromMs" | "untilMs" | "recurrence">,
  interval: Interval,
): Interval[] {
  if (recurrence !== null) return listOccurrences(recurrence, { fromMs, untilMs }, interval);
  return overlaps({ fromMs, untilMs }, interval) ? [{ fromMs, untilMs }] : [];
}

/** From the first instant to one that no occurrence outlasts; null for a series without an end. */
export function reachOf(exclusion: Pick<Exclusion, "fromMs" | "untilMs" | "recurrence">): {
  readonly fromMs: number;
  readonly untilMs: number | null;
} {
  const { fromMs, untilMs, recurrence } = exclusion;
  if (recurrence === null) return { fromMs, untilMs };
  return { fromMs, untilMs: endOfSeries(recurrence, { fromMs, untilMs }) };
}

/** What is excluded of a subject. */
export type Excluded = {
  /** United: apart from each other, in order. */
  readonly intervals: readonly Interval[];
  /** For the report: each occurrence that touches the month, with its exclusion. */
  readonly rows: readonly ReportExclusion[];
};

/** An exclusion with its occurrences, and where it stands among the others. */
type Expanded = {
  readonly order: number;
  readonly exclusion: Exclusion;
  readonly spans: readonly Interval[];
};

/**
 * Gives the function that tells what is excluded of a subject, whose evidence lies in `interval`.
 * Rules are expanded once, and subjects under the same exclusions share one answer: there may
 * be ten thousand of them.
 */
export function exclusionsFor(
  approved: readonly Exclusion[],
  interval: Interval,
): (subject: Pick<Subject, "targets">, month: Interval) => Excluded {
  const expanded = approved
    .toSorted((a, b) => a.fromMs - b.fromMs || a.id - b.id)
    .map((exclusion, order) => ({ order, exclusion, spans: occurrences(exclusion, interval) }))
    .filter(({ spans }) => spans.length > 0);
  const coveringOf = createCovering(expanded);
  const known = new Map<string, Excluded>();
  return ({ targets: [first, ...others] }, month) => {
    const covering = first === undefined ? [] : coveringOf(first);
    const applying = covering.filter((one) =>
      others.every((target) => coveringOf(target).includes(one)),
    );
    if (applying.length === 0) return NOTHING;
    const key = `${month.fromMs} ${month.untilMs} ${applying.map(({ order }) => order).join(" ")}`;
    const excluded = known.get(key) ?? {
      intervals: uniteIntervals(applying.flatMap(({ spans }) => spans)),
      rows: applying.flatMap(({ exclusion, spans }) =>
        spans.filter((span) => overlaps(span, month)).map((span) => rowOf(exclusion, span)),
      ),
    };
    known.set(key, excluded);
    return excluded;
  };
}

const NOTHING: Excluded = { intervals: [], rows: [] };

/** Looks up what covers a target: what lists it by its id, and what covers all at its place. */
function createCovering(expanded: readonly Expanded[]): (target: Place) => readonly Expanded[] {
  const listing = new Map<string, Expanded[]>();
  const placed: Expanded[] = [];
  for (const one of expanded) {
    const { scope } = one.exclusion;
    if (!("targets" in scope)) placed.push(one);
    else for (const id of scope.targets) listing.set(id, [...(listing.get(id) ?? []), one]);
  }
  const byPlace = new Map<string, readonly Expanded[]>();
  return (target) => {
    const place = `${target.account}/${target.product}/${target.region}`;
    const here =
      byPlace.get(place) ?? placed.filter(({ exclusion }) => coversTarget(exclusion.scope, target));
    byPlace.set(place, here);
    const listed = listing.get(target.id);
    if (listed === undefined) return here;
    return [...here, ...listed].toSorted((a, b) => a.order - b.order);
  };
}

function uniteIntervals(intervals: readonly Interval[]): Interval[] {
  const ranges = intervals.map(({ fromMs, untilMs }) => ({ from: fromMs, until: untilMs }));
  return uniteRanges(ranges).map(({ from, until }) => ({ fromMs: from, untilMs: until }));
}

function rowOf(exclusion: Exclusion, { fromMs, untilMs }: Interval): ReportExclusion {
  return {
    id: exclusion.id,
    kind: exclusion.kind,
    from: new Date(fromMs).toISOString(),
    until: new Date(untilMs).toISOString(),
    reason: exclusion.reason,
    evidence: exclusion.evidence,
    proposedBy: exclusion.proposedBy,
    approvedBy: exclusion.decidedBy ?? "",
  };
}

function overlaps(a: Interval, b: Interval): boolean {
  return a.fromMs < b.untilMs && a.untilMs > b.fromMs;
}

/** Two names of one person or program: the kind of access before the name does not make another. */
export function isSamePerson(a: string, b: string): boolean {
  return bareName(a) === bareName(b);
}

function bareName(name: string): string {
  return name.slice(name.indexOf(":") + 1).toLowerCase();
}
