import { createHash } from "node:crypto";
import type { Json } from "../core/canonical-json.ts";
import type { Queryable } from "./connect.ts";

/** A person who logs in with name and password. */
export type StoredUser = {
  readonly name: string;
  /** A role, unless somebody changed the table by hand. */
  readonly role: string;
  /** The accounts of an account manager; else empty. */
  readonly accounts: readonly string[];
  /** With salt and parameters; see passwords.ts. */
  readonly passwordHash: string;
  /** Who added the user, as the audit log names them. */
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly disabledAtMs: number | null;
};

const COLUMNS = `name, role, accounts, password_hash as "passwordHash",
  created_by as "createdBy", created_at as "createdAtMs", disabled_at as "disabledAtMs"`;

/** Stores a new user; false when the name is taken. */
export async function insertUser(tx: Queryable, user: StoredUser): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into app_user (name, role, accounts, password_hash, created_by, created_at,
       disabled_at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (name) do nothing`,
    [
      user.name,
      user.role,
      user.accounts,
      user.passwordHash,
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

/** Saves what of a user may change: the password and whether they may still log in. */
export async function saveUser(tx: Queryable, user: StoredUser): Promise<void> {
  await tx.query(`update app_user set password_hash = $2, disabled_at = $3 where name = $1`, [
    user.name,
    user.passwordHash,
    instant(user.disabledAtMs),
  ]);
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
  return {
    name: user.name,
    role: user.role,
    accounts: user.accounts,
    passwordHash: createHash("sha256").update(user.passwordHash).digest("hex"),
    createdBy: user.createdBy,
    createdAt: instant(user.createdAtMs),
    disabledAt: instant(user.disabledAtMs),
  };
}

function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
