import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { chooseRoute, type Chosen, type Concern } from "./core/route.ts";
import { takeStep } from "./core/thread.ts";
import { placesOf, readTold, type Told } from "./core/told.ts";
import { escalate } from "./escalate.ts";
import { readMalfunctions } from "./message-facts.ts";
import { withTransaction, type Db, type Queryable } from "./store/connect.ts";
import { listEvents, type StoredEvent } from "./store/events.ts";
import { findMemo, saveMemo } from "./store/memo.ts";
import { announcesAlone, failMessagesOfOthers } from "./store/messages.ts";
import { listTellings, saveTellings, type StoredTelling } from "./store/threads.ts";
import { findLastEventId } from "./store/told-events.ts";

export type AnnounceDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly config: () => Config;
};

const MEMO = "announced";
const AT_ONCE = 1_000;
/** Of a fallback that no route names: it is told at once. */
const FALLBACK_INTERVAL_MS = 60_000;

/**
 * Makes messages of the events that were written since, in their order, each event once. Events
 * from before the first time are history and are not told. Gives the number of events; 0 too
 * when somebody else is at it.
 */
export async function announce(deps: AnnounceDeps): Promise<number> {
  const { db, clock } = deps;
  const config = deps.config();
  return withTransaction(db, async (tx) => {
    if (!(await announcesAlone(tx))) return 0;
    const memo = await findMemo(tx, MEMO);
    let after = memo === null ? await findLastEventId(tx) : Number(memo);
    let count = 0;
    for (;;) {
      const events = await listEvents(tx, { after, limit: AT_ONCE });
      await tellEvents({ tx, config, nowMs: clock.nowMs() }, events);
      count += events.length;
      after = events.at(-1)?.id ?? after;
      if (events.length < AT_ONCE) break;
    }
    if (memo !== String(after)) await saveMemo(tx, MEMO, String(after));
    const nowMs = clock.nowMs();
    await escalate({ tx, config, nowMs });
    const channels = config.channels.map(({ id }) => id);
    await failMessagesOfOthers(tx, channels, nowMs);
    return count;
  });
}

type TellDeps = { readonly tx: Queryable; readonly config: Config; readonly nowMs: number };

async function tellEvents(deps: TellDeps, events: readonly StoredEvent[]): Promise<void> {
  const { tx, config, nowMs } = deps;
  const told = events.flatMap((event) => {
    const read = readTold(event);
    return read === null ? [] : [{ event, told: read }];
  });
  if (told.length === 0 || config.channels.length === 0) return;
  const malfunctions = await readMalfunctions(tx, events);
  const about = [...new Set(told.map((one) => one.told.about))];
  const stored = await listTellings(tx, about);
  const tellings = new Map(stored.map((one) => [keyOf(one.thread.channel, one.thread.about), one]));
  const changed = new Set<string>();
  for (const one of told) {
    const malfunction = malfunctions.get(one.told.malfunction ?? 0) ?? null;
    const places = placesOf(one.event, { targets: config.targets, malfunction });
    for (const { id: channel } of config.channels) {
      // A channel that does not work cannot tell of itself.
      if (channel === one.told.deadChannel) continue;
      const key = keyOf(channel, one.told.about);
      const telling = tellings.get(key) ?? null;
      const concern = { topic: one.told.topic, level: one.told.level, places };
      const chosen = choose(config, one.told, { channel, concern, isTold: telling !== null });
      const { id: event, atMs } = one.event;
      const next = takeStep(telling, { ...one.told, event, atMs, channel, chosen, nowMs });
      if (next === null || next === telling) continue;
      const ids = telling ?? { threadId: null, messageId: null };
      tellings.set(key, { ...ids, ...next });
      changed.add(key);
    }
  }
  const changes: StoredTelling[] = [...tellings].flatMap(([key, telling]) =>
    changed.has(key) ? [telling] : [],
  );
  await saveTellings(tx, changes, nowMs);
}

/** The route by which a channel is told of an event; null when it is not. */
function choose(
  { routes, channels }: Config,
  told: Told,
  input: { readonly channel: string; readonly concern: Concern; readonly isTold: boolean },
): Chosen | null {
  const { channel, concern, isTold } = input;
  if (!isTold && !told.opens) return null;
  // Who was told of it is told how its level changes, whatever the level is now.
  const chosen = chooseRoute(routes, channel, isTold ? { ...concern, level: null } : concern);
  if (chosen !== null || told.deadChannel === null) return chosen;
  const standsIn = channels.some(
    ({ id, fallback }) => id === told.deadChannel && fallback === channel,
  );
  return standsIn ? { route: FALLBACK_ROUTE, accounts: null } : null;
}

const FALLBACK_ROUTE = {
  channels: [],
  events: null,
  products: null,
  regions: null,
  accounts: null,
  levels: null,
  delayMs: 0,
  intervalMs: FALLBACK_INTERVAL_MS,
  quietHours: null,
  escalate: null,
};

function keyOf(channel: string, about: string): string {
  return `${channel} ${about}`;
}
