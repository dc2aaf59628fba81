import { withTransaction, type Db, type Queryable } from "./connect.ts";

/** Runs `read` on the database as it stands now, whatever is written meanwhile. */
export async function withSnapshot<Result>(
  db: Db,
  read: (tx: Queryable) => Promise<Result>,
): Promise<Result> {
  return withTransaction(db, async (tx) => {
    await tx.query("set transaction isolation level repeatable read, read only");
    return read(tx);
  });
}

/** The same for what is read piece by piece; the transaction lives as long as somebody reads on. */
export async function* withSnapshotStream<Item>(
  db: Db,
  read: (tx: Queryable) => AsyncGenerator<Item>,
): AsyncGenerator<Item> {
  const client = await db.connect();
  let broken = true;
  try {
    await client.query("begin isolation level repeatable read, read only");
    // Whoever reads may take long between two pieces.
    await client.query("set local idle_in_transaction_session_timeout = 0");
    yield* read(client);
    await client.query("commit");
    broken = false;
  } finally {
    client.release(broken);
  }
}
