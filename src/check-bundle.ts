import { BrokenBundle } from "./bundle-lines.ts";
import {
  beginPart,
  endPart,
  partKey,
  readChain,
  readRound,
  readTargets,
  startRounds,
  type PartCounts,
  type Rounds,
} from "./check-bundle-rounds.ts";
import {
  areCountable,
  parseBundleLine,
  readSignedFacts,
  type BundleHead,
  type BundleLine,
  type BundleSeal,
  type SignedFacts,
} from "./core/bundle.ts";
import { checkCounted, checkSigned, type SignedReport } from "./core/check-report.ts";
import type { CountRun } from "./core/counts.ts";
import { pushRun } from "./core/day-counts.ts";
import { rootFromPath } from "./core/merkle.ts";
import { chainKey, dayRoot, leafBytes, sealText } from "./core/seal.ts";
import { isSignedBy, keyIdOf } from "./signature.ts";
import { sha256, sha256Text } from "./store/sha256.ts";

/** What an evidence bundle proves; the message of `BrokenBundle` says what it does not. */
export type BundleProof = {
  readonly month: string;
  /** Null: of all accounts. */
  readonly account: string | null;
  readonly rounds: number;
  /** Oldest first, at least one. A later one that the file leaves out cannot be missed. */
  readonly revisions: readonly { readonly revision: number; readonly key: string }[];
};

type Revision = {
  readonly signed: SignedReport;
  readonly facts: SignedFacts;
  /** Runs by target and vantage. */
  readonly counts: Map<string, Map<string, CountRun[]>>;
};
type NamedSeal = SignedFacts["proof"]["seals"][number];

type State = {
  readonly head: BundleHead;
  /** How far in the order of lines the file is read. */
  stage: number;
  /** Characters of all lines that are held until the end. */
  held: number;
  /** A report whose inputs are to come. */
  body: string | null;
  readonly keys: Map<string, string>;
  readonly revisions: Revision[];
  /** The seals that reports name, and those that are there, by day and revision. */
  readonly named: Map<string, NamedSeal>;
  readonly seals: Map<string, BundleSeal>;
  readonly rounds: Rounds;
};

/** The order of lines: nothing is compared with what may still be changed by a later line. */
const [HEAD, KEYS, REPORTS, SEALS, ROUNDS, END] = [0, 1, 2, 3, 4, 5];
const HELD_LIMIT = 1_000_000_000;

/**
 * Checks an evidence bundle without nines and its database: signatures, what each report names,
 * hashes and links of the rounds, the seals' roots, and that every figure follows when it is
 * counted again. Reads line by line; holds one day of one vantage. Throws BrokenBundle.
 */
export async function checkBundle(lines: AsyncIterable<string>): Promise<BundleProof> {
  let state: State | null = null;
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const before: State | null = state;
    state = orBroken(`line ${number}`, () => {
      return before === null ? readHead(line) : readLine(before, line);
    });
  }
  if (state === null) throw new BrokenBundle("it is empty");
  const whole = state;
  return orBroken("as a whole", () => finish(whole));
}

