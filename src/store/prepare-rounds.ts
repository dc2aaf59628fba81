import type { Round } from "../core/round.ts";
import { chainKey } from "../core/seal.ts";
import { saveChainTargets, type ChainTarget } from "./chain-targets.ts";
import type { Db, Queryable } from "./connect.ts";
import { ensureIds } from "./names.ts";
import { ensurePartitions } from "./partitions.ts";

/** Ids that never change once handed out, so that a round costs no look-up. */
export type IdCache = {
  readonly targets: Map<string, number>;
  readonly vantages: Map<string, number>;
  readonly chains: Map<string, number>;
  readonly partitions: Set<string>;
  /** Targets by the chain that is noted to hold them. */
  readonly held: Map<number, Set<number>>;
};

export function createIdCache(): IdCache {
  return {
    targets: new Map(),
    vantages: new Map(),
    chains: new Map(),
    partitions: new Set(),
    held: new Map(),
  };
}

export type RoundStore = { readonly db: Db; readonly ids: IdCache };

/** Hands out ids, notes what chains hold, makes partitions, each on its own: none is ever taken back. */
export async function prepareRounds(store: RoundStore, rounds: readonly Round[]): Promise<void> {
  await resolveIds(store, rounds);
  await noteHeld(store, rounds);
  await ensurePartitions(
    store.db,
    store.ids.partitions,
    rounds.map(({ plannedAtMs }) => plannedAtMs),
  );
}

async function resolveIds({ db, ids }: RoundStore, rounds: readonly Round[]): Promise<void> {
  const targets = new Set<string>();
  const vantages = new Set<string>();
  for (const round of rounds) {
    if (!ids.vantages.has(round.vantage)) vantages.add(round.vantage);
    for (const target of round.targets) if (!ids.targets.has(target)) targets.add(target);
  }
  if (targets.size > 0) merge(ids.targets, await ensureIds(db, "target", [...targets]));
  if (vantages.size > 0) merge(ids.vantages, await ensureIds(db, "vantage", [...vantages]));
  const chains = new Map(
    rounds
      .filter((round) => !ids.chains.has(chainKey(round)))
      .map((round) => [chainKey(round), round]),
  );
  for (const [key, { vantage, shard }] of chains) {
    const place = { vantageId: known(ids.vantages, vantage), shard };
    ids.chains.set(key, (await findChain(db, place)) ?? (await createChain(db, place)));
  }
}

type ChainPlace = { readonly vantageId: number; readonly shard: string };

async function findChain(db: Queryable, { vantageId, shard }: ChainPlace): Promise<number | null> {
  const { rows } = await db.query<{ id: number }>(
    `select id from chain where vantage_id = $1 and shard = $2`,
    [vantageId, shard],
  );
  return rows[0]?.id ?? null;
}

async function createChain(db: Queryable, place: ChainPlace): Promise<number> {
  await db.query(`insert into chain (vantage_id, shard) values ($1, $2) on conflict do nothing`, [
    place.vantageId,
    place.shard,
  ]);
  return (await findChain(db, place)) ?? unreachable(`chain ${place.shard}`);
}

async function noteHeld({ db, ids }: RoundStore, rounds: readonly Round[]): Promise<void> {
  const missing = new Map<string, ChainTarget>();
  for (const round of rounds) {
    const chainId = known(ids.chains, chainKey(round));
    const held = ids.held.get(chainId);
    for (const name of round.targets) {
      const targetId = known(ids.targets, name);
      if (held?.has(targetId) !== true)
        missing.set(`${chainId} ${targetId}`, { chainId, targetId });
    }
  }
  await saveChainTargets(db, [...missing.values()]);
  for (const { chainId, targetId } of missing.values()) {
    const held = ids.held.get(chainId) ?? new Set();
    ids.held.set(chainId, held.add(targetId));
  }
}

/** The id of a name that was prepared. */
export function known(ids: ReadonlyMap<string, number>, name: string): number {
  return ids.get(name) ?? unreachable(`id of ${name}`);
}

function merge(into: Map<string, number>, from: ReadonlyMap<string, number>): void {
  for (const [name, id] of from) into.set(name, id);
}

/** For what cannot be missing. */
export function unreachable(what: string): never {
  throw new Error(`no ${what}`);
}
