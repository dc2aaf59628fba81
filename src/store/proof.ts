import { createHash } from "node:crypto";
import { MINUTES_PER_DAY } from "../core/day-counts.ts";
import type { Interval } from "../core/month.ts";
import { MINUTE_MS } from "../core/tally.ts";
import type { Queryable } from "./connect.ts";

const DAY_MS = MINUTES_PER_DAY * MINUTE_MS;

export type ChainDay = {
  readonly vantage: string;
  readonly shard: string;
  readonly day: number;
  readonly rounds: number;
  readonly hash: Buffer;
};

/** The chains' days that overlap the interval, in a fixed order. */
export async function listChainDays(db: Queryable, range: Interval): Promise<ChainDay[]> {
  const { rows } = await db.query<ChainDay>(
    `select v.name as vantage, c.shard, d.day, d.rounds, d.hash
     from chain_day d join chain c on c.id = d.chain_id join vantage v on v.id = c.vantage_id
     where d.day >= $1 and d.day < $2
     order by v.name collate "C", c.shard collate "C", d.day`,
    [Math.floor(range.fromMs / DAY_MS), Math.ceil(range.untilMs / DAY_MS)],
  );
  return rows;
}

/**
 * How many rounds were planned in the interval, and a digest over the chains' hashes of the
 * UTC days that it touches: a figure's tie to its evidence.
 */
export async function findProof(
  db: Queryable,
  range: Interval,
): Promise<{ readonly rounds: number; readonly digest: string }> {
  const days = await listChainDays(db, range);
  const digest = createHash("sha256");
  let rounds = 0;
  for (const { vantage, shard, day, rounds: count, hash } of days) {
    digest.update(JSON.stringify([vantage, shard, day, count, hash.toString("hex")]));
    if (day * DAY_MS >= range.fromMs && (day + 1) * DAY_MS <= range.untilMs) rounds += count;
  }
  rounds += await countEdges(db, range);
  return { rounds, digest: `sha256:${digest.digest("hex")}` };
}

/** A month's first and last UTC day are only partly the month's: those are counted round by round. */
async function countEdges(db: Queryable, { fromMs, untilMs }: Interval): Promise<number> {
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
     ) part`,
    [fromMs, firstWhole, lastWhole, untilMs].map((ms) => new Date(ms).toISOString()),
  );
  return rows[0]?.count ?? 0;
}
