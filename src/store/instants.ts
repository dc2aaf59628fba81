import type { Queryable } from "./connect.ts";

/** Tables whose rows are compared as JSON, which has no more than milliseconds. */
const TABLES = [
  "anchor",
  "app_user",
  "claim",
  "exclusion",
  "malfunction",
  "malfunction_note",
  "rendition",
  "report",
  "report_mail",
  "signing_key",
  "token",
];

/**
 * Nothing that nines writes has parts of a millisecond, and nothing that it reads shows them:
 * gives the first column that has one all the same, null when there is none.
 */
export async function findUnevenInstant(tx: Queryable): Promise<string | null> {
  const { rows: columns } = await tx.query<{ table: string; column: string }>(
    `select table_name as table, column_name as column from information_schema.columns
     where table_schema = current_schema() and table_name = any($1)
       and data_type = 'timestamp with time zone'
     order by 1, 2`,
    [TABLES],
  );
  for (const { table, column } of columns) {
    const { rowCount } = await tx.query(
      `select from ${table} where ${column} <> date_trunc('milliseconds', ${column}) limit 1`,
    );
    if (rowCount !== 0) return `${table}.${column} holds an instant that nines did not write`;
  }
  return null;
}
