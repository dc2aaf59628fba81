import { parseJson } from "../core/parse-json.ts";
import type { Queryable } from "./connect.ts";

export const DELIVERY_OUTCOMES = ["sent", "temporary", "permanent"] as const;

/** An attempt to deliver a message, and what it said. */
export type StoredDelivery = {
  readonly id: number;
  readonly message: number;
  readonly attempt: number;
  readonly atMs: number;
  readonly channel: string;
  readonly outcome: string;
  readonly tookMs: number;
  readonly detail: string;
  readonly status: string;
  /** Null for a message that was never put into words. */
  readonly title: string | null;
};

type Row = Omit<StoredDelivery, "title"> & { readonly body: string | null };

const SELECT = `select d.id, d.message, d.attempt, d.at as "atMs", d.channel, d.outcome,
  d.took_ms as "tookMs", d.detail, m.status, m.body
  from delivery d join message m on m.id = d.message`;

/** Attempts in the order in which they were written: those after an id, or else the newest. */
export async function listDeliveries(
  db: Queryable,
  query: {
    readonly channel: string | undefined;
    readonly outcome: string | undefined;
    readonly after: number | undefined;
    readonly limit: number;
  },
): Promise<StoredDelivery[]> {
  const { channel, outcome, after, limit } = query;
  const { rows } = await db.query<Row>(
    `${SELECT}
     where d.id > $1 and ($2::text is null or d.channel = $2)
       and ($3::text is null or d.outcome = $3)
     order by d.id ${after === undefined ? "desc" : "asc"} limit $4`,
    [after ?? 0, channel ?? null, outcome ?? null, limit],
  );
  const deliveries = rows.map(deliveryOf);
  return after === undefined ? deliveries.toReversed() : deliveries;
}

/** What is known of a channel by what went through it. */
type ChannelTraffic = {
  readonly channel: string;
  readonly waiting: number;
  readonly lastSentAtMs: number | null;
  /** The last attempt, whatever became of it. */
  readonly last: StoredDelivery | null;
};

/** Of each of the channels, in their order. */
export async function listChannelTraffic(
  db: Queryable,
  channels: readonly string[],
): Promise<ChannelTraffic[]> {
  type Sums = {
    readonly channel: string;
    readonly waiting: number;
    readonly sentAtMs: number | null;
  };
  const { rows: sums } = await db.query<Sums>(
    `select c.id as channel,
       (select count(*) from message m where m.channel = c.id and m.state = 'waiting') as waiting,
       (select max(d.at) from delivery d where d.channel = c.id and d.outcome = 'sent')
         as "sentAtMs"
     from unnest($1::text[]) with ordinality as c (id, place) order by c.place`,
    [channels],
  );
  const { rows } = await db.query<Row>(
    `${SELECT} where d.id in (
       select (select l.id from delivery l where l.channel = c.id order by l.at desc, l.id desc limit 1)
       from unnest($1::text[]) as c (id))`,
    [channels],
  );
  const last = new Map(rows.map((row) => [row.channel, deliveryOf(row)]));
  return sums.map(({ channel, waiting, sentAtMs }) => ({
    channel,
    waiting,
    lastSentAtMs: sentAtMs,
    last: last.get(channel) ?? null,
  }));
}

function deliveryOf({ body, ...delivery }: Row): StoredDelivery {
  // What was sent says more: what began and ended meanwhile was told as over.
  const said = body === null ? null : parseJson(body);
  return {
    ...delivery,
    status: textAt(said, "status") ?? delivery.status,
    title: textAt(said, "title"),
  };
}

function textAt(value: unknown, key: "status" | "title"): string | null {
  if (typeof value !== "object" || value === null) return null;
  const text: unknown = Reflect.get(value, key);
  return typeof text === "string" ? text : null;
}
