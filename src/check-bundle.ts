import { createHash } from "node:crypto";
import {
  parseBundleLine,
  type BundleHead,
  type BundleRound,
  type BundleSeal,
} from "./core/bundle.ts";
import { checkCounted, checkSigned, type SignedReport } from "./core/check-report.ts";
import type { CountRun } from "./core/counts.ts";
import { MINUTES_PER_DAY, pushRun } from "./core/day-counts.ts";
import { merkleRoot, rootFromPath } from "./core/merkle.ts";
import { REASONS } from "./core/outcome.ts";
import { readReport } from "./core/read-report.ts";
import type { Report } from "./core/report.ts";
import { roundText } from "./core/round-proof.ts";
import { leafBytes, sealText } from "./core/seal.ts";
import { tallyRounds, type TallyRound } from "./core/tally.ts";
import { isSignedBy, keyIdOf, sha256Text } from "./signature.ts";

/** What an evidence bundle proves; the message of `BrokenBundle` says what it does not. */
export type BundleProof = {
  readonly head: BundleHead;
  readonly rounds: number;
  readonly revisions: readonly { readonly revision: number; readonly key: string }[];
};

/** A bundle does not hold; the message names the first thing that is wrong. */
export class BrokenBundle extends Error {}

const DAY_MS = 86_400_000;

type Counts = Map<string, Map<string, CountRun[]>>;
type Revision = { readonly signed: SignedReport; readonly report: Report; readonly counts: Counts };
type Chain = { readonly vantage: string; readonly shard: string };
type Known = { readonly seq: number; readonly hash: Buffer };
type Seen = Known & { readonly chain: number; readonly tally: TallyRound };

type State = {
  head: BundleHead | null;
  end: number | null;
  rounds: number;
  part: { readonly day: string; readonly vantage: string } | null;
  readonly keys: Map<string, string>;
  readonly revisions: Revision[];
  readonly seals: Map<string, BundleSeal>;
  readonly chains: Chain[];
  readonly targets: (readonly string[])[];
  /** Numbers for target names, as counting wants them. */
  readonly numbers: Map<string, number>;
  /** The last round of each chain that was read. */
  readonly last: Map<number, Known>;
  /** The rounds of the part that is being read, in the order of storing. */
  open: Seen[];
  /** Days and chains whose rounds were read. */
  readonly sealed: Set<string>;
};

/**
 * Checks an evidence bundle without nines and its database: signatures, what each report names,
 * hashes and links of the rounds, the seals' roots, and that every figure follows when it is
 * counted again. Reads line by line; holds one day of one vantage. Throws BrokenBundle.
 */
export async function checkBundle(lines: AsyncIterable<string>): Promise<BundleProof> {
  const state: State = {
    head: null,
    end: null,
    rounds: 0,
    part: null,
    keys: new Map(),
    revisions: [],
    seals: new Map(),
    chains: [],
    targets: [],
    numbers: new Map(),
    last: new Map(),
    open: [],
    sealed: new Set(),
  };
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line === "") continue;
    if (state.end !== null) throw new BrokenBundle(`line ${number}: comes after the end`);
    readLine(state, line, `line ${number}`);
  }
  const { head, end } = state;
  if (head === null) throw new BrokenBundle("it has no first line: this is no evidence bundle");
  if (end === null) throw new BrokenBundle("its end is missing: the file was cut short");
  if (end !== state.rounds) {
    throw new BrokenBundle(`${end} rounds were exported, ${state.rounds} are there`);
  }
  if (state.revisions.length === 0) throw new BrokenBundle("it holds no report");
  checkReports(state);
  const revisions = state.revisions.map(({ report }) => {
    return { revision: report.revision, key: report.proof.key ?? "" };
  });
  return { head, rounds: state.rounds, revisions };
}

