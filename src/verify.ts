import type { Clock } from "./clock.ts";
import { MINUTES_PER_DAY } from "./core/day-counts.ts";
import type { Interval } from "./core/month.ts";
import { roundText } from "./core/round-proof.ts";
import { MINUTE_MS } from "./core/tally.ts";
import { rebuild } from "./rebuild.ts";
import {
  countRounds,
  listChains,
  listDaysOfChain,
  pageRounds,
  type Chain,
  type CountedDay,
  type StoredRound,
} from "./store/chains.ts";
import type { Db, Queryable } from "./store/connect.ts";
import { listNames } from "./store/names.ts";
import { findDroppedUntil, listPartitions } from "./store/partitions.ts";
import { hashRound } from "./store/rounds.ts";
import { withSnapshot } from "./store/snapshot.ts";

export type Verification = {
  readonly rounds: number;
  readonly days: number;
  /** The first thing that is wrong; null when all holds. */
  readonly broken: string | null;
};

const DAY_MS = MINUTES_PER_DAY * MINUTE_MS;

/** Something does not hold; the message says where. */
class BrokenProof extends Error {}

type Context = {
  readonly range: Interval;
  readonly names: ReadonlyMap<number, string>;
  readonly isDropped: (day: number) => boolean;
};

/**
 * Proves the UTC days that the interval touches: each round's hash, each link to the round
 * stored before it, the chains' heads, the number of rounds of each day, and that the derived
 * counts follow. Days whose rounds were dropped are passed over. The service may go on.
 */
export async function verify(
  deps: { readonly db: Db; readonly clock: Clock },
  month: Interval,
): Promise<Verification> {
  const range = {
    fromMs: Math.floor(month.fromMs / DAY_MS) * DAY_MS,
    untilMs: Math.ceil(month.untilMs / DAY_MS) * DAY_MS,
  };
  const seen = { rounds: 0 };
  try {
    await withSnapshot(deps.db, (tx) => verifyChains(tx, range, seen));
  } catch (error) {
    if (error instanceof BrokenProof) return { ...seen, days: 0, broken: error.message };
    throw error;
  }
  const { days, differences } = await rebuild(deps, range, { save: false });
  const [first] = differences;
  const broken =
    first === undefined
      ? null
      : `counts of ${first.target} from ${first.vantage} on ${first.day} do not follow from its rounds`;
  return { ...seen, days, broken };
}

async function verifyChains(tx: Queryable, range: Interval, seen: { rounds: number }) {
  const droppedUntilMs = await findDroppedUntil(tx);
  const partitions = await listPartitions(tx);
  const context: Context = {
    range,
    names: await listNames(tx, "target"),
    // The memo alone does not excuse what is missing from a table that is there.
    isDropped: (day) =>
      day * DAY_MS < droppedUntilMs &&
      !partitions.some(({ fromMs, untilMs }) => fromMs <= day * DAY_MS && day * DAY_MS < untilMs),
  };
  for (const chain of await listChains(tx)) {
    const days = await listDaysOfChain(tx, chain.id);
    verifyHead(chain, days);
    seen.rounds += await verifyChain(tx, { chain, days }, context);
  }
  const stored = await countRounds(tx, range);
  if (stored !== seen.rounds) {
    throw new BrokenProof(`${stored - seen.rounds} rounds belong to no chain`);
  }
}

const nameOf = ({ vantage, shard }: Chain) => `chain ${vantage}/${shard}`;

/** The head counts the rounds of all days, and stands for the last one of one of them. */
function verifyHead(chain: Chain, days: ReadonlyMap<number, CountedDay>): void {
  let rounds = 0;
  let isLast = chain.seq === 0 && chain.hash.length === 0;
  for (const day of days.values()) {
    rounds += day.rounds;
    if (day.hash.equals(chain.hash)) isLast = true;
  }
  if (rounds !== chain.seq) {
    throw new BrokenProof(
      `${nameOf(chain)}: its head counts ${chain.seq} rounds, its days ${rounds}`,
    );
  }
  if (!isLast)
    throw new BrokenProof(`${nameOf(chain)}: its head is the last round of none of its days`);
}

