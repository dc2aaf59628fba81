import { createHash } from "node:crypto";
import type { Json } from "../core/canonical-json.ts";
import type { Queryable } from "./connect.ts";

/** A person who logs in, with a password here or at an OpenID provider. */
export type StoredUser = {
  readonly name: string;
  /** A role, unless somebody changed the table by hand. */
  readonly role: string;
  /** The accounts of an account manager; else empty. */
  readonly accounts: readonly string[];
  /** With salt and parameters; see passwords.ts. Null: they log in at the provider. */
  readonly passwordHash: string | null;
  /** The provider, and who they are there; null for those with a password. */
  readonly issuer: string | null;
  readonly subject: string | null;
  /** Who added the user, as the audit log names them. */
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly disabledAtMs: number | null;
};

const COLUMNS = `name, role, accounts, password_hash as "passwordHash", issuer, subject,
  created_by as "createdBy", created_at as "createdAtMs", disabled_at as "disabledAtMs"`;

/**
 * Stores a new user; false when the name is taken, also in other letters: nobody shall pass for
 * "li" as "Li".
 */
export async function insertUser(tx: Queryable, user: StoredUser): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into app_user (name, role, accounts, password_hash, issuer, subject, created_by,
       created_at, disabled_at)
     select $1, $2, $3::text[], $4, $5, $6, $7, $8::timestamptz, $9::timestamptz
     where not exists (select from app_user where lower(name) = lower($1))
     on conflict (name) do nothing`,
    [
      user.name,
      user.role,
      user.accounts,
      user.passwordHash,
      user.issuer,
      user.subject,
      user.createdBy,
      instant(user.createdAtMs),
      instant(user.disabledAtMs),
    ],
  );
  return rowCount === 1;
}

export async function listUsers(db: Queryable): Promise<StoredUser[]> {
  const { rows } = await db.query<StoredUser>(`select ${COLUMNS} from app_user order by name`);
  return rows;
}

export async function findUser(db: Queryable, name: string): Promise<StoredUser | null> {
  const { rows } = await db.query<StoredUser>(`select ${COLUMNS} from app_user where name = $1`, [
    name,
  ]);
  return rows[0] ?? null;
}

/** The user, kept from being changed by others until the transaction ends. */
export async function lockUser(tx: Queryable, name: string): Promise<StoredUser | null> {
  const { rows } = await tx.query<StoredUser>(
    `select ${COLUMNS} from app_user where name = $1 for update`,
    [name],
  );
  return rows[0] ?? null;
}

/** Who may give access, none of them changed by others until the transaction ends. */
export async function lockAdmins(tx: Queryable): Promise<string[]> {
  // In one order for everybody: nobody waits for one who waits for them.
  const { rows } = await tx.query<{ name: string }>(
    `select name from app_user where role = 'admin' and disabled_at is null order by name for update`,
  );
  return rows.map(({ name }) => name);
}

/** The user whom a provider knows by this subject, kept from being changed by others. */
export async function lockIdentity(
  tx: Queryable,
  { issuer, subject }: { readonly issuer: string; readonly subject: string },
): Promise<StoredUser | null> {
  const { rows } = await tx.query<StoredUser>(
    `select ${COLUMNS} from app_user where issuer = $1 and subject = $2 for update`,
    [issuer, subject],
  );
  return rows[0] ?? null;
}

/** Saves what of a user may change: what they may, the password, and whether they get in at all. */
export async function saveUser(tx: Queryable, user: StoredUser): Promise<void> {
  await tx.query(
    `update app_user set role = $2, accounts = $3, password_hash = $4, disabled_at = $5
     where name = $1`,
    [user.name, user.role, user.accounts, user.passwordHash, instant(user.disabledAtMs)],
  );
}

/** Keeps everybody else from giving access until the transaction ends. */
export async function lockAccess(tx: Queryable): Promise<void> {
  await tx.query(`lock table app_user, token in share row exclusive mode`);
}

/** Whether anybody was ever given access: from then on nothing is open. */
export async function hasAccess(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ some: boolean }>(
    `select exists (select from app_user) or exists (select from token) as some`,
  );
  return rows[0]?.some === true;
}

/** Every column, for the audit log and for verifying it; the password's hash as its own digest. */
export function userJson(user: StoredUser): Json {
  const { passwordHash, issuer, subject } = user;
  return {
    name: user.name,
    role: user.role,
    accounts: user.accounts,
    // Entries from before there were providers lack the two.
    ...(issuer === null ? {} : { issuer, subject }),
    ...(passwordHash === null
      ? {}
      : { passwordHash: createHash("sha256").update(passwordHash).digest("hex") }),
    createdBy: user.createdBy,
    createdAt: instant(user.createdAtMs),
    disabledAt: instant(user.disabledAtMs),
  };
}

function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
