import { probeKey, type Target } from "./target.ts";

/** The most targets a round measures. */
export const SHARD_SIZE = 100;

/** Targets that one vantage measures together, at every instant `k * everyMs + offsetMs`. */
export type Shard = {
  readonly vantage: string;
  /** `<interval in seconds>s-<number>`, e.g. "15s-0"; unique within a vantage. */
  readonly id: string;
  readonly everyMs: number;
  readonly offsetMs: number;
  readonly targets: readonly string[];
};

/**
 * Spreads targets over shards. What is already in a shard stays there, and a shard's offset
 * depends on its number alone, so that a changed configuration moves no planned instant of
 * the targets that it leaves as they were. Targets that share one measurement share a shard.
 */
export function assignShards(targets: readonly Target[], before: readonly Shard[]): Shard[] {
  const lanes = new Map<string, { vantage: string; everyMs: number; targets: Target[] }>();
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

function fillLane(
  lane: { readonly vantage: string; readonly everyMs: number; readonly targets: readonly Target[] },
  before: readonly Shard[],
): Shard[] {
  const groups = groupByMeasurement(lane.targets);
  const homes = new Map(
    before.flatMap((shard) => shard.targets.map((id) => [id, numberOf(shard)] as const)),
  );
  const shards = new Map<number, string[]>();
  const homeless: (readonly string[])[] = [];
  for (const group of groups) {
    const home = group.map((id) => homes.get(id)).find((number) => number !== undefined);
    const members = home === undefined ? undefined : (shards.get(home) ?? []);
    if (home === undefined || members === undefined || !fits(members, group)) homeless.push(group);
    else shards.set(home, [...members, ...group]);
  }
  let number = 0;
  for (const group of homeless) {
    while (!fits(shards.get(number) ?? [], group)) number += 1;
    shards.set(number, [...(shards.get(number) ?? []), ...group]);
  }
  return [...shards].map(([index, members]) => ({
    vantage: lane.vantage,
    id: `${lane.everyMs / 1000}s-${index}`,
    everyMs: lane.everyMs,
    offsetMs: offsetOf(index, lane.everyMs),
    targets: members,
  }));
}

/** A group larger than a shard has one of its own. */
function fits(members: readonly string[], group: readonly string[]): boolean {
  return members.length === 0 || members.length + group.length <= SHARD_SIZE;
}

function groupByMeasurement(targets: readonly Target[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const target of targets) {
    const key = probeKey(target);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [target.id]);
    else group.push(target.id);
  }
  return [...groups.values()];
}

function numberOf({ id }: Shard): number {
  return Number(id.slice(id.lastIndexOf("-") + 1));
}

/** Multiples of the golden ratio fill the interval evenly however many shards there are. */
function offsetOf(number: number, everyMs: number): number {
  return Math.floor(((number * 0.618_033_988_749_895) % 1) * everyMs);
}
