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
