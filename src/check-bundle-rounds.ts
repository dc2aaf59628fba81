import { BrokenBundle } from "./bundle-lines.ts";
import type { BundleRound, BundleSeal } from "./core/bundle.ts";
import type { CountRun } from "./core/counts.ts";
import { MINUTES_PER_DAY } from "./core/day-counts.ts";
import { merkleRoot } from "./core/merkle.ts";
import { REASONS } from "./core/outcome.ts";
import { roundText } from "./core/round-proof.ts";
import { tallyRounds, type TallyRound } from "./core/tally.ts";
import { sha256 } from "./store/sha256.ts";

const DAY_MS = 86_400_000;
/** More than a vantage measures on a day: they are held until the day's end. */
const ROUNDS_LIMIT = 2_000_000;
const TARGETS_LIMIT = 100_000;

/** A UTC day of one vantage. */
export type Part = { readonly day: string; readonly vantage: string };

type Chain = { readonly vantage: string; readonly shard: string };
type Targets = { readonly names: readonly string[]; readonly numbers: readonly number[] };
type Known = { readonly seq: number; readonly hash: Buffer };
type Seen = Known & { readonly shard: string; readonly tally: TallyRound };

/** The part that is being read; its rounds in the order of storing. */
type OpenPart = Part & {
  readonly seals: readonly BundleSeal[];
  /** By shard: later rounds are covered by no seal. */
  readonly lastSeqs: ReadonlyMap<string, number>;
  readonly seen: Seen[];
};

/** What was read of a bundle's rounds. */
export type Rounds = {
  count: number;
  open: OpenPart | null;
  /** The parts begun, in order. */
  readonly parts: Set<string>;
  latest: string;
  readonly chains: Chain[];
  readonly chainNames: Set<string>;
  readonly targets: Targets[];
  /** Numbers for target names, as counting wants them. */
  readonly numbers: Map<string, number>;
  /** The last round of each chain that was read. */
  readonly last: Map<number, Known>;
};

/** What a part's rounds come to for one of the day's seals: runs by target. */
export type PartCounts = {
  readonly seal: BundleSeal;
  readonly counts: ReadonlyMap<string, readonly CountRun[]>;
};

export function startRounds(): Rounds {
  return {
    count: 0,
    open: null,
    parts: new Set(),
    latest: "",
    chains: [],
    chainNames: new Set(),
    targets: [],
    numbers: new Map(),
    last: new Map(),
  };
}

/** Numbers begin at 0 and go up by one, so that none is given twice. */
export function readChain(
  rounds: Rounds,
  [number, vantage, shard]: readonly [number, string, string],
): void {
  const name = JSON.stringify([vantage, shard]);
  if (number !== rounds.chains.length || rounds.chainNames.has(name)) {
    throw new BrokenBundle(`chain ${number}, ${vantage}/${shard}, is there twice or out of order`);
  }
  rounds.chainNames.add(name);
  rounds.chains.push({ vantage, shard });
}

export function readTargets(
  rounds: Rounds,
  [number, names]: readonly [number, readonly string[]],
): void {
  if (number !== rounds.targets.length) {
    throw new BrokenBundle(`targets ${number} are there twice or out of order`);
  }
  rounds.targets.push({ names, numbers: names.map((name) => numberOf(rounds, name)) });
}

function numberOf({ numbers }: Rounds, name: string): number {
  const number = numbers.get(name) ?? numbers.size;
  if (number >= TARGETS_LIMIT) throw new BrokenBundle(`more than ${TARGETS_LIMIT} targets`);
  numbers.set(name, number);
  return number;
}

export function partKey({ day, vantage }: Part): string {
  return `${day} ${vantage}`;
}

/** `seals`: those of the day. The part before must have been ended. */
export function beginPart(rounds: Rounds, part: Part, seals: readonly BundleSeal[]): void {
  const key = partKey(part);
  if (key <= rounds.latest) throw new BrokenBundle(`${key}: is there twice or out of order`);
  const lastSeqs = new Map<string, number>();
  for (const { vantage, shard, lastSeq } of seals.flatMap(({ chains }) => chains)) {
    if (vantage !== part.vantage) continue;
    lastSeqs.set(shard, Math.max(lastSeq, lastSeqs.get(shard) ?? 0));
  }
  if (lastSeqs.size === 0) throw new BrokenBundle(`${key}: no seal covers it`);
  rounds.latest = key;
  rounds.parts.add(key);
  rounds.open = { ...part, seals, lastSeqs, seen: [] };
}

