import type { Interval } from "../core/month.ts";
import type { PackedDetail } from "../core/round-proof.ts";
import type { Queryable } from "./connect.ts";

/** A round as it is exported. */
export type ExportRow = {
  readonly id: number;
  readonly chainId: number;
  readonly seq: number;
  readonly storedAtMs: number;
  readonly plannedAtMs: number;
  readonly targets: string;
  readonly outcomes: string;
  /** As PostgreSQL prints arrays: {3,3}. */
  readonly offsetsMs: string;
  readonly latenciesUs: string;
  readonly details: readonly PackedDetail[] | null;
  readonly previousHash: Buffer;
};

const PAGE = 2_000;

/** A chain as far as it is exported: up to this place in it. */
export type ExportCut = { readonly id: number; readonly lastSeq: number };

/** The chains' rounds planned in the interval, in the order in which they were stored. */
export async function* pageExport(
  db: Queryable,
  query: Interval & { readonly cuts: readonly ExportCut[] },
): AsyncGenerator<ExportRow[]> {
  const cursor = "exported_rounds";
  await db.query(
    `declare ${cursor} no scroll cursor for
     select id, chain_id as "chainId", seq, stored_at as "storedAtMs", planned_at as "plannedAtMs",
       targets::text as targets, outcomes, offsets_ms::text as "offsetsMs",
       latencies_us::text as "latenciesUs", details, previous_hash as "previousHash"
     from round join unnest($1::int[], $2::bigint[]) as cut (chain, last_seq)
       on chain_id = chain and seq <= last_seq
     where planned_at >= $3 and planned_at < $4
     order by id`,
    [
      query.cuts.map(({ id }) => id),
      query.cuts.map(({ lastSeq }) => lastSeq),
      iso(query.fromMs),
      iso(query.untilMs),
    ],
  );
  try {
    for (;;) {
      const { rows } = await db.query<ExportRow>(`fetch ${PAGE} from ${cursor}`);
      if (rows.length > 0) yield rows;
      if (rows.length < PAGE) return;
    }
  } finally {
    await db.query(`close ${cursor}`);
  }
}

/** The chains that measured any of the targets in the interval, each with all that it measured. */
export async function listChainsOf(
  db: Queryable,
  query: Interval & { readonly targetIds: readonly number[] },
): Promise<{ readonly id: number; readonly targetIds: readonly number[] }[]> {
  const { rows } = await db.query<{ id: number; targetIds: number[] }>(
    `select chain_id as id, array_agg(distinct target) as "targetIds"
     from (
       select distinct chain_id, targets from round where planned_at >= $1 and planned_at < $2
     ) seen cross join lateral unnest(targets) as target
     group by chain_id having bool_or(target = any($3::int[]))
     order by chain_id`,
    [iso(query.fromMs), iso(query.untilMs), query.targetIds],
  );
  return rows;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
