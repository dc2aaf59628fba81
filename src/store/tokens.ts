import { createHash } from "node:crypto";
import type { Json } from "../core/canonical-json.ts";
import type { Queryable } from "./connect.ts";

/** A token as it is stored: its text is known to its holder alone. */
export type StoredToken = {
  readonly name: string;
  /** A role, unless somebody changed the table by hand. */
  readonly role: string;
  /** The accounts of an account manager; else empty. */
  readonly accounts: readonly string[];
  /** sha256 of the token's text. */
  readonly hash: Buffer;
  /** Who made it, as the audit log names them. */
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  readonly revokedAtMs: number | null;
};

const COLUMNS = `name, role, accounts, hash, created_by as "createdBy",
  created_at as "createdAtMs", expires_at as "expiresAtMs", revoked_at as "revokedAtMs"`;

/** Stores a new token; false when its name is taken. */
export async function insertToken(tx: Queryable, token: StoredToken): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into token (name, role, accounts, hash, created_by, created_at, expires_at, revoked_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (name) do nothing`,
    [
      token.name,
      token.role,
      token.accounts,
      token.hash,
      token.createdBy,
      instant(token.createdAtMs),
      instant(token.expiresAtMs),
      instant(token.revokedAtMs),
    ],
  );
  return rowCount === 1;
}

export async function listTokens(db: Queryable): Promise<StoredToken[]> {
  const { rows } = await db.query<StoredToken>(`select ${COLUMNS} from token order by name`);
  return rows;
}

export async function findToken(db: Queryable, name: string): Promise<StoredToken | null> {
  const { rows } = await db.query<StoredToken>(`select ${COLUMNS} from token where name = $1`, [
    name,
  ]);
  return rows[0] ?? null;
}

/** The token, kept from being changed by others until the transaction ends. */
export async function lockToken(tx: Queryable, name: string): Promise<StoredToken | null> {
  const { rows } = await tx.query<StoredToken>(
    `select ${COLUMNS} from token where name = $1 for update`,
    [name],
  );
  return rows[0] ?? null;
}

export async function findTokenByHash(db: Queryable, hash: Buffer): Promise<StoredToken | null> {
  const { rows } = await db.query<StoredToken>(`select ${COLUMNS} from token where hash = $1`, [
    hash,
  ]);
  return rows[0] ?? null;
}

/**
 * Who stands behind a name of the audit log: for a token that somebody made, they, or whoever made
 * theirs. A token made at the command line, where nobody has a name, stands for itself.
 */
export async function findPersonBehind(db: Queryable, name: string): Promise<string> {
  let person = name;
  // A chain of tokens ends, unless somebody changed the table by hand.
  for (let steps = 0; steps < MOST_STEPS && person.startsWith("token:"); steps += 1) {
    const maker = (await findToken(db, person.slice("token:".length)))?.createdBy ?? "";
    if (!/^(?:user|token):/u.test(maker)) break;
    person = maker;
  }
  return person;
}
const MOST_STEPS = 100;

export async function saveRevocation(tx: Queryable, name: string, atMs: number): Promise<void> {
  await tx.query(`update token set revoked_at = $2 where name = $1`, [name, instant(atMs)]);
}

/** Every column, for the audit log and for verifying it; the hash as its own digest. */
export function tokenJson(token: StoredToken): Json {
  return {
    name: token.name,
    role: token.role,
    accounts: token.accounts,
    hash: createHash("sha256").update(token.hash).digest("hex"),
    createdBy: token.createdBy,
    createdAt: instant(token.createdAtMs),
    expiresAt: instant(token.expiresAtMs),
    revokedAt: instant(token.revokedAtMs),
  };
}

function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
