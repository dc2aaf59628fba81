import type { Interval } from "../core/month.ts";
import type { PackedDetail } from "../core/round-proof.ts";
import type { Queryable } from "./connect.ts";

export type StoredRound = {
  readonly seq: number;
  readonly plannedAtMs: number;
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
  readonly seq: number;
  readonly planned_at: number;
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
      text: `select seq, planned_at, targets::text as targets, outcomes,
               offsets_ms::text as offsets_ms, latencies_us::text as latencies_us,
               details, previous_hash, hash
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
    seq: row.seq,
    plannedAtMs: row.planned_at,
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
