import type { Queryable } from "./connect.ts";

/** What is stored for one vantage and planned instant. */
export type StoredInstant = {
  /** Shards of imports alone. */
  readonly importShards: Set<string>;
  readonly targets: Set<string>;
};

/** One vantage's planned instant. */
export type Instant = { readonly vantage: string; readonly plannedAtMs: number };

const DAY_MS = 86_400_000;

/** What is stored for the instants, by `<vantage>\n<planned instant in ms>`. */
export async function listStoredInstants(
  db: Queryable,
  instants: readonly Instant[],
): Promise<Map<string, StoredInstant>> {
  const byVantage = new Map<string, number[]>();
  for (const { vantage, plannedAtMs } of instants) {
    const known = byVantage.get(vantage);
    if (known === undefined) byVantage.set(vantage, [plannedAtMs]);
    else known.push(plannedAtMs);
  }
  const found = new Map<string, StoredInstant>();
  for (const [vantage, plannedAtsMs] of byVantage) {
    for (const { id, shard } of await listChainsOfDays(db, vantage, plannedAtsMs)) {
      for (const row of await listTargetsAt(db, id, plannedAtsMs)) {
        const key = `${vantage}\n${row.planned_at}`;
        const stored = found.get(key) ?? { importShards: new Set(), targets: new Set() };
        if (shard.startsWith("import-")) stored.importShards.add(shard);
        for (const name of row.names) stored.targets.add(name);
        found.set(key, stored);
      }
    }
  }
  return found;
}

/** The vantage's chains that have rounds on the days of these instants. */
async function listChainsOfDays(
  db: Queryable,
  vantage: string,
  plannedAtsMs: readonly number[],
): Promise<{ readonly id: number; readonly shard: string }[]> {
  const days = new Set(plannedAtsMs.map((ms) => Math.floor(ms / DAY_MS)));
  const { rows } = await db.query<{ id: number; shard: string }>(
    `select c.id, c.shard from chain c join vantage v on v.id = c.vantage_id
     where v.name = $1 and exists (
       select from chain_day d where d.chain_id = c.id and d.day = any($2::int[]))`,
    [vantage, [...days]],
  );
  return rows;
}

async function listTargetsAt(
  db: Queryable,
  chainId: number,
  plannedAtsMs: readonly number[],
): Promise<{ readonly planned_at: number; readonly names: readonly string[] }[]> {
  const { rows } = await db.query<{ planned_at: number; names: string[] }>(
    `select r.planned_at, array(select name from target t where t.id = any(r.targets)) as names
     from round r where r.chain_id = $1 and r.planned_at = any($2::timestamptz[])`,
    [chainId, plannedAtsMs.map((ms) => new Date(ms).toISOString())],
  );
  return rows;
}
