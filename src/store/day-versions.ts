import type { Queryable } from "./connect.ts";

/**
 * By block, a text that is another one as soon as one of its rows of the days [fromDay, untilDay)
 * was written again: tells what has changed without reading it.
 */
export async function listBlockVersions(
  db: Queryable,
  { fromDay, untilDay }: { readonly fromDay: number; readonly untilDay: number },
): Promise<Map<number, string>> {
  // A row that is written again is of another transaction.
  const { rows } = await db.query<{ block: number; version: string }>({
    name: "list-block-versions",
    text: `select block, sum(hashtextextended(concat_ws(' ', vantage_id, day, xmin), 0))::text as version
           from day where day >= $1 and day < $2 group by block order by block`,
    values: [fromDay, untilDay],
  });
  return new Map(rows.map(({ block, version }) => [block, version]));
}
