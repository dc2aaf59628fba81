import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { ChannelSettings } from "./core/channel-schema.ts";
import { groupBy } from "./core/group-by.ts";
import { splitByLimit } from "./core/limit.ts";
import { severityOf } from "./core/message-text.ts";
import { answersAgain } from "./answers-again.ts";
import { readFacts } from "./message-facts.ts";
import { listDeadChannels } from "./store/channels.ts";
import { withTransaction, type Db, type Queryable } from "./store/connect.ts";
import {
  announcesAlone,
  countAttempts,
  findNextDue,
  listDueMessages,
  lockUntried,
  mergeMessages,
  type StoredMessage,
} from "./store/messages.ts";
import { handOver } from "./store/take-over.ts";
import { findDigestThread, listThreads } from "./store/threads.ts";

type DueDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly config: () => Config;
  /** Messages that a channel takes in a minute; null for as many as there are. */
  readonly limitOf: (settings: ChannelSettings) => number | null;
};

export type DueMessages = {
  /** To be delivered now, in turn over the channels: few of each, and then one looks again. */
  readonly due: readonly DueMessage[];
  /** When to look again at the latest; null while nothing waits. */
  readonly nextAtMs: number | null;
};

type DueMessage = Pick<StoredMessage, "id" | "attempts">;

const MINUTE_MS = 60_000;
/** Attempts at a time of one channel, so that one that stalls does not hold up the others. */
const UNDERWAY = 2;
/** Of a dead one: a trial. */
const UNDERWAY_DEAD = 1;
/** A blip is over within its slot; the end of that slot is settled after this at the latest. */
const HOLD_MS = 150_000;
const LOOK_AGAIN_MS = 5_000;

/**
 * The messages whose turn has come. What is more than a channel takes in a minute goes into one
 * digest, and a message that opens an outage waits a while when all answers again: the end may go
 * with it.
 */
export async function takeDueMessages(deps: DueDeps): Promise<DueMessages> {
  const { db, clock } = deps;
  const config = deps.config();
  const nowMs = clock.nowMs();
  return withTransaction(db, async (tx) => {
    // Who is at it may have looked before what is asked about was there.
    if (!(await announcesAlone(tx))) return { due: [], nextAtMs: nowMs };
    const all = await listDueMessages(tx, nowMs);
    const ready = await withoutBlips({ tx, config, nowMs }, all);
    const traffic = await countAttempts(tx, { sinceMs: nowMs - MINUTE_MS, nowMs });
    const dead = new Set(await listDeadChannels(tx));
    const lanes: (readonly DueMessage[])[] = [];
    let areHandedOver = false;
    for (const [id, messages] of groupBy(ready, ({ channel }) => channel)) {
      const settings = config.channels.find((channel) => channel.id === id);
      if (settings === undefined) continue;
      const { attempts = 0, underway = 0 } = traffic.get(id) ?? {};
      const isDead = dead.has(id);
      const free = Math.max(0, (isDead ? UNDERWAY_DEAD : UNDERWAY) - underway);
      const own = isDead ? await goRound({ tx, nowMs }, { settings, messages, free }) : messages;
      if (own.length < messages.length) areHandedOver = true;
      if (free === 0) continue;
      const limit = deps.limitOf(settings);
      const room = limit === null ? Infinity : Math.max(0, limit - attempts);
      const fitting = await fit({ tx, config, nowMs }, { settings, messages: own, room });
      lanes.push(fitting.slice(0, free));
    }
    const due = Array.from({ length: UNDERWAY }, (_, turn) =>
      lanes.flatMap((lane) => lane.slice(turn, turn + 1)),
    ).flat();
    const nextMs = await findNextDue(tx, nowMs);
    const waits = all.length > due.length ? nowMs + LOOK_AGAIN_MS : Infinity;
    const nextAtMs = areHandedOver ? nowMs : Math.min(nextMs ?? Infinity, waits);
    return { due, nextAtMs: nextAtMs === Infinity ? null : nextAtMs };
  });
}

type Deps = { readonly tx: Queryable; readonly config: Config; readonly nowMs: number };

async function withoutBlips(
  { tx, config, nowMs }: Deps,
  messages: readonly StoredMessage[],
): Promise<readonly StoredMessage[]> {
  const young = messages.filter(
    ({ status, attempts, createdAtMs }) =>
      status === "opened" &&
      attempts === 0 &&
      createdAtMs <= nowMs &&
      nowMs < createdAtMs + HOLD_MS,
  );
  if (young.length === 0) return messages;
  const threads = await listThreads(
    tx,
    young.map(({ thread }) => thread),
  );
  const malfunctionOf = new Map(
    threads
      .filter(({ topic }) => topic === "outage")
      .map(({ id, about }) => [id, Number(about.split("/")[1])]),
  );
  if (malfunctionOf.size === 0) return messages;
  const well = await answersAgain({ db: tx, config }, [...malfunctionOf.values()], nowMs);
  const held = new Set(young.filter(({ thread }) => well.has(malfunctionOf.get(thread) ?? 0)));
  return messages.filter((message) => !held.has(message));
}

/**
 * While one message tries whether a dead channel works again, the others go to its fallback. Gives
 * those that do not.
 */
async function goRound(
  { tx, nowMs }: Omit<Deps, "config">,
  input: {
    readonly settings: ChannelSettings;
    readonly messages: readonly StoredMessage[];
    readonly free: number;
  },
): Promise<readonly StoredMessage[]> {
  const { settings, messages, free } = input;
  const { id, fallback } = settings;
  if (fallback === undefined) return messages;
  const threads = await listThreads(
    tx,
    messages.map(({ thread }) => thread),
  );
  const ownThreads = new Set(threads.filter(({ channel }) => channel === id).map((one) => one.id));
  const kept: StoredMessage[] = [];
  for (const message of messages) {
    const mayGo = !message.stays && ownThreads.has(message.thread) && kept.length >= free;
    const goes = mayGo && (await handOver(tx, message, { channel: fallback, nowMs }));
    if (!goes) kept.push(message);
  }
  return kept;
}

async function fit(
  deps: Deps,
  input: {
    readonly settings: ChannelSettings;
    readonly messages: readonly StoredMessage[];
    readonly room: number;
  },
): Promise<readonly DueMessage[]> {
  const { messages, room, settings } = input;
  if (room === 0 || messages.length <= room) return messages.slice(0, room);
  const facts = await readFacts({ db: deps.tx, config: deps.config }, messages);
  const weighed = messages.map((message) => {
    const told = facts.get(message.id);
    return {
      ...message,
      isFixed: message.attempts > 0 || message.status === "digest",
      isCritical: told !== undefined && severityOf(told.facts) === "critical",
    };
  });
  const { single, digest } = splitByLimit(weighed, room);
  if (digest.length === 0) return single;
  const made = await makeDigest(deps, settings.id, digest);
  return made === null ? single : [...single, { id: made, attempts: 0 }];
}

async function makeDigest(
  { tx, nowMs }: Deps,
  channel: string,
  messages: readonly StoredMessage[],
): Promise<number | null> {
  const ids = messages.map(({ id }) => id);
  const untried = await lockUntried(tx, ids);
  if (untried.length === 0) return null;
  const topics = await listThreads(tx, [messages[0]?.thread ?? 0]);
  const topic = topics[0]?.topic ?? "outage";
  const thread = await findDigestThread(tx, { channel, topic, nowMs });
  return mergeMessages(tx, untried, { thread, channel, status: "digest", state: "merged", nowMs });
}
