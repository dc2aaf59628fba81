import { seesAccount, type Actor } from "./access.ts";
import type { Json } from "./canonical-json.ts";
import type { Malfunction, MalfunctionNote, MalfunctionOutage } from "./malfunction.ts";
import { compareText } from "./subject.ts";

/** A malfunction with those of its outages that the reader may see. */
export type SeenMalfunction = {
  readonly malfunction: Malfunction;
  readonly outages: readonly MalfunctionOutage[];
};

/** Steps of a malfunction's life that the audit log names, and what stands in its timeline besides. */
export const TIMELINE_KINDS = [
  "open",
  "join",
  "level",
  "acknowledge",
  "overdue",
  "assign",
  "note",
  "restore",
  "again",
  "review",
  "close",
  "reopen",
] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];

export type TimelineEntry = {
  readonly atMs: number;
  readonly kind: TimelineKind;
  /** Null for what no one did, and for a reader who is not told of people. */
  readonly by: string | null;
  /** A note, the new level, the new owner; null where there is nothing to add. */
  readonly text: string | null;
};

/** A step as the audit log has it. */
export type MalfunctionStep = {
  readonly atMs: number;
  readonly actor: string;
  /** "malfunction.acknowledge" */
  readonly action: string;
  readonly before: Json;
  readonly after: Json;
};

/** What an account manager is told of: the rest is of other accounts, or among those who mend. */
const TOLD_TO_ACCOUNTS: ReadonlySet<TimelineKind> = new Set([
  "open",
  "level",
  "acknowledge",
  "overdue",
  "restore",
  "again",
  "close",
  "reopen",
]);

const STAFF = "staff";
const UNWRITTEN = { cause: null, impact: null, resolution: null, followUps: null };

/**
 * As the actor may see it: an account manager sees one that struck an account of theirs, of its
 * outages and times their own, no names of people, and the review when it is finished. Null for
 * one that does not exist for them.
 */
export function malfunctionSeenBy(
  actor: Actor,
  { malfunction, outages }: SeenMalfunction,
): SeenMalfunction | null {
  if (actor.accounts === null) return { malfunction, outages };
  const sees = (account: string) => seesAccount(actor, account);
  const own = outages.filter(({ account }) => sees(account));
  const isTheirs = malfunction.account !== null && sees(malfunction.account);
  if (!isTheirs && own.length === 0) return null;
  const orNull = (name: string | null) => (name === null ? null : nameless(name));
  return {
    malfunction: {
      ...timedBy(own, malfunction),
      account: isTheirs ? malfunction.account : null,
      owner: null,
      openedBy: nameless(malfunction.openedBy),
      levelBy: nameless(malfunction.levelBy),
      acknowledgedBy: orNull(malfunction.acknowledgedBy),
      closedBy: orNull(malfunction.closedBy),
      ...(malfunction.state === "closed" ? {} : UNWRITTEN),
    },
    outages: own,
  };
}

/** It began and ended with these outages, as if there were no others; without any as it did. */
function timedBy(own: readonly MalfunctionOutage[], malfunction: Malfunction): Malfunction {
  if (own.length === 0) return malfunction;
  const beganAtMs = own.reduce((least, { fromMs }) => Math.min(least, fromMs), Infinity);
  const lastMs = own.reduce((most, { untilMs }) => Math.max(most, untilMs ?? Infinity), 0);
  const isOver = Number.isFinite(lastMs);
  const { acknowledgedAtMs, state } = malfunction;
  const openedAtMs = Math.max(malfunction.openedAtMs, beganAtMs);
  return {
    ...malfunction,
    beganAtMs,
    openedAtMs,
    respondByMs: Math.max(malfunction.respondByMs, openedAtMs),
    acknowledgedAtMs: acknowledgedAtMs === null ? null : Math.max(acknowledgedAtMs, openedAtMs),
    restoredAtMs: isOver ? lastMs : null,
    state: isOver && state === "open" ? "restored" : state,
  };
}

/** People are not named, the service is. */
function nameless(name: string): string {
  return name === "system" || name === "rules" ? name : STAFF;
}

/** What a list of malfunctions is narrowed down by. */
export type MalfunctionFilter = {
  readonly account?: string | undefined;
  readonly product?: string | undefined;
  readonly region?: string | undefined;
};

/** Whom and what it struck, each once and in order. */
export function malfunctionScope({ malfunction, outages }: SeenMalfunction) {
  const { account, product, region } = malfunction;
  return {
    accounts: sorted([account, ...outages.map((one) => one.account)]),
    products: sorted([product, ...outages.map((one) => one.product)]),
    regions: sorted([region, ...outages.map((one) => one.region)]),
    targets: sorted(outages.flatMap((one) => one.targets)),
  };
}

