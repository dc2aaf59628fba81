import { createHash } from "node:crypto";
import type { Actor } from "../core/access.ts";
import { canonicalJson, type Json } from "../core/canonical-json.ts";
import { lockClass, lockKeys } from "./advisory-locks.ts";
import type { Queryable } from "./connect.ts";

export type AuditStep = {
  readonly atMs: number;
  readonly actor: Pick<Actor, "name" | "origin">;
  /** "<kind of item>.<verb>", such as "exclusion.approve". */
  readonly action: string;
  /** "<kind of item>:<id>", such as "exclusion:7". */
  readonly item: string;
  /** The item before and after, whole and without secrets; null when there was or is none. */
  readonly before: Json;
  readonly after: Json;
};

/** Appends an entry to the audit log, in the transaction of the change itself. */
export async function appendAudit(tx: Queryable, step: AuditStep): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock($1, $2)`, [lockClass, lockKeys.audit]);
  const { rows } = await tx.query<{ seq: number; hash: Buffer }>(
    `select seq, hash from audit order by seq desc limit 1`,
  );
  const last = rows[0] ?? { seq: 0, hash: Buffer.alloc(0) };
  const entry = {
    seq: last.seq + 1,
    atMs: step.atMs,
    actor: step.actor.name,
    origin: step.actor.origin,
    action: step.action,
    item: step.item,
    before: step.before === null ? null : canonicalJson(step.before),
    after: step.after === null ? null : canonicalJson(step.after),
  };
  await tx.query(
    `insert into audit (seq, at, actor, origin, action, item, before, after, previous_hash, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      entry.seq,
      new Date(entry.atMs).toISOString(),
      entry.actor,
      entry.origin,
      entry.action,
      entry.item,
      entry.before,
      entry.after,
      last.hash,
      hashEntry(last.hash, entry),
    ],
  );
}

/** The newest entry's number and hash, hexadecimal; null for an empty log. */
export async function findAuditHead(
  db: Queryable,
): Promise<{ readonly entry: number; readonly hash: string } | null> {
  const { rows } = await db.query<{ entry: number; hash: string }>(
    `select seq as entry, encode(hash, 'hex') as hash from audit order by seq desc limit 1`,
  );
  return rows[0] ?? null;
}

/** The hash of an entry, hexadecimal; null when there is none of this number. */
export async function findAuditHash(db: Queryable, entry: number): Promise<string | null> {
  const { rows } = await db.query<{ hash: string }>(
    `select encode(hash, 'hex') as hash from audit where seq = $1`,
    [entry],
  );
  return rows[0]?.hash ?? null;
}

export type AuditEntry = {
  readonly seq: number;
  readonly atMs: number;
  readonly actor: string;
  readonly origin: string;
  readonly action: string;
  readonly item: string;
  /** Canonical JSON. */
  readonly before: string | null;
  readonly after: string | null;
};

/** sha256 over the hash before it in the log and the entry's text. */
export function hashEntry(previousHash: Uint8Array, entry: AuditEntry): Buffer {
  const { seq, atMs, actor, origin, action, item, before, after } = entry;
  const text = JSON.stringify(["audit-1", seq, atMs, actor, origin, action, item, before, after]);
  return createHash("sha256").update(previousHash).update(text).digest();
}
