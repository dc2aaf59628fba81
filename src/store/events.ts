import { createHash } from "node:crypto";
import { canonicalJson, type Json } from "../core/canonical-json.ts";
import { lockClass, lockKeys } from "./advisory-locks.ts";
import type { Queryable } from "./connect.ts";

/** Something that people are told of. */
export type NewEvent = {
  readonly atMs: number;
  readonly kind: string;
  /** Makes the event once: a second one with the same key is not written. */
  readonly key: string;
  readonly month?: string | undefined;
  readonly account?: string | undefined;
  readonly product?: string | undefined;
  readonly region?: string | undefined;
  readonly agreement?: string | undefined;
  readonly subject?: string | undefined;
  readonly data: Json;
};

/**
 * Writes an event in the transaction of what it tells of; false when it is there already. Events
 * are committed in the order of their ids, so that who reads on after an id misses none.
 */
export async function appendEvent(tx: Queryable, event: NewEvent): Promise<boolean> {
  return (await appendEvents(tx, [event])) > 0;
}

/** Writes those events that are not there yet, as `appendEvent` does; gives how many. */
export async function appendEvents(tx: Queryable, events: readonly NewEvent[]): Promise<number> {
  if (events.length === 0) return 0;
  // The lock of the audit log: two locks would be taken in two orders.
  await tx.query(`select pg_advisory_xact_lock($1, $2)`, [lockClass, lockKeys.audit]);
  const { rows: known } = await tx.query<{ key: string }>(
    `select key from event where key = any($1)`,
    [events.map(({ key }) => key)],
  );
  const told = new Set(known.map(({ key }) => key));
  const { rows: lastRows } = await tx.query<{ id: number; hash: Buffer }>(
    `select id, hash from event order by id desc limit 1`,
  );
  let last = lastRows[0] ?? { id: 0, hash: Buffer.alloc(0) };
  const chained: ChainedEvent[] = [];
  for (const event of events) {
    if (told.has(event.key)) continue;
    told.add(event.key);
    const facts = factsOf(event, last.id + 1);
    const hash = hashEvent(last.hash, facts);
    chained.push({ facts, previousHash: last.hash, hash });
    last = { id: facts.id, hash };
  }
  for (let at = 0; at < chained.length; at += AT_ONCE) {
    await insertEvents(tx, chained.slice(at, at + AT_ONCE));
  }
  return chained.length;
}

const AT_ONCE = 1_000;

type ChainedEvent = {
  readonly facts: EventFacts;
  readonly previousHash: Buffer;
  readonly hash: Buffer;
};

function factsOf(event: NewEvent, id: number): EventFacts {
  return {
    id,
    atMs: event.atMs,
    kind: event.kind,
    key: event.key,
    month: event.month ?? null,
    account: event.account ?? null,
    product: event.product ?? null,
    region: event.region ?? null,
    agreement: event.agreement ?? null,
    subject: event.subject ?? null,
    data: canonicalJson(event.data),
  };
}

async function insertEvents(tx: Queryable, events: readonly ChainedEvent[]): Promise<void> {
  const column = (pick: (facts: EventFacts) => string | number | null) =>
    events.map(({ facts }) => pick(facts));
  await tx.query(
    `insert into event (id, at, kind, key, month, account, product, region, agreement, subject,
       data, previous_hash, hash)
     select * from unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::text[],
       $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bytea[],
       $13::bytea[])`,
    [
      column(({ id }) => id),
      column(({ atMs }) => new Date(atMs).toISOString()),
      column(({ kind }) => kind),
      column(({ key }) => key),
      column(({ month }) => month),
      column(({ account }) => account),
      column(({ product }) => product),
      column(({ region }) => region),
      column(({ agreement }) => agreement),
      column(({ subject }) => subject),
      column(({ data }) => data),
      events.map(({ previousHash }) => previousHash),
      events.map(({ hash }) => hash),
    ],
  );
}

/** What the hash of an event covers. */
export type EventFacts = StoredEvent & { readonly key: string };

/** sha256 over the hash of the event before it and the event's text. */
export function hashEvent(previousHash: Uint8Array, event: EventFacts): Buffer {
  const { id, atMs, kind, key, month, account, product, region, agreement, subject, data } = event;
  const facts = [id, atMs, kind, key, month, account, product, region, agreement, subject, data];
  const text = JSON.stringify(["event-1", ...facts]);
  return createHash("sha256").update(previousHash).update(text).digest();
}

/** An event as it is told. */
export type StoredEvent = {
  readonly id: number;
  readonly atMs: number;
  readonly kind: string;
  readonly month: string | null;
  readonly account: string | null;
  readonly product: string | null;
  readonly region: string | null;
  readonly agreement: string | null;
  readonly subject: string | null;
  /** Canonical JSON. */
  readonly data: string;
};

export type EventQuery = {
  /** Only those with a higher id. */
  readonly after: number;
  readonly limit: number;
  readonly kind?: string | undefined;
  /** Only of these accounts, and none that is of no account. */
  readonly accounts?: readonly string[] | undefined;
};

type EventRow = Omit<StoredEvent, "atMs"> & { readonly at: number };

/** Events in the order in which they were written. */
export async function listEvents(db: Queryable, query: EventQuery): Promise<StoredEvent[]> {
  const { rows } = await db.query<EventRow>(
    `select id, at, kind, month, account, product, region, agreement, subject, data from event
     where id > $1 and ($2::text is null or kind = $2)
       and ($3::text[] is null or account = any($3))
     order by id limit $4`,
    [query.after, query.kind ?? null, query.accounts ?? null, query.limit],
  );
  return rows.map(({ at, ...row }) => ({ ...row, atMs: at }));
}

/** The newest event of a subject's month; null when there is none. */
export async function findLastEvent(
  db: Queryable,
  of: { readonly month: string; readonly agreement: string; readonly subject: string },
): Promise<StoredEvent | null> {
  const { rows } = await db.query<EventRow>(
    `select id, at, kind, month, account, product, region, agreement, subject, data from event
     where month = $1 and agreement = $2 and subject = $3 order by id desc limit 1`,
    [of.month, of.agreement, of.subject],
  );
  return rows.map(({ at, ...row }) => ({ ...row, atMs: at }))[0] ?? null;
}

/** Whole rows after an id, to be checked. `isWhole`: its instant has nothing below milliseconds. */
export async function pageEvents(
  db: Queryable,
  { after, limit }: Pick<EventQuery, "after" | "limit">,
): Promise<(EventFacts & { isWhole: boolean; previousHash: Buffer; hash: Buffer })[]> {
  const { rows } = await db.query<
    EventFacts & { isWhole: boolean; previousHash: Buffer; hash: Buffer }
  >(
    `select id, at as "atMs", at = date_trunc('milliseconds', at) as "isWhole", kind, key, month,
       account, product, region, agreement, subject, data, previous_hash as "previousHash", hash
     from event where id > $1 order by id limit $2`,
    [after, limit],
  );
  return rows;
}
