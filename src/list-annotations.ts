import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { seesAccount, type Actor } from "./core/access.ts";
import {
  annotateBreach,
  annotateExclusion,
  annotateOutages,
  listed,
  newestFirst,
  type Annotation,
  type AnnotationKind,
  type SubjectOutage,
} from "./core/annotation.ts";
import {
  coversTarget,
  occurrences,
  type Exclusion,
  type ExclusionScope,
} from "./core/exclusion.ts";
import { monthAt, nextMonth, type Interval } from "./core/month.ts";
import { parseJson } from "./core/parse-json.ts";
import type { Target } from "./core/target.ts";
import { readExclusions } from "./exclude.ts";
import { readMonthOutages, type MonthOutage } from "./month-outages.ts";
import type { Db } from "./store/connect.ts";
import { listEventsBetween } from "./store/events-between.ts";
import type { StoredEvent } from "./store/events.ts";

type AnnotateDeps = {
  readonly db: Db;
  readonly clock: Pick<Clock, "nowMs">;
  readonly config: Config;
};

/** Empty lists leave nothing out. */
export type AnnotationQuery = Interval & {
  readonly kinds: readonly AnnotationKind[];
  readonly products: readonly string[];
  readonly regions: readonly string[];
  readonly accounts: readonly string[];
  /** Only what concerns this target, by itself or in a group. */
  readonly target: Target | null;
  readonly limit: number;
};

type Placed = { readonly product: string; readonly region: string; readonly account: string };

/**
 * Outages, approved exclusions and breaches in an interval, newest first, as the actor may see
 * them: at most `limit`, of which the newest.
 */
export async function listAnnotations(
  deps: AnnotateDeps,
  query: AnnotationQuery,
  actor: Actor,
): Promise<Annotation[]> {
  const wants = (kind: AnnotationKind) => query.kinds.length === 0 || query.kinds.includes(kind);
  const keep = keepOf(query, actor);
  const found = [
    ...(wants("exclusion") ? await readExcluded(deps, { query, keep, actor }) : []),
    ...(wants("breach") ? await readBreaches(deps, { query, keep, actor }) : []),
    ...(wants("outage") ? await readOutages(deps, { query, keep }) : []),
  ];
  return found.toSorted(newestFirst).slice(0, query.limit);
}

const isAmong = (list: readonly string[], value: string) =>
  list.length === 0 || list.includes(value);

function keepOf(query: AnnotationQuery, actor: Actor): (place: Placed) => boolean {
  const { products, regions, accounts, target } = query;
  return ({ product, region, account }) =>
    isAmong(products, product) &&
    isAmong(regions, region) &&
    isAmong(accounts, account) &&
    (target === null || isAt({ product, region, account }, target)) &&
    seesAccount(actor, account);
}

function isAt({ product, region, account }: Placed, target: Target): boolean {
  return product === target.product && region === target.region && account === target.account;
}

type Reading = {
  readonly query: AnnotationQuery;
  readonly keep: (place: Placed) => boolean;
};

/** Month by month, the newest first, until there are enough. */
async function readOutages(
  { db, clock, config }: AnnotateDeps,
  { query, keep }: Reading,
): Promise<Annotation[]> {
  const untilMs = Math.min(query.untilMs, clock.nowMs());
  const { target } = query;
  const concerns = ({ targets }: MonthOutage) => target === null || targets.includes(target.id);
  const outages: SubjectOutage[] = [];
  for (const month of monthsOf(config, { fromMs: query.fromMs, untilMs }).toReversed()) {
    const inMonth = await readMonthOutages({ db, config }, month);
    outages.push(...inMonth.filter((one) => overlaps(one, query) && keep(one) && concerns(one)));
    // Counted in annotations, of which one may tell of many outages.
    if (outages.length >= query.limit && annotateOutages(outages).length >= query.limit) break;
  }
  return annotateOutages(outages);
}

