import type { Queryable } from "./connect.ts";

/** Of each vantage that has rounds, the planned instant of the last one. */
export async function listLastRounds(db: Queryable): Promise<Map<string, number>> {
  // For each chain the end of its index: no partition but the newest is looked into.
  const { rows } = await db.query<{ name: string; last: number }>(
    `select vantage.name, max(newest.planned_at) as last
     from chain join vantage on vantage.id = chain.vantage_id,
       lateral (select planned_at from round where chain_id = chain.id
                order by planned_at desc limit 1) as newest
     group by vantage.name`,
  );
  return new Map(rows.map(({ name, last }) => [name, last]));
}

/** How many malfunctions of each level are open, overdue, acknowledged or restored. */
export async function countMalfunctions(
  db: Queryable,
  nowMs: number,
): Promise<{ readonly level: string; readonly state: string; readonly count: number }[]> {
  const { rows } = await db.query<{ level: string; state: string; count: number }>(
    `select level, count(*)::int as count,
       case when state = 'restored' then 'restored'
            when acknowledged_at is not null then 'acknowledged'
            when respond_by < $1 then 'overdue'
            else 'open' end as state
     from malfunction where state <> 'closed' group by 1, 3`,
    [new Date(nowMs).toISOString()],
  );
  return rows;
}
