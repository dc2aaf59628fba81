import type { Level } from "./malfunction.ts";
import type { Topic } from "./topic.ts";

/** Which events go to which channels; null lists stand for all. */
export type Route = {
  readonly channels: readonly string[];
  readonly events: readonly Topic[] | null;
  readonly products: readonly string[] | null;
  readonly regions: readonly string[] | null;
  /** Only what is theirs is told. */
  readonly accounts: readonly string[] | null;
  /** Of malfunctions. */
  readonly levels: readonly Level[] | null;
  /** What follows within this time goes into the same message. */
  readonly delayMs: number;
  /** Shortest time between two messages about the same thing. */
  readonly intervalMs: number;
  /** Times of day such as "22:00"; messages wait until they are over. */
  readonly quietHours: {
    readonly from: string;
    readonly until: string;
    readonly timeZone: string;
  } | null;
  /** Of malfunctions that nobody acknowledges. */
  readonly escalate: { readonly afterMs: number; readonly channels: readonly string[] } | null;
};

/** Where something happened, as far as it is said. */
export type Place = {
  readonly account: string | null;
  readonly product: string | null;
  readonly region: string | null;
};

/** What routes ask of an event. */
export type Concern = {
  readonly topic: Topic;
  /** Of a malfunction; null fits every level. */
  readonly level: Level | null;
  /** At least one. A route fits when one of them is wholly what it asks for. */
  readonly places: readonly Place[];
};

/** The route that a channel is told by, and all accounts that it may be told of; null for all. */
export type Chosen = { readonly route: Route; readonly accounts: readonly string[] | null };

/**
 * The first route of a channel that fits. A further one that fits adds its accounts: the channel
 * may be told of those too.
 */
export function chooseRoute(
  routes: readonly Route[],
  channel: string,
  concern: Concern,
): Chosen | null {
  const fitting = routes.filter((one) => one.channels.includes(channel) && fits(one, concern));
  const [route] = fitting;
  if (route === undefined) return null;
  const accounts = fitting.map((one) => one.accounts).reduce(uniteAccounts);
  return { route, accounts };
}

/** Null is all of them. */
export function uniteAccounts(
  a: readonly string[] | null,
  b: readonly string[] | null,
): readonly string[] | null {
  return a === null || b === null ? null : [...new Set([...a, ...b])];
}

/**
 * The accounts that a thread may tell of by the routes as they are now, which may have become
 * narrower since it was opened. A channel that no route names was told in another one's place.
 */
export function allowedAccounts(
  routes: readonly Route[],
  { channel, accounts }: { readonly channel: string; readonly accounts: readonly string[] | null },
): readonly string[] | null {
  const allowed = routes
    .filter((one) => one.channels.includes(channel) || one.escalate?.channels.includes(channel))
    .map((one) => one.accounts);
  const now = allowed.length === 0 ? null : allowed.reduce(uniteAccounts);
  if (accounts === null || now === null) return accounts ?? now;
  return accounts.filter((one) => now.includes(one));
}

/** What is of no account at all is told only where all accounts are. */
function fits(route: Route, { topic, level, places }: Concern): boolean {
  if (!allows(route.events, topic)) return false;
  if (level !== null && !allows(route.levels, level)) return false;
  return places.some(
    ({ account, product, region }) =>
      allows(route.accounts, account) &&
      allows(route.products, product) &&
      allows(route.regions, region),
  );
}

function allows(names: readonly string[] | null, name: string | null): boolean {
  return names === null || (name !== null && names.includes(name));
}
