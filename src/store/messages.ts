import { MESSAGE_STATUSES, type MessageStatus } from "../core/message.ts";
import { lockClass, lockKeys } from "./advisory-locks.ts";
import type { Queryable } from "./connect.ts";

export type StoredMessage = {
  readonly id: number;
  readonly thread: number;
  readonly channel: string;
  readonly status: MessageStatus;
  readonly events: readonly number[];
  readonly createdAtMs: number;
  readonly dueAtMs: number;
  readonly attempts: number;
  /** No other channel takes it over. */
  readonly stays: boolean;
  /** What is sent, canonical JSON; null before the first attempt. */
  readonly body: string | null;
};

type Row = Omit<StoredMessage, "status"> & { readonly status: string };

const COLUMNS = `m.id, m.thread, m.channel, m.status, m.events, m.created_at as "createdAtMs",
  m.due_at as "dueAtMs", m.attempts, m.stays, m.body`;

/**
 * A message waits until those before it about the same thing have gone, wherever they went: what
 * begins again is told after its end. One that holds others (a digest, or one that is sent anew) goes
 * in their place.
 */
const IN_TURN = `(
  exists (select from message part where part.merged_into = m.id)
  or not exists (
    with recursive earlier (id, state, merged_into) as (
      select p.id, p.state, p.merged_into from thread t
      join thread s on s.channel = t.channel and s.about = t.about
      join message p on p.thread = s.id
      where t.id = m.thread and p.id < m.id and p.state <> 'sent'
      union
      select p.id, p.state, p.merged_into from earlier join message p on p.id = earlier.merged_into)
    select from earlier where state = 'waiting'))`;

/** Longer than any lease, and than clocks of two machines differ. */
const LONGEST_LEASE = `interval '2 minutes'`;
/** Longer than any pause before another try. */
const LONGEST_PAUSE = `interval '61 minutes'`;

/** What lies further ahead was written by a clock that was ahead itself, and waits no longer. */
const IS_DUE = `m.state = 'waiting'
  and (m.due_at <= $1
    or m.attempts = 0 and m.created_at > $1::timestamptz + ${LONGEST_LEASE}
    or m.attempts > 0 and m.due_at > $1::timestamptz + ${LONGEST_PAUSE})
  and (m.leased_until is null or m.leased_until <= $1
    or m.leased_until > $1::timestamptz + ${LONGEST_LEASE})
  and ${IN_TURN}`;

/** Throws RangeError for a row that somebody changed by hand into what is none. */
function messageOfRow(row: Row): StoredMessage {
  const status = MESSAGE_STATUSES.find((one) => one === row.status);
  if (status === undefined) {
    throw new RangeError(`message ${row.id} has a status that there is not`);
  }
  return { ...row, status };
}

/**
 * Whether nobody else makes messages; until the end of the transaction nobody will. A process that
 * is killed holds it no longer than it lives.
 */
export async function announcesAlone(tx: Queryable): Promise<boolean> {
  const { rows } = await tx.query<{ alone: boolean }>(
    `select pg_try_advisory_xact_lock($1, $2) as alone`,
    [lockClass, lockKeys.announce],
  );
  return rows[0]?.alone === true;
}

/** Messages whose turn has come and that nobody is sending, the earliest due first. */
export async function listDueMessages(db: Queryable, nowMs: number): Promise<StoredMessage[]> {
  const { rows } = await db.query<Row>(
    `select ${COLUMNS} from message m where ${IS_DUE} order by m.due_at, m.id`,
    [instant(nowMs)],
  );
  return rows.map(messageOfRow);
}

/** The next instant after `nowMs` at which a message may be due; null when none waits. */
export async function findNextDue(db: Queryable, nowMs: number): Promise<number | null> {
  const { rows } = await db.query<{ at: number | null }>(
    `select min(greatest(due_at, leased_until)) as at from message
     where state = 'waiting' and greatest(due_at, leased_until) > $1`,
    [instant(nowMs)],
  );
  return rows[0]?.at ?? null;
}

/** Takes a message that is due for one attempt; null when it is not, or somebody else has it. */
export async function leaseMessage(
  db: Queryable,
  id: number,
  { nowMs, leaseMs }: { readonly nowMs: number; readonly leaseMs: number },
): Promise<StoredMessage | null> {
  const { rows } = await db.query<Row>(
    `update message m set leased_until = $3, attempts = m.attempts + 1
     where m.id = $2 and ${IS_DUE} returning ${COLUMNS}`,
    [instant(nowMs), id, instant(nowMs + leaseMs)],
  );
  return rows.map(messageOfRow)[0] ?? null;
}

