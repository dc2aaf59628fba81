import type { Queryable } from "./connect.ts";
import type { StoredUser } from "./users.ts";

/** A login that lasts until an instant; only the sha256 of its token is stored. */
export type Session = {
  readonly hash: Buffer;
  readonly userName: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
};

/** Stores a login and forgets those that are over. */
export async function insertSession(tx: Queryable, session: Session): Promise<void> {
  const createdAt = new Date(session.createdAtMs).toISOString();
  await tx.query(`delete from session where expires_at <= $1`, [createdAt]);
  await tx.query(
    `insert into session (hash, user_name, created_at, expires_at) values ($1, $2, $3, $4)`,
    [session.hash, session.userName, createdAt, new Date(session.expiresAtMs).toISOString()],
  );
}

/** The user of a login, as they are now, and the login's end. */
export async function findSession(
  db: Queryable,
  hash: Buffer,
): Promise<(StoredUser & Pick<Session, "expiresAtMs">) | null> {
  const { rows } = await db.query<StoredUser & Pick<Session, "expiresAtMs">>(
    `select u.name, u.role, u.accounts, u.password_hash as "passwordHash",
       u.created_by as "createdBy", u.created_at as "createdAtMs", u.disabled_at as "disabledAtMs",
       s.expires_at as "expiresAtMs"
     from session s join app_user u on u.name = s.user_name where s.hash = $1`,
    [hash],
  );
  return rows[0] ?? null;
}

/** Ends one login; false when there is none. */
export async function deleteSession(tx: Queryable, hash: Buffer): Promise<boolean> {
  const { rowCount } = await tx.query(`delete from session where hash = $1`, [hash]);
  return rowCount === 1;
}

/** Ends every login of a user. */
export async function deleteSessionsOf(tx: Queryable, userName: string): Promise<void> {
  await tx.query(`delete from session where user_name = $1`, [userName]);
}
