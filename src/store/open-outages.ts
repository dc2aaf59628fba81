import type { Queryable } from "./connect.ts";

/** An outage that people were told of and that was not over at the last watch. */
export type OpenOutage = {
  readonly agreement: string;
  readonly subject: string;
  readonly fromMs: number;
};

export async function listOpenOutages(db: Queryable): Promise<OpenOutage[]> {
  const { rows } = await db.query<OpenOutage>(
    `select agreement, subject, from_at as "fromMs" from open_outage order by agreement, subject`,
  );
  return rows;
}

/** Takes those that are over out, and puts new ones in. */
export async function saveOpenOutages(
  tx: Queryable,
  { over, began }: { readonly over: readonly OpenOutage[]; readonly began: readonly OpenOutage[] },
): Promise<void> {
  if (over.length > 0) {
    await tx.query(
      `delete from open_outage o using unnest($1::text[], $2::text[]) as t (agreement, subject)
       where o.agreement = t.agreement and o.subject = t.subject`,
      columnsOf(over).slice(0, 2),
    );
  }
  if (began.length > 0) {
    await tx.query(
      `insert into open_outage (agreement, subject, from_at)
       select * from unnest($1::text[], $2::text[], $3::timestamptz[])`,
      columnsOf(began),
    );
  }
}

function columnsOf(outages: readonly OpenOutage[]): string[][] {
  return [
    outages.map(({ agreement }) => agreement),
    outages.map(({ subject }) => subject),
    outages.map(({ fromMs }) => new Date(fromMs).toISOString()),
  ];
}

/** Whom an event is told to. */
export type EventPlace = {
  readonly account: string | null;
  readonly product: string | null;
  readonly region: string | null;
};

/** Of the events with these keys. */
export async function listEventPlaces(
  db: Queryable,
  keys: readonly string[],
): Promise<Map<string, EventPlace>> {
  const { rows } = await db.query<EventPlace & { readonly key: string }>(
    `select key, account, product, region from event where key = any($1)`,
    [keys],
  );
  return new Map(rows.map(({ key, ...place }) => [key, place]));
}
