import type { PackedDetail } from "../core/round-proof.ts";
import type { Queryable } from "./connect.ts";

/** A stored round whole, with names. */
export type SingleRound = {
  readonly seq: number;
  readonly storedAtMs: number;
  readonly plannedAtMs: number;
  readonly targets: readonly string[];
  readonly outcomes: string;
  readonly offsetsMs: readonly number[];
  readonly latenciesUs: readonly number[];
  readonly details: readonly PackedDetail[];
  readonly previousHash: Buffer;
  readonly hash: Buffer;
};

/** The round of a chain that was planned at this instant; null when there is none. */
export async function findRound(
  db: Queryable,
  chainId: number,
  plannedAtMs: number,
): Promise<SingleRound | null> {
  const { rows } = await db.query<SingleRound>(
    `select seq, stored_at as "storedAtMs", planned_at as "plannedAtMs",
       array(
         select t.name from unnest(r.targets) with ordinality as p (id, position)
         join target t on t.id = p.id order by p.position
       ) as targets,
       outcomes, offsets_ms as "offsetsMs", latencies_us as "latenciesUs",
       coalesce(details, '[]') as details, previous_hash as "previousHash", hash
     from round r where chain_id = $1 and planned_at = $2`,
    [chainId, new Date(plannedAtMs).toISOString()],
  );
  return rows[0] ?? null;
}
