import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { pauseAfter } from "./core/back-off.ts";
import { canonicalJson } from "./core/canonical-json.ts";
import type { ChannelSettings } from "./core/channel-schema.ts";
import type { Message } from "./core/message.ts";
import { messageOf } from "./core/message-text.ts";
import { allowedAccounts } from "./core/route.ts";
import { readMessage } from "./core/read-message.ts";
import { readFacts } from "./message-facts.ts";
import type { Sent } from "./notify/channel.ts";
import { findChannelState, saveChannelState } from "./store/channels.ts";
import { withTransaction, type Db, type Queryable } from "./store/connect.ts";
import { appendEvent } from "./store/events.ts";
import {
  failMessage,
  freezeBody,
  hastenRetries,
  insertDelivery,
  leaseMessage,
  markSent,
  mergeMessages,
  readChannelPast,
  retryMessage,
  saveReference,
  type StoredMessage,
} from "./store/messages.ts";
import { listThreads } from "./store/threads.ts";
import { within } from "./within.ts";

/** What goes out, with what a letter is kept with. */
export type Outgoing = {
  readonly message: Message;
  /** What the channel calls the thread. */
  readonly reference: string | null;
  readonly messageId: number;
  /** The only ones that its thread may tell of; null for all. */
  readonly accounts: readonly string[] | null;
};

export type DeliverDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly config: () => Config;
  readonly send: (settings: ChannelSettings, outgoing: Outgoing) => Promise<Sent>;
  /** How long a message stays with a process that was lost; default 30 s. */
  readonly leaseMs?: number;
};

const LEASE_MS = 30_000;
/** Of the lease: the rest is for writing down what became of it. */
const SEND_SHARE = 5 / 6;
const DAY_MS = 86_400_000;
/** A receiver that is started anew is away for less; people are told within a minute. */
const DEAD_AFTER_FAILURES = 3;
const DEAD_AFTER_MS = 45_000;

export type Delivered = {
  readonly message: number;
  readonly channel: string;
  readonly outcome: Sent["outcome"];
  readonly detail: string;
  /** The number of attempts, and when the next one is due; null when there is none. */
  readonly attempts: number;
  readonly retryAtMs: number | null;
  /** There is more to tell: the channel died or works again, or another one takes over. */
  readonly hasNews: boolean;
};

type Attempt = {
  readonly message: StoredMessage;
  readonly settings: ChannelSettings;
  /** The channel of its thread; another one that took it over does not hand it on. */
  readonly ownChannel: string;
  readonly atMs: number;
  readonly tookMs: number;
};

/**
 * Makes one attempt to deliver a message, and writes down what became of it. Null when there is
 * nothing to do: it is not due, somebody else has it, or it has gone. A process that is killed
 * in between leaves it to the next one, which sends the very same after the lease has ended.
 */
export async function deliver(deps: DeliverDeps, id: number): Promise<Delivered | null> {
  const { db, clock, send, leaseMs = LEASE_MS } = deps;
  const config = deps.config();
  const atMs = clock.nowMs();
  const message = await leaseMessage(db, id, { nowMs: atMs, leaseMs });
  if (message === null) return null;
  const settings = config.channels.find((channel) => channel.id === message.channel);
  const [thread] = await listThreads(db, [message.thread]);
  if (settings === undefined || thread === undefined) return null;
  const body = message.body ?? (await render({ db, config }, { message, settings }));
  if (body === null) return withTransaction(db, (tx) => giveUp(tx, message, atMs));
  const isOwn = thread.channel === message.channel;
  const startMs = clock.monotonicMs();
  const sent = await within(
    leaseMs * SEND_SHARE,
    send(settings, {
      message: readMessage(body),
      reference: isOwn ? thread.reference : null,
      messageId: id,
      accounts: allowedAccounts(config.routes, thread),
    }),
  ).catch((error: unknown): Sent => {
    const detail = error instanceof Error ? error.message : "failed";
    return { outcome: "temporary", detail, retryAfterMs: null };
  });
  const tookMs = clock.monotonicMs() - startMs;
  const attempt = { message, settings, ownChannel: thread.channel, atMs, tookMs };
  return withTransaction(db, (tx) => writeDown({ tx, clock }, attempt, sent));
}

