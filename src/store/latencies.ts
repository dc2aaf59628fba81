import type { Interval } from "../core/month.ts";
import type { Queryable } from "./connect.ts";

/** About a day's rounds are read by one statement, so that none takes long however many shards there are. */
const PART_MS = 86_400_000;

/** A target from one vantage. */
export type VantageSteps = {
  readonly vantage: string;
  /** By the step's begin: the median (nearest rank) of what was planned in it; none where nothing succeeded. */
  readonly p50Ms: ReadonlyMap<number, number>;
  /** When the first results that succeeded were planned. */
  readonly firstAtMs: readonly number[];
};

type Row = {
  readonly vantage: string;
  /** Null: of all steps. */
  readonly stepAtMs: number | null;
  readonly p50Us: number | null;
  readonly firstAtMs: readonly number[] | null;
};

type LatencyQuery = Interval & {
  /** Steps begin at its multiples. */
  readonly stepMs: number;
  /** So many instants of first results at most. */
  readonly firsts: number;
};

/**
 * A target's latencies by steps, from every vantage that has a result of it, in the order of their
 * names. The database sorts them: of a month of 5-second rounds there are too many to hold.
 */
export async function listLatencySteps(
  db: Queryable,
  target: string,
  query: LatencyQuery,
): Promise<VantageSteps[]> {
  const found = new Map<string, { p50Ms: Map<number, number>; firstAtMs: number[] }>();
  for (const part of partsOf(query)) {
    for (const row of await listPart(db, target, { ...query, ...part })) {
      const { vantage, stepAtMs, p50Us, firstAtMs } = row;
      const one = found.get(vantage) ?? { p50Ms: new Map<number, number>(), firstAtMs: [] };
      found.set(vantage, one);
      if (stepAtMs !== null && p50Us !== null) one.p50Ms.set(stepAtMs, p50Us / 1000);
      one.firstAtMs.push(...(firstAtMs ?? []).slice(0, query.firsts - one.firstAtMs.length));
    }
  }
  return [...found]
    .map(([vantage, one]) => ({ vantage, ...one }))
    .toSorted((a, b) => (a.vantage < b.vantage ? -1 : 1));
}

/** Whole steps. */
function partsOf({ fromMs, untilMs, stepMs }: LatencyQuery): Interval[] {
  const partMs = Math.max(1, Math.floor(PART_MS / stepMs)) * stepMs;
  const parts: Interval[] = [];
  for (let atMs = Math.floor(fromMs / stepMs) * stepMs; atMs < untilMs; atMs += partMs) {
    parts.push({ fromMs: Math.max(fromMs, atMs), untilMs: Math.min(untilMs, atMs + partMs) });
  }
  return parts;
}

async function listPart(
  db: Queryable,
  target: string,
  { fromMs, untilMs, stepMs, firsts }: LatencyQuery,
): Promise<Row[]> {
  // Materialized: the rounds' arrays are left behind before anything is sorted.
  const { rows } = await db.query<Row>(
    `with sample as materialized (
       select c.vantage_id, r.planned_at,
         floor(extract(epoch from r.planned_at) * 1000 / $4::bigint)::bigint * $4 as "stepAtMs",
         case when substr(r.outcomes, p.position, 1) = 'o' then r.latencies_us[p.position] end as us
       from target t
       join chain_target h on h.target_id = t.id join chain c on c.id = h.chain_id
       join round r on r.chain_id = c.id and r.planned_at >= $2 and r.planned_at < $3
       cross join lateral (select array_position(r.targets, t.id) as position) p
       where t.name = $1 and p.position is not null),
     by_step as (
       select vantage_id, "stepAtMs", percentile_disc(0.5) within group (order by us) as "p50Us",
         (array_agg(planned_at order by planned_at) filter (where us is not null))[1:$5::int]
           as "firstAtMs"
       from sample group by grouping sets ((vantage_id, "stepAtMs"), (vantage_id)))
     select v.name as vantage, "stepAtMs", "p50Us",
       case when "stepAtMs" is null then "firstAtMs" end as "firstAtMs"
     from by_step join vantage v on v.id = vantage_id`,
    [target, iso(fromMs), iso(untilMs), stepMs, firsts],
  );
  return rows;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
