import type { Interval } from "../core/month.ts";
import type { PackedDetail } from "../core/round-proof.ts";
import type { TallyRound } from "../core/tally.ts";
import type { Queryable } from "./connect.ts";
import { parseIntegers, reasonsOf } from "./evidence.ts";

/** A round as it lies there; it serves as evidence too. */
export type StoredRound = TallyRound & {
  /** Grows in the order of storing, over all chains. */
  readonly id: number;
  readonly seq: number;
  readonly storedAtMs: number;
  /** False when an instant has parts of a millisecond, which nothing that is stored has. */
  readonly isWhole: boolean;
  /** JSON arrays. */
  readonly offsetsMs: string;
  readonly latenciesUs: string;
  readonly details: readonly PackedDetail[];
  readonly previousHash: Buffer;
  readonly hash: Buffer;
};

export type Chain = {
  readonly id: number;
  readonly vantageId: number;
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

const PAGE = 1_000;
/** Stands for the same targets as in the round before; no array is printed so. */
const AS_BEFORE = "=";

/**
 * Until the transaction ends no rounds are dropped. To be called before anything is read, so
 * that a snapshot knows of whatever was dropped before.
 */
export async function holdRounds(tx: Queryable): Promise<void> {
  await tx.query("lock table round in access share mode");
}

/** All chains, those of one vantage together. */
export async function listChains(db: Queryable): Promise<Chain[]> {
  const { rows } = await db.query<Chain>(
    `select c.id, c.vantage_id as "vantageId", v.name as vantage, c.shard, c.seq, c.hash
     from chain c join vantage v on v.id = c.vantage_id order by c.vantage_id, c.id`,
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

/** How many rounds name none of the chains, by the UTC day they are planned in. */
export async function countOrphans(
  db: Queryable,
  range: Interval,
  chainIds: readonly number[],
): Promise<Map<number, number>> {
  const { rows } = await db.query<{ day: number; count: number }>(
    `select floor(extract(epoch from planned_at) / 86400)::integer as day, count(*) as count
     from round where planned_at >= $1 and planned_at < $2 and chain_id <> all ($3::integer[])
     group by 1`,
    [iso(range.fromMs), iso(range.untilMs), chainIds],
  );
  return new Map(rows.map(({ day, count }) => [day, count]));
}

/** Rounds of one chain planned in the interval. */
type RoundPlace = Interval & { readonly chainId: number };

/** Some of the rounds of a place, maybe none; after the last page comes the next place. */
export type RoundPage = { readonly rounds: readonly StoredRound[]; readonly isLast: boolean };

/**
 * The rounds of one place after the other, each in the order of the planned instants. The next
 * page is asked for before one is given, so that the server reads while we reckon.
 */
export async function* pageRounds(
  db: Queryable,
  places: Iterable<RoundPlace>,
): AsyncGenerator<RoundPage> {
  const pages = readPages(db, places);
  let next = pages.next();
  for (;;) {
    const { done, value } = await next;
    if (done === true) return;
    next = pages.next();
    next.catch(() => undefined); // awaited above, if anybody asks
    yield value;
  }
}

async function* readPages(
  db: Queryable,
  places: Iterable<RoundPlace>,
): AsyncGenerator<RoundPage, undefined> {
  for (const { chainId, fromMs, untilMs } of places) {
    let afterMs = fromMs - 1;
    for (let isLast = false; !isLast;) {
      const { rows } = await db.query<Row>({
        name: "page-rounds",
        // Printing arrays is most of the server's work, and a chain's targets rarely change.
        text: `select id, seq, planned_at, stored_at,
                 planned_at = date_trunc('milliseconds', planned_at)
                   and stored_at = date_trunc('milliseconds', stored_at) as is_whole,
                 case when targets = lag(targets) over (order by planned_at) then '${AS_BEFORE}'
                   else targets::text end as targets,
                 outcomes, offsets_ms::text as offsets_ms, latencies_us::text as latencies_us,
                 details, previous_hash, hash
               from round where chain_id = $1 and planned_at > $2 and planned_at < $3
               order by planned_at limit ${PAGE}`,
        values: [chainId, iso(afterMs), iso(untilMs)],
      });
      isLast = rows.length < PAGE;
      afterMs = rows.at(-1)?.planned_at ?? afterMs;
      yield { rounds: toRounds(rows), isLast };
    }
  }
}

function toRounds(rows: readonly Row[]): StoredRound[] {
  let targets: readonly number[] = [];
  return rows.map((row) => {
    if (row.targets !== AS_BEFORE) targets = parseIntegers(row.targets);
    return {
      id: row.id,
      seq: row.seq,
      plannedAtMs: row.planned_at,
      storedAtMs: row.stored_at,
      isWhole: row.is_whole,
      targets,
      outcomes: row.outcomes,
      offsetsMs: toJson(row.offsets_ms),
      latenciesUs: toJson(row.latencies_us),
      details: row.details ?? [],
      reasons: reasonsOf(row.details),
      previousHash: row.previous_hash,
      hash: row.hash,
    };
  });
}

/** `{1,2,3}`, as the server prints an array of integers, as `[1,2,3]`. */
function toJson(text: string): string {
  return `[${text.slice(1, -1)}]`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
