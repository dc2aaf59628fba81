import type { Queryable } from "./connect.ts";

/** What imports have stored for one vantage and planned instant. */
export type Imported = { readonly shards: Set<string>; readonly targets: Set<string> };

/** By `<vantage>\n<planned instant in ms>`. */
export async function listImported(
  db: Queryable,
  instants: readonly { readonly vantage: string; readonly plannedAtMs: number }[],
): Promise<Map<string, Imported>> {
  const found = new Map<string, Imported>();
  const { rows: chains } = await db.query<{ id: number; vantage: string; shard: string }>(
    `select c.id, v.name as vantage, c.shard from chain c join vantage v on v.id = c.vantage_id
     where v.name = any($1::text[]) and c.shard like 'import-%'`,
    [[...new Set(instants.map(({ vantage }) => vantage))]],
  );
  for (const { id, vantage, shard } of chains) {
    const mine = instants.filter((instant) => instant.vantage === vantage);
    const { rows } = await db.query<{ planned_at: number; names: string[] }>(
      `select r.planned_at, array(select name from target t where t.id = any(r.targets)) as names
       from unnest($2::timestamptz[]) as k (planned_at)
       join round r on r.chain_id = $1 and r.planned_at = k.planned_at`,
      [id, mine.map(({ plannedAtMs }) => new Date(plannedAtMs).toISOString())],
    );
    for (const row of rows) {
      const key = `${vantage}\n${row.planned_at}`;
      const imported = found.get(key) ?? { shards: new Set<string>(), targets: new Set<string>() };
      imported.shards.add(shard);
      for (const name of row.names) imported.targets.add(name);
      found.set(key, imported);
    }
  }
  return found;
}
