import type { Queryable } from "./connect.ts";

/** A small fact that was remembered under this name; null when there is none. */
export async function findMemo(db: Queryable, name: string): Promise<string | null> {
  const { rows } = await db.query<{ value: string }>(`select value from memo where name = $1`, [
    name,
  ]);
  return rows[0]?.value ?? null;
}

export async function saveMemo(db: Queryable, name: string, value: string): Promise<void> {
  await db.query(
    `insert into memo (name, value) values ($1, $2)
     on conflict (name) do update set value = excluded.value`,
    [name, value],
  );
}