/** Every month that an instant of the interval lies in, in the time zone of whichever agreement. */
function monthsOf(config: Config, { fromMs, untilMs }: Interval): string[] {
  if (fromMs >= untilMs) return [];
  const zones = [
    ...new Set([config.timeZone, ...config.agreements.map(({ timeZone }) => timeZone)]),
  ];
  const [first = ""] = zones.map((zone) => monthAt(fromMs, zone)).toSorted();
  const last =
    zones
      .map((zone) => monthAt(untilMs - 1, zone))
      .toSorted()
      .at(-1) ?? first;
  const months: string[] = [];
  for (let month = first; month <= last; month = nextMonth(month)) months.push(month);
  return months;
}

async function readExcluded(
  { db, config }: AnnotateDeps,
  { query, keep, actor }: Reading & { readonly actor: Actor },
): Promise<Annotation[]> {
  const approved = await readExclusions({ db, config }, { state: "approved" }, actor);
  const { products, regions, accounts, target } = query;
  const isNarrowed = target !== null || products.length + regions.length + accounts.length > 0;
  const targets = target === null ? config.targets.filter(keep) : [target];
  return approved
    .filter(({ scope }) => !isNarrowed || targets.some((one) => coversTarget(scope, one)))
    .flatMap((exclusion) =>
      occurrences(exclusion, query).map((span) => annotateOccurrence(exclusion, span, config)),
    )
    .toSorted(newestFirst)
    .slice(0, query.limit);
}

function annotateOccurrence(exclusion: Exclusion, span: Interval, config: Config): Annotation {
  const { kind, scope, reason, evidence } = exclusion;
  return annotateExclusion({
    kind,
    scope: scopeWords(scope),
    reason,
    evidence,
    ...span,
    month: monthAt(span.fromMs, config.timeZone),
    tags: scopeTags(scope),
  });
}

function scopeWords(scope: ExclusionScope): string {
  if ("targets" in scope) return listed(scope.targets);
  if ("account" in scope) return `all of ${scope.account}`;
  if ("all" in scope) return "everything";
  const products = scope.products === undefined ? "everything" : listed(scope.products);
  return scope.regions === undefined ? products : `${products} in ${listed(scope.regions)}`;
}

function scopeTags(scope: ExclusionScope): readonly string[] {
  if ("targets" in scope || "all" in scope) return [];
  if ("account" in scope) return [scope.account];
  return [...(scope.products ?? []), ...(scope.regions ?? [])];
}

async function readBreaches(
  { db, config }: AnnotateDeps,
  { query, keep, actor }: Reading & { readonly actor: Actor },
): Promise<Annotation[]> {
  const events = await listEventsBetween(db, {
    fromMs: query.fromMs,
    untilMs: query.untilMs,
    kinds: ["breach", "breach-over"],
    accounts: query.accounts.length > 0 ? query.accounts : actor.accounts,
    limit: MAX_EVENTS,
  });
  const targets = new Set(config.targets.map(({ id }) => id));
  const { target } = query;
  // A group's id begins with its place.
  const group = target === null ? "" : `${target.account}/${target.product}/${target.region}`;
  const concerns = (subject: string) =>
    target === null || subject === target.id || `${subject}/`.startsWith(`${group}/`);
  return events.flatMap((event) => {
    const { account, product, region, subject, agreement, month } = event;
    if (account === null || product === null || region === null) return [];
    if (subject === null || agreement === null || month === null) return [];
    if (!keep({ account, product, region }) || !concerns(subject)) return [];
    const isTarget = targets.has(subject);
    const place = { subject, isTarget, product, region, account, month };
    return [annotateBreach({ ...place, agreement, ...factsOf(event) })];
  });
}

/** More than fifty a day over the longest interval that may be asked for. */
const MAX_EVENTS = 20_000;

function factsOf({ kind, atMs, data }: StoredEvent) {
  const said = parseJson(data);
  const text = (name: string): string | null => {
    if (typeof said !== "object" || said === null) return null;
    const value: unknown = Reflect.get(said, name);
    return typeof value === "string" ? value : null;
  };
  return {
    kind: kind === "breach-over" ? ("breach-over" as const) : ("breach" as const),
    atMs,
    objectivePercent: text("objectivePercent"),
    availabilityPercent: text("availabilityPercent"),
  };
}

function overlaps(a: Interval, b: Interval): boolean {
  return a.fromMs < b.untilMs && a.untilMs > b.fromMs;
}