function readLine(state: State, line: string, where: string): void {
  const read = parseBundleLine(line);
  if (read === null) throw new BrokenBundle(`${where}: is none of an evidence bundle`);
  if (state.head === null && !("head" in read)) throw new BrokenBundle(`${where}: no first line`);
  if ("round" in read) readRound(state, read.round, where);
  else if ("part" in read) beginPart(state, { day: read.part[0], vantage: read.part[1] });
  else if ("chain" in read) {
    const [at, vantage, shard] = read.chain;
    state.chains[at] = { vantage, shard };
  } else if ("targets" in read) state.targets[read.targets[0]] = read.targets[1];
  else if ("seal" in read) readSeal(state, read.seal);
  else if ("key" in read) {
    if (keyIdOf(read.key.publicKey) !== read.key.id) {
      throw new BrokenBundle(`${where}: key ${read.key.id} has another's id`);
    }
    state.keys.set(read.key.id, read.key.publicKey);
  } else if ("report" in read) readSigned(state, read.report);
  else if ("head" in read) state.head = read.head;
  else {
    endPart(state);
    state.end = read.end.rounds;
  }
}

function readSigned(state: State, signed: SignedReport): void {
  const before = state.revisions.at(-1)?.signed ?? null;
  const wrong = checkSigned(signed, before, {
    digest: sha256Text,
    isSigned: (given, keyId) => {
      const key = state.keys.get(keyId);
      return key === undefined ? null : isSignedBy(given, key);
    },
  });
  const where = `revision ${state.revisions.length + 1} of the report`;
  if (wrong !== null) throw new BrokenBundle(`${where}: ${wrong}`);
  const report = readReport(signed.body);
  if (report.month !== state.head?.month) {
    throw new BrokenBundle(`${where}: it is of ${report.month}`);
  }
  state.revisions.push({ signed, report, counts: new Map() });
}

const sealKey = (day: string, revision: number) => `${day}/${revision}`;

function readSeal(state: State, seal: BundleSeal): void {
  const where = `seal of ${seal.day}, revision ${seal.revision}`;
  const hash = sha256(Buffer.from(seal.previousHash, "hex"), Buffer.from(sealText(seal)));
  if (hash.toString("hex") !== seal.hash) {
    throw new BrokenBundle(`${where}: its hash does not match what it says`);
  }
  for (const { index, path, ...chain } of seal.chains) {
    const inclusion = {
      index,
      size: seal.size,
      path: path.map((text) => Buffer.from(text, "hex")),
    };
    const root = rootFromPath(leafBytes(chain), inclusion, sha256);
    if (root === null || Buffer.from(root).toString("hex") !== seal.root) {
      throw new BrokenBundle(
        `${where}: chain ${chain.vantage}/${chain.shard} is not under its root`,
      );
    }
  }
  state.seals.set(sealKey(seal.day, seal.revision), seal);
}

function beginPart(state: State, part: { readonly day: string; readonly vantage: string }): void {
  endPart(state);
  const key = `${part.day} ${part.vantage}`;
  if (state.sealed.has(key)) throw new BrokenBundle(`${key}: is there twice`);
  state.part = part;
}

function readRound(state: State, round: BundleRound, where: string): void {
  const chain = state.chains[round.chain];
  const names = state.targets[round.targets];
  const { part } = state;
  if (chain === undefined || names === undefined || part === null) {
    throw new BrokenBundle(`${where}: a round of no chain, targets or day`);
  }
  const at = new Date(round.plannedAtMs).toISOString();
  const name = `round ${chain.vantage}/${chain.shard} at ${at}`;
  if (chain.vantage !== part.vantage || !at.startsWith(part.day)) {
    throw new BrokenBundle(`${name}: does not belong to ${part.day} of ${part.vantage}`);
  }
  const last = state.last.get(round.chain);
  const previous =
    round.previousHash === null
      ? last?.seq === round.seq - 1
        ? last.hash
        : null
      : Buffer.from(round.previousHash, "hex");
  if (previous === null) throw new BrokenBundle(`${name}: the round stored before it is missing`);
  const text = roundText({ ...round, ...chain, targets: names }, round.details, round);
  const hash = sha256(previous, Buffer.from(text));
  state.last.set(round.chain, { seq: round.seq, hash });
  const tally = toTally(state, round, names);
  state.open.push({ chain: round.chain, seq: round.seq, hash, tally });
  state.rounds += 1;
}

const tallied = new WeakMap<readonly string[], readonly number[]>();

function toTally(state: State, round: BundleRound, names: readonly string[]): TallyRound {
  const targets = tallied.get(names) ?? names.map((name) => numberOf(state, name));
  tallied.set(names, targets);
  return {
    plannedAtMs: round.plannedAtMs,
    targets,
    outcomes: round.outcomes,
    reasons: new Map(
      round.details.map(([index, reason]) => [index, REASONS[reason] ?? "internal-error"]),
    ),
  };
}

