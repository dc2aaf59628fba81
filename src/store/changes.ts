import type { Queryable } from "./connect.ts";
import { findFiguresVersion } from "./unsettled.ts";

/** What pages show that may have become another since one looked last. */
export type Changes = {
  /** Another one as soon as a figure may be another. */
  readonly figures: string;
  /** The newest event of each account; of none under "". */
  readonly events: ReadonlyMap<string, number>;
  /** The newest of all. */
  readonly lastEvent: number;
};

/** Looks again; events before the last look are known. */
export async function findChanges(db: Queryable, last: Changes | null): Promise<Changes> {
  const { rows } = await db.query<{ account: string; id: number }>(
    last === null
      ? `select '' as account, coalesce(max(id), 0)::bigint as id from event`
      : `select coalesce(account, '') as account, max(id)::bigint as id from event
         where id > $1 group by 1`,
    last === null ? [] : [last.lastEvent],
  );
  const events = new Map(last?.events ?? []);
  for (const { account, id } of rows) events.set(account, id);
  const lastEvent = Math.max(last?.lastEvent ?? 0, ...rows.map(({ id }) => id));
  return { figures: await findFiguresVersion(db), events, lastEvent };
}
