import { z } from "zod";
import { canonicalJson } from "./canonical-json.ts";
import { parseJson } from "./parse-json.ts";
import { merkleRoot, type Hash } from "./merkle.ts";

/** What a seal says of one chain: its rounds planned on the day, as far as the seal saw them. */
export type SealedChain = {
  readonly vantage: string;
  readonly shard: string;
  readonly rounds: number;
  /** The place in the chain of the last of them: later ones were not there yet. */
  readonly lastSeq: number;
  /** Merkle root over the rounds' hashes in the order of the chain, hexadecimal. */
  readonly root: string;
};

/** The leaf of a chain in the day's tree. */
export function leafText({ vantage, shard, rounds, lastSeq, root }: SealedChain): string {
  return canonicalJson([vantage, shard, rounds, lastSeq, root]);
}

/** All leaves of a day as one text: a canonical JSON list. */
export function chainsText(chains: readonly SealedChain[]): string {
  return `[${chains.map(leafText).join(",")}]`;
}

const chainsSchema = z.array(
  z.tuple([z.string(), z.string(), z.int().min(1), z.int().min(1), z.string()]),
);

/** The inverse of `chainsText`; null for a text that it does not write. */
export function readChains(text: string): SealedChain[] | null {
  const parsed = chainsSchema.safeParse(parseJson(text));
  if (!parsed.success) return null;
  const chains = parsed.data.map(([vantage, shard, rounds, lastSeq, root]) => {
    return { vantage, shard, rounds, lastSeq, root };
  });
  return chainsText(chains) === text ? chains : null;
}

const encoder = new TextEncoder();

export function leafBytes(chain: SealedChain): Uint8Array {
  return encoder.encode(leafText(chain));
}

/** The day's root: that of the tree over its chains' leaves, in the order given. */
export function dayRoot(chains: readonly SealedChain[], hash: Hash): Uint8Array {
  return merkleRoot(chains.map(leafBytes), hash);
}

/** Finds a chain in a map; names may hold any character. */
export function chainKey({ vantage, shard }: Pick<SealedChain, "vantage" | "shard">): string {
  return JSON.stringify([vantage, shard]);
}

/** What the hash of a seal covers, beside the hash of the seal made before it. */
export type SealFacts = {
  /** 1, 2, 3 ... over the seals of all days. */
  readonly seq: number;
  /** UTC day, YYYY-MM-DD. */
  readonly day: string;
  readonly revision: number;
  readonly sealedAtMs: number;
  readonly rounds: number;
  /** Hexadecimal. */
  readonly root: string;
};

/** The text of a seal that its hash covers. */
export function sealText({ seq, day, revision, sealedAtMs, rounds, root }: SealFacts): string {
  return JSON.stringify(["seal-1", seq, day, revision, sealedAtMs, rounds, root]);
}

const DAY_MS = 86_400_000;

/** YYYY-MM-DD of a day counted since the Unix epoch. */
export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
