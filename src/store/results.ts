import { OUTCOMES, type Outcome, type Reason } from "../core/outcome.ts";
import { unpackDetail, type PackedDetail } from "../core/round-proof.ts";
import type { Interval } from "../core/month.ts";
import type { ResultLine } from "../core/results-ndjson.ts";
import type { EvidenceRow } from "../core/results-view.ts";
import type { Queryable } from "./connect.ts";

type Row = {
  readonly planned_at: number;
  readonly vantage: string;
  readonly shard: string;
  readonly position: number;
  readonly letter: string;
  readonly offset_ms: number;
  readonly latency_us: number;
  readonly detail: PackedDetail | null;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const COLUMNS = `
  r.planned_at, v.name as vantage, c.shard, p.position,
  substr(r.outcomes, p.position, 1) as letter,
  r.offsets_ms[p.position] as offset_ms, r.latencies_us[p.position] as latency_us,
  (select d from jsonb_array_elements(r.details) d where (d->>0)::int = p.position - 1 limit 1)
    as detail`;

/** A target's results planned in the interval, hour by hour in the order of the planned instants. */
export async function* pageResults(
  db: Queryable,
  target: string,
  range: Interval,
): AsyncGenerator<ResultLine[]> {
  for (const hour of await listHours(db, range)) {
    const page = await listHour(db, target, hour);
    if (page.length > 0) yield page;
  }
}

/** A target's newest results, newest first. */
export async function listNewestResults(
  db: Queryable,
  target: string,
  query: Interval & { readonly limit: number },
): Promise<ResultLine[]> {
  const newest: ResultLine[] = [];
  for (const hour of (await listHours(db, query)).toReversed()) {
    newest.push(...(await listHour(db, target, hour)).toReversed());
    if (newest.length >= query.limit) break;
  }
  return newest.slice(0, query.limit);
}

/**
 * A target's results with the shards of their rounds, in the order of the planned instants: whole
 * instants, until there are more than `limit`. `nextMs`: where those that are left begin.
 */
export async function listEvidence(
  db: Queryable,
  target: string,
  query: Interval & { readonly limit: number; readonly isNotOk: boolean },
): Promise<{ readonly rows: readonly EvidenceRow[]; readonly nextMs: number | null }> {
  const found: EvidenceRow[] = [];
  for (const hour of await listHours(db, query)) {
    const rows = await readHour(db, target, hour);
    const lines = rows.map((row) => ({ ...toLine(target, row), shard: row.shard }));
    found.push(...lines.filter(({ outcome }) => !query.isNotOk || outcome !== "ok"));
    if (found.length > query.limit) break;
  }
  const next = found[query.limit];
  if (next === undefined) return { rows: found, nextMs: null };
  const whole = found.filter(({ plannedAtMs }) => plannedAtMs < next.plannedAtMs);
  // One instant with more results than a page has room for is shown whole.
  if (whole.length > 0) return { rows: whole, nextMs: next.plannedAtMs };
  const instant = found.filter(({ plannedAtMs }) => plannedAtMs === next.plannedAtMs);
  return { rows: instant, nextMs: next.plannedAtMs + 1 };
}

/** The hours of the interval on days that have rounds at all. */
async function listHours(db: Queryable, range: Interval): Promise<Interval[]> {
  const { rows } = await db.query<{ day: number }>(
    `select distinct day from chain_day where day >= $1 and day <= $2 order by day`,
    [range.fromMs, range.untilMs].map((ms) => Math.floor(ms / DAY_MS)),
  );
  return rows
    .flatMap(({ day }) =>
      Array.from({ length: DAY_MS / HOUR_MS }, (_, hour) => day * DAY_MS + hour * HOUR_MS),
    )
    .map((startMs) => ({
      fromMs: Math.max(startMs, range.fromMs),
      untilMs: Math.min(startMs + HOUR_MS, range.untilMs),
    }))
    .filter(({ fromMs, untilMs }) => fromMs < untilMs);
}

async function listHour(db: Queryable, target: string, hour: Interval): Promise<ResultLine[]> {
  return (await readHour(db, target, hour)).map((row) => toLine(target, row));
}

async function readHour(db: Queryable, target: string, hour: Interval): Promise<Row[]> {
  const { rows } = await db.query<Row>({
    name: "list-hour",
    text: `select ${COLUMNS}
           from target t
           join chain_target h on h.target_id = t.id join chain c on c.id = h.chain_id
           join vantage v on v.id = c.vantage_id
           join round r on r.chain_id = c.id and r.planned_at >= $2 and r.planned_at < $3
           cross join lateral (select array_position(r.targets, t.id) as position) p
           where t.name = $1 and p.position is not null
           order by r.planned_at, r.id`,
    values: [target, iso(hour.fromMs), iso(hour.untilMs)],
  });
  return rows;
}

export type LatestResult = {
  readonly target: string;
  readonly vantage: string;
  readonly plannedAtMs: number;
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly latencyMs: number;
};

/** The last result of every target from every vantage that was planned at or after `sinceMs`. */
export async function listLatest(db: Queryable, sinceMs: number): Promise<LatestResult[]> {
  const { rows } = await db.query<Row & { readonly target: string }>({
    name: "list-latest",
    text: `select distinct on (t.name, v.name) t.name as target, ${COLUMNS}
           from chain c join vantage v on v.id = c.vantage_id
           cross join lateral (
             select * from round where chain_id = c.id and planned_at >= $1
             -- The rounds of an import hold whichever targets have that very instant.
             order by planned_at desc limit case when c.shard like 'import-%' then 100 else 1 end) r
           cross join lateral unnest(r.targets) with ordinality as p (target_id, position)
           join target t on t.id = p.target_id
           order by t.name, v.name, r.planned_at desc`.replaceAll("p.position", "p.position::int"),
    values: [iso(sinceMs)],
  });
  return rows.map(({ target, ...row }) => {
    const { vantage, plannedAtMs, outcome, reason, latencyMs } = toLine(target, row);
    return { target, vantage, plannedAtMs, outcome, reason, latencyMs };
  });
}

function toLine(target: string, row: Row): ResultLine {
  const detail = row.detail === null ? null : unpackDetail(row.detail);
  return {
    target,
    vantage: row.vantage,
    plannedAtMs: row.planned_at,
    outcome: OUTCOMES.find((outcome) => outcome.startsWith(row.letter)) ?? "unknown",
    latencyMs: row.latency_us / 1000,
    reason: detail?.reason ?? "",
    offsetMs: row.offset_ms,
    detail: detail?.text ?? "",
    requestId: detail?.requestId ?? "",
    address: detail?.address ?? "",
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
