import { createHash } from "node:crypto";
import { MINUTES_PER_DAY } from "../core/day-counts.ts";
import type { Interval } from "../core/month.ts";
import { MINUTE_MS } from "../core/tally.ts";
import type { Queryable } from "./connect.ts";

const DAY_MS = MINUTES_PER_DAY * MINUTE_MS;

type ChainDay = {
  readonly vantage: string;
  readonly shard: string;
  readonly day: number;
  readonly rounds: number;
  readonly hash: Buffer;
};

/** The chains' days that overlap the interval, in a fixed order; of all chains, or of some. */
async function listChainDays(
  db: Queryable,
  range: Interval,
  chainIds: readonly number[] | null,
): Promise<ChainDay[]> {
  const { rows } = await db.query<ChainDay>(
    `select v.name as vantage, c.shard, d.day, d.rounds, d.hash
     from chain_day d join chain c on c.id = d.chain_id join vantage v on v.id = c.vantage_id
     where d.day >= $1 and d.day < $2 and ($3::int[] is null or c.id = any($3))
     order by v.name collate "C", c.shard collate "C", d.day`,
    [Math.floor(range.fromMs / DAY_MS), Math.ceil(range.untilMs / DAY_MS), chainIds],
  );
  return rows;
}

/**
 * The chains that measured any of the targets in the interval. A chain is mostly of one account, then
 * the first of its rounds decides at once; those of imports, and shards that changed hands, are not.
 */
async function listChainsOf(
  db: Queryable,
  { fromMs, untilMs }: Interval,
  targets: readonly string[],
): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    `with wanted as (select array_agg(id) as ids from target where name = any($3))
     select h.chain_id as id
     from (select distinct chain_id from chain_target, wanted where target_id = any(ids)) h, wanted
     cross join lateral (
       select from round r
       where r.chain_id = h.chain_id and r.planned_at >= $1 and r.planned_at < $2
         and r.targets && ids
       limit 1
     ) held`,
    [new Date(fromMs).toISOString(), new Date(untilMs).toISOString(), targets],
  );
  return rows.map(({ id }) => id);
}

/**
 * How many rounds were planned in the interval, and a digest over the chains' hashes of the
 * UTC days that it touches: a figure's tie to its evidence. Of all chains, or of those, each whole,
 * that measured some targets.
 */
export async function findProof(
  db: Queryable,
  range: Interval,
  targets: readonly string[] | null = null,
): Promise<{ readonly rounds: number; readonly digest: string }> {
  const chainIds = targets === null ? null : await listChainsOf(db, range, targets);
  const days = await listChainDays(db, range, chainIds);
  const digest = createHash("sha256");
  let rounds = 0;
  for (const { vantage, shard, day, rounds: count, hash } of days) {
    digest.update(JSON.stringify([vantage, shard, day, count, hash.toString("hex")]));
    if (day * DAY_MS >= range.fromMs && (day + 1) * DAY_MS <= range.untilMs) rounds += count;
  }
  rounds += await countEdges(db, range, chainIds);
  return { rounds, digest: `sha256:${digest.digest("hex")}` };
}

/** A month's first and last UTC day are only partly the month's: those are counted round by round. */
async function countEdges(
  db: Queryable,
  { fromMs, untilMs }: Interval,
  chainIds: readonly number[] | null,
): Promise<number> {
  const firstWhole = Math.min(Math.ceil(fromMs / DAY_MS) * DAY_MS, untilMs);
  const lastWhole = Math.max(Math.floor(untilMs / DAY_MS) * DAY_MS, firstWhole);
  // Chain by chain along the index: a scan would read whole partitions.
  const { rows } = await db.query<{ count: number }>(
    `select coalesce(sum(part.count), 0)::bigint as count
     from chain c
     cross join (values ($1::timestamptz, $2::timestamptz), ($3, $4)) as edge (from_at, until_at)
     cross join lateral (
       select count(*) as count from round r
       where r.chain_id = c.id and r.planned_at >= edge.from_at and r.planned_at < edge.until_at
     ) part
     where $5::int[] is null or c.id = any($5)`,
    [...[fromMs, firstWhole, lastWhole, untilMs].map((ms) => new Date(ms).toISOString()), chainIds],
  );
  return rows[0]?.count ?? 0;
}
