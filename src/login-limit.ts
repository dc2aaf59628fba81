import { isIPv6 } from "node:net";
import type { Clock } from "./clock.ts";

/**
 * Failures within the window after which nobody gets in that way. A name that is tried from one
 * address is counted strictly; a name alone loosely, so that nobody else can shut its owner out
 * with a handful of tries, and an address alone loosely, since many people may share one.
 */
const MOST = { pair: 5, name: 50, address: 100 };
const WINDOW_MS = 15 * 60_000;
/** A try that is still being looked at is counted too: many at once are no way around. */
const PENDING_SECONDS = 1;
/** Of each kind. */
const MAX_KEYS = 10_000;

export type LoginTry = { readonly name: string; readonly address: string };

type Limit = {
  /** Null: let in, and `end` must be called. Else the seconds to wait. */
  readonly begin: (login: LoginTry) => number | null;
  /** Null: it could not be found out whether the password was right. */
  readonly end: (login: LoginTry, wasRight: boolean | null) => void;
};

type Count = { readonly failedAtMs: readonly number[]; readonly pending: number };

/**
 * Counts failed logins of a quarter of an hour by name and address, by name, and by address. Who
 * has failed too often does not get in that way, not even with the right password, until the
 * first failure is that old.
 * An address of IPv6 stands for its network.
 * In memory: a restart forgets, and so gives whoever guesses as many tries again; several
 * processes each count their own. With passwords of twelve characters neither brings a guesser
 * closer.
 */
export function createLoginLimit(clock: Pick<Clock, "monotonicMs">): Limit {
  const pairs = createCounter(clock, MOST.pair);
  const names = createCounter(clock, MOST.name);
  const addresses = createCounter(clock, MOST.address);
  const countersOf = ({ name, address: whole }: LoginTry) => {
    const shortName = name.slice(0, 100);
    const address = networkOf(whole);
    return [
      { counter: pairs, key: `${address} ${shortName}` },
      { counter: names, key: shortName },
      { counter: addresses, key: address },
    ];
  };
  return {
    begin: (login) => {
      const counters = countersOf(login);
      const waitSeconds = Math.max(...counters.map(({ counter, key }) => counter.wait(key)));
      if (waitSeconds > 0) return waitSeconds;
      for (const { counter, key } of counters) counter.begin(key);
      return null;
    },
    end: (login, wasRight) => {
      for (const { counter, key } of countersOf(login)) {
        // Somebody who gets in may be one among many at the address, or at the name a guesser's.
        counter.end(key, {
          failed: wasRight === false,
          forgive: wasRight === true && counter === pairs,
        });
      }
    },
  };
}

/** Whoever has one address of an IPv6 network of 64 bits has all of them: they count as one. */
function networkOf(address: string): string {
  const [plain = ""] = address.split("%");
  // Also how IPv4 looks where both are listened for.
  if (!isIPv6(plain) || plain.includes(".")) return address;
  const [head = "", tail] = plain.toLowerCase().split("::");
  const [before, after] = [groupsOf(head), groupsOf(tail ?? "")];
  const between = Array<string>(8 - before.length - after.length).fill("0");
  const groups = [...before, ...between, ...after].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/u, "")).join(":")}::/64`;
}

const groupsOf = (text: string) => (text === "" ? [] : text.split(":"));

function createCounter(clock: Pick<Clock, "monotonicMs">, most: number) {
  const counts = new Map<string, Count>();

  const read = (key: string): Count => {
    const { failedAtMs, pending } = counts.get(key) ?? { failedAtMs: [], pending: 0 };
    const sinceMs = clock.monotonicMs() - WINDOW_MS;
    return { failedAtMs: failedAtMs.filter((atMs) => atMs > sinceMs), pending };
  };
  const write = (key: string, count: Count) => {
    // Taken out first: the map's order is that of the last change.
    counts.delete(key);
    if (count.pending > 0 || count.failedAtMs.length > 0) counts.set(key, count);
    for (const oldest of counts.keys()) {
      if (counts.size <= MAX_KEYS) break;
      counts.delete(oldest);
    }
  };
  return {
    /** Seconds until another may be tried; 0 for now. */
    wait: (key: string): number => {
      const { failedAtMs, pending } = read(key);
      const [first] = failedAtMs;
      if (first !== undefined && failedAtMs.length >= most) {
        return Math.ceil((first + WINDOW_MS - clock.monotonicMs()) / 1000);
      }
      return failedAtMs.length + pending >= most ? PENDING_SECONDS : 0;
    },
    begin: (key: string) => {
      const { failedAtMs, pending } = read(key);
      write(key, { failedAtMs, pending: pending + 1 });
    },
    end: (key: string, { failed, forgive }: { failed: boolean; forgive: boolean }) => {
      const { failedAtMs, pending } = read(key);
      const added = failed ? [...failedAtMs, clock.monotonicMs()] : failedAtMs;
      write(key, { failedAtMs: forgive ? [] : added, pending: Math.max(0, pending - 1) });
    },
  };
}
