import type { Config } from "./config.ts";
import type { Json } from "./core/canonical-json.ts";
import { eventFor, malfunctionFor } from "./core/facts-for.ts";
import type { SeenMalfunction } from "./core/malfunction-view.ts";
import { groupBy } from "./core/group-by.ts";
import type { MessageFacts, ToldFacts } from "./core/message.ts";
import { allowedAccounts } from "./core/route.ts";
import { readTold } from "./core/told.ts";
import type { Queryable } from "./store/connect.ts";
import type { StoredEvent } from "./store/events.ts";
import { findMalfunction, listMalfunctionOutages } from "./store/malfunctions.ts";
import { listParts, type MessagePart, type StoredMessage } from "./store/messages.ts";
import { listThreads, type StoredThread } from "./store/threads.ts";
import { findEvents } from "./store/told-events.ts";

/** What messages are made of, by their ids; all of them by the same few statements. */
export async function readFacts(
  { db, config }: { readonly db: Queryable; readonly config: Config },
  messages: readonly StoredMessage[],
): Promise<Map<number, MessageFacts>> {
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
      return [[message.id, factsOf(message, partsOf.get(message.id) ?? [], known)] as const];
    }),
  );
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
    const read = event === undefined ? null : readTold(event);
    if (read === null || read.malfunction === null || read.about !== about) continue;
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
  const ids = new Set<number>();
  for (const event of events) {
    const id = readTold(event)?.malfunction ?? null;
    if (id !== null) ids.add(id);
  }
  if (ids.size === 0) return new Map();
  const outages = groupBy(
    await listMalfunctionOutages(db, [...ids]),
    ({ malfunction }) => malfunction,
  );
  const seen = new Map<number, SeenMalfunction>();
  for (const id of ids) {
    const malfunction = await findMalfunction(db, id);
    if (malfunction !== null) seen.set(id, { malfunction, outages: outages.get(id) ?? [] });
  }
  return seen;
}
