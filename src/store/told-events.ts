import type { Queryable } from "./connect.ts";
import type { StoredEvent } from "./events.ts";

/** The newest event of all; 0 when there is none. */
export async function findLastEventId(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ id: number }>(`select coalesce(max(id), 0) as id from event`);
  return rows[0]?.id ?? 0;
}

/** Events by id, in their order. */
export async function findEvents(db: Queryable, ids: readonly number[]): Promise<StoredEvent[]> {
  const { rows } = await db.query<StoredEvent>(
    `select id, at as "atMs", kind, month, account, product, region, agreement, subject, data
     from event where id = any($1) order by id`,
    [ids],
  );
  return rows;
}
