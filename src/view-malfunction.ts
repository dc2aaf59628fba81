import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { SYSTEM, type Actor } from "./core/access.ts";
import type { Malfunction, MalfunctionOutage, MalfunctionState } from "./core/malfunction.ts";
import {
  isInTime,
  malfunctionScope,
  malfunctionSeenBy,
  malfunctionTimeline,
  outageJson,
  relatedMalfunctions,
  timelineJson,
  type MalfunctionFilter,
  type SeenMalfunction,
  type TimelineEntry,
} from "./core/malfunction-view.ts";
import { monthBounds, type Interval } from "./core/month.ts";
import { NotFoundError } from "./errors.ts";
import type { Queryable } from "./store/connect.ts";
import {
  findMalfunction,
  listMalfunctionNotes,
  listMalfunctionOutages,
  listMalfunctions,
  listMalfunctionSteps,
  malfunctionJson,
} from "./store/malfunctions.ts";

/** Others that began so close to one are told of beside it. */
const NEAR_MS = 3_600_000;

type ListDeps = { readonly db: Queryable; readonly config: Pick<Config, "timeZone"> };

const MOST_LISTED = 500;

/**
 * Malfunctions, newest first, as the actor may see them; of a month those that overlap it. No more
 * than `limit`: with the last one's id as `before` the list goes on.
 */
export async function readMalfunctions(
  { db, config }: ListDeps,
  query: MalfunctionFilter & {
    readonly state?: MalfunctionState | undefined;
    readonly month?: string | undefined;
    readonly before?: number | undefined;
    readonly limit?: number | undefined;
  },
  actor: Actor,
): Promise<SeenMalfunction[]> {
  const { state, month, before, limit = MOST_LISTED, account, product, region } = query;
  // For an account it may be over while it lasts for others.
  const states: readonly MalfunctionState[] | undefined =
    state === "restored" && actor.accounts !== null ? ["open", state] : state && [state];
  const found = await listMalfunctions(db, {
    states,
    interval: month === undefined ? undefined : monthBounds(month, config.timeZone),
    accounts: actor.accounts ?? undefined,
    struck: { account, product, region },
    before,
    limit,
  });
  const seen = await seenBy(db, found, actor);
  return seen.filter(({ malfunction }) => state === undefined || malfunction.state === state);
}

/** Those around a month, whole: for its reports, which tell each account of its own. */
export async function listMonthMalfunctions(
  db: Queryable,
  { fromMs, untilMs }: Interval,
): Promise<SeenMalfunction[]> {
  // The month lies elsewhere in the agreements' time zones.
  const interval = { fromMs: fromMs - ZONES_MS, untilMs: untilMs + ZONES_MS };
  return seenBy(db, await listMalfunctions(db, { interval }), SYSTEM);
}

const ZONES_MS = 2 * 86_400_000;

export type MalfunctionView = SeenMalfunction & {
  readonly inTime: boolean | null;
  readonly timeline: readonly TimelineEntry[];
  /** Of the same time, and of the same product or region. */
  readonly related: readonly Malfunction[];
};

/** One malfunction, as the actor may see it. Throws NotFoundError. */
export async function readMalfunction(
  { db, clock }: { readonly db: Queryable; readonly clock: Pick<Clock, "nowMs"> },
  id: number,
  actor: Actor,
): Promise<MalfunctionView> {
  const seen = await requireMalfunction(db, id, actor);
  const nowMs = clock.nowMs();
  const { malfunction } = seen;
  const { beganAtMs } = malfunction;
  const near = await listMalfunctions(db, {
    interval: { fromMs: beganAtMs - NEAR_MS, untilMs: beganAtMs + NEAR_MS },
  });
  const others = near.filter((one) => Math.abs(one.beganAtMs - beganAtMs) < NEAR_MS);
  const steps = await listMalfunctionSteps(db, id);
  const notes = await listMalfunctionNotes(db, id);
  return {
    ...seen,
    inTime: isInTime(malfunction, nowMs),
    timeline: malfunctionTimeline({ malfunction, steps, notes }, { actor, nowMs }),
    related: relatedMalfunctions(seen, await seenBy(db, others, actor)),
  };
}

/** A malfunction with its outages, as far as they exist for the actor. Throws NotFoundError. */
async function requireMalfunction(
  db: Queryable,
  id: number,
  actor: Actor,
): Promise<SeenMalfunction> {
  const found = await findMalfunction(db, id);
  const [seen] = await seenBy(db, found === null ? [] : [found], actor);
  if (seen === undefined) throw new NotFoundError(`no malfunction ${id}`);
  return seen;
}

async function seenBy(
  db: Queryable,
  malfunctions: readonly Malfunction[],
  actor: Actor,
): Promise<SeenMalfunction[]> {
  const ids = malfunctions.map(({ id }) => id);
  const outages = new Map<number, MalfunctionOutage[]>(ids.map((id) => [id, []]));
  for (const outage of ids.length === 0 ? [] : await listMalfunctionOutages(db, ids)) {
    outages.get(outage.malfunction)?.push(outage);
  }
  return malfunctions
    .map((malfunction) =>
      malfunctionSeenBy(actor, { malfunction, outages: outages.get(malfunction.id) ?? [] }),
    )
    .filter((seen) => seen !== null);
}

/** One of a list, as the API and the command line show it. */
export function describeMalfunction(seen: SeenMalfunction) {
  return { ...malfunctionJson(seen.malfunction), scope: malfunctionScope(seen) };
}

/** One, with everything that belongs to it. */
export function describeView(view: MalfunctionView) {
  return {
    ...describeMalfunction(view),
    inTime: view.inTime,
    outages: view.outages.map(outageJson),
    timeline: view.timeline.map(timelineJson),
    related: view.related.map(malfunctionJson),
  };
}
