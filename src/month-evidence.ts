import { setImmediate as breathe } from "node:timers/promises";
import type { CountRun } from "./core/counts.ts";
import { BLOCK_SIZE, pushRun } from "./core/day-counts.ts";
import type { Evidence } from "./core/sequence.ts";
import type { Target } from "./core/target.ts";
import type { Queryable } from "./store/connect.ts";
import { listBlockVersions } from "./store/day-versions.ts";
import { listCounts, type Counts } from "./store/days.ts";
import { findIds, listNames } from "./store/names.ts";

/** Blocks read at once, of many days and of one: while more are decoded, nothing else would run. */
const PAST_BLOCKS_AT_ONCE = 2;
const PRESENT_BLOCKS_AT_ONCE = 16;

/** The UTC days [fromDay, untilDay). */
type Days = { readonly fromDay: number; readonly untilDay: number };

/**
 * A month's counts as this process remembers them: each minute only the present day is read, and
 * blocks of earlier days that late rounds have changed.
 */
export type MonthEvidence = {
  readonly targets: readonly Target[];
  ids: ReadonlyMap<string, number>;
  /** The days before the present one, joined, by block. */
  past: Days & { readonly blocks: Map<number, { readonly version: string; counts: Counts }> };
};

export function createMonthEvidence(targets: readonly Target[]): MonthEvidence {
  return { targets, ids: new Map(), past: { fromDay: 0, untilDay: 0, blocks: new Map() } };
}

/** What there is to read. */
export type EvidenceState = {
  /** Another text when a count may be another one. */
  readonly version: string;
  readonly past: Days & { readonly versions: ReadonlyMap<number, string> };
  readonly present: Days;
};

/** Looks what the evidence of the days is by now; `today` is the one that still changes. */
export async function findEvidenceState(
  db: Queryable,
  { fromDay, untilDay, today }: Days & { readonly today: number },
): Promise<EvidenceState> {
  const presentFrom = Math.min(Math.max(today, fromDay), untilDay);
  const past = { fromDay, untilDay: presentFrom };
  const present = { fromDay: presentFrom, untilDay };
  const versions = await listBlockVersions(db, past);
  const all = [...versions, ...(await listBlockVersions(db, present))];
  const version = all.map(([block, one]) => `${block}:${one}`).join(" ");
  return { version, past: { ...past, versions }, present };
}

/** Reads what `state` has and `memory` has not, and gives the function from target to evidence. */
export async function readMonthEvidence(
  db: Queryable,
  memory: MonthEvidence,
  state: EvidenceState,
): Promise<(target: Target) => Evidence> {
  if (memory.ids.size < memory.targets.length) {
    const names = memory.targets.map(({ id }) => id);
    memory.ids = await findIds(db, "target", names);
  }
  await updatePast(db, memory, state.past);
  const vantages = await listNames(db, "vantage");
  const { blocks } = memory.past;
  const present = new Map<number, Counts>();
  const inUse = blocksOf(memory);
  for (const some of portions([...inUse.keys()], PRESENT_BLOCKS_AT_ONCE)) {
    const targetIds = new Set(some.flatMap((block) => inUse.get(block) ?? []));
    const counts = await listCounts(db, { ...state.present, targetIds });
    for (const block of some) present.set(block, counts);
    await breathe();
  }
  return (target) => {
    const id = memory.ids.get(target.id) ?? -1;
    const block = Math.floor(id / BLOCK_SIZE);
    const runs = joinCounts(blocks.get(block)?.counts.get(id), present.get(block)?.get(id));
    const counts = new Map(
      Array.from(runs, ([vantageId, one]) => [vantages.get(vantageId) ?? "", one]),
    );
    return { target, counts };
  };
}

/** Reads the earlier days of the blocks that have changed. */
async function updatePast(
  db: Queryable,
  memory: MonthEvidence,
  { fromDay, untilDay, versions }: EvidenceState["past"],
): Promise<void> {
  if (memory.past.fromDay !== fromDay || memory.past.untilDay !== untilDay) {
    memory.past = { fromDay, untilDay, blocks: new Map() };
  }
  const { blocks } = memory.past;
  const inUse = blocksOf(memory);
  const stale = [...inUse.keys()].filter(
    (block) => blocks.get(block)?.version !== (versions.get(block) ?? ""),
  );
  for (const some of portions(stale, PAST_BLOCKS_AT_ONCE)) {
    const targetIds = new Set(some.flatMap((block) => inUse.get(block) ?? []));
    const counts = await listCounts(db, { fromDay, untilDay, targetIds });
    for (const block of some) blocks.set(block, { version: versions.get(block) ?? "", counts });
    await breathe();
  }
}

/** The targets' ids by block. */
function blocksOf({ ids }: MonthEvidence): Map<number, number[]> {
  const blocks = new Map<number, number[]>();
  for (const id of ids.values()) {
    const block = Math.floor(id / BLOCK_SIZE);
    const known = blocks.get(block);
    if (known === undefined) blocks.set(block, [id]);
    else known.push(id);
  }
  return blocks;
}

function* portions<Item>(items: readonly Item[], size: number): Generator<Item[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

type ByVantage = ReadonlyMap<number, CountRun[]>;
const NOTHING: ByVantage = new Map();

/** By vantage, the runs of the earlier days and of those that follow; the earlier ones stay as they are. */
function joinCounts(past: ByVantage = NOTHING, present: ByVantage = NOTHING): ByVantage {
  if (past.size === 0) return present;
  const joined = new Map(past);
  for (const [vantage, runs] of present) {
    const all = [...(past.get(vantage) ?? [])];
    for (const run of runs) pushRun(all, run);
    joined.set(vantage, all);
  }
  return joined;
}
