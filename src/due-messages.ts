import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { ChannelSettings } from "./core/channel-schema.ts";
import { groupBy } from "./core/group-by.ts";
import { splitByLimit } from "./core/limit.ts";
import { messageOf } from "./core/message-text.ts";
import { answersAgain } from "./answers-again.ts";
import { readFacts } from "./message-facts.ts";
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
import { findDigestThread, listThreads } from "./store/threads.ts";

type DueDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly config: () => Config;
  /** Messages that a channel takes in a minute; null for as many as there are. */
  readonly limitOf: (settings: ChannelSettings) => number | null;
};

export type DueMessages = {
  /** To be delivered now. */
  readonly due: readonly Pick<StoredMessage, "id" | "attempts">[];
  /** When to look again at the latest; null while nothing waits. */
  readonly nextAtMs: number | null;
};

const MINUTE_MS = 60_000;
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
    if (!(await announcesAlone(tx))) return { due: [], nextAtMs: null };
    const all = await listDueMessages(tx, nowMs);
    const ready = await withoutBlips({ tx, config, nowMs }, all);
    const attempts = await countAttempts(tx, { sinceMs: nowMs - MINUTE_MS, nowMs });
    const due: Pick<StoredMessage, "id" | "attempts">[] = [];
    for (const [id, messages] of groupBy(ready, ({ channel }) => channel)) {
      const settings = config.channels.find((channel) => channel.id === id);
      if (settings === undefined) continue;
      const limit = deps.limitOf(settings);
      const room = limit === null ? Infinity : Math.max(0, limit - (attempts.get(id) ?? 0));
      due.push(...(await fit({ tx, config, nowMs }, { settings, messages, room })));
    }
    const nextMs = await findNextDue(tx, nowMs);
    const waits = all.length > due.length ? nowMs + LOOK_AGAIN_MS : Infinity;
    const nextAtMs = Math.min(nextMs ?? Infinity, waits);
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
      status === "opened" && attempts === 0 && nowMs < createdAtMs + HOLD_MS,
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

async function fit(
  deps: Deps,
  input: {
    readonly settings: ChannelSettings;
    readonly messages: readonly StoredMessage[];
    readonly room: number;
  },
): Promise<readonly Pick<StoredMessage, "id" | "attempts">[]> {
  const { messages, room, settings } = input;
  if (messages.length <= room) return messages;
  const facts = await readFacts({ db: deps.tx, config: deps.config }, messages);
  const weighed = messages.map((message) => {
    const told = facts.get(message.id);
    const severity = told === undefined ? null : messageOf(told, settings.lang ?? "en").severity;
    return {
      ...message,
      isFixed: message.attempts > 0 || message.status === "digest",
      isCritical: severity === "critical",
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
