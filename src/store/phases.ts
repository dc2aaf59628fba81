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
  const { rows } = await db.query<PhaseSample>(
    `select v.name as vantage, s.planned_at as "atMs",
       s.phases_us[(p.position - 1) * $4 + 1 : p.position * $4] as "phasesUs"
     from target t
     join chain_target h on h.target_id = t.id join chain c on c.id = h.chain_id
     join vantage v on v.id = c.vantage_id
     join phase_sample s on s.chain_id = c.id and s.planned_at >= $2 and s.planned_at < $3
     cross join lateral (select array_position(s.targets, t.id) as position) p
     where t.name = $1 and p.position is not null
     order by s.planned_at, s.chain_id`,
    [target, iso(range.fromMs), iso(range.untilMs), PHASES.length],
  );
  return rows;
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
