import { SYSTEM } from "./access.ts";
import type { Json } from "./canonical-json.ts";
import { malfunctionSeenBy, type SeenMalfunction } from "./malfunction-view.ts";
import type { ToldFacts } from "./message.ts";

/**
 * An event as those may be told who see some accounts only; null accounts are all. A malfunction's
 * may strike others too, so that nothing but its level and its state is said.
 */
export function eventFor(accounts: readonly string[] | null, event: ToldFacts): ToldFacts | null {
  // Of channels nobody is told but whom the configuration names for it.
  if (accounts === null || event.kind.startsWith("channel-")) return event;
  if (event.account !== null && accounts.includes(event.account)) return event;
  if (!event.kind.startsWith("malfunction")) return null;
  const { kind, atMs } = event;
  const nowhere = { account: null, product: null, region: null, agreement: null, subject: null };
  return { kind, atMs, month: null, ...nowhere, data: sharedData(event.data) };
}

const SHARED: ReadonlySet<string> = new Set([
  "malfunction",
  "level",
  "state",
  "origin",
  "from",
  "to",
]);

function sharedData(data: Json): Json {
  if (typeof data !== "object" || data === null) return null;
  return Object.fromEntries(Object.entries(data).filter(([key]) => SHARED.has(key)));
}

/** A malfunction as they may be told of it: what people wrote of one that strikes others is left out. */
export function malfunctionFor(
  accounts: readonly string[] | null,
  seen: SeenMalfunction,
): SeenMalfunction | null {
  const visible = malfunctionSeenBy({ ...SYSTEM, accounts }, seen);
  if (visible === null || accounts === null || visible.malfunction.account !== null) return visible;
  const nothing = { title: null, product: null, region: null, reference: null };
  const unwritten = { cause: null, impact: null, resolution: null, followUps: null };
  return { ...visible, malfunction: { ...visible.malfunction, ...nothing, ...unwritten } };
}
