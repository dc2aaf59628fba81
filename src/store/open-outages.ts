import type { Queryable } from "./connect.ts";
import { stateKey } from "./subject-states.ts";

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

/** By `stateKey`, whom the last outage of each of these subjects was told to. */
export async function listToldPlaces(
  db: Queryable,
  subjects: readonly Pick<OpenOutage, "agreement" | "subject">[],
): Promise<Map<string, EventPlace>> {
  if (subjects.length === 0) return new Map();
  const { rows } = await db.query<EventPlace & Pick<OpenOutage, "agreement" | "subject">>(
    `select t.agreement, t.subject, e.account, e.product, e.region
     from unnest($1::text[], $2::text[]) as t (agreement, subject)
     cross join lateral (
       select account, product, region from event
       where month is null and agreement = t.agreement and subject = t.subject and kind = 'outage'
       order by id desc limit 1) e`,
    [subjects.map(({ agreement }) => agreement), subjects.map(({ subject }) => subject)],
  );
  return new Map(
    rows.map(({ account, product, region, ...of }) => [stateKey(of), { account, product, region }]),
  );
}

/** Which of these events were written already. */
export async function listEventKeys(
  db: Queryable,
  events: readonly { readonly key: string }[],
): Promise<Set<string>> {
  if (events.length === 0) return new Set();
  const { rows } = await db.query<{ readonly key: string }>(
    `select key from event where key = any($1)`,
    [events.map(({ key }) => key)],
  );
  return new Set(rows.map(({ key }) => key));
}
