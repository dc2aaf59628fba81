import type { CountRun } from "../core/counts.ts";
import {
  BLOCK_SIZE,
  decodeDayCounts,
  encodeDayCounts,
  MINUTES_PER_DAY,
  pushRun,
  type CountsByTarget,
} from "../core/day-counts.ts";
import type { Queryable } from "./connect.ts";

/** Counts of one vantage on one UTC day, by block. */
export type DayBlocks = Map<number, CountsByTarget>;

type DayPlace = { readonly vantageId: number; readonly day: number };
type DayRow = { readonly block: number; readonly counts: Buffer };

/** All blocks of one vantage and day. Throws RangeError when one cannot be read. */
export async function findDay(db: Queryable, place: DayPlace): Promise<DayBlocks> {
  const { blocks, unreadable } = await inspectDay(db, place);
  if (unreadable.length === 0) return blocks;
  const day = new Date(place.day * 86_400_000).toISOString().slice(0, 10);
  throw new RangeError(`counts of ${day} cannot be read, derive them again with nines rebuild`);
}

/** All blocks of one vantage and day, and the numbers of those that cannot be read. */
export async function inspectDay(
  db: Queryable,
  { vantageId, day }: DayPlace,
): Promise<{ readonly blocks: DayBlocks; readonly unreadable: readonly number[] }> {
  const { rows } = await db.query<DayRow>({
    name: "find-day",
    text: `select block, counts from day where vantage_id = $1 and day = $2`,
    values: [vantageId, day],
  });
  const dayStart = day * MINUTES_PER_DAY;
  const blocks: DayBlocks = new Map();
  const unreadable: number[] = [];
  for (const { block, counts } of rows) {
    try {
      blocks.set(block, decodeDayCounts(counts, { block, dayStart }));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      unreadable.push(block);
    }
  }
  return { blocks, unreadable };
}

/** Writes the blocks given; other blocks of the day stay. */
export async function saveDay(db: Queryable, place: DayPlace, blocks: DayBlocks): Promise<void> {
  if (blocks.size === 0) return;
  const dayStart = place.day * MINUTES_PER_DAY;
  const encoded = [...blocks.values()].map((counts) =>
    Buffer.from(encodeDayCounts(counts, dayStart)),
  );
  await db.query({
    name: "save-day",
    text: `insert into day (vantage_id, day, block, counts)
           select $1, $2, block, counts from unnest($3::int[], $4::bytea[]) as t (block, counts)
           on conflict (day, vantage_id, block) do update set counts = excluded.counts`,
    values: [place.vantageId, place.day, [...blocks.keys()], encoded],
  });
}

/** Counts by target id, then by vantage id. */
export type Counts = Map<number, Map<number, CountRun[]>>;

/** The counts of the targets over whole UTC days [fromDay, untilDay), neighbours joined. */
export async function listCounts(
  db: Queryable,
  query: {
    readonly targetIds: ReadonlySet<number>;
    readonly fromDay: number;
    readonly untilDay: number;
  },
): Promise<Counts> {
  const counts: Counts = new Map();
  const blocks = [...new Set([...query.targetIds].map((id) => Math.floor(id / BLOCK_SIZE)))];
  const { rows } = await db.query<DayRow & { readonly vantage_id: number; readonly day: number }>({
    name: "list-counts",
    text: `select vantage_id, block, day, counts from day
           where day >= $1 and day < $2 and block = any($3::int[]) order by day`,
    values: [query.fromDay, query.untilDay, blocks],
  });
  for (const row of rows) {
    const dayStart = row.day * MINUTES_PER_DAY;
    for (const [target, runs] of decodeDayCounts(row.counts, { block: row.block, dayStart })) {
      if (!query.targetIds.has(target)) continue;
      const byVantage = counts.get(target) ?? new Map<number, CountRun[]>();
      counts.set(target, byVantage);
      const joined = byVantage.get(row.vantage_id);
      if (joined === undefined) byVantage.set(row.vantage_id, runs);
      else for (const run of runs) pushRun(joined, run);
    }
  }
  return counts;
}

/** The UTC days of which counts are stored, for the list of months. */
export async function listDays(db: Queryable): Promise<number[]> {
  // Steps from day to day along the index; `distinct` would read every row.
  const { rows } = await db.query<{ day: number }>(
    `with recursive step as (
       (select day from day order by day limit 1)
       union all
       select (select d.day from day d where d.day > step.day order by d.day limit 1)
       from step where step.day is not null)
     select day from step where day is not null`,
  );
  return rows.map(({ day }) => day);
}
