import type { Clock } from "./clock.ts";
import { MINUTES_PER_DAY } from "./core/day-counts.ts";
import type { Interval } from "./core/month.ts";
import { roundText } from "./core/round-proof.ts";
import { MINUTE_MS } from "./core/tally.ts";
import { rebuild } from "./rebuild.ts";
import { listChains, pageRounds, type Chain, type StoredRound } from "./store/chains.ts";
import type { Db } from "./store/connect.ts";
import { listNames } from "./store/names.ts";
import { listChainDays } from "./store/proof.ts";
import { hashRound } from "./store/rounds.ts";

export type Verification = {
  readonly rounds: number;
  readonly days: number;
  /** The first thing that is wrong; null when all holds. */
  readonly broken: string | null;
};

const DAY_MS = MINUTES_PER_DAY * MINUTE_MS;

/**
 * Proves the UTC days that the interval touches: each round's hash, each link to the round
 * stored before it, the number of rounds of each day, and that the derived counts follow.
 */
export async function verify(
  deps: { readonly db: Db; readonly clock: Clock },
  month: Interval,
): Promise<Verification> {
  const range = {
    fromMs: Math.floor(month.fromMs / DAY_MS) * DAY_MS,
    untilMs: Math.ceil(month.untilMs / DAY_MS) * DAY_MS,
  };
  const names = await listNames(deps.db, "target");
  const recorded = new Map(
    (await listChainDays(deps.db, range)).map((one) => [dayKey(one, one.day), one.rounds]),
  );
  let rounds = 0;
  for (const chain of await listChains(deps.db)) {
    const found = await verifyChain(deps.db, chain, { range, names });
    rounds += found.rounds;
    if (found.broken !== null) return { rounds, days: 0, broken: found.broken };
    for (const [day, count] of found.days) {
      const key = dayKey(chain, day);
      if (recorded.get(key) !== count) {
        return { rounds, days: 0, broken: countsDiffer(key, recorded.get(key) ?? 0, count) };
      }
      recorded.delete(key);
    }
  }
  for (const [key, count] of recorded) {
    return { rounds, days: 0, broken: countsDiffer(key, count, 0) };
  }
  const { days, differences } = await rebuild(deps, range, { save: false });
  const [first] = differences;
  const broken =
    first === undefined
      ? null
      : `counts of ${first.target} from ${first.vantage} on ${first.day} do not follow from its rounds`;
  return { rounds, days, broken };
}

function dayKey({ vantage, shard }: Pick<Chain, "vantage" | "shard">, day: number): string {
  return `chain ${vantage}/${shard} on ${new Date(day * DAY_MS).toISOString().slice(0, 10)}`;
}

function countsDiffer(key: string, recorded: number, found: number): string {
  return `${key}: ${recorded} rounds were recorded, ${found} are there`;
}

async function verifyChain(
  db: Db,
  chain: Chain,
  context: { readonly range: Interval; readonly names: ReadonlyMap<number, string> },
): Promise<{ rounds: number; days: Map<number, number>; broken: string | null }> {
  const days = new Map<number, number>();
  const links = new Map<number, { hash: Buffer | null; previousHash: Buffer | null }>();
  let rounds = 0;
  for await (const page of pageRounds(db, chain.id, context.range)) {
    for (const round of page) {
      rounds += 1;
      const day = Math.floor(round.plannedAtMs / DAY_MS);
      days.set(day, (days.get(day) ?? 0) + 1);
      const where = `round ${chain.vantage}/${chain.shard} at ${new Date(round.plannedAtMs).toISOString()}`;
      if (!hashHolds(chain, round, context.names)) {
        return { rounds, days, broken: `${where}: its hash does not match what it holds` };
      }
      if (!linkHolds(links, chain, round)) {
        return { rounds, days, broken: `${where}: it does not follow the round stored before it` };
      }
    }
  }
  return { rounds, days, broken: null };
}

function hashHolds(
  { vantage, shard }: Chain,
  round: StoredRound,
  names: ReadonlyMap<number, string>,
): boolean {
  const targets = round.targets.map((id) => names.get(id) ?? `#${id}`);
  const text = roundText({ ...round, vantage, shard, targets }, round.details);
  return hashRound(round.previousHash, text).equals(round.hash);
}

/** Compares a round with its neighbours in the chain, as far as they have been seen. */
function linkHolds(
  links: Map<number, { hash: Buffer | null; previousHash: Buffer | null }>,
  chain: Chain,
  round: StoredRound,
): boolean {
  if (round.seq === chain.seq && !round.hash.equals(chain.hash)) return false;
  const before = links.get(round.seq - 1);
  const after = links.get(round.seq + 1);
  if (links.has(round.seq)) return false;
  if (round.seq === 1 && round.previousHash.length > 0) return false;
  if (before?.hash && !before.hash.equals(round.previousHash)) return false;
  if (after?.previousHash && !after.previousHash.equals(round.hash)) return false;
  links.set(round.seq, { hash: round.hash, previousHash: round.previousHash });
  return true;
}
