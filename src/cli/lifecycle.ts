import type { Logger } from "pino";

/** What the operating system tells the service. */
export type Signals = {
  /** The first SIGTERM or SIGINT. The same one again ends the process at once. */
  readonly stop: Promise<NodeJS.Signals>;
  /** Calls back on each SIGHUP, one after another. */
  readonly onReload: (reload: () => Promise<void>) => void;
};

/** From now on SIGHUP no longer ends the process; before `onReload` it does nothing. */
export function listenToSignals(log: Logger): Signals {
  let reload: (() => Promise<void>) | null = null;
  let reloading = Promise.resolve();
  process.on("SIGHUP", () => {
    reloading = reloading
      .then(() => reload?.())
      .catch((error: unknown) => log.error({ err: error }, "reloading went wrong"));
  });
  const stop = new Promise<NodeJS.Signals>((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
  return {
    stop,
    onReload: (next) => {
      reload = next;
    },
  };
}

/** Of the time for closing, what is left for the things that wait behind one that hangs. */
const RESERVE_MS = 2_500;

/** What is open, to be closed in the opposite order. */
export type OpenThings = {
  /** To be called right after opening; closes at once when everything is being closed already. */
  readonly add: (close: () => Promise<unknown>) => Promise<void>;
  readonly closeAll: () => Promise<void>;
};

/**
 * Closing that takes longer than `limitMs` is given up: `onLate` must end the process. What
 * goes wrong in one closing is logged and keeps no other from being closed.
 */
export function trackOpenThings(
  log: Logger,
  late: { readonly limitMs: number; readonly onLate: () => void },
): OpenThings {
  const closers: (() => Promise<unknown>)[] = [];
  let isClosing = false;
  const close = (one: () => Promise<unknown>) =>
    one().catch((error: unknown) => log.warn({ err: error }, "closing went wrong"));
  return {
    add: async (one) => {
      if (isClosing) await close(one);
      else closers.push(one);
    },
    closeAll: async () => {
      isClosing = true;
      const timer = setTimeout(() => {
        log.error("closing takes too long: what still runs is left to the next start");
        late.onLate();
      }, late.limitMs);
      // A queue that is away must not keep the database, which is closed last, from being closed.
      let hurryTimer: NodeJS.Timeout | undefined;
      const hurry = new Promise<void>((resolve) => {
        hurryTimer = setTimeout(resolve, late.limitMs - RESERVE_MS);
      });
      const closing: Promise<unknown>[] = [];
      for (const one of closers.toReversed()) {
        const closed = close(one);
        closing.push(closed);
        await Promise.race([closed, hurry]);
      }
      await Promise.all(closing);
      clearTimeout(hurryTimer);
      clearTimeout(timer);
    },
  };
}
