import type { Minute } from "../core/counts.ts";
import { REASONS, type Reason } from "../core/outcome.ts";
import type { PackedDetail } from "../core/round-proof.ts";
import { MINUTE_MS, type TallyRound } from "../core/tally.ts";
import type { Queryable } from "./connect.ts";

type Row = {
  readonly planned_at: number;
  readonly targets: string;
  readonly outcomes: string;
  readonly details: readonly PackedDetail[] | null;
};

/** How many rounds of one vantage are stored for a UTC day. */
export async function countDayRounds(
  db: Queryable,
  { vantageId, day }: { readonly vantageId: number; readonly day: number },
): Promise<number> {
  const { rows } = await db.query<{ rounds: number }>(
    `select coalesce(sum(d.rounds), 0)::bigint as rounds
     from chain c join chain_day d on d.chain_id = c.id where c.vantage_id = $1 and d.day = $2`,
    [vantageId, day],
  );
  return rows[0]?.rounds ?? 0;
}

/** The rounds of one vantage planned in [from, until), in the order in which they were stored. */
export async function listTallyRounds(
  db: Queryable,
  query: { readonly vantageId: number; readonly from: Minute; readonly until: Minute },
): Promise<TallyRound[]> {
  const { rows } = await db.query<Row>({
    name: "list-tally-rounds",
    // The ids come as text: one shard's array repeats from round to round and is parsed once.
    text: `select planned_at, targets::text as targets, outcomes, details from round
           where chain_id = any(array(select id from chain where vantage_id = $1))
             and planned_at >= $2 and planned_at < $3
           order by id`,
    values: [query.vantageId, isoMinute(query.from), isoMinute(query.until)],
  });
  const parsed = new Map<string, readonly number[]>();
  return rows.map((row) => {
    const targets = parsed.get(row.targets) ?? parseIntegers(row.targets);
    parsed.set(row.targets, targets);
    return {
      plannedAtMs: row.planned_at,
      targets,
      outcomes: row.outcomes,
      reasons: reasonsOf(row.details),
    };
  });
}

const NO_REASONS: ReadonlyMap<number, Reason> = new Map();

/** The reasons by index into the round's arrays. */
export function reasonsOf(details: readonly PackedDetail[] | null): ReadonlyMap<number, Reason> {
  if (details === null) return NO_REASONS;
  return new Map(details.map(([index, reason]) => [index, REASONS[reason] ?? "internal-error"]));
}

/** `{1,2,3}` as the server prints it; much faster than the driver's general array parser. */
export function parseIntegers(text: string): number[] {
  return text === "{}" ? [] : text.slice(1, -1).split(",").map(Number);
}

function isoMinute(minute: Minute): string {
  return new Date(minute * MINUTE_MS).toISOString();
}
