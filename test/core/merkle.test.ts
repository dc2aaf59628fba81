import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inclusionPath, merkleRoot, rootFromPath, type Hash } from "../../src/core/merkle.ts";

const sha256: Hash = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const hex = (bytes: Uint8Array | null) =>
  bytes === null ? null : Buffer.from(bytes).toString("hex");
const bytes = (text: string) => Buffer.from(text, "hex");

// The inputs and results that implementations of Certificate Transparency are tested with.
const LEAVES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map(bytes);
const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const PATHS: [index: number, size: number, path: string[]][] = [
  [
    0,
    8,
    [
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
  ],
  [
    5,
    8,
    [
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
  ],
  [2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]],
  [
    1,
    5,
    [
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
  ],
];

/** The definition of RFC 6962, section 2.1, word for word. */
function rootByDefinition(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return sha256();
  if (leaves.length === 1) return sha256(Buffer.of(0), first);
  let k = 1;
  while (2 * k < leaves.length) k *= 2;
  const left = rootByDefinition(leaves.slice(0, k));
  return sha256(Buffer.of(1), left, rootByDefinition(leaves.slice(k)));
}

const someLeaves = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 70 });
const leavesAndIndex = someLeaves.chain((leaves) =>
  fc.record({ leaves: fc.constant(leaves), index: fc.nat(leaves.length - 1) }),
);

describe("the known trees", () => {
  test.each(ROOTS.map((root, size) => ({ root, size })))("of $size leaves", ({ root, size }) => {
    expect(hex(merkleRoot(LEAVES.slice(0, size), sha256))).toBe(root);
  });

  test.each(PATHS)("have the known path of leaf %i of %i", (index, size, path) => {
    const leaves = LEAVES.slice(0, size);
    expect(inclusionPath(leaves, index, sha256).map(hex)).toEqual(path);
    const inclusion = { index, size, path: path.map(bytes) };
    expect(hex(rootFromPath(leaves[index]!, inclusion, sha256))).toBe(ROOTS[size]);
  });
});

test("a root is that of the definition", () => {
  fc.assert(
    fc.property(someLeaves, (leaves) => {
      expect(hex(merkleRoot(leaves, sha256))).toBe(hex(rootByDefinition(leaves)));
    }),
  );
});

test("a path leads every leaf to the root, and nothing else there", () => {
  fc.assert(
    fc.property(leavesAndIndex, ({ leaves, index }) => {
      const size = leaves.length;
      const root = hex(merkleRoot(leaves, sha256));
      const path = inclusionPath(leaves, index, sha256);
      const leaf = leaves[index]!;
      expect(hex(rootFromPath(leaf, { index, size, path }, sha256))).toBe(root);
      const other = Buffer.concat([leaf, Buffer.of(1)]);
      expect(hex(rootFromPath(other, { index, size, path }, sha256))).not.toBe(root);
      for (let at = 0; at < path.length; at += 1) {
        const bent = path.with(at, sha256(path[at]!));
        expect(hex(rootFromPath(leaf, { index, size, path: bent }, sha256))).not.toBe(root);
      }
    }),
  );
});

test("a path of another length leads nowhere", () => {
  fc.assert(
    fc.property(leavesAndIndex, ({ leaves, index }) => {
      const size = leaves.length;
      const path = inclusionPath(leaves, index, sha256);
      const leaf = leaves[index]!;
      const longer = [...path, sha256()];
      expect(rootFromPath(leaf, { index, size, path: longer }, sha256)).toBeNull();
      if (path.length === 0) return;
      const shorter = path.slice(0, -1);
      expect(rootFromPath(leaf, { index, size, path: shorter }, sha256)).toBeNull();
    }),
  );
});

test("an index outside the tree has no path and no root", () => {
  for (const index of [-1, 8]) {
    expect(() => inclusionPath(LEAVES, index, sha256)).toThrow(RangeError);
    expect(rootFromPath(LEAVES[0]!, { index, size: 8, path: [] }, sha256)).toBeNull();
  }
});
