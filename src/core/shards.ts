import { probeKey, type Target } from "./target.ts";

/** The most targets of a round; only targets of an account that share one measurement may be more. */
export const SHARD_SIZE = 100;

/**
 * Targets of one account that one vantage measures together, at every instant
 * `k * everyMs + offsetMs`. Of one account, so that its rounds can be handed to it whole, as
 * proof, without another's results.
 */
export type Shard = {
  readonly vantage: string;
  /** `<interval in seconds>s-<number>`, e.g. "15s-0"; unique within a vantage. */
  readonly id: string;
  readonly everyMs: number;
  readonly offsetMs: number;
  readonly targets: readonly string[];
};

type Lane = { readonly vantage: string; readonly everyMs: number; readonly targets: Target[] };

/**
 * Spreads targets over shards. What is already in a shard stays there, in its order, and a
 * shard's offset depends on its number alone, so that a changed configuration moves no planned
 * instant of the targets that it leaves as they were. Targets of an account that share one
 * measurement share a shard; when they come to share one, those of the fewer move.
 */
export function assignShards(targets: readonly Target[], before: readonly Shard[]): Shard[] {
  const lanes = new Map<string, Lane>();
  for (const target of targets) {
    for (const vantage of target.vantages) {
      const key = `${vantage}\n${target.intervalMs}`;
      const lane = lanes.get(key) ?? { vantage, everyMs: target.intervalMs, targets: [] };
      lane.targets.push(target);
      lanes.set(key, lane);
    }
  }
  return [...lanes.values()].flatMap((lane) =>
    fillLane(
      lane,
      before.filter(({ vantage, everyMs }) => vantage === lane.vantage && everyMs === lane.everyMs),
    ),
  );
}

type Home = { readonly number: number; readonly position: number };
type Group = { readonly account: string; readonly ids: readonly string[] };

function fillLane(lane: Lane, before: readonly Shard[]): Shard[] {
  const homes = new Map<string, Home>(
    before.flatMap((shard) =>
      shard.targets.map((id, position) => [id, { number: numberOf(shard), position }] as const),
    ),
  );
  const shards = new Map<number, Group>();
  const place = (number: number, { account, ids }: Group): boolean => {
    const there = shards.get(number);
    // A group larger than a shard has one of its own.
    const fits =
      there === undefined ||
      (there.account === account && there.ids.length + ids.length <= SHARD_SIZE);
    if (fits) shards.set(number, { account, ids: [...(there?.ids ?? []), ...ids] });
    return fits;
  };
  const groups = groupByMeasurement(lane.targets);
  // Those that are where they were go first, so that nobody new takes their place.
  const moving = groups.filter(
    (group) => !isAtHome(group.ids, homes) || !place(homeOf(group.ids, homes) ?? 0, group),
  );
  const homeless = moving.filter((group) => {
    const home = homeOf(group.ids, homes);
    return home === null || !place(home, group);
  });
  const numbers = new Map<string, number>();
  for (const group of homeless) {
    let number = numbers.get(group.account) ?? 0;
    while (!place(number, group)) number += 1;
    numbers.set(group.account, number);
  }
  return [...shards].map(([index, { ids }]) => ({
    vantage: lane.vantage,
    id: `${lane.everyMs / 1000}s-${index}`,
    everyMs: lane.everyMs,
    offsetMs: offsetOf(index, lane.everyMs),
    targets: inOldOrder(ids, index, homes),
  }));
}

function isAtHome(group: readonly string[], homes: ReadonlyMap<string, Home>): boolean {
  const numbers = new Set(group.map((id) => homes.get(id)?.number));
  return numbers.size === 1 && !numbers.has(undefined);
}

/** The shard that most of the group come from; null when none was in one. */
function homeOf(group: readonly string[], homes: ReadonlyMap<string, Home>): number | null {
  const counts = new Map<number, number>();
  let best: number | null = null;
  for (const id of group) {
    const number = homes.get(id)?.number;
    if (number === undefined) continue;
    const count = (counts.get(number) ?? 0) + 1;
    counts.set(number, count);
    if (best === null || count > (counts.get(best) ?? 0)) best = number;
  }
  return best;
}

/** A plan whose targets only stand in another order in the file is the same plan. */
function inOldOrder(
  members: readonly string[],
  number: number,
  homes: ReadonlyMap<string, Home>,
): string[] {
  const positionOf = (id: string) => {
    const home = homes.get(id);
    return home?.number === number ? home.position : Infinity;
  };
  return members
    .map((id) => ({ id, position: positionOf(id) }))
    .toSorted((a, b) => (a.position === b.position ? 0 : a.position - b.position))
    .map(({ id }) => id);
}

function groupByMeasurement(targets: readonly Target[]): Group[] {
  const groups = new Map<string, { readonly account: string; readonly ids: string[] }>();
  for (const target of targets) {
    const key = `${target.account}\n${probeKey(target)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { account: target.account, ids: [target.id] });
    else group.ids.push(target.id);
  }
  return [...groups.values()];
}

function numberOf({ id }: Pick<Shard, "id">): number {
  return Number(id.slice(id.lastIndexOf("-") + 1));
}

/** Multiples of the golden ratio fill the interval evenly however many shards there are. */
function offsetOf(number: number, everyMs: number): number {
  return Math.floor(((number * 0.618_033_988_749_895) % 1) * everyMs);
}
