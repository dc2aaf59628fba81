import { canonicalJson, type Json } from "../core/canonical-json.ts";
import type { Queryable } from "./connect.ts";

/** Something that people are told of. */
export type NewEvent = {
  readonly atMs: number;
  readonly kind: string;
  /** Makes the event once: a second one with the same key is not written. */
  readonly key: string;
  readonly month?: string | undefined;
  readonly account?: string | undefined;
  readonly product?: string | undefined;
  readonly region?: string | undefined;
  readonly agreement?: string | undefined;
  readonly subject?: string | undefined;
  readonly data: Json;
};

/** Writes an event in the transaction of what it tells of; false when it is there already. */
export async function appendEvent(tx: Queryable, event: NewEvent): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into event (at, kind, key, month, account, product, region, agreement, subject, data)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (key) do nothing`,
    [
      new Date(event.atMs).toISOString(),
      event.kind,
      event.key,
      event.month ?? null,
      event.account ?? null,
      event.product ?? null,
      event.region ?? null,
      event.agreement ?? null,
      event.subject ?? null,
      canonicalJson(event.data),
    ],
  );
  return rowCount === 1;
}
