import type { Interval } from "../core/month.ts";
import type { PackedDetail } from "../core/round-proof.ts";
import type { Queryable } from "./connect.ts";

export type StoredRound = {
  /** Grows in the order of storing, over all chains. */
  readonly id: number;
  readonly seq: number;
  readonly plannedAtMs: number;
  readonly storedAtMs: number;
  /** False when an instant has parts of a millisecond, which nothing that is stored has. */
  readonly isWhole: boolean;
  readonly targets: readonly number[];
  readonly outcomes: string;
  readonly offsetsMs: readonly number[];
  readonly latenciesUs: readonly number[];
  readonly details: readonly PackedDetail[];
  readonly previousHash: Buffer;
  readonly hash: Buffer;
};

export type Chain = {
  readonly id: number;
  readonly vantage: string;
  readonly shard: string;
  readonly seq: number;
  readonly hash: Buffer;
};

type Row = {
  readonly id: number;
  readonly seq: number;
  readonly planned_at: number;
  readonly stored_at: number;
  readonly is_whole: boolean;
  readonly targets: string;
  readonly outcomes: string;
  readonly offsets_ms: string;
  readonly latencies_us: string;
  readonly details: readonly PackedDetail[] | null;
  readonly previous_hash: Buffer;
  readonly hash: Buffer;
};

const PAGE = 2_000;

export async function listChains(db: Queryable): Promise<Chain[]> {
  const { rows } = await db.query<Chain>(
    `select c.id, v.name as vantage, c.shard, c.seq, c.hash
     from chain c join vantage v on v.id = c.vantage_id order by c.id`,
  );
  return rows;
}

/** What was counted of one chain on one UTC day. */
export type CountedDay = { readonly rounds: number; readonly hash: Buffer };

/** All days of a chain, by day. */
export async function listDaysOfChain(
  db: Queryable,
  chainId: number,
): Promise<Map<number, CountedDay>> {
  const { rows } = await db.query<CountedDay & { readonly day: number }>(
    `select day, rounds, hash from chain_day where chain_id = $1 order by day`,
    [chainId],
  );
  return new Map(rows.map((row) => [row.day, row]));
}

/** How many rounds are stored for the interval, whatever chain they name. */
export async function countRounds(db: Queryable, range: Interval): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*) as count from round where planned_at >= $1 and planned_at < $2`,
    [new Date(range.fromMs).toISOString(), new Date(range.untilMs).toISOString()],
  );
  return rows[0]?.count ?? 0;
}

/** Rounds of one chain planned in the interval, page by page, in the order of the planned instants. */
export async function* pageRounds(
  db: Queryable,
  chainId: number,
  range: Interval,
): AsyncGenerator<StoredRound[]> {
  let afterMs = range.fromMs - 1;
  for (;;) {
    const { rows } = await db.query<Row>({
      name: "page-rounds",
      text: `select id, seq, planned_at, stored_at,
               planned_at = date_trunc('milliseconds', planned_at)
                 and stored_at = date_trunc('milliseconds', stored_at) as is_whole,
               targets::text as targets, outcomes, offsets_ms::text as offsets_ms,
               latencies_us::text as latencies_us, details, previous_hash, hash
             from round where chain_id = $1 and planned_at > $2 and planned_at < $3
             order by planned_at limit ${PAGE}`,
      values: [chainId, new Date(afterMs).toISOString(), new Date(range.untilMs).toISOString()],
    });
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(toRound);
    if (rows.length < PAGE) return;
    afterMs = last.planned_at;
  }
}

function toRound(row: Row): StoredRound {
  return {
    id: row.id,
    seq: row.seq,
    plannedAtMs: row.planned_at,
    storedAtMs: row.stored_at,
    isWhole: row.is_whole,
    targets: parseIntegers(row.targets),
    outcomes: row.outcomes,
    offsetsMs: parseIntegers(row.offsets_ms),
    latenciesUs: parseIntegers(row.latencies_us),
    details: row.details ?? [],
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}

/** `{1,2,3}` as the server prints it; much faster than the driver's general array parser. */
function parseIntegers(text: string): number[] {
  return text === "{}" ? [] : text.slice(1, -1).split(",").map(Number);
}
