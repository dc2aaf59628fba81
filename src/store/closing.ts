import { canonicalJson } from "../core/canonical-json.ts";
import type { Interval } from "../core/month.ts";
import { lockClass, lockKeys } from "./advisory-locks.ts";
import type { Queryable } from "./connect.ts";

const DAY_MS = 86_400_000;

/** Whoever closes holds this lock until the end of the transaction. */
export async function lockClosing(tx: Queryable): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock($1, $2)`, [lockClass, lockKeys.closing]);
}

/** What a month was closed on, and the interval that its figures reach over. */
export type ClosedOn = Interval & { readonly basis: string };

/** The closed months. */
export async function listClosings(db: Queryable): Promise<Map<string, ClosedOn>> {
  const { rows } = await db.query<ClosedOn & { readonly month: string }>(
    `select month, basis, from_at as "fromMs", until_at as "untilMs" from closing`,
  );
  return new Map(rows.map(({ month, ...closing }) => [month, closing]));
}

export async function saveClosing(
  tx: Queryable,
  month: string,
  { basis, fromMs, untilMs }: ClosedOn,
): Promise<void> {
  await tx.query(
    `insert into closing (month, basis, from_at, until_at) values ($1, $2, $3, $4)
     on conflict (month) do update
       set basis = excluded.basis, from_at = excluded.from_at, until_at = excluded.until_at`,
    [month, basis, iso(fromMs), iso(untilMs)],
  );
}

/**
 * What the reports of an interval rest on, as canonical JSON: the newest seal of each UTC day, the
 * approved exclusions, and the malfunctions whose review is finished, by when.
 */
export async function readBasis(db: Queryable, { fromMs, untilMs }: Interval): Promise<string> {
  const seals = await db.query<{ day: number; revision: number }>(
    `select day, max(revision) as revision from seal where day >= $1 and day < $2
     group by day order by day`,
    [Math.floor(fromMs / DAY_MS), Math.ceil(untilMs / DAY_MS)],
  );
  const exclusions = await db.query<{ id: number }>(
    `select id from exclusion
     where state = 'approved' and from_at < $2 and (recurrence is not null or until_at > $1)
     order by id`,
    [iso(fromMs), iso(untilMs)],
  );
  const malfunctions = await db.query<{ id: number; closedAtMs: number }>(
    `select id, closed_at as "closedAtMs" from malfunction
     where state = 'closed' and began_at < $2 and (restored_at is null or restored_at > $1)
     order by id`,
    [iso(fromMs), iso(untilMs)],
  );
  return canonicalJson({
    seals: seals.rows.map(({ day, revision }) => [day, revision]),
    exclusions: exclusions.rows.map(({ id }) => id),
    // Not named where there is none: what was closed before there were any is not counted again.
    ...(malfunctions.rows.length === 0
      ? {}
      : { malfunctions: malfunctions.rows.map(({ id, closedAtMs }) => [id, closedAtMs]) }),
  });
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
