import type { Clock } from "./clock.ts";
import type { Minute } from "./core/counts.ts";
import { MINUTES_PER_DAY } from "./core/day-counts.ts";
import type { Interval } from "./core/month.ts";
import { MINUTE_MS, type TallyRound } from "./core/tally.ts";
import { findDifferences } from "./rebuild.ts";
import { chainKey } from "./core/seal.ts";
import { settleableUntil } from "./settle.ts";
import { listChainTargets } from "./store/chain-targets.ts";
import {
  countOrphans,
  holdRounds,
  listChains,
  listDaysOfChain,
  pageRounds,
  type Chain,
  type RoundPage,
  type StoredRound,
} from "./store/chains.ts";
import type { Db, Queryable } from "./store/connect.ts";
import { listNames } from "./store/names.ts";
import { findDroppedUntil, listPartitions } from "./store/partitions.ts";
import { withSnapshot } from "./store/snapshot.ts";
import {
  BrokenProof,
  checkDay,
  checkHeld,
  checkRound,
  createNaming,
  startWalk,
  type ChainWalk,
  type SeqHash,
} from "./verify-chain.ts";
import { verifySeals } from "./verify-seals.ts";

export type Verification = {
  /** Rounds of the days that hold. */
  readonly rounds: number;
  /** Days whose counts follow from their rounds. */
  readonly days: number;
  readonly seals: number;
  /** The first thing that is wrong; null when all holds. */
  readonly broken: string | null;
};

const DAY_MS = MINUTES_PER_DAY * MINUTE_MS;

/** A UTC day. */
type Day = {
  readonly day: number;
  readonly date: string;
  /** Its rounds were dropped: none is missed. */
  readonly isDropped: boolean;
  /** It has minutes that are settled, and rounds from which they can be derived again. */
  readonly isDerived: boolean;
};

type Vantage = { readonly id: number; readonly name: string; readonly walks: readonly ChainWalk[] };

type Context = {
  readonly days: readonly Day[];
  readonly vantages: readonly Vantage[];
  readonly targets: ReadonlyMap<number, string>;
  readonly nameTargets: (ids: readonly number[]) => string;
  /** Rounds of no chain, by day. */
  readonly orphans: ReadonlyMap<number, number>;
  readonly untilMinute: Minute;
};

/**
 * Proves the UTC days that the interval touches, day by day: each round's hash, each link to the
 * round stored before it, the chains' heads, the number of rounds of each day, that the derived
 * counts follow, and the days' seals. Days whose rounds were dropped are passed over, but for
 * their seals. The service may go on.
 */
export async function verify(
  deps: { readonly db: Db; readonly clock: Clock },
  month: Interval,
): Promise<Verification> {
  return withSnapshot(deps.db, (tx) => verifyWithin(tx, deps.clock, month));
}

/** The same inside a transaction that reads one snapshot. */
export async function verifyWithin(
  tx: Queryable,
  clock: Clock,
  month: Interval,
): Promise<Verification> {
  const fromDay = Math.floor(month.fromMs / DAY_MS);
  const untilDay = Math.ceil(month.untilMs / DAY_MS);
  const range = { fromMs: fromDay * DAY_MS, untilMs: untilDay * DAY_MS };
  const seen = { rounds: 0, days: 0, seals: 0 };
  try {
    const untilMinute = settleableUntil(clock.nowMs());
    const proved = walkDays(tx, await findContext(tx, { range, untilMinute }));
    const next = async (): Promise<HoldingDay | null> => {
      const { value } = await proved.next();
      if (value === undefined) return null;
      for (const { hashes } of value.chains) seen.rounds += hashes.length;
      if (value.isDerived) seen.days += 1;
      return value;
    };
    // Only days with seals are asked for, in their order.
    const { seals, broken } = await verifySeals(tx, { fromDay, untilDay }, async (day) => {
      let found = await next();
      while (found !== null && found.day < day) found = await next();
      if (found === null || found.isDropped) return null;
      return new Map(found.chains.map(({ chain, hashes }) => [chainKey(chain), hashes]));
    });
    if (broken !== null) return { ...seen, seals, broken };
    while ((await next()) !== null);
    return { ...seen, seals, broken: null };
  } catch (error) {
    if (error instanceof BrokenProof) return { ...seen, broken: error.message };
    throw error;
  }
}

async function findContext(
  tx: Queryable,
  { range, untilMinute }: { readonly range: Interval; readonly untilMinute: Minute },
): Promise<Context> {
  await holdRounds(tx);
  const walks: ChainWalk[] = [];
  const held = await listChainTargets(tx);
  for (const chain of await listChains(tx)) {
    const days = await listDaysOfChain(tx, chain.id);
    walks.push(startWalk(chain, { days, held: held.get(chain.id) ?? new Set() }));
  }
  const chainIds = walks.map(({ chain }) => chain.id);
  const targets = await listNames(tx, "target");
  return {
    days: await listDays(tx, range, untilMinute),
    vantages: Array.from(await listNames(tx, "vantage"), ([id, name]) => ({
      id,
      name,
      walks: walks.filter(({ chain }) => chain.vantageId === id),
    })),
    targets,
    nameTargets: createNaming(targets),
    orphans: await countOrphans(tx, range, chainIds),
    untilMinute,
  };
}

