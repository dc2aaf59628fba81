import type { Config } from "./config.ts";
import type { Json } from "./core/canonical-json.ts";
import { eventFor, malfunctionFor } from "./core/facts-for.ts";
import type { SeenMalfunction } from "./core/malfunction-view.ts";
import { groupBy } from "./core/group-by.ts";
import type { MessageFacts, ToldFacts } from "./core/message.ts";
import { allowedAccounts, uniteAccounts } from "./core/route.ts";
import { readTold } from "./core/told.ts";
import type { Queryable } from "./store/connect.ts";
import type { StoredEvent } from "./store/events.ts";
import { listMalfunctionOutages, listMalfunctions } from "./store/malfunctions.ts";
import { listParts, type MessagePart, type StoredMessage } from "./store/messages.ts";
import { listThreads, type StoredThread } from "./store/threads.ts";
import { findEvents } from "./store/told-events.ts";

/** What a message is made of, and the only accounts that it may tell of; null for all. */
export type ReadFacts = {
  readonly facts: MessageFacts;
  readonly accounts: readonly string[] | null;
};

/** What messages are made of, by their ids; all of them by the same few statements. */
export async function readFacts(
  { db, config }: { readonly db: Queryable; readonly config: Config },
  messages: readonly StoredMessage[],
): Promise<Map<number, ReadFacts>> {
  const parts = await listParts(
    db,
    messages.map(({ id }) => id),
  );
  const threadIds = [...messages, ...parts].map(({ thread }) => thread);
  const threads = new Map(
    (await listThreads(db, [...new Set(threadIds)])).map((thread) => [
      thread.id,
      { ...thread, accounts: allowedAccounts(config.routes, thread) },
    ]),
  );
  const eventIds = new Set(parts.flatMap(({ events }) => events));
  const events = new Map((await findEvents(db, [...eventIds])).map((event) => [event.id, event]));
  const malfunctions = await readMalfunctions(db, [...events.values()]);
  const partsOf = groupBy(parts, ({ message }) => message);
  return new Map(
    messages.flatMap((message) => {
      const thread = threads.get(message.thread);
      if (thread === undefined) return [];
      const known = { config, thread, threads, events, malfunctions };
      const own = partsOf.get(message.id) ?? [];
      const accounts = own
        .map((part) => threads.get(part.thread)?.accounts ?? null)
        .reduce(uniteAccounts, []);
      return [[message.id, { facts: factsOf(message, own, known), accounts }] as const];
    }),
  );
}

/** The accounts that a message does tell of; null for one that may tell of all. */
export function toldAccounts({ facts, accounts }: ReadFacts): readonly string[] | null {
  if (accounts === null) return null;
  const { malfunction, events } = facts;
  const struck = malfunction === null ? [] : [malfunction.malfunction, ...malfunction.outages];
  const named = new Set([...struck, ...events].map(({ account }) => account));
  // What tells of something shared alone is for who may be told of all it may be about.
  const isShared = malfunction === null && events.some(({ account }) => account === null);
  const own = accounts.filter((one) => isShared || named.has(one));
  return own.length === 0 ? accounts : own;
}

type Known = {
  readonly config: Config;
  readonly thread: StoredThread;
  readonly threads: ReadonlyMap<number, StoredThread>;
  readonly events: ReadonlyMap<number, StoredEvent>;
  readonly malfunctions: ReadonlyMap<number, SeenMalfunction>;
};

function factsOf(
  message: StoredMessage,
  parts: readonly MessagePart[],
  { config, thread, threads, events, malfunctions }: Known,
): MessageFacts {
  // Each part as its own thread may tell it, each event once.
  const told = new Map<number, ToldFacts>();
  for (const part of parts) {
    const accounts = threads.get(part.thread)?.accounts ?? null;
    for (const id of part.events) {
      const event = events.get(id);
      const facts = event === undefined ? null : eventFor(accounts, toFacts(event));
      if (facts !== null) told.set(id, facts);
    }
  }
  const inOrder = [...told].toSorted(([a], [b]) => a - b);
  return {
    id: message.id,
    thread: thread.id,
    status: message.status,
    topic: thread.topic,
    events: inOrder.map(([, facts]) => facts),
    malfunction: malfunctionOf(thread, inOrder, { events, malfunctions }),
    openMembers: thread.openMembers,
    openedAtMs: thread.openedAtMs,
    publicUrl: config.publicUrl,
    timeZone: config.timeZone,
  };
}

/** The one that a thread is about. */
function malfunctionOf(
  { about, accounts }: StoredThread,
  told: readonly (readonly [number, ToldFacts])[],
  { events, malfunctions }: Pick<Known, "events" | "malfunctions">,
): SeenMalfunction | null {
  for (const [id] of told) {
    const event = events.get(id);
    const read = event === undefined ? undefined : readTold(event)[0];
    if (read === undefined || read.malfunction === null || read.about !== about) continue;
    const seen = malfunctions.get(read.malfunction);
    if (seen !== undefined) return malfunctionFor(accounts, seen);
  }
  return null;
}

function toFacts({ data, ...event }: StoredEvent): ToldFacts {
  const json: Json = JSON.parse(data);
  return { ...event, data: json };
}

/** The malfunctions that events tell of, by id, with all their outages. */
export async function readMalfunctions(
  db: Queryable,
  events: readonly StoredEvent[],
): Promise<Map<number, SeenMalfunction>> {
  const named = events.flatMap((event) => readTold(event).map(({ malfunction }) => malfunction));
  const ids = [...new Set(named.filter((id) => id !== null))];
  if (ids.length === 0) return new Map();
  const outages = groupBy(await listMalfunctionOutages(db, ids), ({ malfunction }) => malfunction);
  const malfunctions = await listMalfunctions(db, { ids });
  return new Map(
    malfunctions.map((malfunction) => [
      malfunction.id,
      { malfunction, outages: outages.get(malfunction.id) ?? [] },
    ]),
  );
}
