import type { Queryable } from "./connect.ts";

/** What was stored of a vantage, by planned instants. */
export type VantageResults = {
  readonly vantage: string;
  readonly lastRoundMs: number;
  /** Null without a result that is `ok`, `failed` or `invalid`. */
  readonly lastValidMs: number | null;
};

/** The last round and the last valid result of every vantage that has rounds planned since then. */
export async function listVantageResults(
  db: Queryable,
  sinceMs: number,
): Promise<VantageResults[]> {
  const { rows } = await db.query<VantageResults>(
    `select v.name as vantage, max(r.planned_at) as "lastRoundMs",
       max(r.planned_at) filter (where r.outcomes ~ '[ofi]') as "lastValidMs"
     from round r join chain c on c.id = r.chain_id join vantage v on v.id = c.vantage_id
     where r.planned_at >= $1 group by v.name order by v.name`,
    [new Date(sinceMs).toISOString()],
  );
  return rows;
}
