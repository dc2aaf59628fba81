import { finished, pipeline } from "node:stream/promises";
import { escapeIdentifier } from "pg";
import { from as copyFrom, to as copyTo, type CopyToStreamQuery } from "pg-copy-streams";
import { ConflictError } from "../errors.ts";
import type { Db, Queryable } from "./connect.ts";

/** A table as it stands in the catalogue. */
export type Table = {
  readonly name: string;
  /** Without those that are computed from others. */
  readonly columns: readonly string[];
  /** Columns of the primary key. */
  readonly key: readonly string[];
  /** Tables that its rows refer to. */
  readonly needs: readonly string[];
};

const copyForm = "with (format text, encoding 'UTF8')";

/**
 * Copying takes as long as it takes. The driver starts its time limit for a statement all the same,
 * and only a call of `callback` ends that, which a stream of rows never does by itself.
 */
const patient = { query_timeout: 2 ** 31 - 1, callback: () => {} };

/**
 * All tables that hold state, from the catalogue, so that new ones are covered by themselves. Each
 * comes after those its rows refer to. The migrations' own table is no state, and a partition is a
 * part of its table.
 */
export async function listTables(db: Queryable): Promise<Table[]> {
  const { rows } = await db.query<Table>(
    `select t.relname as name,
       array(select attname::text from pg_attribute
         where attrelid = t.oid and attnum > 0 and not attisdropped and attgenerated = ''
         order by attnum) as columns,
       array(select a.attname::text from pg_index i
         cross join unnest(i.indkey) with ordinality as k (attnum, place)
         join pg_attribute a on a.attrelid = t.oid and a.attnum = k.attnum
         where i.indrelid = t.oid and i.indisprimary order by k.place) as key,
       array(select distinct f.relname::text from pg_constraint c
         join pg_class f on f.oid = c.confrelid
         where c.conrelid = t.oid and c.contype = 'f' and f.oid <> t.oid) as needs
     from pg_class t
     where t.relnamespace = current_schema()::regnamespace
       and t.relkind in ('r', 'p') and not t.relispartition and t.relpersistence = 'p'
       and t.relname <> 'schema_migration'
     order by t.relname collate "C"`,
  );
  return inOrderOfNeed(rows);
}

/** The order given, but each after those it needs. Throws when some need each other. */
export function inOrderOfNeed(tables: readonly Table[]): Table[] {
  const ordered = new Map<string, Table>();
  const names = new Set(tables.map(({ name }) => name));
  while (ordered.size < tables.length) {
    const next = tables.find(
      ({ name, needs }) =>
        !ordered.has(name) && needs.every((one) => ordered.has(one) || !names.has(one)),
    );
    if (next === undefined) {
      const left = tables.filter(({ name }) => !ordered.has(name)).map(({ name }) => name);
      throw new Error(`tables that refer to each other cannot be copied: ${left.join(", ")}`);
    }
    ordered.set(next.name, next);
  }
  return [...ordered.values()];
}

/** Keeps tables as they are until the end of the transaction, or keeps everybody else out. */
export async function lockTables(
  tx: Queryable,
  tables: readonly Table[],
  mode: "access share" | "access exclusive",
): Promise<void> {
  if (tables.length === 0) return;
  const names = tables.map(({ name }) => escapeIdentifier(name)).join(", ");
  await tx.query(`lock table ${names} in ${mode} mode`);
}

/** The tables that have a row. */
export async function findFilled(tx: Queryable, tables: readonly Table[]): Promise<string[]> {
  const filled: string[] = [];
  for (const { name } of tables) {
    const { rows } = await tx.query(`select 1 from ${escapeIdentifier(name)} limit 1`);
    if (rows.length > 0) filled.push(name);
  }
  return filled;
}

/** Number of the newest migration; 0 when there is none. */
export async function findSchemaNumber(tx: Queryable): Promise<number> {
  const { rows: known } = await tx.query<{ exists: boolean }>(
    `select to_regclass('schema_migration') is not null as exists`,
  );
  if (known[0]?.exists !== true) return 0;
  const { rows } = await tx.query<{ newest: number | null }>(
    `select max(version) as newest from schema_migration`,
  );
  return rows[0]?.newest ?? 0;
}

