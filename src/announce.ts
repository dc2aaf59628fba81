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
import { announcesAlone } from "./store/messages.ts";
import { failMessagesOfOthers } from "./store/take-over.ts";
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
    return readTold(event).map((one) => ({ event, told: one }));
  });
  if (told.length === 0 || config.channels.length === 0) return;
  const malfunctions = await readMalfunctions(tx, events);
  const ends = told.filter((one) => one.told.phase === "over");
  const stored = await listTellings(tx, {
    about: [...new Set(told.map((one) => one.told.about))],
    members: [...new Set(ends.map((one) => one.told.member ?? ""))],
  });
  const tellings = new Map(stored.map((one) => [keyOf(one.thread), one]));
  const openBy = new Map<string, Set<string>>();
  for (const { thread } of stored) {
    for (const member of thread.openMembers) noteOpen(openBy, { ...thread, member });
  }
  const changed = new Map<string, StoredTelling>();
  for (const one of told) {
    const { about, topic, level } = one.told;
    const malfunction = malfunctions.get(one.told.malfunction ?? 0) ?? null;
    const places = placesOf(one.event, { targets: config.targets, malfunction });
    for (const key of concerned(config, one.told, openBy)) {
      const telling = tellings.get(key) ?? null;
      const channel = telling?.thread.channel ?? key.slice(0, key.indexOf(" "));
      const chosen = choose(config, one.told, {
        channel,
        concern: { topic, level, places },
        telling,
      });
      const { id: event, atMs } = one.event;
      const next = takeStep(telling, { ...one.told, event, atMs, channel, chosen, nowMs });
      if (next === null || next === telling) continue;
      const ids = telling ?? { threadId: null, messageId: null };
      tellings.set(key, { ...ids, ...next });
      changed.set(key, { ...ids, ...next });
      const { member } = one.told;
      if (member !== null) noteOpen(openBy, { channel, topic, about, member });
    }
  }
  await saveTellings(tx, [...changed.values()], nowMs);
}

/** Keys of the tellings of a topic that told of the begin for a member. */
type OpenBy = Map<string, Set<string>>;

function noteOpen(
  openBy: OpenBy,
  of: {
    readonly channel: string;
    readonly topic: string;
    readonly about: string;
    readonly member: string;
  },
): void {
  const name = `${of.topic} ${of.member}`;
  openBy.set(name, (openBy.get(name) ?? new Set()).add(keyOf(of)));
}

/**
 * Whom an event concerns: an end those who were told of the begin, even when the channel is gone
 * for now; anything else all channels.
 */
function concerned({ channels }: Config, told: Told, openBy: OpenBy): string[] {
  const { topic, phase, about, member, deadChannel } = told;
  if (phase === "over") return [...(openBy.get(`${topic} ${member}`) ?? [])];
  return channels.flatMap(({ id: channel }) =>
    // A channel that does not work cannot tell of itself.
    channel === deadChannel ? [] : [keyOf({ channel, about })],
  );
}

/** The route by which a channel is told of an event; null when it is not. */
function choose(
  { routes, channels }: Config,
  told: Told,
  input: {
    readonly channel: string;
    readonly concern: Concern;
    readonly telling: StoredTelling | null;
  },
): Chosen | null {
  const { channel, concern, telling } = input;
  if (telling === null && !told.opens) return null;
  const chosen = chooseRoute(routes, channel, concern);
  if (chosen !== null) return chosen;
  if (telling !== null) {
    // Who was told of it is told how its level changes, but of no more than at the level before.
    const other = chooseRoute(routes, channel, { ...concern, level: null });
    if (other !== null) return { ...other, accounts: telling.thread.accounts };
  }
  if (told.deadChannel === null) return null;
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

function keyOf({ channel, about }: { readonly channel: string; readonly about: string }): string {
  return `${channel} ${about}`;
}
