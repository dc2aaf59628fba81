import type { Chain, CountedDay, StoredRound } from "./store/chains.ts";
import { hashRound } from "./store/rounds.ts";

/** Something does not hold; the message says where. */
export class BrokenProof extends Error {}

/** A chain and what is known of it while its rounds pass by. */
export type ChainWalk = {
  readonly chain: Chain;
  readonly days: ReadonlyMap<number, CountedDay>;
  /** `["round-1",vantage,shard`, with which the text of each of its rounds begins. */
  readonly opening: string;
  readonly links: Links;
  /** Targets that it is noted to hold: pages and answers look for their results in no other chain. */
  readonly held: ReadonlySet<number>;
};

/** A round's number in its chain and its hash. */
export type SeqHash = Pick<StoredRound, "seq" | "hash">;

/** Throws BrokenProof unless the head counts the rounds of all days and is the last one of a day. */
export function startWalk(chain: Chain, known: Pick<ChainWalk, "days" | "held">): ChainWalk {
  const { days } = known;
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
  const opening = JSON.stringify(["round-1", chain.vantage, chain.shard]).slice(0, -1);
  return { chain, ...known, opening, links: startLinks(chain) };
}

/** Throws BrokenProof unless the chain is noted to hold the round's targets. */
export function checkHeld(
  { chain, held }: ChainWalk,
  round: Pick<StoredRound, "targets">,
  names: ReadonlyMap<number, string>,
): void {
  const missing = round.targets.find((id) => !held.has(id));
  if (missing === undefined) return;
  throw new BrokenProof(
    `${nameOf(chain)}: it is not noted that it holds ${names.get(missing) ?? `#${missing}`}, ` +
      "so that results are not shown; nines rebuild notes it",
  );
}

/**
 * Throws BrokenProof unless the round's hash is that of what it holds and it follows the round
 * before it. `nameTargets` gives the names of a round's targets as a JSON array.
 */
export function checkRound(
  walk: ChainWalk,
  round: StoredRound,
  nameTargets: (ids: readonly number[]) => string,
): void {
  const holds = round.isWhole && hashHolds(walk, round, nameTargets(round.targets));
  if (holds && linkHolds(walk.links, round)) return;
  const { vantage, shard } = walk.chain;
  const where = `round ${vantage}/${shard} at ${new Date(round.plannedAtMs).toISOString()}`;
  throw new BrokenProof(
    holds
      ? `${where}: it does not follow the round stored before it`
      : `${where}: its hash does not match what it holds`,
  );
}

/** Throws BrokenProof unless these, in the order of the chain, are what was counted of the day. */
export function checkDay(
  { chain, days }: ChainWalk,
  { day, date }: { readonly day: number; readonly date: string },
  hashes: readonly SeqHash[],
): void {
  const where = `${nameOf(chain)} on ${date}`;
  const counted = days.get(day);
  const recorded = counted?.rounds ?? 0;
  const last = hashes.at(-1);
  if (recorded !== hashes.length || (counted === undefined) !== (last === undefined)) {
    throw new BrokenProof(`${where}: ${recorded} rounds were recorded, ${hashes.length} are there`);
  }
  if (counted !== undefined && last !== undefined && !counted.hash.equals(last.hash)) {
    throw new BrokenProof(`${where}: the hash recorded for it is not that of its last round`);
  }
}

const nameOf = ({ vantage, shard }: Chain) => `chain ${vantage}/${shard}`;

/** The names of targets as a JSON array; made once for rounds that share their list of ids. */
export function createNaming(
  names: ReadonlyMap<number, string>,
): (ids: readonly number[]) => string {
  const made = new WeakMap<readonly number[], string>();
  return (ids) => {
    const text = made.get(ids) ?? JSON.stringify(ids.map((id) => names.get(id) ?? `#${id}`));
    made.set(ids, text);
    return text;
  };
}

/** The text is that of `roundText`, from arrays that are JSON already: that is twice as fast. */
function hashHolds({ opening }: ChainWalk, round: StoredRound, targets: string): boolean {
  const numbers = `${round.seq},${round.storedAtMs},${round.plannedAtMs}`;
  const outcomes = JSON.stringify(round.outcomes);
  const details = JSON.stringify(round.details);
  const text = `${opening},${numbers},${targets},${outcomes},${round.offsetsMs},${round.latenciesUs},${details}]`;
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
