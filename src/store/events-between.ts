import type { Queryable } from "./connect.ts";
import type { StoredEvent } from "./events.ts";

type EventRow = Omit<StoredEvent, "atMs"> & { readonly at: number };

/** The newest events of some kinds that were written in [fromMs, untilMs), newest first. */
export async function listEventsBetween(
  db: Queryable,
  query: {
    readonly fromMs: number;
    readonly untilMs: number;
    readonly kinds: readonly string[];
    /** Only of these accounts, and none that is of no account; null for all. */
    readonly accounts: readonly string[] | null;
    readonly limit: number;
  },
): Promise<StoredEvent[]> {
  const { rows } = await db.query<EventRow>(
    `select id, at, kind, month, account, product, region, agreement, subject, data from event
     where kind = any($1) and at >= $2 and at < $3 and ($4::text[] is null or account = any($4))
     order by id desc limit $5`,
    [
      query.kinds,
      new Date(query.fromMs).toISOString(),
      new Date(query.untilMs).toISOString(),
      query.accounts,
      query.limit,
    ],
  );
  return rows.map(({ at, ...row }) => ({ ...row, atMs: at }));
}
