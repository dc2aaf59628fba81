import { inclusionPath } from "./core/merkle.ts";
import { roundText } from "./core/round-proof.ts";
import {
  chainKey,
  dayText,
  leafBytes,
  leafText,
  readChains,
  type SealedChain,
} from "./core/seal.ts";
import { NotFoundError } from "./errors.ts";
import type { Db, Queryable } from "./store/connect.ts";
import { findSeal, listDayChains, listDayHashes, type SealRow } from "./store/seals.ts";
import { sha256 } from "./store/sha256.ts";
import { findRound, type SingleRound } from "./store/single-round.ts";
import { withSnapshot } from "./store/snapshot.ts";

const DAY_MS = 86_400_000;

/** Which round, and in which seal of its day. */
export type RoundQuestion = {
  readonly vantage: string;
  readonly shard: string;
  readonly plannedAtMs: number;
  /** Null for the newest. */
  readonly revision: number | null;
};

/** A leaf's way to the root of its tree, hashes as hexadecimal. */
export type ProofPath = {
  readonly leaf: string;
  readonly index: number;
  readonly size: number;
  readonly path: readonly string[];
  readonly root: string;
};

export type RoundProof = {
  readonly day: string;
  readonly revision: number;
  readonly seq: number;
  /** What the round's hash covers after the hash of the round before it. */
  readonly text: string;
  readonly targets: readonly string[];
  /** Empty for the first round of a chain. */
  readonly previousHash: string;
  readonly hash: string;
  readonly inChain: ProofPath;
  readonly inDay: ProofPath;
};

/**
 * The proof that a round is in the seal of its day. Throws NotFoundError when there is no such
 * round, no such seal, or the round came after it.
 */
export async function proveRound(db: Db, question: RoundQuestion): Promise<RoundProof> {
  return withSnapshot(db, async (tx) => {
    const day = Math.floor(question.plannedAtMs / DAY_MS);
    const seal = await requireSeal(tx, day, question.revision);
    const chains = readChains(seal.chains) ?? [];
    const index = chains.findIndex((chain) => chainKey(chain) === chainKey(question));
    const chain = chains[index];
    const { round, hashes } = await requireRound(tx, { day, question });
    if (chain === undefined || round.seq > chain.lastSeq) throw new NotFoundError(cameLater(seal));
    const { vantage, shard } = chain;
    return {
      day: dayText(day),
      revision: seal.revision,
      seq: round.seq,
      text: roundText({ ...round, vantage, shard }, round.details, round),
      targets: round.targets,
      previousHash: round.previousHash.toString("hex"),
      hash: round.hash.toString("hex"),
      inChain: proveInChain(round, hashes.slice(0, chain.rounds), chain),
      inDay: {
        leaf: leafText(chain),
        index,
        size: chains.length,
        path: inclusionPath(chains.map(leafBytes), index, sha256).map(toHex),
        root: seal.root.toString("hex"),
      },
    };
  });
}

/** A day's seal. Throws NotFoundError. */
export async function requireSeal(
  db: Queryable,
  day: number,
  revision: number | null,
): Promise<SealRow> {
  const seal = await findSeal(db, day, revision);
  if (seal !== null) return seal;
  const which = revision === null ? "no seal" : `no revision ${revision} of the seal`;
  throw new NotFoundError(`there is ${which} of ${dayText(day)}`);
}

async function requireRound(
  tx: Queryable,
  { day, question }: { readonly day: number; readonly question: RoundQuestion },
): Promise<{ round: SingleRound; hashes: readonly Uint8Array[] }> {
  const { vantage, shard, plannedAtMs } = question;
  const chains = await listDayChains(tx, day);
  const id = chains.find((chain) => chainKey(chain) === chainKey(question))?.id ?? null;
  const round = id === null ? null : await findRound(tx, id, plannedAtMs);
  if (id === null || round === null) {
    const at = new Date(plannedAtMs).toISOString();
    throw new NotFoundError(`no round of ${vantage}/${shard} planned at ${at} is stored`);
  }
  const [read] = await listDayHashes(tx, day, [id]);
  return { round, hashes: read?.hashes ?? [] };
}

function proveInChain(
  { hash }: SingleRound,
  hashes: readonly Uint8Array[],
  { root }: SealedChain,
): ProofPath {
  const index = hashes.findIndex((other) => hash.equals(other));
  const path = inclusionPath(hashes, index, sha256).map(toHex);
  return { leaf: hash.toString("hex"), index, size: hashes.length, path, root };
}

function cameLater({ day, revision }: SealRow): string {
  return `that round was stored after revision ${revision} of the seal of ${dayText(day)} was made`;
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