export function readRound(rounds: Rounds, round: BundleRound): void {
  const chain = rounds.chains[round.chain];
  const targets = rounds.targets[round.targets];
  const { open } = rounds;
  if (chain === undefined || targets === undefined || open === null) {
    throw new BrokenBundle("a round of no chain, targets or day");
  }
  const at = new Date(round.plannedAtMs).toISOString();
  const where = `round ${chain.vantage}/${chain.shard} at ${at}`;
  if (chain.vantage !== open.vantage || !at.startsWith(open.day)) {
    throw new BrokenBundle(`${where}: does not belong to ${open.day} of ${open.vantage}`);
  }
  if (round.seq > (open.lastSeqs.get(chain.shard) ?? 0)) {
    throw new BrokenBundle(`${where}: no seal covers it`);
  }
  if (!isEven(round, targets)) throw new BrokenBundle(`${where}: its lists differ in length`);
  if (open.seen.length === ROUNDS_LIMIT) {
    throw new BrokenBundle(`${partKey(open)}: more than ${ROUNDS_LIMIT} rounds`);
  }
  const previous = previousOf(rounds, round);
  if (previous === null) throw new BrokenBundle(`${where}: the round stored before it is missing`);
  const text = roundText({ ...round, ...chain, targets: targets.names }, round.details, round);
  const hash = sha256(previous, Buffer.from(text));
  rounds.last.set(round.chain, { seq: round.seq, hash });
  open.seen.push({
    shard: chain.shard,
    seq: round.seq,
    hash,
    tally: toTally(round, targets.numbers),
  });
  rounds.count += 1;
}

function isEven({ outcomes, offsetsMs, latenciesUs, details }: BundleRound, { names }: Targets) {
  return (
    outcomes.length === names.length &&
    offsetsMs.length === names.length &&
    latenciesUs.length === names.length &&
    details.every(([index]) => index < names.length)
  );
}

function previousOf({ last }: Rounds, { chain, seq, previousHash }: BundleRound): Buffer | null {
  if (previousHash !== null) return Buffer.from(previousHash, "hex");
  const before = last.get(chain);
  return before?.seq === seq - 1 ? before.hash : null;
}

const NO_REASONS: TallyRound["reasons"] = new Map();

function toTally(round: BundleRound, targets: readonly number[]): TallyRound {
  const { plannedAtMs, outcomes, details } = round;
  const reasons =
    details.length === 0
      ? NO_REASONS
      : new Map(
          details.map(([index, reason]) => [index, REASONS[reason] ?? "internal-error"] as const),
        );
  return { plannedAtMs, targets, outcomes, reasons };
}

/** Compares the open part's rounds with each seal of the day and counts those that it covers. */
export function endPart(rounds: Rounds): PartCounts[] {
  const { open } = rounds;
  if (open === null) return [];
  rounds.open = null;
  const from = (Date.parse(open.day) / DAY_MS) * MINUTES_PER_DAY;
  const names = [...rounds.numbers.keys()];
  return open.seals.map((seal) => {
    const tallies = sealedRounds(open, seal);
    const runs = tallyRounds(tallies, { from, until: from + MINUTES_PER_DAY });
    return {
      seal,
      counts: new Map([...runs].map(([number, list]) => [names[number] ?? "", list])),
    };
  });
}

/** The rounds that a seal covers, in the order of storing; each chain must lead to its root. */
function sealedRounds({ vantage, seen }: OpenPart, seal: BundleSeal): TallyRound[] {
  const chains = new Map(
    seal.chains.filter((one) => one.vantage === vantage).map((one) => [one.shard, one]),
  );
  const covered = seen.filter(({ shard, seq }) => seq <= (chains.get(shard)?.lastSeq ?? 0));
  const byShard = new Map<string, Seen[]>();
  for (const one of covered) {
    const own = byShard.get(one.shard);
    if (own === undefined) byShard.set(one.shard, [one]);
    else own.push(one);
  }
  for (const { shard, rounds, root } of chains.values()) {
    const where = `seal of ${seal.day}, chain ${vantage}/${shard}`;
    const own = (byShard.get(shard) ?? []).toSorted((a, b) => a.seq - b.seq);
    if (own.length !== rounds) {
      throw new BrokenBundle(`${where}: ${rounds} rounds were sealed, ${own.length} are there`);
    }
    const hashes = own.map(({ hash }) => hash);
    if (Buffer.from(merkleRoot(hashes, sha256)).toString("hex") !== root) {
      throw new BrokenBundle(`${where}: its rounds are not those that were sealed`);
    }
  }
  return covered.map(({ tally }) => tally);
}
