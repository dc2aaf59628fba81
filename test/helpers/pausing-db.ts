import type { Database } from "../../src/store/connect.ts";

export type PausingDb = {
  readonly db: Database;
  /** Resolves when a transaction has run the statement and stands still. */
  readonly reached: Promise<void>;
  readonly go: () => void;
};

/** The same database, but the first transaction stands still after a statement that holds the text. */
export function pauseAfter(database: Database, text: string): PausingDb {
  let reach = () => {};
  let go = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const gone = new Promise<void>((resolve) => {
    go = resolve;
  });
  let isFirst = true;
  const connect = async () => {
    const client = await database.connect();
    const query = async (statement: string | { text: string }, values?: unknown[]) => {
      const result = await client.query(statement as string, values);
      const said = typeof statement === "string" ? statement : statement.text;
      if (isFirst && said.includes(text)) {
        isFirst = false;
        reach();
        await gone;
      }
      return result;
    };
    return { query, release: (broken?: boolean) => client.release(broken) };
  };
  const query = (statement: string, values?: unknown[]) => database.query(statement, values);
  return { db: { connect, query } as unknown as Database, reached, go: () => go() };
}

/** Whether a session of this database waits for a lock. */
export async function someoneWaits(db: Database): Promise<boolean> {
  const { rows } = await db.query(
    `select from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows.length > 0;
}
