import { MESSAGE_STATUSES } from "../core/message.ts";
import type { Telling, Thread } from "../core/thread.ts";
import { ROUTE_TOPICS, type Topic } from "../core/topic.ts";
import type { Queryable } from "./connect.ts";

export type StoredThread = Thread & {
  readonly id: number;
  /** What the channel itself calls it. */
  readonly reference: string | null;
  /** The kind that the channel was of when it said so. */
  readonly referenceKind: string | null;
};

/** A telling with its rows; null for those that are not there yet. */
export type StoredTelling = Telling & {
  readonly threadId: number | null;
  readonly messageId: number | null;
};

type ThreadRow = Omit<StoredThread, "topic"> & { readonly topic: string };

const COLUMNS = `t.id, t.channel, t.topic, t.about, t.accounts, t.open_members as "openMembers",
  t.interval_ms as "intervalMs", t.opened_at as "openedAtMs", t.over_at as "overAtMs",
  t.escalate_at as "escalateAtMs", t.escalate_to as "escalateTo", t.reference,
  t.reference_kind as "referenceKind"`;

/** Throws RangeError for a row that somebody changed by hand into what is none. */
function threadOf(row: ThreadRow): StoredThread {
  const topic = ROUTE_TOPICS.find((one) => one === row.topic);
  if (topic === undefined) throw new RangeError(`thread ${row.id} has a topic that there is not`);
  return { ...row, topic };
}

export async function listThreads(db: Queryable, ids: readonly number[]): Promise<StoredThread[]> {
  const { rows } = await db.query<ThreadRow>(
    `select ${COLUMNS} from thread t where t.id = any($1) order by t.id`,
    [ids],
  );
  return rows.map(threadOf);
}

/** Threads that are due to be escalated, and not over. */
export async function listEscalations(db: Queryable, nowMs: number): Promise<StoredThread[]> {
  const { rows } = await db.query<ThreadRow>(
    `select ${COLUMNS} from thread t where t.over_at is null and t.escalate_at <= $1 order by t.id`,
    [instant(nowMs)],
  );
  return rows.map(threadOf);
}

/** So that a thread is escalated once. */
export async function endEscalations(tx: Queryable, threads: readonly number[]): Promise<void> {
  await tx.query(`update thread set escalate_at = null where id = any($1)`, [threads]);
}

type WaitingRow = {
  readonly id: number;
  readonly thread: number;
  readonly status: string;
  readonly events: number[];
  readonly dueAtMs: number;
};

/**
 * What is told of some things, or for some members, at present: threads that are not over, and those
 * whose end still waits. The waiting messages are locked until the end of the transaction: nobody sends them
 * meanwhile. One that stands for others tells of theirs alone, and takes up nothing.
 */
export async function listTellings(
  tx: Queryable,
  of: { readonly about: readonly string[]; readonly members: readonly string[] },
): Promise<StoredTelling[]> {
  const { rows: ids } = await tx.query<{ id: number }>(
    `select id from thread where about = any($1)
     union
     select t.id from thread t cross join unnest(t.open_members) as o (member)
     join unnest($2::text[]) as ended (member) using (member) where t.over_at is null`,
    [of.about, of.members],
  );
  const threadIds = ids.map(({ id }) => id);
  const { rows: waiting } = await tx.query<WaitingRow>(
    `select id, thread, status, events, due_at as "dueAtMs" from message m
     where state = 'waiting' and attempts = 0
       and thread = any($1)
       and not exists (select from message part where part.merged_into = m.id)
     order by id for update`,
    [threadIds],
  );
  const { rows: threads } = await tx.query<ThreadRow>(
    `select ${COLUMNS} from thread t
     where t.id = any($1) and (t.over_at is null or t.id = any($2)) order by t.id`,
    [threadIds, waiting.map(({ thread }) => thread)],
  );
  const { rows: sent } = await tx.query<{ thread: number; messages: number; at: number | null }>(
    `select m.thread, count(*) as messages, max(coalesce(m.sent_at, d.sent_at)) as at
     from message m left join message d on d.id = m.merged_into
     where m.thread = any($1) group by m.thread`,
    [threads.map(({ id }) => id)],
  );
  const waitingBy = new Map(waiting.map((message) => [message.thread, message]));
  const sentBy = new Map(sent.map((past) => [past.thread, past]));
  return threads.map((row) => {
    const { id: threadId, reference: _, referenceKind: __, ...thread } = threadOf(row);
    const message = waitingBy.get(threadId);
    const past = sentBy.get(threadId);
    return {
      thread,
      threadId,
      waiting: message === undefined ? null : waitingOf(message),
      messageId: message?.id ?? null,
      hasEarlier: (past?.messages ?? 0) > (message === undefined ? 0 : 1),
      lastSentAtMs: past?.at ?? null,
    };
  });
}