function numberOf({ numbers }: State, name: string): number {
  const known = numbers.get(name) ?? numbers.size;
  numbers.set(name, known);
  return known;
}

/** Compares the part's rounds with the seals that the reports name, and counts them for each. */
function endPart(state: State): void {
  const { part } = state;
  if (part === null) return;
  state.part = null;
  state.sealed.add(`${part.day} ${part.vantage}`);
  const bySeal = new Map<string, Revision[]>();
  for (const revision of state.revisions) {
    const named = revision.report.proof.seals.find(({ day }) => day === part.day);
    if (named === undefined) {
      throw new BrokenBundle(`revision ${revision.report.revision} names no seal of ${part.day}`);
    }
    const key = sealKey(part.day, named.revision);
    bySeal.set(key, [...(bySeal.get(key) ?? []), revision]);
  }
  for (const [key, revisions] of bySeal) {
    const seal = state.seals.get(key);
    if (seal === undefined) throw new BrokenBundle(`seal ${key} is missing`);
    const tallies = sealedRounds(state, seal, part.vantage);
    for (const { counts } of revisions) addCounts(state, counts, { part, tallies });
  }
  state.open = [];
}

/** The rounds that a seal covers, in the order of storing; each chain must lead to its root. */
function sealedRounds(state: State, seal: BundleSeal, vantage: string): TallyRound[] {
  const covered = new Set<Seen>();
  for (const chain of seal.chains.filter((one) => one.vantage === vantage)) {
    const at = state.chains.findIndex(
      (one) => one.vantage === chain.vantage && one.shard === chain.shard,
    );
    const seen = state.open
      .filter((one) => one.chain === at && one.seq <= chain.lastSeq)
      .toSorted((a, b) => a.seq - b.seq);
    const where = `seal of ${seal.day}, chain ${chain.vantage}/${chain.shard}`;
    if (seen.length !== chain.rounds) {
      throw new BrokenBundle(
        `${where}: ${chain.rounds} rounds were sealed, ${seen.length} are there`,
      );
    }
    const root = merkleRoot(
      seen.map(({ hash }) => hash),
      sha256,
    );
    if (Buffer.from(root).toString("hex") !== chain.root) {
      throw new BrokenBundle(`${where}: its rounds are not those that were sealed`);
    }
    for (const one of seen) covered.add(one);
  }
  return state.open.filter((one) => covered.has(one)).map(({ tally }) => tally);
}

function addCounts(
  state: State,
  counts: Counts,
  { part, tallies }: { readonly part: NonNullable<State["part"]>; readonly tallies: TallyRound[] },
): void {
  const from = (Date.parse(part.day) / DAY_MS) * MINUTES_PER_DAY;
  const fresh = tallyRounds(tallies, { from, until: from + MINUTES_PER_DAY });
  const names = [...state.numbers.keys()];
  for (const [target, runs] of fresh) {
    const name = names[target] ?? "";
    const byVantage = counts.get(name) ?? new Map<string, CountRun[]>();
    const joined = byVantage.get(part.vantage) ?? [];
    for (const run of runs) pushRun(joined, run);
    byVantage.set(part.vantage, joined);
    counts.set(name, byVantage);
  }
}

const NO_COUNTS: ReadonlyMap<string, readonly CountRun[]> = new Map();

function checkReports(state: State): void {
  for (const { signed, report, counts } of state.revisions) {
    const where = `revision ${report.revision} of the report`;
    for (const { day, revision, root } of report.proof.seals) {
      const seal = state.seals.get(sealKey(day, revision));
      if (seal === undefined || `sha256:${seal.root}` !== root) {
        throw new BrokenBundle(`${where}: the seal of ${day} is not the one that it names`);
      }
      for (const { vantage } of seal.chains) {
        if (state.sealed.has(`${day} ${vantage}`)) continue;
        throw new BrokenBundle(`${where}: the rounds of ${day} from ${vantage} are missing`);
      }
    }
    const wrong = checkCounted(signed, (target) => counts.get(target) ?? NO_COUNTS);
    if (wrong !== null) throw new BrokenBundle(`${where}: ${wrong}`);
  }
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}
