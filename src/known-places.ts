import { findClosed } from "./closed-terms.ts";
import type { Config } from "./config.ts";
import type { reachOf } from "./core/exclusion.ts";
import type { KnownPlaces } from "./core/exclusion-proposal.ts";
import { listClosings } from "./store/closing.ts";
import type { Queryable } from "./store/connect.ts";

/**
 * What an exclusion of that reach may name: what the configuration has, and what it had when the
 * closed months in reach were closed.
 */
export async function listKnownPlaces(
  { db, config }: { readonly db: Queryable; readonly config: Config },
  reach: ReturnType<typeof reachOf>,
): Promise<KnownPlaces> {
  const targets = new Map<string, KnownPlaces["targets"][number]>();
  const add = (target: KnownPlaces["targets"][number]) => {
    const { id, product, region, account } = target;
    targets.set(JSON.stringify([id, product, region, account]), target);
  };
  for (const target of config.targets) add(target);
  for (const [month, closed] of await listClosings(db)) {
    if (closed.untilMs <= reach.fromMs || closed.fromMs >= (reach.untilMs ?? Infinity)) continue;
    for (const subject of (await findClosed(db, month))?.subjects ?? []) {
      for (const target of subject.targets) add(target);
    }
  }
  const all = [...targets.values()];
  const accounts = new Set([
    ...config.accounts.map(({ id }) => id),
    ...all.map((one) => one.account),
  ]);
  return { targets: all, accounts: [...accounts].map((id) => ({ id })) };
}
