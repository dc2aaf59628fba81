import { mergeMessages, failMessage, type StoredMessage } from "./messages.ts";
import type { Queryable } from "./connect.ts";

// Messages that another channel takes over, and those that come back from it.

/** Hands a message on to another channel; false when somebody else has it by now. */
export async function handOver(
  tx: Queryable,
  message: StoredMessage,
  { channel, nowMs }: { readonly channel: string; readonly nowMs: number },
): Promise<boolean> {
  if (!(await failMessage(tx, message))) return false;
  const { thread, status } = message;
  await mergeMessages(tx, [message], { thread, channel, status, state: "failed", nowMs });
  return true;
}

/**
 * Puts what these messages hold in another channel's place back there, for good: they could not take
 * it over.
 */
export async function giveBack(
  tx: Queryable,
  ids: readonly number[],
  dueAtMs: number,
): Promise<void> {
  await tx.query(
    `with recursive part (id) as (
       select unnest($1::integer[])
       union select m.id from part join message m on m.merged_into = part.id)
     update message m
     set state = 'waiting', stays = true, merged_into = null, leased_until = null, due_at = $2
     from part, thread t
     where m.id = part.id and m.state = 'failed' and m.merged_into is not null
       and t.id = m.thread and t.channel = m.channel`,
    [ids, instant(dueAtMs)],
  );
}

/**
 * When a message that was sent told of ends: tells them to the other channels too that have told of
 * their threads, such as a pager that stood in while the threads' own channel was dead.
 */
export async function tellEndsToOthers(
  tx: Queryable,
  { id, channel }: Pick<StoredMessage, "id" | "channel">,
  nowMs: number,
): Promise<void> {
  await tx.query(
    `with recursive part (id) as (
       select $1::integer
       union select m.id from part join message m on m.merged_into = part.id)
     insert into message (thread, channel, state, status, events, created_at, due_at, stays)
     select distinct on (r.thread, m.channel) r.thread, m.channel, 'waiting', 'resolved', r.events,
       $3::timestamptz, $3::timestamptz, true
     from part join message r on r.id = part.id and r.status = 'resolved'
     join message m on m.thread = r.thread and m.channel <> $2 and m.state = 'sent'
     where not exists (select from message e where e.thread = r.thread and e.channel = m.channel
       and e.status = 'resolved' and e.state in ('waiting', 'merged', 'sent'))`,
    [id, channel, instant(nowMs)],
  );
}

/** Another process may have read a newer configuration: what is due now may be known to it. */
const UNKNOWN_FOR_MS = 600_000;

/** Messages to channels that are no longer configured; each of them has failed for that. */
export async function failMessagesOfOthers(
  tx: Queryable,
  channels: readonly string[],
  nowMs: number,
): Promise<void> {
  const { rows } = await tx.query<{ id: number }>(
    `with gone as (
       update message set state = 'failed', leased_until = null, attempts = attempts + 1
       where state = 'waiting' and channel <> all($1) and due_at <= $4
         and (leased_until is null or leased_until <= $2)
       returning id, attempts, channel)
     insert into delivery (message, attempt, at, channel, outcome, took_ms, detail)
     select id, attempts, $2, channel, 'permanent', 0, $3 from gone returning message as id`,
    [
      channels,
      instant(nowMs),
      "the channel is no longer configured",
      instant(nowMs - UNKNOWN_FOR_MS),
    ],
  );
  await giveBack(
    tx,
    rows.map(({ id }) => id),
    nowMs,
  );
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
