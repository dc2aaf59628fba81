import { createHash } from "node:crypto";
import type { AnchoredSeal } from "../../src/anchors/anchor.ts";

/** A seal to give away. */
export const SEAL: AnchoredSeal = {
  seq: 7,
  day: "2026-10-15",
  revision: 2,
  sealedAtMs: Date.parse("2026-10-16T00:10:45.123Z"),
  rounds: 5760,
  root: createHash("sha256").update("root").digest("hex"),
  previousHash: createHash("sha256").update("previous").digest(),
  hash: createHash("sha256").update("seal").digest(),
};

/** As its places outside are given it. */
export const LINE =
  `{"day":"2026-10-15","hash":"sha256:${Buffer.from(SEAL.hash).toString("hex")}",` +
  `"previousHash":"sha256:${Buffer.from(SEAL.previousHash).toString("hex")}","revision":2,` +
  `"root":"sha256:${SEAL.root}","rounds":5760,"sealedAt":"2026-10-16T00:10:45.123Z","seq":7}`;
