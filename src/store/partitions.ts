import { DateTime } from "luxon";
import { SYSTEM } from "../core/access.ts";
import { appendAudit } from "./audit.ts";
import { withTransaction, type Db, type Queryable } from "./connect.ts";
import { findMemo } from "./memo.ts";

/** Makes partitions strictly one after another; any fixed number will do. */
const PARTITION_LOCK = 7_305_001;
const DAY_MS = 86_400_000;

/** A table with the rounds that are planned in [fromMs, untilMs). */
export type Partition = {
  readonly name: string;
  readonly fromMs: number;
  readonly untilMs: number;
};

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
  const days = new Set<number>();
  for (const ms of plannedAtsMs) days.add(ms - (ms % DAY_MS));
  for (const ms of days) {
    const partition = partitionOf(ms);
    if (made.has(partition.name)) continue;
    await createPartition(db, partition);
    made.add(partition.name);
  }
}

/**
 * Attached, not made as a partition at once: that would wait for everybody who writes rounds,
 * among them an import that waits for this very partition.
 */
async function createPartition(db: Db, { fromMs }: Partition): Promise<void> {
  await withTransaction(db, (tx) => attachPartition(tx, fromMs));
}

/** Makes the partition of an instant, unless it is there, as a part of the caller's transaction. */
export async function attachPartition(tx: Queryable, plannedAtMs: number): Promise<void> {
  const { name, fromMs, untilMs } = partitionOf(plannedAtMs);
  await tx.query(`select pg_advisory_xact_lock($1)`, [PARTITION_LOCK]);
  const { rows } = await tx.query<{ exists: boolean }>(
    `select to_regclass($1) is not null as exists`,
    [name],
  );
  if (rows[0]?.exists === true) return;
  await tx.query(`create table ${name} (like round including defaults including constraints)`);
  await tx.query(
    `alter table round attach partition ${name}
     for values from ('${new Date(fromMs).toISOString()}')
     to ('${new Date(untilMs).toISOString()}')`,
  );
}

/** The partitions that are there, oldest first. */
export async function listPartitions(db: Queryable): Promise<Partition[]> {
  const { rows } = await db.query<{ name: string }>(
    `select c.relname as name from pg_inherits i
     join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'round'::regclass order by 1`,
  );
  return rows.flatMap(({ name }) => {
    const from = DateTime.fromFormat(name, "'round_'yyyy_MM", { zone: "utc" });
    return from.isValid ? [partitionOf(from.toMillis())] : [];
  });
}

/** The memo that says up to which instant (ms) rounds were dropped. */
const DROPPED_UNTIL = "rounds-dropped-until";

/** The instant before which rounds were dropped: none of that time are stored any more. */
export async function findDroppedUntil(db: Queryable): Promise<number> {
  return Number((await findMemo(db, DROPPED_UNTIL)) ?? 0);
}

/** To be asked after a UTC day's rounds were read: those dropped in between were missing there. */
export async function wasDropped(tx: Queryable, day: number): Promise<boolean> {
  return day * DAY_MS < (await findDroppedUntil(tx));
}

/** How the audit log speaks of it. */
export const DROPPED_ITEM = "rounds:dropped-until";
export const droppedJson = (untilMs: number) => ({ until: new Date(untilMs).toISOString() });

/**
 * Drops partitions that end at or before `horizonMs` and remembers how far. Returns their
 * names. Throws when one is in use for long; the next time will do.
 */
export async function dropPartitionsBefore(
  db: Db,
  { horizonMs, nowMs }: { readonly horizonMs: number; readonly nowMs: number },
): Promise<string[]> {
  const dropped: string[] = [];
  for (const { name, untilMs } of await listPartitions(db)) {
    if (untilMs > horizonMs) continue;
    // Remembered first: a round that arrives in between must not join a table that is gone.
    await withTransaction(db, (tx) => saveDroppedUntil(tx, untilMs, nowMs));
    await withTransaction(db, async (tx) => {
      // Whoever writes rounds waits behind this statement while it waits itself.
      await tx.query(`set local lock_timeout = '3s'`);
      await tx.query(`drop table if exists ${name}`);
    });
    dropped.push(name);
  }
  return dropped;
}

/** Moves the memo forward, never back. What is missing since then is excused by the audit log. */
async function saveDroppedUntil(tx: Queryable, untilMs: number, nowMs: number): Promise<void> {
  const before = await findDroppedUntil(tx);
  if (before >= untilMs) return;
  await appendAudit(tx, {
    atMs: nowMs,
    actor: SYSTEM,
    action: "rounds.drop",
    item: DROPPED_ITEM,
    before: before === 0 ? null : droppedJson(before),
    after: droppedJson(untilMs),
  });
  await tx.query(
    `insert into memo (name, value) values ($1, $2::bigint::text)
     on conflict (name) do update
       set value = greatest(memo.value::bigint, excluded.value::bigint)::text`,
    [DROPPED_UNTIL, untilMs],
  );
}
