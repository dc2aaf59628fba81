import { DateTime } from "luxon";
import type { Db, Queryable } from "./connect.ts";
import { saveMemo } from "./memo.ts";

/** Makes partitions strictly one after another; any fixed number will do. */
const PARTITION_LOCK = 7_305_001;

type Partition = { readonly name: string; readonly fromMs: number; readonly untilMs: number };

/** Rounds are partitioned by UTC month. */
function partitionOf(ms: number): Partition {
  const from = DateTime.fromMillis(ms, { zone: "utc" }).startOf("month");
  return {
    name: `round_${from.toFormat("yyyy_MM")}`,
    fromMs: from.toMillis(),
    untilMs: from.plus({ months: 1 }).toMillis(),
  };
}

/** Makes the partitions that rounds planned at these instants need. */
export async function ensurePartitions(
  db: Db,
  made: Set<string>,
  plannedAtsMs: readonly number[],
): Promise<void> {
  const months = new Set<number>();
  for (const ms of plannedAtsMs) months.add(ms - (ms % 86_400_000));
  for (const ms of months) {
    const partition = partitionOf(ms);
    if (made.has(partition.name)) continue;
    await createPartition(db, partition);
    made.add(partition.name);
  }
}

async function createPartition(db: Db, partition: Partition): Promise<void> {
  const client = await db.connect();
  try {
    await client.query(`select pg_advisory_lock($1)`, [PARTITION_LOCK]);
    await client.query(
      `create table if not exists ${partition.name} partition of round
       for values from ('${new Date(partition.fromMs).toISOString()}')
       to ('${new Date(partition.untilMs).toISOString()}')`,
    );
  } finally {
    await client.query(`select pg_advisory_unlock($1)`, [PARTITION_LOCK]);
    client.release();
  }
}

/** The memo that says up to which instant (ms) rounds were dropped. */
export const DROPPED_UNTIL = "rounds-dropped-until";

/**
 * Drops partitions that end at or before `horizonMs` and remembers how far. Returns their
 * names.
 */
export async function dropPartitionsBefore(db: Queryable, horizonMs: number): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select c.relname as name from pg_inherits i
     join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'round'::regclass order by 1`,
  );
  const dropped: string[] = [];
  for (const { name } of rows) {
    const start = DateTime.fromFormat(name, "'round_'yyyy_MM", { zone: "utc" });
    const endMs = start.plus({ months: 1 }).toMillis();
    if (!start.isValid || endMs > horizonMs) continue;
    // Remembered first: a round that arrives in between must not join a table that is gone.
    await saveMemo(db, DROPPED_UNTIL, String(endMs));
    await db.query(`drop table ${name}`);
    dropped.push(name);
  }
  return dropped;
}
