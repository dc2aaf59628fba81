import type { Interval } from "../core/month.ts";
import { PHASES } from "../core/outcome.ts";
import type { PhaseSample } from "../core/phase-sample.ts";
import type { Queryable } from "./connect.ts";

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
      rows.map(({ plannedAtMs }) => new Date(plannedAtMs).toISOString()),
      rows.map(({ targets }) => `{${targets.join(",")}}`),
      rows.map(({ phasesUs }) => `{${phasesUs.map((us) => us ?? "null").join(",")}}`),
    ],
  );
}

/** A target's samples planned in the interval, in the order of their instants. */
export async function listPhases(
  db: Queryable,
  target: string,
  { fromMs, untilMs }: Interval,
): Promise<PhaseSample[]> {
  const { rows } = await db.query<PhaseSample>(
    `select v.name as vantage, s.planned_at as "atMs",
       s.phases_us[(p.position - 1) * $4 + 1 : p.position * $4] as "phasesUs"
     from phase_sample s
     join chain c on c.id = s.chain_id join vantage v on v.id = c.vantage_id
     join target t on t.name = $1
     cross join lateral (select array_position(s.targets, t.id) as position) p
     where s.planned_at >= $2 and s.planned_at < $3 and p.position is not null
     order by s.planned_at`,
    [target, new Date(fromMs).toISOString(), new Date(untilMs).toISOString(), PHASES.length],
  );
  return rows;
}

/** Deletes the samples planned before an instant. Returns how many. */
export async function deletePhasesBefore(db: Queryable, beforeMs: number): Promise<number> {
  const before = new Date(beforeMs).toISOString();
  const { rowCount } = await db.query(`delete from phase_sample where planned_at < $1`, [before]);
  return rowCount ?? 0;
}
