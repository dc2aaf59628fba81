import { checkReceipt } from "./anchors/index.ts";
import { merkleRoot } from "./core/merkle.ts";
import { chainKey, dayRoot, dayText, leafText, readChains, type SealedChain } from "./core/seal.ts";
import { listAnchors } from "./store/anchors.ts";
import type { Queryable } from "./store/connect.ts";
import {
  factsOf,
  hashSeal,
  listDayChains,
  listSealedDays,
  listSealLinks,
  listSeals,
  type SealLink,
  type SealRow,
} from "./store/seals.ts";
import { sha256 } from "./store/sha256.ts";

/** A chain's rounds planned on one UTC day, in the order of the chain. */
export type DayRounds = readonly { readonly seq: number; readonly hash: Uint8Array }[];

/** Gives the rounds of a UTC day, by `chainKey`; null when they were dropped. */
export type LookUpDay = (
  day: number,
) => Promise<ReadonlyMap<string, DayRounds> | null> | ReadonlyMap<string, DayRounds> | null;

type Days = { readonly fromDay: number; readonly untilDay: number };
export type SealVerification = {
  readonly seals: number;
  /** The first thing that is wrong; null when all holds. */
  readonly broken: string | null;
};

/**
 * Checks the seals: the chain of all of them, whatever their day; of the days in the range every
 * revision against the rounds, and the receipts of the anchors; and that what is marked as sealed
 * is. Everything must be read from one snapshot. The rounds' own hashes are for others to check.
 */
export async function verifySeals(
  tx: Queryable,
  days: Days,
  lookUp: LookUpDay,
): Promise<SealVerification> {
  const links = await listSealLinks(tx);
  const inChain = checkLinks(links);
  if (inChain !== null) return { seals: 0, broken: inChain };
  let seals = 0;
  for (const day of await listSealedDays(tx, days)) {
    const rounds = await lookUp(day);
    const revisions = await listSeals(tx, { fromDay: day, untilDay: day + 1 });
    const good = new Set<string>();
    for (const [index, seal] of revisions.entries()) {
      const where = nameOf(seal);
      if (seal.revision !== index + 1)
        return { seals, broken: `${where}: one before it is missing` };
      const wrong = checkSeal(seal, rounds, good);
      if (wrong !== null) return { seals, broken: `${where}: ${wrong}` };
      seals += 1;
    }
    const broken =
      (await checkMarks(tx, day, revisions.at(-1))) ?? (await checkAnchors(tx, day, revisions));
    if (broken !== null) return { seals, broken };
  }
  return { seals, broken: null };
}

const nameOf = ({ day, revision }: Pick<SealRow, "day" | "revision">) =>
  `seal of ${dayText(day)}, revision ${revision}`;

/** Each seal's hash covers it and the one made before it; they are numbered without a gap. */
function checkLinks(links: readonly SealLink[]): string | null {
  let previousHash: Buffer = Buffer.alloc(0);
  for (const [index, link] of links.entries()) {
    const where = nameOf(link);
    if (link.seq !== index + 1) return `${where}: the seal made before it is missing`;
    if (!link.previousHash.equals(previousHash)) {
      return `${where}: it does not follow the seal made before it`;
    }
    if (!link.isWhole || !hashSeal(previousHash, factsOf(link)).equals(link.hash)) {
      return `${where}: its hash does not match what it says`;
    }
    previousHash = link.hash;
  }
  return null;
}

/**
 * What is wrong with a seal, given the rounds of its day (null when they were dropped); null when
 * nothing is. Its hash and its place among the seals are not looked at here. `good` remembers the
 * leaves that hold, which the next revision has too for the most part.
 */
export function checkSeal(
  seal: Pick<SealRow, "chains" | "root" | "rounds">,
  day: ReadonlyMap<string, DayRounds> | null,
  good = new Set<string>(),
): string | null {
  const chains = readChains(seal.chains);
  if (chains === null) return "its list of chains cannot be read";
  if (!seal.root.equals(dayRoot(chains, sha256))) return "its root is not that of its chains";
  const rounds = chains.reduce((sum, chain) => sum + chain.rounds, 0);
  if (rounds !== seal.rounds) return `it counts ${seal.rounds} rounds, its chains ${rounds}`;
  if (new Set(chains.map(chainKey)).size !== chains.length) return "it has a chain twice";
  if (day === null) return null;
  for (const chain of chains) {
    const leaf = leafText(chain);
    if (good.has(leaf)) continue;
    const wrong = checkChain(chain, day.get(chainKey(chain)) ?? []);
    if (wrong !== null) return `chain ${chain.vantage}/${chain.shard}: ${wrong}`;
    good.add(leaf);
  }
  return null;
}

/** What a seal saw of a chain is what it has of that day up to `lastSeq`. */
function checkChain(chain: SealedChain, rounds: DayRounds): string | null {
  const seen = rounds.filter(({ seq }) => seq <= chain.lastSeq);
  if (seen.length !== chain.rounds || seen.at(-1)?.seq !== chain.lastSeq) {
    return `${chain.rounds} rounds up to ${chain.lastSeq} were sealed, ${seen.length} are there`;
  }
  const hashes = seen.map(({ hash }) => hash);
  const root = Buffer.from(merkleRoot(hashes, sha256)).toString("hex");
  return root === chain.root ? null : "its rounds are not those that were sealed";
}

/** A chain's day that is marked as sealed is in the newest seal whole; another waits for one. */
async function checkMarks(
  tx: Queryable,
  day: number,
  newest: SealRow | undefined,
): Promise<string | null> {
  const marked = (await listDayChains(tx, day)).filter(({ sealed }) => sealed);
  if (marked.length === 0) return null;
  const chains = newest === undefined ? [] : (readChains(newest.chains) ?? []);
  const rounds = new Map(chains.map((chain) => [chainKey(chain), chain.rounds]));
  const lost = marked.find((chain) => rounds.get(chainKey(chain)) !== chain.rounds);
  if (lost === undefined) return null;
  const where = `chain ${lost.vantage}/${lost.shard} on ${dayText(day)}`;
  return `${where}: its ${lost.rounds} rounds are marked as sealed, and no seal has them`;
}

async function checkAnchors(
  tx: Queryable,
  day: number,
  revisions: readonly SealRow[],
): Promise<string | null> {
  for (const { name, kind, receipt, revision } of await listAnchors(tx, {
    fromDay: day,
    untilDay: day + 1,
  })) {
    const seal = revisions.find((one) => one.revision === revision);
    const where = `receipt of ${name} for the ${nameOf({ day, revision })}`;
    if (seal === undefined) return `${where}: there is no such seal`;
    const { previousHash, hash } = seal;
    const wrong = checkReceipt(kind, receipt, { ...factsOf(seal), previousHash, hash });
    if (wrong !== null) return `${where}: ${wrong}`;
  }
  return null;
}