async function listDays(tx: Queryable, range: Interval, untilMinute: Minute): Promise<Day[]> {
  const droppedUntilMs = await findDroppedUntil(tx);
  const partitions = await listPartitions(tx);
  return Array.from({ length: (range.untilMs - range.fromMs) / DAY_MS }, (_, index) => {
    const startMs = range.fromMs + index * DAY_MS;
    const isThere = partitions.some(
      ({ fromMs, untilMs }) => fromMs <= startMs && startMs < untilMs,
    );
    return {
      day: startMs / DAY_MS,
      date: new Date(startMs).toISOString().slice(0, 10),
      // The memo alone does not excuse what is missing from a table that is there.
      isDropped: startMs < droppedUntilMs && !isThere,
      isDerived: startMs >= droppedUntilMs && startMs < untilMinute * MINUTE_MS,
    };
  });
}

/** A day that holds, and the hashes of its rounds by chain, in the order of the chain. */
type HoldingDay = Day & {
  readonly chains: readonly { readonly chain: Chain; readonly hashes: readonly SeqHash[] }[];
};

/**
 * Gives day after day as soon as it is proved; throws BrokenProof at the first that does not
 * hold. Each round is read once, for its chain and for the counts.
 */
async function* walkDays(tx: Queryable, context: Context): AsyncGenerator<HoldingDay, undefined> {
  const places = context.days.flatMap(({ day }) =>
    context.vantages.flatMap(({ walks }) => walks.map(({ chain }) => placeOf(chain, day))),
  );
  const pages = pageRounds(tx, places);
  for (const day of context.days) {
    const chains: HoldingDay["chains"][number][] = [];
    let different: string | null = null;
    for (const vantage of context.vantages) {
      const evidence: Evidence[] = [];
      for (const walk of vantage.walks) {
        const hashes = await walkChain(pages, { ...context, walk, evidence });
        if (hashes.length > 0 || !day.isDropped) checkDay(walk, day, hashes);
        chains.push({ chain: walk.chain, hashes });
      }
      different ??= await compareCounts(tx, { ...context, vantage, day, evidence });
    }
    const orphans = context.orphans.get(day.day) ?? 0;
    if (orphans > 0) throw new BrokenProof(`${day.date}: ${orphans} rounds belong to no chain`);
    // Said last: a round that was changed changes the counts too.
    if (different !== null) throw new BrokenProof(different);
    yield { ...day, chains };
  }
}

function placeOf({ id }: Chain, day: number) {
  return { chainId: id, fromMs: day * DAY_MS, untilMs: (day + 1) * DAY_MS };
}

/** What is kept of a round until its day is whole. */
type Evidence = TallyRound & Pick<StoredRound, "id">;

/**
 * Checks a chain's rounds planned on one day, the next on the pages, and adds them to the
 * evidence. Returns their hashes in the order of the chain.
 */
async function walkChain(
  pages: AsyncGenerator<RoundPage>,
  input: Pick<Context, "nameTargets" | "targets"> & {
    readonly walk: ChainWalk;
    readonly evidence: Evidence[];
  },
): Promise<SeqHash[]> {
  const hashes: SeqHash[] = [];
  let listBefore: readonly number[] | null = null;
  for (let isLast = false; !isLast;) {
    const page = await pages.next();
    if (page.done === true) break;
    for (const round of page.value.rounds) {
      checkRound(input.walk, round, input.nameTargets);
      if (round.targets !== listBefore) checkHeld(input.walk, round, input.targets);
      listBefore = round.targets;
      const { id, plannedAtMs, targets, outcomes, reasons, seq, hash } = round;
      input.evidence.push({ id, plannedAtMs, targets, outcomes, reasons });
      hashes.push({ seq, hash });
    }
    isLast = page.value.isLast;
  }
  return hashes.toSorted((a, b) => a.seq - b.seq);
}

/** What does not follow from a vantage's rounds of one day; null when all does. */
async function compareCounts(
  tx: Queryable,
  input: Pick<Context, "targets" | "untilMinute"> & {
    readonly vantage: Vantage;
    readonly day: Day;
    readonly evidence: readonly Evidence[];
  },
): Promise<string | null> {
  const { vantage, day, untilMinute } = input;
  if (!day.isDerived) return null;
  const rounds = input.evidence.toSorted((a, b) => a.id - b.id);
  const [target] = await findDifferences(
    tx,
    { vantageId: vantage.id, day: day.day, untilMinute },
    { names: input.targets, maxLength: MINUTES_PER_DAY, listRounds: async () => rounds },
  );
  if (target === undefined) return null;
  return `counts of ${target} from ${vantage.name} on ${day.date} do not follow from its rounds`;
}
