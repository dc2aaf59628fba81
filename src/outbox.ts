import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { roundSchema, type Round } from "./core/round.ts";
import type { Metrics } from "./metrics.ts";
import type { JobQueue } from "./queues.ts";

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

export async function openOutbox(deps: {
  readonly queue: JobQueue;
  readonly spoolDir: string;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly gatherMs?: number;
}): Promise<Outbox> {
  const { queue, spoolDir, log, metrics, gatherMs = GATHER_MS } = deps;
  await mkdir(spoolDir, { recursive: true });
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
      parts.push(sendOrSpool(rounds.slice(at, at + MAX_ROUNDS)));
    }
    const failed = (await Promise.allSettled(parts)).find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  }

  async function sendOrSpool(rounds: readonly Round[]): Promise<void> {
    try {
      await withTimeout(addRounds(queue, rounds));
    } catch (error) {
      log.warn({ err: error, rounds: rounds.length }, "rounds spooled");
      for (const round of rounds) {
        metrics.rounds.inc({ vantage: round.vantage, result: "spooled" });
        await spool(spoolDir, round);
      }
    }
  }

  async function resend(): Promise<void> {
    if (isResending) return;
    isResending = true;
    try {
      const names = (await readdir(spoolDir)).filter((name) => name.endsWith(".json")).toSorted();
      for (let at = 0; at < names.length; at += MAX_ROUNDS) {
        const spooled = await readSpooled(names.slice(at, at + MAX_ROUNDS));
        if (spooled.length === 0) continue;
        await withTimeout(
          addRounds(
            queue,
            spooled.map(({ round }) => round),
          ),
        );
        for (const { file } of spooled) await rm(file, { force: true });
      }
    } catch (error) {
      log.warn({ err: error }, "spooled rounds wait: the queue does not answer");
    } finally {
      isResending = false;
    }
  }

  async function readSpooled(names: readonly string[]): Promise<{ file: string; round: Round }[]> {
    const spooled: { file: string; round: Round }[] = [];
    for (const name of names) {
      const file = join(spoolDir, name);
      const round = await readRound(file);
      if (round === "gone") continue; // another worker of this machine has sent it
      if (round !== null) {
        spooled.push({ file, round });
        continue;
      }
      log.error({ file: `${file}.bad` }, "a spooled round cannot be read and is put aside");
      await rename(file, `${file}.bad`);
    }
    return spooled;
  }

  const timer = setInterval(() => void resend(), RESEND_EVERY_MS);
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

/**
 * Storing is idempotent, so that a job sent twice changes nothing. It fails only while the
 * database is away, and is tried for a week: nobody else has these rounds.
 */
async function addRounds(queue: JobQueue, rounds: readonly Round[]): Promise<void> {
  await queue.add("record-rounds", rounds, {
    attempts: 60_480,
    backoff: { type: "fixed", delay: 10_000 },
  });
}

/** Null for a file that holds no round. */
async function readRound(file: string): Promise<Round | "gone" | null> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "gone";
    throw error;
  }
  try {
    return roundSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Whole or not at all: written beside, then renamed. */
async function spool(spoolDir: string, round: Round): Promise<void> {
  const file = join(spoolDir, `${round.plannedAtMs}-${round.vantage}-${round.shard}.json`);
  await writeFile(`${file}.part`, JSON.stringify(round));
  await rename(`${file}.part`, file);
}

/** A Redis that is away queues commands without end instead of failing. */
async function withTimeout(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("the queue does not answer")), SEND_TIMEOUT_MS);
  });
  try {
    await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