/** Of a channel whose attempts take longer. */
export async function extendLease(
  db: Queryable,
  { id, attempts }: Attempt,
  untilMs: number,
): Promise<void> {
  await db.query(`update message set leased_until = $3 where id = $1 and attempts = $2`, [
    id,
    attempts,
    instant(untilMs),
  ]);
}

/** Deletes a message that has nothing to tell; nobody has tried to send it. */
export async function dropMessage(db: Queryable, { id, attempts }: Attempt): Promise<void> {
  await db.query(`delete from message where id = $1 and attempts = $2 and body is null`, [
    id,
    attempts,
  ]);
}

/** What the thread told last before a message; null when there is nothing. */
export async function findBodyBefore(
  db: Queryable,
  { id, thread, channel }: Pick<StoredMessage, "id" | "thread" | "channel">,
): Promise<string | null> {
  const { rows } = await db.query<{ body: string }>(
    `select body from message
     where thread = $1 and channel = $2 and id < $3 and state = 'sent' order by id desc limit 1`,
    [thread, channel, id],
  );
  return rows[0]?.body ?? null;
}

/** Keeps what is sent. What was kept before stays: a receiver must get the same twice. */
export async function freezeBody(db: Queryable, id: number, body: string): Promise<string> {
  const { rows } = await db.query<{ body: string }>(
    `update message set body = coalesce(body, $2) where id = $1 returning body`,
    [id, body],
  );
  return rows[0]?.body ?? body;
}

export type Delivery = {
  readonly message: number;
  readonly attempt: number;
  readonly atMs: number;
  readonly channel: string;
  readonly outcome: "sent" | "temporary" | "permanent";
  readonly tookMs: number;
  readonly detail: string;
};

export async function insertDelivery(tx: Queryable, delivery: Delivery): Promise<void> {
  const { message, attempt, atMs, channel, outcome, tookMs, detail } = delivery;
  await tx.query(
    `insert into delivery (message, attempt, at, channel, outcome, took_ms, detail)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [message, attempt, instant(atMs), channel, outcome, Math.round(tookMs), detail],
  );
}

/** It has arrived, whoever else still tries. */
export async function markSent(tx: Queryable, id: number, sentAtMs: number): Promise<void> {
  await tx.query(
    `update message set state = 'sent', sent_at = $2, leased_until = null
     where id = $1 and state = 'waiting'`,
    [id, instant(sentAtMs)],
  );
}

/** What the channel calls the thread; only what the thread's own channel says. */
export async function saveReference(
  tx: Queryable,
  { thread, channel }: Pick<StoredMessage, "thread" | "channel">,
  { reference, kind }: { readonly reference: string; readonly kind: string },
): Promise<void> {
  await tx.query(
    `update thread set reference = $3, reference_kind = $4 where id = $1 and channel = $2`,
    [thread, channel, reference, kind],
  );
}

/** The lease was for one attempt: who comes later than its end changes nothing. */
type Attempt = Pick<StoredMessage, "id" | "attempts">;

export async function retryMessage(
  tx: Queryable,
  { id, attempts }: Attempt,
  dueAtMs: number,
): Promise<void> {
  await tx.query(
    `update message set due_at = $3, leased_until = null
     where id = $1 and attempts = $2 and state = 'waiting'`,
    [id, attempts, instant(dueAtMs)],
  );
}

export async function failMessage(tx: Queryable, { id, attempts }: Attempt): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update message set state = 'failed', leased_until = null
     where id = $1 and attempts = $2 and state = 'waiting'`,
    [id, attempts],
  );
  return rowCount === 1;
}

/**
 * Puts messages into a new one, which tells of all their events; gives its id. They are `merged`
 * into a digest, or have `failed` and are sent anew by another channel.
 */