/** Whatever a hostile file makes fail is a finding about the file. */
function orBroken<Result>(where: string, check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    throw new BrokenBundle(`${where}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readHead(line: string): State {
  const read = parseBundleLine(line);
  if (read === null || !("head" in read)) throw new BrokenBundle("this is no evidence bundle");
  return {
    head: read.head,
    stage: HEAD,
    held: 0,
    body: null,
    keys: new Map(),
    revisions: [],
    named: new Map(),
    seals: new Map(),
    rounds: startRounds(),
  };
}

function readLine(state: State, line: string): State {
  const read = parseBundleLine(line);
  if (read === null) throw new BrokenBundle("is none of an evidence bundle");
  enter(state, read);
  if ("round" in read) {
    readRound(state.rounds, read.round);
    return state;
  }
  state.held += line.length;
  if (state.held > HELD_LIMIT) throw new BrokenBundle("the file is too large to be checked");
  if ("key" in read) readKey(state, read.key);
  else if ("report" in read) state.body = read.report;
  else if ("inputs" in read) readSigned(state, read.inputs);
  else if ("seal" in read) readSeal(state, read.seal);
  else if ("chain" in read) readChain(state.rounds, read.chain);
  else if ("targets" in read) readTargets(state.rounds, read.targets);
  else closePart(state);
  if ("part" in read) {
    const [day, vantage] = read.part;
    const seals = [...state.seals.values()].filter((seal) => seal.day === day);
    beginPart(state.rounds, { day, vantage }, seals);
  }
  if ("end" in read && read.end.rounds !== state.rounds.count) {
    throw new BrokenBundle(
      `${read.end.rounds} rounds were exported, ${state.rounds.count} are there`,
    );
  }
  return state;
}

/** Refuses a line that does not stand where its kind stands. */
function enter(state: State, read: BundleLine): void {
  const stage = stageOf(read);
  if (state.stage === END) throw new BrokenBundle("comes after the end");
  if (stage === HEAD || stage < state.stage) throw new BrokenBundle("is out of order");
  if ("inputs" in read !== (state.body !== null)) {
    throw new BrokenBundle("a report and its inputs do not stand together");
  }
  if (state.stage < ROUNDS && stage >= ROUNDS) requireSeals(state);
  state.stage = stage;
}

function stageOf(read: BundleLine): number {
  if ("head" in read) return HEAD;
  if ("key" in read) return KEYS;
  if ("report" in read || "inputs" in read) return REPORTS;
  if ("seal" in read) return SEALS;
  return "end" in read ? END : ROUNDS;
}

function requireSeals({ revisions, named, seals }: State): void {
  if (revisions.length === 0) throw new BrokenBundle("it holds no report");
  for (const [key, seal] of named) {
    if (!seals.has(key)) throw new BrokenBundle(`${sayingSeal(seal)} is missing`);
  }
}

function readKey({ keys }: State, { id, publicKey }: { id: string; publicKey: string }): void {
  if (keys.has(id)) throw new BrokenBundle(`key ${id} is there twice`);
  if (keyIdOf(publicKey) !== id) throw new BrokenBundle(`key ${id} has another's id`);
  keys.set(id, publicKey);
}

function readSigned(state: State, inputs: string): void {
  const { head, keys, revisions } = state;
  const signed = { body: state.body ?? "", inputs };
  state.body = null;
  const where = `revision ${revisions.length + 1} of the report`;
  const facts = readSignedFacts(signed.body);
  if (facts === null) throw new BrokenBundle(`${where}: is no signed report of a closed month`);
  if (facts.month !== head.month || facts.account !== head.account) {
    const [said, found] = [head, facts].map((one) => `${one.month} of ${one.account ?? "all"}`);
    throw new BrokenBundle(`${where}: it is of ${found}, the first line says ${said}`);
  }
  if (!areCountable(inputs, facts.month)) {
    throw new BrokenBundle(`${where}: its inputs are none to count ${facts.month} by`);
  }
  const wrong = checkSigned(signed, revisions.at(-1)?.signed ?? null, {
    digest: sha256Text,
    isSigned: (given, keyId) => {
      const key = keys.get(keyId);
      return key === undefined ? null : isSignedBy(given, key);
    },
  });
  if (wrong !== null) throw new BrokenBundle(`${where}: ${wrong}`);
  nameSeals(state, facts);
  revisions.push({ signed, facts, counts: new Map() });
}

type SealName = { readonly day: string; readonly revision: number };
const sealKey = ({ day, revision }: SealName) => `${day}/${revision}`;
const sayingSeal = ({ day, revision }: SealName) => `the seal of ${day}, revision ${revision},`;

/** What one revision says of a seal another must not say otherwise. */
function nameSeals({ named }: State, { revision, proof }: SignedFacts): void {
  const where = `revision ${revision} of the report`;
  if (new Set(proof.seals.map(({ day }) => day)).size !== proof.seals.length) {
    throw new BrokenBundle(`${where}: it names two seals of one day`);
  }
  for (const seal of proof.seals) {
    const known = named.get(sealKey(seal)) ?? seal;
    if (known.root !== seal.root || known.hash !== seal.hash) {
      throw new BrokenBundle(
        `${where}: ${sayingSeal(seal)} is another than that of a revision before`,
      );
    }
    named.set(sealKey(seal), seal);
  }
}

/** A seal is the one that the reports name, and every chain that it shows stands in its tree. */
function readSeal({ head, named, seals }: State, seal: BundleSeal): void {
  const key = sealKey(seal);
  const name = named.get(key);
  const where = sayingSeal(seal);
  if (name === undefined) throw new BrokenBundle(`${where} is named by no report`);
  if (seals.has(key)) throw new BrokenBundle(`${where} is there twice`);
  const hash = sha256(Buffer.from(seal.previousHash, "hex"), Buffer.from(sealText(seal)));
  if (toHex(hash) !== seal.hash) {
    throw new BrokenBundle(`${where} has a hash that does not match what it says`);
  }
  if (`sha256:${seal.root}` !== name.root || `sha256:${seal.hash}` !== name.hash) {
    throw new BrokenBundle(`${where} is not the one that the reports name`);
  }
  checkChains(seal, where);
  if (head.account === null && !isWhole(seal)) {
    throw new BrokenBundle(`${where} does not show all of its chains`);
  }
  seals.set(key, seal);
}

function checkChains({ root, size, chains }: BundleSeal, where: string): void {
  if (new Set(chains.map(chainKey)).size !== chains.length) {
    throw new BrokenBundle(`${where} shows a chain twice`);
  }
  let before = -1;
  for (const { index, path, ...chain } of chains) {
    if (index <= before) throw new BrokenBundle(`${where} shows its chains out of order`);
    before = index;
    const siblings = path.map((text) => Buffer.from(text, "hex"));
    const top = rootFromPath(leafBytes(chain), { index, size, path: siblings }, sha256);
    if (top === null || toHex(top) !== root) {
      throw new BrokenBundle(`${where} has no chain ${chain.vantage}/${chain.shard} like this`);
    }
  }
}

/** The size is not under the root, but the root is that of all chains and of no fewer. */
function isWhole({ root, size, rounds, chains }: BundleSeal): boolean {
  const sum = chains.reduce((total, chain) => total + chain.rounds, 0);
  return chains.length === size && sum === rounds && toHex(dayRoot(chains, sha256)) === root;
}

const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** What the part comes to is added to the revisions that name the seal. */
function closePart({ revisions, rounds }: State): void {
  const vantage = rounds.open?.vantage ?? "";
  for (const { seal, counts } of endPart(rounds)) {
    const key = sealKey(seal);
    for (const revision of revisions) {
      if (!revision.facts.proof.seals.some((named) => sealKey(named) === key)) continue;
      addCounts(revision.counts, vantage, counts);
    }
  }
}

function addCounts(counts: Revision["counts"], vantage: string, fresh: PartCounts["counts"]): void {
  for (const [target, runs] of fresh) {
    const byVantage = counts.get(target) ?? new Map<string, CountRun[]>();
    const joined = byVantage.get(vantage) ?? [];
    for (const run of runs) pushRun(joined, run);
    byVantage.set(vantage, joined);
    counts.set(target, byVantage);
  }
}

const NO_COUNTS: ReadonlyMap<string, readonly CountRun[]> = new Map();

function finish({ head, stage, revisions, seals, rounds }: State): BundleProof {
  if (stage !== END) throw new BrokenBundle("its end is missing: the file was cut short");
  for (const { day, chains } of seals.values()) {
    for (const { vantage } of chains) {
      if (rounds.parts.has(partKey({ day, vantage }))) continue;
      throw new BrokenBundle(`the rounds of ${day} from ${vantage} are missing`);
    }
  }
  for (const { signed, facts, counts } of revisions) {
    const wrong = checkCounted(signed, (target) => counts.get(target) ?? NO_COUNTS);
    if (wrong !== null) {
      throw new BrokenBundle(`revision ${facts.revision} of the report: ${wrong}`);
    }
  }
  return {
    month: head.month,
    account: head.account,
    rounds: rounds.count,
    revisions: revisions.map(({ facts }) => ({ revision: facts.revision, key: facts.proof.key })),
  };
}
