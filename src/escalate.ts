import type { Config } from "./config.ts";
import { uniteAccounts } from "./core/route.ts";
import type { Thread } from "./core/thread.ts";
import type { Queryable } from "./store/connect.ts";
import { findMalfunction } from "./store/malfunctions.ts";
import { findLastEventOf } from "./store/messages.ts";
import {
  endEscalations,
  listEscalations,
  listTellings,
  saveTellings,
  type StoredTelling,
  type StoredThread,
} from "./store/threads.ts";

type EscalateDeps = { readonly tx: Queryable; readonly config: Config; readonly nowMs: number };

/**
 * Tells further channels of malfunctions that nobody has acknowledged in time, each once; they hear
 * of the end too.
 */
export async function escalate({ tx, config, nowMs }: EscalateDeps): Promise<void> {
  const due = await listEscalations(tx, nowMs);
  if (due.length === 0) return;
  await endEscalations(
    tx,
    due.map(({ id }) => id),
  );
  for (const thread of due) {
    const malfunction = await findMalfunction(tx, Number(thread.about.split("/")[1]));
    if (malfunction?.state !== "open" || malfunction.acknowledgedAtMs !== null) continue;
    const event = await findLastEventOf(tx, thread.id);
    if (event === null) continue;
    const present = await listTellings(tx, { about: [thread.about], members: [] });
    const tellings = thread.escalateTo
      .filter((id) => config.channels.some((channel) => channel.id === id))
      .map((channel) => {
        const telling = present.find((one) => one.thread.channel === channel);
        return tellOnce(telling ?? null, { thread, channel, event, nowMs });
      });
    await saveTellings(tx, tellings, nowMs);
  }
}

/** Without delay and quiet hours: enough time has passed. */
function tellOnce(
  telling: StoredTelling | null,
  input: {
    readonly thread: StoredThread;
    readonly channel: string;
    readonly event: number;
    readonly nowMs: number;
  },
): StoredTelling {
  const { thread: from, channel, event, nowMs } = input;
  const status = telling === null ? "opened" : "update";
  const fresh = { status, events: [event], dueAtMs: nowMs } as const;
  if (telling !== null) {
    const accounts = uniteAccounts(telling.thread.accounts, from.accounts);
    const thread = { ...telling.thread, accounts };
    const { waiting } = telling;
    return waiting === null
      ? { ...telling, thread, waiting: fresh }
      : { ...telling, thread, waiting: { ...waiting, dueAtMs: Math.min(waiting.dueAtMs, nowMs) } };
  }
  const { topic, about, accounts, openMembers, intervalMs, openedAtMs } = from;
  const thread: Thread = {
    channel,
    topic,
    about,
    accounts,
    openMembers,
    intervalMs,
    openedAtMs,
    overAtMs: null,
    escalateAtMs: null,
    escalateTo: [],
  };
  return {
    thread,
    threadId: null,
    messageId: null,
    waiting: fresh,
    hasEarlier: false,
    lastSentAtMs: null,
  };
}
