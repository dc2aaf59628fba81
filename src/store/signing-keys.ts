import type { Json } from "../core/canonical-json.ts";
import type { Queryable } from "./connect.ts";

/** A public key that signs or has signed reports. */
export type PublicKeyRow = {
  /** First half of the SHA-256 of the raw key, hexadecimal. */
  readonly id: string;
  /** The raw Ed25519 key, base64url. */
  readonly publicKey: string;
  readonly createdAtMs: number;
};

/** All of a row, as the audit log has it. */
export function keyJson({ id, publicKey, createdAtMs }: PublicKeyRow): Json {
  return { id, publicKey, createdAt: new Date(createdAtMs).toISOString() };
}

/** All keys, also those that sign no longer, oldest first. */
export async function listKeys(db: Queryable): Promise<PublicKeyRow[]> {
  const { rows } = await db.query<PublicKeyRow>(
    `select id, public_key as "publicKey", created_at as "createdAtMs" from signing_key
     order by created_at, id`,
  );
  return rows;
}

/** False when it is known already. */
export async function insertKey(tx: Queryable, key: PublicKeyRow): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into signing_key (id, public_key, created_at) values ($1, $2, $3)
     on conflict (id) do nothing`,
    [key.id, key.publicKey, new Date(key.createdAtMs).toISOString()],
  );
  return rowCount === 1;
}
