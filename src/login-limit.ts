import type { Clock } from "./clock.ts";

const FAILURES = 5;
const WINDOW_MS = 15 * 60_000;
/** A try that is still being looked at is counted too: many at once are no way around. */
const PENDING_SECONDS = 1;
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
 * Counts failed logins by name and by address: after five in a quarter of an hour nobody gets
 * in that way, not even with the right password, until the first of them is that old.
 * In memory: a restart forgets, and so gives whoever guesses five more tries; several processes
 * each count their own. With passwords of twelve characters neither brings a guesser closer.
 */
export function createLoginLimit(clock: Pick<Clock, "monotonicMs">): Limit {
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
  const waitOf = ({ failedAtMs, pending }: Count): number => {
    const [first] = failedAtMs;
    if (first !== undefined && failedAtMs.length >= FAILURES) {
      return Math.ceil((first + WINDOW_MS - clock.monotonicMs()) / 1000);
    }
    return failedAtMs.length + pending >= FAILURES ? PENDING_SECONDS : 0;
  };

  return {
    begin: (login) => {
      const keys = keysOf(login);
      const waitSeconds = Math.max(...keys.map((key) => waitOf(read(key))));
      if (waitSeconds > 0) return waitSeconds;
      for (const key of keys) {
        const { failedAtMs, pending } = read(key);
        write(key, { failedAtMs, pending: pending + 1 });
      }
      return null;
    },
    end: (login, wasRight) => {
      const [name, address] = keysOf(login);
      for (const key of [name, address]) {
        const { failedAtMs, pending } = read(key);
        const failed = wasRight === false ? [...failedAtMs, clock.monotonicMs()] : failedAtMs;
        const isForgiven = wasRight === true && key === name;
        write(key, { failedAtMs: isForgiven ? [] : failed, pending: Math.max(0, pending - 1) });
      }
    },
  };
}

function keysOf({ name, address }: LoginTry): readonly [string, string] {
  return [`name ${name.slice(0, 100)}`, `from ${address}`];
}