/**
 * A table's rows as COPY writes them, ordered by its key. Each chunk is what arrived, not whole rows.
 * Who stops reading early has the statement cancelled, over a connection of `db`.
 */
export async function* copyOut(
  { db, tx }: { readonly db: Db; readonly tx: Queryable },
  { name, columns, key }: Table,
): AsyncGenerator<Buffer> {
  const order = key.length === 0 ? "" : ` order by ${listColumns(key)}`;
  const select = `select ${listColumns(columns)} from ${escapeIdentifier(name)}${order}`;
  const { rows } = await tx.query<{ pid: number }>("select pg_backend_pid() as pid");
  const sql = `copy (${select}) to stdout ${copyForm}`;
  const stream = tx.query(Object.assign(copyTo(sql), patient));
  let isRead = false;
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      if (Buffer.isBuffer(chunk)) yield chunk;
    }
    isRead = true;
  } finally {
    if (!isRead) await abandon(db, stream, rows[0]?.pid);
    stream.callback();
  }
}

/** While its rows are not all read, the connection takes no other statement, not even a rollback. */
async function abandon(db: Db, stream: CopyToStreamQuery, pid: number | undefined): Promise<void> {
  if (stream.errored !== null) return;
  const ended = finished(stream).catch(() => undefined);
  stream.resume();
  await db.query("select pg_cancel_backend($1)", [pid]).catch(() => undefined);
  await ended;
}

/** Stores rows that COPY wrote. Throws what the server says of them. */
export async function copyIn(
  tx: Queryable,
  table: { readonly name: string; readonly columns: readonly string[] },
  rows: AsyncIterable<Buffer>,
): Promise<void> {
  const place = `${escapeIdentifier(table.name)} (${listColumns(table.columns)})`;
  const sql = `copy ${place} from stdin ${copyForm}`;
  const stream = tx.query(Object.assign(copyFrom(sql), patient));
  try {
    await pipeline(rows, stream);
  } finally {
    stream.callback();
  }
}

/** The last number that each sequence handed out, as text; null when it handed out none. */
export async function listSequences(tx: Queryable): Promise<Record<string, string | null>> {
  const { rows } = await tx.query<{ name: string; last: string | null }>(
    `select sequencename::text as name, last_value::text as last from pg_sequences
     where schemaname = current_schema() order by sequencename collate "C"`,
  );
  return Object.fromEntries(rows.map(({ name, last }) => [name, last]));
}

/** Lets the sequences go on after these numbers. No rollback takes that back. */
export async function setSequences(
  tx: Queryable,
  sequences: Readonly<Record<string, string | null>>,
): Promise<void> {
  await tx.query(
    `select setval(quote_ident(name)::regclass, coalesce(last, 1), last is not null)
     from unnest($1::text[], $2::bigint[]) as t (name, last)`,
    [Object.keys(sequences), Object.values(sequences)],
  );
}

/** Throws ConflictError when other processes of nines have the database open. */
export async function refuseOthers(db: Queryable, ownPid: number): Promise<void> {
  const { rows } = await db.query<{ name: string; sessions: number }>(
    `select application_name as name, count(*)::int as sessions from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()
       and application_name ~ '^nines( |$)' and application_name !~ ('pid=' || $1::text || '$')
     group by application_name order by application_name`,
    [ownPid],
  );
  if (rows.length === 0) return;
  const sessions = rows.map((row) => `${row.name} (${row.sessions})`).join(", ");
  throw new ConflictError(
    `nines runs on this database: ${sessions} connected. Stop every role and verb, then restore`,
  );
}

/** Tells the planner what is in tables that were filled at once. */
export async function analyzeTables(tx: Queryable, tables: readonly Table[]): Promise<void> {
  if (tables.length === 0) return;
  await tx.query(`analyze ${tables.map(({ name }) => escapeIdentifier(name)).join(", ")}`);
}

function listColumns(names: readonly string[]): string {
  return names.map((name) => escapeIdentifier(name)).join(", ");
}