type Found = { rounds: number; last: StoredRound };

async function verifyChain(
  tx: Queryable,
  { chain, days }: { readonly chain: Chain; readonly days: ReadonlyMap<number, CountedDay> },
  { range, names, isDropped }: Context,
): Promise<number> {
  const found = new Map<number, Found>();
  const links = startLinks(chain);
  let rounds = 0;
  for await (const page of pageRounds(tx, chain.id, range)) {
    for (const round of page) {
      const at = new Date(round.plannedAtMs).toISOString();
      const where = `round ${chain.vantage}/${chain.shard} at ${at}`;
      if (!hashHolds(chain, round, names)) {
        throw new BrokenProof(`${where}: its hash does not match what it holds`);
      }
      if (!linkHolds(links, round)) {
        throw new BrokenProof(`${where}: it does not follow the round stored before it`);
      }
      const day = Math.floor(round.plannedAtMs / DAY_MS);
      const before = found.get(day) ?? { rounds: 0, last: round };
      const last = before.last.seq > round.seq ? before.last : round;
      found.set(day, { rounds: before.rounds + 1, last });
      rounds += 1;
    }
  }
  for (let day = range.fromMs / DAY_MS; day < range.untilMs / DAY_MS; day += 1) {
    const there = found.get(day);
    if (there !== undefined || !isDropped(day))
      verifyDay(chain, day, { counted: days.get(day), there });
  }
  return rounds;
}

function verifyDay(
  chain: Chain,
  day: number,
  {
    counted,
    there,
  }: { readonly counted: CountedDay | undefined; readonly there: Found | undefined },
): void {
  const where = `${nameOf(chain)} on ${new Date(day * DAY_MS).toISOString().slice(0, 10)}`;
  const recorded = counted?.rounds ?? 0;
  const present = there?.rounds ?? 0;
  if (recorded !== present || (counted === undefined) !== (there === undefined)) {
    throw new BrokenProof(`${where}: ${recorded} rounds were recorded, ${present} are there`);
  }
  if (counted !== undefined && there !== undefined && !counted.hash.equals(there.last.hash)) {
    throw new BrokenProof(`${where}: the hash recorded for it is not that of its last round`);
  }
}

function hashHolds(
  { vantage, shard }: Chain,
  round: StoredRound,
  names: ReadonlyMap<number, string>,
): boolean {
  if (!round.isWhole) return false;
  const targets = round.targets.map((id) => names.get(id) ?? `#${id}`);
  const text = roundText({ ...round, vantage, shard, targets }, round.details, round);
  return hashRound(round.previousHash, text).equals(round.hash);
}

/** One end of the link between two rounds of a chain. */
type LinkEnd = { readonly hash: Buffer; readonly id: number };
/** The ends seen so far, by the number of the round before; `null` until then. */
type Links = Map<number, { before: LinkEnd | null; after: LinkEnd | null }>;

/** A chain begins with an empty hash and ends with its head. */
function startLinks({ seq, hash }: Chain): Links {
  const links: Links = new Map([[0, { before: { hash: Buffer.alloc(0), id: 0 }, after: null }]]);
  joinEnd(links, seq, { after: { hash, id: Infinity } });
  return links;
}

function linkHolds(links: Links, { id, seq, hash, previousHash }: StoredRound): boolean {
  return (
    joinEnd(links, seq - 1, { after: { hash: previousHash, id } }) &&
    joinEnd(links, seq, { before: { hash, id } })
  );
}

/** Compares the two ends as soon as both are known; what agrees is forgotten. */
function joinEnd(
  links: Links,
  seq: number,
  end: { readonly before: LinkEnd } | { readonly after: LinkEnd },
): boolean {
  const known = links.get(seq) ?? { before: null, after: null };
  const isTwice = "before" in end ? known.before !== null : known.after !== null;
  const { before, after } = { ...known, ...end };
  if (isTwice) return false;
  if (before === null || after === null) {
    links.set(seq, { before, after });
    return true;
  }
  links.delete(seq);
  return before.hash.equals(after.hash) && before.id < after.id;
}