export async function mergeMessages(
  tx: Queryable,
  from: readonly Pick<StoredMessage, "id" | "events">[],
  into: {
    readonly thread: number;
    readonly channel: string;
    readonly status: MessageStatus;
    readonly state: "merged" | "failed";
    readonly nowMs: number;
  },
): Promise<number> {
  const { rows } = await tx.query<{ id: number }>(
    `insert into message (thread, channel, state, status, events, created_at, due_at)
     values ($1, $2, 'waiting', $3, $4, $5, $5) returning id`,
    [
      into.thread,
      into.channel,
      into.status,
      [...new Set(from.flatMap(({ events }) => events))].toSorted((a, b) => a - b),
      instant(into.nowMs),
    ],
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new Error("a message that was stored did not come back");
  await tx.query(
    `update message set state = $2, merged_into = $3, leased_until = null where id = any($1)`,
    [from.map((one) => one.id), into.state, id],
  );
  return id;
}

/** What a message tells of: itself, or the messages that went into it. */
export type MessagePart = {
  readonly message: number;
  readonly thread: number;
  readonly events: readonly number[];
};

export async function listParts(db: Queryable, ids: readonly number[]): Promise<MessagePart[]> {
  const { rows } = await db.query<MessagePart>(
    `with recursive part (root, id) as (
       select id, id from message where id = any($1)
       union all
       select part.root, m.id from part join message m on m.merged_into = part.id)
     select part.root as message, m.thread, m.events from part join message m on m.id = part.id
     where not exists (select from message inner_one where inner_one.merged_into = m.id)
     order by m.id`,
    [ids],
  );
  return rows;
}

/** The newest event that a thread has told, or will tell; null when there is none. */
export async function findLastEventOf(db: Queryable, thread: number): Promise<number | null> {
  const { rows } = await db.query<{ event: number | null }>(
    `select max(e) as event from message m, unnest(m.events) e where m.thread = $1`,
    [thread],
  );
  return rows[0]?.event ?? null;
}

/** Those that nobody has tried to send, until the end of the transaction locked. */
export async function lockUntried(
  tx: Queryable,
  ids: readonly number[],
): Promise<Pick<StoredMessage, "id" | "events">[]> {
  const { rows } = await tx.query<Pick<StoredMessage, "id" | "events">>(
    `select id, events from message where id = any($1) and state = 'waiting' and attempts = 0
     order by id for update`,
    [ids],
  );
  return rows;
}

/** How a channel has answered of late. */
export type ChannelPast = {
  readonly firstAttemptAtMs: number;
  /** Failures in a row, this message's or another's, and the first one of them. */
  readonly failures: number;
  readonly failingSinceMs: number | null;
};

/** Up to now, with the attempt that was just written down. */
export async function readChannelPast(
  tx: Queryable,
  { channel, message }: { readonly channel: string; readonly message: number },
): Promise<ChannelPast> {
  const { rows } = await tx.query<ChannelPast>(
    `select (select min(at) from delivery where message = $2) as "firstAttemptAtMs",
       count(*) as failures, min(at) as "failingSinceMs"
     from delivery where channel = $1 and outcome <> 'sent' and id > coalesce(
       (select id from delivery where channel = $1 and outcome = 'sent' order by id desc limit 1),
       0)`,
    [channel, message],
  );
  const [row] = rows;
  if (row === undefined) throw new Error("an attempt that was stored did not come back");
  return row;
}

/** Those that wait to be tried again are tried now. */
export async function hastenRetries(tx: Queryable, channel: string, nowMs: number): Promise<void> {
  await tx.query(
    `update message set due_at = $2
     where channel = $1 and state = 'waiting' and attempts > 0 and due_at > $2`,
    [channel, instant(nowMs)],
  );
}

/** What a channel is busy with. */
type Traffic = {
  /** Those that began since an instant, and those that are being made. */
  readonly attempts: number;
  readonly underway: number;
};

/** By channel: attempts that began at or after `sinceMs`. */
export async function countAttempts(
  db: Queryable,
  { sinceMs, nowMs }: { readonly sinceMs: number; readonly nowMs: number },
): Promise<Map<string, Traffic>> {
  const { rows } = await db.query<Traffic & { channel: string }>(
    `select channel, count(*) as attempts, count(*) filter (where is_underway) as underway from (
       select channel, false as is_underway from delivery where at between $1 and $2
       union all
       select channel, true from message where state = 'waiting' and leased_until > $2
         and leased_until <= $2::timestamptz + ${LONGEST_LEASE}) as one
     group by channel`,
    [instant(sinceMs), instant(nowMs)],
  );
  return new Map(rows.map(({ channel, ...traffic }) => [channel, traffic]));
}

/** Deletes what was told before the instant; what is not over yet keeps its thread. */
export async function deleteMessagesBefore(tx: Queryable, beforeMs: number): Promise<number> {
  const before = instant(beforeMs);
  await tx.query(
    `delete from delivery using message m
     where m.id = delivery.message and m.created_at < $1 and m.state <> 'waiting'`,
    [before],
  );
  const { rowCount } = await tx.query(
    `delete from message m where created_at < $1 and state <> 'waiting'`,
    [before],
  );
  await tx.query(
    `delete from thread t where opened_at < $1 and (over_at is not null or open_members = '{}')
       and not exists (select from message m where m.thread = t.id)`,
    [before],
  );
  await tx.query(`delete from letter where at < $1`, [before]);
  return rowCount ?? 0;
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
