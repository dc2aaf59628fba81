import { writeAnchor } from "./anchors/index.ts";
import type { Clock } from "./clock.ts";
import { SYSTEM } from "./core/access.ts";
import type { Anchor } from "./core/config-schema.ts";
import { insertAnchor, anchorItem, anchorJson, tryLockAnchors } from "./store/anchors.ts";
import { appendAudit } from "./store/audit.ts";
import { withTransaction, type Db } from "./store/connect.ts";
import { factsOf, findUnanchored } from "./store/seals.ts";

type AnchorDeps = {
  readonly db: Db;
  readonly clock: Clock;
  /** Is told of an anchor that did not take a seal; the next run tries it again. */
  readonly onFailed: (anchor: Anchor, error: unknown) => void;
};

/**
 * Gives every anchor the seals that it has not got, oldest first, for `forMs` at most, and keeps
 * the receipts. An anchor that fails is left until the next run; the others go on. Whoever runs
 * at the same time leaves it to the first. Returns how many receipts there are more.
 */
export async function anchorSeals(
  deps: AnchorDeps,
  input: { readonly anchors: readonly Anchor[]; readonly forMs: number },
): Promise<number> {
  const deadlineMs = deps.clock.monotonicMs() + input.forMs;
  let written = 0;
  for (const anchor of input.anchors) {
    try {
      while (deps.clock.monotonicMs() <= deadlineMs && (await anchorNext(deps, anchor))) {
        written += 1;
      }
    } catch (error) {
      deps.onFailed(anchor, error);
    }
  }
  return written;
}

/** False when there is nothing left to give, or somebody else is at it. */
async function anchorNext(deps: AnchorDeps, anchor: Anchor): Promise<boolean> {
  return withTransaction(deps.db, async (tx) => {
    if (!(await tryLockAnchors(tx))) return false;
    const seal = await findUnanchored(tx, anchor.id);
    if (seal === null) return false;
    const { day, revision, previousHash, hash } = seal;
    const receipt = await writeAnchor(anchor, { ...factsOf(seal), previousHash, hash });
    const atMs = deps.clock.nowMs();
    const row = { day, revision, name: anchor.id, kind: anchor.kind, atMs, receipt };
    await insertAnchor(tx, row);
    await appendAudit(tx, {
      atMs,
      actor: SYSTEM,
      action: "anchor.write",
      item: anchorItem(row),
      before: null,
      after: anchorJson(row),
    });
    return true;
  });
}
