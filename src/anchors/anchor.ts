import { canonicalJson } from "../core/canonical-json.ts";
import type { Anchor } from "../core/config-schema.ts";
import type { SealFacts } from "../core/seal.ts";

export type AnchorKind = Anchor["kind"];
export type AnchorOf<Kind extends AnchorKind> = Extract<Anchor, { readonly kind: Kind }>;

/** A seal as it is given away. */
export type AnchoredSeal = SealFacts & {
  readonly previousHash: Uint8Array;
  /** Covers the facts and, by the hash before it, all seals made before. */
  readonly hash: Uint8Array;
};

/** One kind of place outside. */
export type AnchorWriter<Settings extends Anchor> = {
  /** Gives the seal away; resolves with the receipt. Throws when the place did not take it. */
  readonly write: (settings: Settings, seal: AnchoredSeal) => Promise<Buffer>;
  /** What is wrong with a receipt of this seal; null when nothing is. */
  readonly checkReceipt: (receipt: Buffer, seal: AnchoredSeal) => string | null;
};

/** The seal as one line of canonical JSON, as files and webhooks are given it. */
export function sealLine(seal: AnchoredSeal): string {
  return canonicalJson({
    day: seal.day,
    revision: seal.revision,
    seq: seal.seq,
    sealedAt: new Date(seal.sealedAtMs).toISOString(),
    rounds: seal.rounds,
    root: `sha256:${seal.root}`,
    previousHash: seal.seq === 1 ? null : toDigest(seal.previousHash),
    hash: toDigest(seal.hash),
  });
}

function toDigest(bytes: Uint8Array): string {
  return `sha256:${Buffer.from(bytes).toString("hex")}`;
}

/** The receipt of a place that answers nothing is what it was given. */
export function checkLine(receipt: Buffer, seal: AnchoredSeal): string | null {
  return receipt.equals(Buffer.from(sealLine(seal))) ? null : "it is not about this seal";
}
