import type { Queryable } from "./connect.ts";

/** What was stored of a vantage, by planned instants. */
export type VantageResults = {
  readonly vantage: string;
  readonly lastRoundMs: number;
  /** Null without a result that is `ok`, `failed` or `invalid`. */
  readonly lastValidMs: number | null;
};

/** The last round and the last valid result of each vantage that has rounds planned since its instant. */
export async function listVantageResults(
  db: Queryable,
  sinceMs: ReadonlyMap<string, number>,
): Promise<VantageResults[]> {
  const { rows } = await db.query<VantageResults>(
    // Chain by chain, in the partitions that its own time reaches.
    `select v.name as vantage, max(last.round) as "lastRoundMs", max(last.valid) as "lastValidMs"
     from unnest($1::text[], $2::timestamptz[]) as t (name, since)
     join vantage v on v.name = t.name join chain c on c.vantage_id = v.id
     cross join lateral (
       select max(planned_at) as round, max(planned_at) filter (where outcomes ~ '[ofi]') as valid
       from round where chain_id = c.id and planned_at >= t.since) as last
     group by v.name having max(last.round) is not null order by v.name`,
    [[...sinceMs.keys()], [...sinceMs.values()].map((ms) => new Date(ms).toISOString())],
  );
  return rows;
}