function waitingOf({ id, status: text, events, dueAtMs }: WaitingRow) {
  const status = MESSAGE_STATUSES.find((one) => one === text);
  if (status === undefined) throw new RangeError(`message ${id} has a status that there is not`);
  return { status, events, dueAtMs };
}

/** Writes threads and their waiting messages, in the order given. */
export async function saveTellings(
  tx: Queryable,
  tellings: readonly StoredTelling[],
  nowMs: number,
): Promise<void> {
  if (tellings.length === 0) return;
  const threadIds = await takeIds(tx, "thread", tellings);
  const messageIds = await takeIds(tx, "message", tellings);
  const threads = tellings.map(({ thread, threadId }, index) => ({
    id: threadId ?? threadIds[index],
    channel: thread.channel,
    topic: thread.topic,
    about: thread.about,
    accounts: thread.accounts,
    open_members: thread.openMembers,
    interval_ms: thread.intervalMs,
    opened_at: instant(thread.openedAtMs),
    over_at: instant(thread.overAtMs),
    escalate_at: instant(thread.escalateAtMs),
    escalate_to: thread.escalateTo,
  }));
  await tx.query(
    `insert into thread (id, channel, topic, about, accounts, open_members, interval_ms, opened_at,
       over_at, escalate_at, escalate_to)
     overriding system value
     select id, channel, topic, about, accounts, open_members, interval_ms, opened_at, over_at,
       escalate_at, escalate_to
     from json_to_recordset($1::json) as t(id integer, channel text, topic text, about text,
       accounts text[], open_members text[], interval_ms integer, opened_at timestamptz,
       over_at timestamptz, escalate_at timestamptz, escalate_to text[])
     on conflict (id) do update set accounts = excluded.accounts,
       open_members = excluded.open_members, over_at = excluded.over_at,
       escalate_at = excluded.escalate_at, escalate_to = excluded.escalate_to`,
    [JSON.stringify(threads)],
  );
  const messages = tellings.flatMap(({ thread, waiting, messageId }, index) =>
    waiting === null
      ? []
      : [
          {
            id: messageId ?? messageIds[index],
            thread: threads[index]?.id,
            channel: thread.channel,
            status: waiting.status,
            events: waiting.events,
            due_at: instant(waiting.dueAtMs),
          },
        ],
  );
  await tx.query(
    `insert into message (id, thread, channel, state, status, events, created_at, due_at)
     overriding system value
     select id, thread, channel, 'waiting', status, events, $2, due_at
     from json_to_recordset($1::json) as t(id integer, thread integer, channel text, status text,
       events bigint[], due_at timestamptz)
     on conflict (id) do update set status = excluded.status, events = excluded.events,
       due_at = excluded.due_at`,
    [JSON.stringify(messages), instant(nowMs)],
  );
}

/** The thread of a channel's digests: there is one, and it does not end. */
export async function findDigestThread(
  tx: Queryable,
  of: { readonly channel: string; readonly topic: Topic; readonly nowMs: number },
): Promise<number> {
  const { channel, topic, nowMs } = of;
  const { rows } = await tx.query<{ id: number }>(
    `insert into thread (channel, topic, about, open_members, interval_ms, opened_at, escalate_to)
     values ($1, $2, 'digest', '{}', 0, $3, '{}')
     on conflict (channel, about) where over_at is null do update set topic = excluded.topic
     returning id`,
    [channel, topic, instant(nowMs)],
  );
  const [row] = rows;
  if (row === undefined) throw new Error("a thread that was stored did not come back");
  return row.id;
}

/** As many new ids as rows are asked for: many are written at once, and refer to each other. */
async function takeIds(
  tx: Queryable,
  table: "thread" | "message",
  of: readonly unknown[],
): Promise<number[]> {
  const { rows } = await tx.query<{ id: number }>(
    `select nextval(pg_get_serial_sequence($1, 'id')) as id from generate_series(1, $2::int)`,
    [table, of.length],
  );
  return rows.map(({ id }) => id);
}

function instant(ms: number): string;
function instant(ms: number | null): string | null;
function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
