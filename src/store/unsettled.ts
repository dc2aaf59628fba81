import type { Minute } from "../core/counts.ts";
import { MINUTES_PER_DAY } from "../core/day-counts.ts";
import type { Queryable } from "./connect.ts";

export type UnsettledDay = { readonly vantageId: number; readonly day: number };

/** Days with marked minutes below `until`, newest first: the present goes before the past. */
export async function listUnsettledDays(db: Queryable, until: Minute): Promise<UnsettledDay[]> {
  const { rows } = await db.query<{ vantage_id: number; day: number }>(
    `select distinct vantage_id, minute / ${MINUTES_PER_DAY} as day from unsettled
     where minute < $1 order by day desc, vantage_id`,
    [until],
  );
  return rows.map((row) => ({ vantageId: row.vantage_id, day: row.day }));
}

/** Whether minutes of the interval wait for the settler. */
export async function hasUnsettled(
  db: Queryable,
  { from, until }: { readonly from: Minute; readonly until: Minute },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `select from unsettled where minute >= $1 and minute < $2 limit 1`,
    [from, until],
  );
  return rowCount !== 0;
}

/** The marked minutes of one vantage and day, sorted. */
export async function listUnsettled(
  db: Queryable,
  { vantageId, day }: UnsettledDay,
): Promise<Minute[]> {
  const { rows } = await db.query<{ minute: number }>(
    `select minute from unsettled where vantage_id = $1 and minute >= $2 and minute < $3
     order by minute`,
    [vantageId, day * MINUTES_PER_DAY, (day + 1) * MINUTES_PER_DAY],
  );
  return rows.map(({ minute }) => minute);
}

/**
 * Takes the marks of one vantage and day. Runs inside the transaction that derives them:
 * settlers of one vantage and day go one after another, and a recorder that marks one of
 * these minutes waits until the transaction ends. Marks are locked in the recorders' order.
 */
export async function takeUnsettled(
  tx: Queryable,
  { vantageId, day }: UnsettledDay,
  until: Minute,
): Promise<Minute[]> {
  await lockDay(tx, { vantageId, day });
  const { rows } = await tx.query<{ minute: number }>(
    `select minute from unsettled where vantage_id = $1 and minute >= $2 and minute < $3
     order by minute for update`,
    [vantageId, day * MINUTES_PER_DAY, Math.min(until, (day + 1) * MINUTES_PER_DAY)],
  );
  const minutes = rows.map(({ minute }) => minute);
  await tx.query(`delete from unsettled where vantage_id = $1 and minute = any($2::int[])`, [
    vantageId,
    minutes,
  ]);
  return minutes;
}

/** Whoever derives a vantage's day holds this lock until the end of its transaction. */
export async function lockDay(tx: Queryable, { vantageId, day }: UnsettledDay): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock($1, $2)`, [vantageId, day]);
}

/** How far minutes are settled, as an instant; null before the first. */
export async function findSettledUntil(db: Queryable): Promise<number | null> {
  const { rows } = await db.query<{ settled_until: number }>(
    `select settled_until from progress where settled_until > 'epoch'`,
  );
  return rows[0]?.settled_until ?? null;
}

/** Makes another version of all figures, also while none is settled. */
export async function markFiguresChanged(tx: Queryable): Promise<void> {
  await tx.query(
    `insert into progress (settled_until, derivations) values ('epoch', 1)
     on conflict (only_row) do update set derivations = progress.derivations + 1`,
  );
}

/**
 * Moves the mark forward and counts the minutes derived. It goes back only from the future,
 * where a clock that was ahead has put it.
 */
export async function saveSettledUntil(
  db: Queryable,
  untilMs: number,
  derived: number,
): Promise<void> {
  await db.query(
    `insert into progress (settled_until, derivations) values ($1, $2)
     on conflict (only_row) do update
       set settled_until = case
           when progress.settled_until > excluded.settled_until + interval '5 minutes'
             then excluded.settled_until
           else greatest(progress.settled_until, excluded.settled_until)
         end,
         derivations = progress.derivations + excluded.derivations`,
    [new Date(untilMs).toISOString(), derived],
  );
}

/** Changes whenever a figure may have changed. */
export async function findFiguresVersion(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ version: string }>(
    `select settled_until || ' ' || derivations as version from progress`,
  );
  return rows[0]?.version ?? "";
}