/** Once: every attempt sends the same. Null for one whose texts cannot be made, at no attempt. */
async function render(
  { db, config }: { readonly db: Db; readonly config: Config },
  { message, settings }: Pick<Attempt, "message" | "settings">,
): Promise<string | null> {
  const facts = (await readFacts({ db, config }, [message])).get(message.id);
  let body: string | null = null;
  try {
    if (facts !== undefined) body = canonicalJson(messageOf(facts, settings.lang ?? "en"));
  } catch (error) {
    // A fault of ours in one text must not hold up all that comes after it in the thread.
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
  }
  return body === null ? null : freezeBody(db, message.id, body);
}

async function giveUp(tx: Queryable, message: StoredMessage, atMs: number): Promise<Delivered> {
  const { id, channel, attempts } = message;
  const failed = { outcome: "permanent", detail: "its text could not be made" } as const;
  await insertDelivery(tx, { message: id, attempt: attempts, atMs, channel, tookMs: 0, ...failed });
  await failMessage(tx, message);
  return { message: id, channel, attempts, ...failed, retryAtMs: null, hasNews: false };
}

type WriteDeps = { readonly tx: Queryable; readonly clock: Clock };

async function writeDown(deps: WriteDeps, attempt: Attempt, sent: Sent): Promise<Delivered> {
  const { tx, clock } = deps;
  const { message, atMs, tookMs } = attempt;
  const { id, channel, attempts } = message;
  const { outcome, detail } = sent;
  await insertDelivery(tx, {
    message: id,
    attempt: attempts,
    atMs,
    channel,
    outcome,
    tookMs,
    detail: detail.slice(0, 500),
  });
  const done = { message: id, channel, outcome, detail, attempts };
  if (sent.outcome !== "sent") {
    const failed = await writeFailure(deps, attempt, sent);
    return { ...done, ...failed };
  }
  const nowMs = clock.nowMs();
  await markSent(tx, id, nowMs);
  if (sent.reference !== null) await saveReference(tx, message, sent.reference);
  const { isDead, deaths } = await findChannelState(tx, channel);
  if (isDead) {
    await saveChannelState(tx, channel, { isDead: false, deaths });
    await appendEvent(tx, {
      atMs: nowMs,
      kind: "channel-alive",
      key: `channel-alive/${channel}/${deaths}`,
      data: { channel, message: id },
    });
  }
  return { ...done, retryAtMs: null, hasNews: isDead };
}

async function writeFailure(
  { tx, clock }: WriteDeps,
  attempt: Attempt,
  sent: Exclude<Sent, { readonly outcome: "sent" }>,
): Promise<Pick<Delivered, "retryAtMs" | "hasNews">> {
  const { message, settings, ownChannel } = attempt;
  const { id, channel, thread, status, attempts } = message;
  const nowMs = clock.nowMs();
  const past = await readChannelPast(tx, { channel, message: id });
  const isPermanent = sent.outcome === "permanent";
  const failsLong =
    past.failures >= DEAD_AFTER_FAILURES && nowMs - (past.failingSinceMs ?? nowMs) >= DEAD_AFTER_MS;
  const { isDead: wasDead, deaths } = await findChannelState(tx, channel);
  const dies = !wasDead && (isPermanent || failsLong);
  if (dies) {
    await saveChannelState(tx, channel, { isDead: true, deaths: deaths + 1 });
    await appendEvent(tx, {
      atMs: nowMs,
      kind: "channel-dead",
      key: `channel-dead/${channel}/${deaths + 1}`,
      data: { channel, detail: sent.detail.slice(0, 200), message: id },
    });
    // Whatever waits here for another try goes the other way at once.
    if (settings.fallback !== undefined) await hastenRetries(tx, channel, nowMs);
  }
  const takesOver = ownChannel === channel ? settings.fallback : undefined;
  if ((wasDead || dies) && takesOver !== undefined) {
    if (await failMessage(tx, message)) {
      const into = { thread, channel: takesOver, status, state: "failed", nowMs } as const;
      await mergeMessages(tx, [message], into);
    }
    return { retryAtMs: null, hasNews: true };
  }
  if (isPermanent || nowMs - past.firstAttemptAtMs >= DAY_MS) {
    await failMessage(tx, message);
    return { retryAtMs: null, hasNews: dies };
  }
  const retryAtMs = nowMs + pauseAfter(attempts, sent.retryAfterMs);
  await retryMessage(tx, message, retryAtMs);
  return { retryAtMs, hasNews: dies };
}
