import type { Interval } from "../core/month.ts";
import type { Queryable } from "./connect.ts";

/** That a chain holds results of a target; both by the database's ids. */
export type ChainTarget = { readonly chainId: number; readonly targetId: number };

/** Notes what chains hold, to be done before their rounds are stored. */
export async function saveChainTargets(db: Queryable, held: readonly ChainTarget[]): Promise<void> {
  if (held.length === 0) return;
  // In one order, so that two that note the same do not wait for each other.
  await db.query(
    `insert into chain_target (target_id, chain_id)
     select * from unnest($1::int[], $2::int[]) as t (target_id, chain_id) order by 1, 2
     on conflict do nothing`,
    [held.map(({ targetId }) => targetId), held.map(({ chainId }) => chainId)],
  );
}

/** What each chain is said to hold, by its id. */
export async function listChainTargets(db: Queryable): Promise<Map<number, Set<number>>> {
  const { rows } = await db.query<{ chain_id: number; targets: number[] }>(
    `select chain_id, array_agg(target_id) as targets from chain_target group by chain_id`,
  );
  return new Map(rows.map(({ chain_id: chainId, targets }) => [chainId, new Set(targets)]));
}

/** Notes what the rounds planned in the interval show to be missing. Returns how many were. */
export async function mendChainTargets(db: Queryable, range: Interval): Promise<number> {
  const { rowCount } = await db.query(
    `insert into chain_target (target_id, chain_id)
     select distinct unnest(held.targets), c.id
     from chain c cross join lateral (
       -- Chain by chain along the index: a scan would read a whole partition for a day of it.
       select distinct targets from round r
       where r.chain_id = c.id and r.planned_at >= $1 and r.planned_at < $2
     ) held
     order by 1, 2
     on conflict do nothing`,
    [new Date(range.fromMs).toISOString(), new Date(range.untilMs).toISOString()],
  );
  return rowCount ?? 0;
}