function sorted(names: readonly (string | null)[]): string[] {
  return [...new Set(names.filter((name) => name !== null))].toSorted(compareText);
}

/**
 * Whether somebody acknowledged it in time; null while there is time left, and for one that was
 * over before it was up.
 */
export function isInTime(malfunction: Malfunction, nowMs: number): boolean | null {
  const { acknowledgedAtMs, respondByMs, restoredAtMs } = malfunction;
  if (acknowledgedAtMs !== null) return acknowledgedAtMs <= respondByMs;
  return (restoredAtMs ?? nowMs) < respondByMs ? null : false;
}

/** Steps and notes in the order in which they happened. */
export function malfunctionTimeline(
  input: {
    readonly malfunction: Malfunction;
    readonly steps: readonly MalfunctionStep[];
    readonly notes: readonly MalfunctionNote[];
  },
  { actor, nowMs }: { readonly actor: Pick<Actor, "accounts">; readonly nowMs: number },
): TimelineEntry[] {
  const entries: TimelineEntry[] = [
    ...input.steps.flatMap(stepEntries),
    ...input.notes.map(({ atMs, by, text }) => ({ atMs, kind: "note" as const, by, text })),
  ];
  if (isInTime(input.malfunction, nowMs) === false) {
    const atMs = input.malfunction.respondByMs;
    entries.push({ atMs, kind: "overdue", by: null, text: null });
  }
  const inOrder = entries.toSorted((a, b) => a.atMs - b.atMs);
  if (actor.accounts === null) return inOrder;
  return accountsTimeline(inOrder, input.malfunction);
}

/** Without people, and of one of outages with the begin and the end of theirs alone. */
function accountsTimeline(
  inOrder: readonly TimelineEntry[],
  { origin, openedAtMs, restoredAtMs }: Malfunction,
): TimelineEntry[] {
  const told = inOrder
    .filter(({ kind }) => TOLD_TO_ACCOUNTS.has(kind))
    .map((entry) => ({ ...entry, by: null }));
  if (origin !== "outage") return told;
  const own = told
    .filter(({ kind }) => kind !== "restore" && kind !== "again")
    .map((entry) => ({ ...entry, atMs: Math.max(entry.atMs, openedAtMs) }));
  if (restoredAtMs !== null) {
    const atMs = Math.max(restoredAtMs, openedAtMs);
    own.push({ atMs, kind: "restore", by: null, text: null });
  }
  return own.toSorted((a, b) => a.atMs - b.atMs);
}

/** A step that also changed the level tells of that as well. */
function stepEntries({ atMs, actor, action, before, after }: MalfunctionStep): TimelineEntry[] {
  const verb = action.slice(action.indexOf(".") + 1);
  const kind = TIMELINE_KINDS.find((one) => one === verb);
  const [from, to] = [memberOf(before, "level"), memberOf(after, "level")];
  const isChange = from !== null && to !== null && from !== to;
  const change = isChange ? `${from} → ${to}` : to;
  const entries: TimelineEntry[] = [];
  if (kind !== undefined && kind !== "level") {
    const text = kind === "open" ? to : kind === "assign" ? memberOf(after, "owner") : null;
    entries.push({ atMs, kind, by: actor, text });
  }
  if (isChange || kind === "level") {
    entries.push({ atMs, kind: "level", by: actor, text: change });
  }
  return entries;
}

function memberOf(json: Json, key: string): string | null {
  if (typeof json !== "object" || json === null || !(key in json)) return null;
  const value = Object.entries(json).find(([name]) => name === key)?.[1];
  return typeof value === "string" ? value : null;
}

/** Others of the same time that struck the same product or region, newest first. */
export function relatedMalfunctions(
  of: SeenMalfunction,
  others: readonly SeenMalfunction[],
): Malfunction[] {
  const { products, regions } = malfunctionScope(of);
  return others
    .filter((other) => {
      if (other.malfunction.id === of.malfunction.id) return false;
      const scope = malfunctionScope(other);
      return (
        scope.products.some((one) => products.includes(one)) ||
        scope.regions.some((one) => regions.includes(one))
      );
    })
    .map(({ malfunction }) => malfunction);
}

/** An outage as the API shows it. */
export function outageJson(outage: MalfunctionOutage) {
  const { agreement, subject, account, product, region, targets, fromMs, untilMs } = outage;
  const { reason } = outage;
  const place = { agreement, subject, account, product, region, targets };
  return { ...place, from: instant(fromMs), until: instant(untilMs), reason };
}

/** A line of the timeline as the API shows it. */
export function timelineJson({ atMs, ...entry }: TimelineEntry) {
  return { at: instant(atMs), ...entry };
}

function instant(ms: number): string;
function instant(ms: number | null): string | null;
function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
