/**
 * The Merkle tree of RFC 6962 and RFC 9162, section 2.1: a leaf's hash covers 0x00 and its data,
 * a node's 0x01 and its two children, so that neither can pass for the other. The hash function
 * is the caller's.
 */

/** Hashes the parts as if they were one. */
export type Hash = (...parts: readonly Uint8Array[]) => Uint8Array;

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** The root over the leaves' data; that of no leaves is the hash of nothing. */
export function merkleRoot(leaves: readonly Uint8Array[], hash: Hash): Uint8Array {
  let level = hashLeaves(leaves, hash);
  while (level.length > 1) level = levelAbove(level, hash);
  return level[0] ?? hash();
}

/** The siblings from the leaf up that lead to the root. Throws RangeError for no such leaf. */
export function inclusionPath(
  leaves: readonly Uint8Array[],
  index: number,
  hash: Hash,
): Uint8Array[] {
  if (leaves[index] === undefined) throw new RangeError(`no leaf ${index} of ${leaves.length}`);
  const path: Uint8Array[] = [];
  let at = index;
  for (let level = hashLeaves(leaves, hash); level.length > 1; level = levelAbove(level, hash)) {
    const sibling = level[at % 2 === 0 ? at + 1 : at - 1];
    if (sibling !== undefined) path.push(sibling);
    at = Math.floor(at / 2);
  }
  return path;
}

/** A leaf's place in a tree of `size` leaves, and its way to the root. */
export type Inclusion = {
  readonly index: number;
  readonly size: number;
  readonly path: readonly Uint8Array[];
};

/** The root that a leaf and its path lead to; null when the path has not the tree's length. */
export function rootFromPath(
  leaf: Uint8Array,
  { index, size, path }: Inclusion,
  hash: Hash,
): Uint8Array | null {
  if (index < 0 || index >= size) return null;
  let node = hash(LEAF, leaf);
  let at = index;
  let last = size - 1;
  let used = 0;
  for (; last > 0; at = Math.floor(at / 2), last = Math.floor(last / 2)) {
    // The last node of an odd level has no sibling and is taken up as it is.
    if (at === last && at % 2 === 0) continue;
    const sibling = path[used];
    if (sibling === undefined) return null;
    node = at % 2 === 0 ? hash(NODE, node, sibling) : hash(NODE, sibling, node);
    used += 1;
  }
  return used === path.length ? node : null;
}

function hashLeaves(leaves: readonly Uint8Array[], hash: Hash): Uint8Array[] {
  return leaves.map((leaf) => hash(LEAF, leaf));
}

function levelAbove(level: readonly Uint8Array[], hash: Hash): Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let at = 0; at < level.length; at += 2) {
    const left = level[at];
    const right = level[at + 1];
    if (left !== undefined) above.push(right === undefined ? left : hash(NODE, left, right));
  }
  return above;
}
