import type { Interval } from "../core/month.ts";
import { lockClass, lockKeys } from "./advisory-locks.ts";
import type { Queryable } from "./connect.ts";

const DAY_MS = 86_400_000;

/** Whoever closes holds this lock until the end of the transaction. */
export async function lockClosing(tx: Queryable): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock($1, $2)`, [lockClass, lockKeys.closing]);
}

/** The closed months, each with what it was last compared with. */
export async function listCompared(db: Queryable): Promise<Map<string, string>> {
  const { rows } = await db.query<{ month: string; compared: string }>(
    `select month, compared from closing`,
  );
  return new Map(rows.map(({ month, compared }) => [month, compared]));
}

export async function saveCompared(tx: Queryable, month: string, compared: string): Promise<void> {
  await tx.query(
    `insert into closing (month, compared) values ($1, $2)
     on conflict (month) do update set compared = excluded.compared`,
    [month, compared],
  );
}

/** What a closed month rests on: the newest seal of each UTC day, and the approved exclusions. */
export type Basis = {
  readonly seals: readonly (readonly [day: number, revision: number])[];
  readonly exclusions: readonly number[];
};

export async function readBasis(db: Queryable, { fromMs, untilMs }: Interval): Promise<Basis> {
  const seals = await db.query<{ day: number; revision: number }>(
    `select day, max(revision) as revision from seal where day >= $1 and day < $2
     group by day order by day`,
    [Math.floor(fromMs / DAY_MS), Math.ceil(untilMs / DAY_MS)],
  );
  const exclusions = await db.query<{ id: number }>(
    `select id from exclusion
     where state = 'approved' and from_at < $2 and (recurrence is not null or until_at > $1)
     order by id`,
    [fromMs, untilMs].map((ms) => new Date(ms).toISOString()),
  );
  return {
    seals: seals.rows.map(({ day, revision }) => [day, revision] as const),
    exclusions: exclusions.rows.map(({ id }) => id),
  };
}
