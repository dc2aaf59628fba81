import type { Clock } from "./clock.ts";
import { merkleRoot } from "./core/merkle.ts";
import type { Interval } from "./core/month.ts";
import {
  chainKey,
  chainsText,
  dayRoot,
  dayText,
  readChains,
  type SealedChain,
} from "./core/seal.ts";
import { withTransaction, type Db, type Queryable } from "./store/connect.ts";
import { findDroppedUntil, wasDropped } from "./store/partitions.ts";
import {
  appendSeal,
  findSeal,
  listDayChains,
  listDayHashes,
  listNewestSeals,
  listUnsealedDays,
  lockSeals,
  markSealed,
  type ChainHashes,
  type DayChain,
  type SealRow,
} from "./store/seals.ts";
import { digestText, sha256 } from "./store/sha256.ts";

const DAY_MS = 86_400_000;
/** A day is sealed this long after its end, so that rounds in flight have arrived. */
const SEAL_AFTER_MS = 600_000;
/** Hashes worked on at once: more would keep the probes of this process waiting. */
const HASHES_AT_ONCE = 10_000;

type SealDeps = { readonly db: Db; readonly clock: Clock };

/** The seal of a UTC day, as reports and their inputs name it. */
export type Seal = {
  /** YYYY-MM-DD. */
  readonly day: string;
  readonly revision: number;
  /** Merkle root, "sha256:" and hexadecimal. */
  readonly root: string;
  /** Over the seal and all seals made before it. */
  readonly hash: string;
  readonly rounds: number;
};

/**
 * Makes sure that every UTC day that touches the interval and has rounds is sealed with all
 * rounds stored so far, also a day that has not ended. Returns the newest seal of each day, in
 * order. Days whose rounds were dropped keep the seals that they have, or have none.
 */
export async function sealRange(deps: SealDeps, range: Interval): Promise<Seal[]> {
  const days = {
    fromDay: Math.floor(range.fromMs / DAY_MS),
    untilDay: Math.ceil(range.untilMs / DAY_MS),
  };
  for (const day of await listUnsealedDays(deps.db, days)) await sealDay(deps, day);
  return (await listNewestSeals(deps.db, days)).map(toSeal);
}

export function toSeal({ day, revision, root, hash, rounds }: SealRow): Seal {
  return { day: dayText(day), revision, root: digestText(root), hash: digestText(hash), rounds };
}

/**
 * Seals the UTC days that have ended and have rounds that no seal covers, oldest first, for
 * `forMs` at most. Returns the number of days looked at. A day that cannot be sealed holds up
 * no other one; the first such error is thrown at the end.
 */
export async function sealDays(
  deps: SealDeps,
  { forMs = Infinity }: { readonly forMs?: number } = {},
): Promise<number> {
  const { db, clock } = deps;
  const untilDay = Math.floor((clock.nowMs() - SEAL_AFTER_MS) / DAY_MS);
  const fromDay = Math.ceil((await findDroppedUntil(db)) / DAY_MS);
  const deadlineMs = clock.monotonicMs() + forMs;
  const errors: unknown[] = [];
  let days = 0;
  for (const day of await listUnsealedDays(db, { fromDay, untilDay })) {
    if (clock.monotonicMs() > deadlineMs) break;
    try {
      await sealDay(deps, day);
    } catch (error) {
      errors.push(error);
    }
    days += 1;
  }
  if (errors.length > 0) throw errors[0];
  return days;
}

/**
 * Seals a UTC day (counted since the epoch) with what is stored now, in one transaction: a seal
 * that covers it all already is left alone. Null for a day without rounds, or whose rounds were
 * dropped unsealed. Throws when rounds are missing that were counted.
 *
 * Sealers go one after another. Recorders do not wait for them: what is stored meanwhile is left
 * for the next revision, and its chain's mark is not set.
 */
export async function sealDay(deps: SealDeps, day: number): Promise<Seal | null> {
  return withTransaction(deps.db, async (tx) => {
    await lockSeals(tx);
    const before = await findSeal(tx, day);
    const chains = await listDayChains(tx, day);
    const known = knownChains(before);
    const open = chains.filter((chain) => !isCovered(chain, known));
    const seen: ChainHashes[] = [];
    for (const group of groupChains(open)) {
      const ids = group.map(({ id }) => id);
      for (const read of await listDayHashes(tx, day, ids)) {
        const chain = group.find(({ id }) => id === read.chainId);
        if (chain === undefined) continue;
        if (read.counted !== read.hashes.length) {
          if (await wasDropped(tx, day)) return before === null ? null : toSeal(before);
          throw new Error(missing(chain, day, read));
        }
        known.set(chainKey(chain), sealChain(chain, read));
        seen.push({ ...read, hashes: [] });
      }
    }
    const sealed = chains.flatMap((chain) => known.get(chainKey(chain)) ?? []);
    const sealedAtMs = deps.clock.nowMs();
    const after = await appendRevision(tx, { day, before, sealedAtMs }, sealed);
    await markSealed(tx, day, seen);
    return after === null ? null : toSeal(after);
  });
}

function knownChains(seal: SealRow | null): Map<string, SealedChain> {
  const chains = seal === null ? [] : (readChains(seal.chains) ?? []);
  return new Map(chains.map((chain) => [chainKey(chain), chain]));
}

/** What has not changed since the seal before is taken from there, and not read again. */
function isCovered(chain: DayChain, known: ReadonlyMap<string, SealedChain>): boolean {
  return chain.sealed && known.get(chainKey(chain))?.rounds === chain.rounds;
}

function* groupChains(chains: readonly DayChain[]): Generator<DayChain[]> {
  let group: DayChain[] = [];
  let rounds = 0;
  for (const chain of chains) {
    if (group.length > 0 && rounds + chain.rounds > HASHES_AT_ONCE) {
      yield group;
      group = [];
      rounds = 0;
    }
    group.push(chain);
    rounds += chain.rounds;
  }
  if (group.length > 0) yield group;
}

function sealChain({ vantage, shard }: DayChain, { hashes, lastSeq }: ChainHashes): SealedChain {
  const root = Buffer.from(merkleRoot(hashes, sha256)).toString("hex");
  return { vantage, shard, rounds: hashes.length, lastSeq, root };
}

async function appendRevision(
  tx: Queryable,
  context: {
    readonly day: number;
    readonly before: SealRow | null;
    readonly sealedAtMs: number;
  },
  sealed: readonly SealedChain[],
): Promise<SealRow | null> {
  const { day, before, sealedAtMs } = context;
  const chains = chainsText(sealed);
  if (sealed.length === 0 || before?.chains === chains) return before;
  return appendSeal(tx, {
    day,
    revision: (before?.revision ?? 0) + 1,
    sealedAtMs,
    rounds: sealed.reduce((sum, { rounds }) => sum + rounds, 0),
    chains,
    root: Buffer.from(dayRoot(sealed, sha256)),
  });
}

function missing({ vantage, shard }: DayChain, day: number, read: ChainHashes): string {
  return (
    `chain ${vantage}/${shard} on ${dayText(day)} is not sealed: ${read.counted} rounds were ` +
    `recorded, ${read.hashes.length} are there; run nines verify`
  );
}
