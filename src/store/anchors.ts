import type { Json } from "../core/canonical-json.ts";
import { dayText } from "../core/seal.ts";
import { lockClass, lockKeys } from "./advisory-locks.ts";
import type { Queryable } from "./connect.ts";
import { sha256 } from "./sha256.ts";

/** What a place outside answered that was given a seal. */
export type AnchorRow = {
  /** Since the Unix epoch. */
  readonly day: number;
  readonly revision: number;
  /** Id of the anchor in the configuration. */
  readonly name: string;
  readonly kind: string;
  readonly atMs: number;
  readonly receipt: Buffer;
};

/** The receipts of the seals of days in [fromDay, untilDay), in a fixed order. */
export async function listAnchors(
  db: Queryable,
  { fromDay, untilDay }: { readonly fromDay: number; readonly untilDay: number },
): Promise<AnchorRow[]> {
  const { rows } = await db.query<AnchorRow>(
    `select day, revision, name, kind, at as "atMs", receipt from anchor
     where day >= $1 and day < $2 order by day, revision, name collate "C"`,
    [fromDay, untilDay],
  );
  return rows;
}

/** Takes the lock of those who give seals away until the end of the transaction; false when it is taken. */
export async function tryLockAnchors(tx: Queryable): Promise<boolean> {
  const { rows } = await tx.query<{ locked: boolean }>(
    `select pg_try_advisory_xact_lock($1, $2) as locked`,
    [lockClass, lockKeys.anchor],
  );
  return rows[0]?.locked === true;
}

export async function insertAnchor(tx: Queryable, row: AnchorRow): Promise<void> {
  await tx.query(
    `insert into anchor (day, revision, name, kind, at, receipt)
     values ($1, $2, $3, $4, $5, $6)`,
    [row.day, row.revision, row.name, row.kind, new Date(row.atMs).toISOString(), row.receipt],
  );
}

/** The name of a receipt in the audit log. */
export function anchorItem({ day, revision, name }: AnchorRow): string {
  return `anchor:${dayText(day)}/${revision}/${name}`;
}

/** A receipt as the audit log has it: all of the row, the receipt by its digest. */
export function anchorJson({ day, revision, name, kind, atMs, receipt }: AnchorRow): Json {
  return {
    day: dayText(day),
    revision,
    name,
    kind,
    at: new Date(atMs).toISOString(),
    receipt: `sha256:${sha256(receipt).toString("hex")}`,
  };
}
