import type { Queryable } from "./connect.ts";

/** Names of targets or vantages and the small integers handed out for them. */
export type NameTable = "target" | "vantage";

const insertMissing = {
  target: `insert into target (name) select unnest($1::text[]) on conflict do nothing`,
  vantage: `insert into vantage (name) select unnest($1::text[]) on conflict do nothing`,
} satisfies Record<NameTable, string>;

const selectIds = {
  target: `select id, name from target where name = any($1::text[])`,
  vantage: `select id, name from vantage where name = any($1::text[])`,
} satisfies Record<NameTable, string>;

const selectAll = {
  target: `select id, name from target`,
  vantage: `select id, name from vantage`,
} satisfies Record<NameTable, string>;

type NameRow = { readonly id: number; readonly name: string };

/** Ids of names that have one. */
export async function findIds(
  db: Queryable,
  table: NameTable,
  names: readonly string[],
): Promise<Map<string, number>> {
  const { rows } = await db.query<NameRow>(selectIds[table], [names]);
  return new Map(rows.map(({ id, name }) => [name, id]));
}

/** Ids of all the names, handed out where they are missing. */
export async function ensureIds(
  db: Queryable,
  table: NameTable,
  names: readonly string[],
): Promise<Map<string, number>> {
  const known = await findIds(db, table, names);
  // In one order, so that two that hand out the same ids do not wait for each other.
  const missing = names.filter((name) => !known.has(name)).toSorted();
  if (missing.length === 0) return known;
  await db.query(insertMissing[table], [missing]);
  return findIds(db, table, names);
}

/** Every name by its id. */
export async function listNames(db: Queryable, table: NameTable): Promise<Map<number, string>> {
  const { rows } = await db.query<NameRow>(selectAll[table]);
  return new Map(rows.map(({ id, name }) => [id, name]));
}
