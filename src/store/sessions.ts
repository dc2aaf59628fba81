import type { Queryable } from "./connect.ts";
import type { StoredUser } from "./users.ts";

/** A login; only the sha256 of its token is stored. */
export type Session = {
  readonly hash: Buffer;
  readonly userName: string;
  readonly createdAtMs: number;
  /** Unless it is used before: then it is moved on. */
  readonly expiresAtMs: number;
  /** The address that it was begun from. */
  readonly origin: string;
  /** What the browser or program calls itself. */
  readonly agent: string;
  /** What an OpenID provider said; shown to it at the end. Null for a login with a password. */
  readonly idToken: string | null;
};

/** Stores a login and forgets those that are over. */
export async function insertSession(tx: Queryable, session: Session): Promise<void> {
  const createdAt = new Date(session.createdAtMs).toISOString();
  await tx.query(`delete from session where expires_at <= $1`, [createdAt]);
  await tx.query(
    `insert into session (hash, user_name, created_at, expires_at, origin, agent, id_token)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      session.hash,
      session.userName,
      createdAt,
      new Date(session.expiresAtMs).toISOString(),
      session.origin,
      session.agent,
      session.idToken,
    ],
  );
}

type FoundSession = StoredUser & Pick<Session, "expiresAtMs"> & { readonly begunAtMs: number };

/** The user of a login, as they are now, and when it began and ends. */
export async function findSession(db: Queryable, hash: Buffer): Promise<FoundSession | null> {
  const { rows } = await db.query<FoundSession>(
    `select u.name, u.role, u.accounts, u.password_hash as "passwordHash", u.issuer, u.subject,
       u.created_by as "createdBy", u.created_at as "createdAtMs", u.disabled_at as "disabledAtMs",
       s.created_at as "begunAtMs", s.expires_at as "expiresAtMs"
     from session s join app_user u on u.name = s.user_name where s.hash = $1`,
    [hash],
  );
  return rows[0] ?? null;
}

/** Moves the end of a login, unless somebody did so meanwhile. */
export async function moveSessionEnd(
  db: Queryable,
  hash: Buffer,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<void> {
  await db.query(`update session set expires_at = $3 where hash = $1 and expires_at = $2`, [
    hash,
    new Date(fromMs).toISOString(),
    new Date(toMs).toISOString(),
  ]);
}

/** What its owner is shown of a login. */
export type ShownSession = Pick<Session, "createdAtMs" | "expiresAtMs" | "origin" | "agent"> & {
  readonly id: number;
  /** It is the one whose hash was given. */
  readonly isThis: boolean;
};

/** The logins of a user that are not over, newest first. */
export async function listSessions(
  db: Queryable,
  of: { readonly userName: string; readonly nowMs: number; readonly hash: Buffer },
): Promise<ShownSession[]> {
  const { rows } = await db.query<ShownSession>(
    `select id, created_at as "createdAtMs", expires_at as "expiresAtMs", origin, agent,
       hash = $3 as "isThis"
     from session where user_name = $1 and expires_at > $2 order by created_at desc, id desc`,
    [of.userName, new Date(of.nowMs).toISOString(), of.hash],
  );
  return rows;
}

/** Ends one login; null when there is none. */
export async function deleteSession(
  tx: Queryable,
  hash: Buffer,
): Promise<Pick<Session, "idToken"> | null> {
  const { rows } = await tx.query<Pick<Session, "idToken">>(
    `delete from session where hash = $1 returning id_token as "idToken"`,
    [hash],
  );
  return rows[0] ?? null;
}

/** Ends a login of a user by its number; false when they have none such. */
export async function deleteSessionOf(
  tx: Queryable,
  { userName, id }: { readonly userName: string; readonly id: number },
): Promise<boolean> {
  const { rowCount } = await tx.query(`delete from session where user_name = $1 and id = $2`, [
    userName,
    id,
  ]);
  return rowCount === 1;
}

/** Ends every login of a user. */
export async function deleteSessionsOf(tx: Queryable, userName: string): Promise<void> {
  await tx.query(`delete from session where user_name = $1`, [userName]);
}
