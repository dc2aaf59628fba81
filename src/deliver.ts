import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { pauseAfter } from "./core/back-off.ts";
import type { ChannelSettings } from "./core/channel-schema.ts";
import type { Message } from "./core/message.ts";
import { readFacts, toldAccounts } from "./message-facts.ts";
import type { Sent } from "./notify/channel.ts";
import { renderMessage } from "./render-message.ts";
import { findChannelState, saveChannelState } from "./store/channels.ts";
import { withTransaction, type Db, type Queryable } from "./store/connect.ts";
import { appendEvent } from "./store/events.ts";
import {
  dropMessage,
  extendLease,
  failMessage,
  hastenRetries,
  insertDelivery,
  leaseMessage,
  markSent,
  readChannelPast,
  retryMessage,
  saveReference,
  type StoredMessage,
} from "./store/messages.ts";
import { giveBack, handOver, tellEndsToOthers } from "./store/take-over.ts";
import { listThreads } from "./store/threads.ts";
import { within } from "./within.ts";

/** What goes out, with what a letter is kept with. */
export type Outgoing = {
  readonly message: Message;
  /** What the channel calls the thread. */
  readonly reference: string | null;
  readonly messageId: number;
  /** Of a letter, those that it tells of; null for one that may tell of all. */
  readonly accounts: readonly string[] | null;
};

export type DeliverDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly config: () => Config;
  readonly send: (settings: ChannelSettings, outgoing: Outgoing) => Promise<Sent>;
  /** How long a message stays with a process that was lost; default 30 s, of mail 90 s. */
  readonly leaseMs?: number;
};

const LEASE_MS = 30_000;
/** A mail server may scan for a minute what it then confirms. */
const MAIL_LEASE_MS = 90_000;
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
  readonly attempts: number;
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
  const { db, clock, send } = deps;
  const config = deps.config();
  const atMs = clock.nowMs();
  const message = await leaseMessage(db, id, { nowMs: atMs, leaseMs: deps.leaseMs ?? LEASE_MS });
  if (message === null) return null;
  const settings = config.channels.find((channel) => channel.id === message.channel);
  const [thread] = await listThreads(db, [message.thread]);
  if (settings === undefined || thread === undefined) return null;
  const isMail = settings.kind === "email";
  const leaseMs = deps.leaseMs ?? (isMail ? MAIL_LEASE_MS : LEASE_MS);
  if (isMail) await extendLease(db, message, atMs + leaseMs);
  const made = await renderMessage({ db, config }, { message, settings });
  if (made === null) return withTransaction(db, (tx) => giveUp(tx, message, atMs));
  if (made === "no news") {
    await dropMessage(db, message);
    return null;
  }
  const told =
    settings.kind === "inbox" ? (await readFacts({ db, config }, [message])).get(id) : undefined;
  const isOwn = thread.channel === message.channel && thread.referenceKind === settings.kind;
  const startMs = clock.monotonicMs();
  const sent = await within(
    leaseMs * SEND_SHARE,
    send(settings, {
      message: made,
      reference: isOwn ? thread.reference : null,
      messageId: id,
      accounts: told === undefined ? null : toldAccounts(told),
    }),
  ).catch((error: unknown): Sent => {
    const detail = error instanceof Error ? error.message : "failed";
    return { outcome: "temporary", detail, retryAfterMs: null };
  });
  const tookMs = clock.monotonicMs() - startMs;
  const attempt = { message, settings, ownChannel: thread.channel, atMs, tookMs };
  return withTransaction(db, (tx) => writeDown({ tx, clock }, attempt, sent));
}

async function giveUp(tx: Queryable, message: StoredMessage, atMs: number): Promise<Delivered> {
  const { id, channel, attempts } = message;
  const failed = { outcome: "permanent", detail: "its text could not be made" } as const;
  await insertDelivery(tx, { message: id, attempt: attempts, atMs, channel, tookMs: 0, ...failed });
  await failMessage(tx, message);
  return { message: id, channel, attempts, ...failed };
}

type WriteDeps = { readonly tx: Queryable; readonly clock: Clock };

async function writeDown(deps: WriteDeps, attempt: Attempt, sent: Sent): Promise<Delivered> {
  const { tx, clock } = deps;
  const { message, settings, atMs, tookMs } = attempt;
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
    await writeFailure(deps, attempt, sent);
    return done;
  }
  const nowMs = clock.nowMs();
  await markSent(tx, id, nowMs);
  const { reference } = sent;
  if (reference !== null) await saveReference(tx, message, { reference, kind: settings.kind });
  await tellEndsToOthers(tx, message, nowMs);
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
  return done;
}

/** The receiver's address or key is wrong; any other refusal may be of the message alone. */
const IS_OF_CHANNEL = /^status 40[134]\b/u;

async function writeFailure(
  { tx, clock }: WriteDeps,
  attempt: Attempt,
  sent: Exclude<Sent, { readonly outcome: "sent" }>,
): Promise<void> {
  const { message, settings, ownChannel } = attempt;
  const { id, channel, attempts } = message;
  const nowMs = clock.nowMs();
  const past = await readChannelPast(tx, { channel, message: id });
  const isPermanent = sent.outcome === "permanent";
  const failsLong =
    past.failures >= DEAD_AFTER_FAILURES && nowMs - (past.failingSinceMs ?? nowMs) >= DEAD_AFTER_MS;
  const { isDead: wasDead, deaths } = await findChannelState(tx, channel);
  const isRefused = isPermanent && (past.failures > 1 || IS_OF_CHANNEL.test(sent.detail));
  const dies = !wasDead && (isRefused || failsLong);
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
  const takesOver = ownChannel === channel && !message.stays ? settings.fallback : undefined;
  if ((wasDead || dies || isPermanent) && takesOver !== undefined) {
    await handOver(tx, message, { channel: takesOver, nowMs });
    return;
  }
  const askedMs = isPermanent ? null : sent.retryAfterMs;
  const retryAtMs = nowMs + pauseAfter(attempts, askedMs);
  if (!isPermanent && nowMs - past.firstAttemptAtMs < DAY_MS) {
    await retryMessage(tx, message, retryAtMs);
    return;
  }
  await failMessage(tx, message);
  await giveBack(tx, [id], retryAtMs);
}
