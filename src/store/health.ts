import type { Outcome } from "../core/outcome.ts";
import type { Queryable } from "./connect.ts";

/** The results of each vantage planned in [fromMs, untilMs), by outcome. */
export async function countOutcomes(
  db: Queryable,
  { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
): Promise<Map<string, Record<Outcome, number>>> {
  const { rows } = await db.query<Record<Outcome, number> & { readonly vantage: string }>(
    `select v.name as vantage,
       coalesce(sum(regexp_count(r.outcomes, 'o')), 0)::bigint as ok,
       coalesce(sum(regexp_count(r.outcomes, 'f')), 0)::bigint as failed,
       coalesce(sum(regexp_count(r.outcomes, 'i')), 0)::bigint as invalid,
       coalesce(sum(regexp_count(r.outcomes, 'u')), 0)::bigint as unknown
     from round r join chain c on c.id = r.chain_id join vantage v on v.id = c.vantage_id
     where r.planned_at >= $1 and r.planned_at < $2 group by v.name`,
    [new Date(fromMs).toISOString(), new Date(untilMs).toISOString()],
  );
  return new Map(rows.map(({ vantage, ...counts }) => [vantage, counts]));
}

/** How large the database is, and what it runs on. */
export async function findDatabase(
  db: Queryable,
): Promise<{ readonly bytes: number; readonly version: string }> {
  const { rows } = await db.query<{ bytes: number; version: string }>(
    `select pg_database_size(current_database())::bigint as bytes,
       current_setting('server_version') as version`,
  );
  return rows[0] ?? { bytes: 0, version: "" };
}

/** Minutes of vantages that wait for the settler, of those that ended before an instant. */
export async function countUnsettled(db: Queryable, untilMs: number): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::bigint as count from unsettled where minute < $1`,
    [Math.floor(untilMs / 60_000)],
  );
  return rows[0]?.count ?? 0;
}
