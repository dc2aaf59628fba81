import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Round } from "./core/round.ts";
import type { Metrics } from "./metrics.ts";
import type { JobQueue } from "./queues.ts";
import { openSpool, type Spool } from "./spool.ts";
import { within } from "./within.ts";

/** Rounds wait this long for others: a job costs a store far more than a round in it. */
const GATHER_MS = 1_000;
/** The most rounds that travel in one job. */
const MAX_ROUNDS = 50;
const SEND_TIMEOUT_MS = 5_000;
const RESEND_EVERY_MS = 10_000;

/** Hands rounds to the recorder's queue; keeps them on disk while the queue is away. */
export type Outbox = {
  /** Resolves when the round is on the queue or in the spool. */
  readonly send: (round: Round) => Promise<void>;
  readonly close: () => void;
};

type Offer = (rounds: readonly Round[]) => Promise<void>;

type OutboxDeps = {
  readonly queue: Pick<JobQueue, "add">;
  readonly spoolDir: string;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly gatherMs?: number;
  readonly resendEveryMs?: number;
};

export async function openOutbox(deps: OutboxDeps): Promise<Outbox> {
  const { gatherMs = GATHER_MS, resendEveryMs = RESEND_EVERY_MS } = deps;
  const spool = await openSpool(deps.spoolDir);
  const context = { ...deps, spool, offer: createOffer(deps.queue) };
  const closing = new AbortController();
  let gathered: Round[] = [];
  let sending: Promise<void> | null = null;
  let isResending = false;

  async function sendGathered(): Promise<void> {
    await sleep(gatherMs, undefined, { signal: closing.signal }).catch(() => undefined);
    const rounds = gathered;
    gathered = [];
    sending = null;
    const parts: Promise<void>[] = [];
    for (let at = 0; at < rounds.length; at += MAX_ROUNDS) {
      parts.push(sendOrSpool(context, rounds.slice(at, at + MAX_ROUNDS)));
    }
    // One part that can neither be sent nor kept must not hold up the others.
    const failed = (await Promise.allSettled(parts)).find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  }

  async function resend(): Promise<void> {
    if (isResending) return;
    isResending = true;
    await resendSpooled(context);
    isResending = false;
  }

  const timer = setInterval(() => void resend(), resendEveryMs);
  timer.unref();
  void resend();
  return {
    send: (round) => {
      gathered.push(round);
      sending ??= sendGathered();
      return sending;
    },
    close: () => {
      clearInterval(timer);
      closing.abort();
    },
  };
}

type Context = OutboxDeps & { readonly spool: Spool; readonly offer: Offer };

async function sendOrSpool(
  { offer, spool, log, metrics }: Context,
  rounds: readonly Round[],
): Promise<void> {
  try {
    await offer(rounds);
  } catch (error) {
    log.warn({ err: error, rounds: rounds.length }, "rounds spooled");
    for (const round of rounds) {
      await spool.put(round);
      metrics.rounds.inc({ vantage: round.vantage, result: "spooled" });
    }
  }
}

async function resendSpooled({ offer, spool, log }: Context): Promise<void> {
  try {
    const names = await spool.list();
    for (let at = 0; at < names.length; at += MAX_ROUNDS) {
      const spooled = await spool.read(names.slice(at, at + MAX_ROUNDS), (file) =>
        log.error({ file }, "a spooled file holds no round and is put aside"),
      );
      if (spooled.length === 0) continue;
      const rounds = spooled.map(({ round }) => round);
      await offer(rounds);
      await spool.remove(spooled);
    }
  } catch (error) {
    log.warn({ err: error }, "spooled rounds wait: the queue does not answer");
  }
}

/**
 * Storing is idempotent, so that a job sent twice changes nothing. It fails only while the
 * database is away, and is tried for a week: nobody else has these rounds.
 */
async function addRounds(queue: OutboxDeps["queue"], rounds: readonly Round[]): Promise<void> {
  await queue.add("record-rounds", rounds, {
    attempts: 60_480,
    backoff: { type: "fixed", delay: 10_000 },
  });
}

/**
 * Gives the function that puts rounds on the queue, or rejects when it does not answer. A Redis
 * that is away takes commands without end and runs them all when it is back, so while one is
 * unanswered no other is given.
 */
function createOffer(queue: OutboxDeps["queue"]): Offer {
  let earlier: Promise<unknown> = Promise.resolve();
  return async (rounds) => {
    await within(SEND_TIMEOUT_MS, earlier);
    const adding = addRounds(queue, rounds);
    earlier = adding.catch(() => undefined);
    await within(SEND_TIMEOUT_MS, adding);
  };
}
