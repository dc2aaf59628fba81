import type { Interval } from "../core/month.ts";
import { PHASES } from "../core/outcome.ts";
import type { PhaseSample } from "../core/phase-sample.ts";
import type { Queryable } from "./connect.ts";

const DAY_MS = 86_400_000;

/** The phases of one round. */
export type PhasesRow = {
  readonly chainId: number;
  readonly plannedAtMs: number;
  /** The database's ids. */
  readonly targets: readonly number[];
  /** See `packPhases`. */
  readonly phasesUs: readonly (number | null)[];
};

export async function savePhases(tx: Queryable, rows: readonly PhasesRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `insert into phase_sample (chain_id, planned_at, targets, phases_us)
     select chain_id, planned_at, targets::int[], phases_us::int[]
     from unnest($1::int[], $2::timestamptz[], $3::text[], $4::text[])
       as t (chain_id, planned_at, targets, phases_us)
     on conflict do nothing`,
    [
      rows.map(({ chainId }) => chainId),
      rows.map(({ plannedAtMs }) => iso(plannedAtMs)),
      rows.map(({ targets }) => `{${targets.join(",")}}`),
      rows.map(({ phasesUs }) => `{${phasesUs.map((us) => us ?? "null").join(",")}}`),
    ],
  );
}

/** A target's samples planned in the interval, in the order of their instants. */
export async function listPhases(
  db: Queryable,
  target: string,
  range: Interval,
): Promise<PhaseSample[]> {
  // Of thousands of targets few chains hold this one: the others' samples are not read.
  const chains = await listChains(db, target, range);
  const { rows } = await db.query<PhaseSample>(
    `select v.name as vantage, s.planned_at as "atMs",
       s.phases_us[(p.position - 1) * $4 + 1 : p.position * $4] as "phasesUs"
     from phase_sample s
     join chain c on c.id = s.chain_id join vantage v on v.id = c.vantage_id
     join target t on t.name = $1
     cross join lateral (select array_position(s.targets, t.id) as position) p
     where s.chain_id = any($5::int[]) and s.planned_at >= $2 and s.planned_at < $3
       and p.position is not null
     order by s.planned_at, s.chain_id`,
    [target, iso(range.fromMs), iso(range.untilMs), PHASES.length, chains],
  );
  return rows;
}

/** The chains that hold the target at the begin or at the end of a day of the interval. */
async function listChains(
  db: Queryable,
  target: string,
  { fromMs, untilMs }: Interval,
): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    `select c.id from chain c join target t on t.name = $1
     where exists (
       select from generate_series($2::timestamptz, $3::timestamptz, '1 day') d
       cross join lateral (
         (select targets from phase_sample
          where chain_id = c.id and planned_at >= d and planned_at < least(d + '1 day', $3)
          order by planned_at limit 1)
         union all
         (select targets from phase_sample
          where chain_id = c.id and planned_at >= d and planned_at < least(d + '1 day', $3)
          order by planned_at desc limit 1)) s
       where t.id = any(s.targets))`,
    [target, iso(fromMs), iso(untilMs)],
  );
  return rows.map(({ id }) => id);
}

/** Deletes the samples planned before an instant, a day at a time. Returns how many. */
export async function deletePhasesBefore(db: Queryable, beforeMs: number): Promise<number> {
  let deleted = 0;
  for (;;) {
    const { rows } = await db.query<{ oldestMs: number | null }>(
      `select min(planned_at) as "oldestMs" from phase_sample`,
    );
    const oldestMs = rows[0]?.oldestMs ?? null;
    if (oldestMs === null || oldestMs >= beforeMs) return deleted;
    // A year of them, after the retention was shortened, takes longer than one statement may.
    const { rowCount } = await db.query(`delete from phase_sample where planned_at < $1`, [
      iso(Math.min(beforeMs, oldestMs + DAY_MS)),
    ]);
    deleted += rowCount ?? 0;
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
