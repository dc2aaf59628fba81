import type { Json } from "../core/canonical-json.ts";
import { lockClass, lockKeys } from "./advisory-locks.ts";
import type { Queryable } from "./connect.ts";

/** A claim as it is stored. */
export type StoredClaim = {
  /** Its address; month, account, agreement and subject are its key. */
  readonly id: number;
  readonly month: string;
  readonly agreement: string;
  readonly subject: string;
  readonly account: string;
  readonly product: string;
  /** The report that gives the amount. */
  readonly revision: number;
  /** One of CLAIM_STATES, unless somebody changed the table by hand. */
  readonly state: string;
  /** A decimal. */
  readonly percent: string;
  /** In minor units; null without a fee. */
  readonly amountMinor: bigint | null;
  readonly currency: string;
  readonly claimFromMs: number;
  readonly claimUntilMs: number;
  readonly reference: string | null;
  /** "2026-11-09" */
  readonly submittedOn: string | null;
  readonly creditedMinor: bigint | null;
  readonly refusal: string | null;
  /** What later revisions changed, a line each. */
  readonly note: string | null;
};

type Row = Omit<StoredClaim, "amountMinor" | "creditedMinor"> & {
  readonly amountMinor: string | null;
  readonly creditedMinor: string | null;
};

const COLUMNS = `id, month, agreement, subject, account, product, revision, state, percent,
  amount_minor as "amountMinor", currency, claim_from as "claimFromMs",
  claim_until as "claimUntilMs", reference, submitted_on as "submittedOn",
  credited_minor as "creditedMinor", refusal, note`;

/**
 * Whoever changes claims takes the audit log's lock before any claim, so that none waits for a
 * claim of one who waits for the log.
 */
export async function lockClaimChanges(tx: Queryable): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock($1, $2)`, [lockClass, lockKeys.audit]);
}

/** Claims, newest month first; null stands for any. */
export async function listClaims(
  db: Queryable,
  wanted: {
    readonly month?: string | undefined;
    readonly accounts?: readonly string[] | null;
    readonly state?: string | undefined;
    readonly agreement?: string | undefined;
    readonly subject?: string | undefined;
  } = {},
): Promise<StoredClaim[]> {
  const { rows } = await db.query<Row>(
    `select ${COLUMNS} from claim
     where ($1::text is null or month = $1) and ($2::text[] is null or account = any($2))
       and ($3::text is null or state = $3) and ($4::text is null or agreement = $4)
       and ($5::text is null or subject = $5)
     order by month desc, account collate "C", agreement collate "C", subject collate "C"`,
    [
      wanted.month ?? null,
      wanted.accounts ?? null,
      wanted.state ?? null,
      wanted.agreement ?? null,
      wanted.subject ?? null,
    ],
  );
  return rows.map(toClaim);
}

export async function findClaim(db: Queryable, id: number): Promise<StoredClaim | null> {
  const { rows } = await db.query<Row>(`select ${COLUMNS} from claim where id = $1`, [id]);
  return rows[0] === undefined ? null : toClaim(rows[0]);
}

/** Those whose window closed before they were submitted. */
export async function listOverdue(db: Queryable, nowMs: number): Promise<StoredClaim[]> {
  const { rows } = await db.query<Row>(
    `select ${COLUMNS} from claim
     where state in ('owed', 'acknowledged') and claim_until <= $1 order by id`,
    [instant(nowMs)],
  );
  return rows.map(toClaim);
}

/** Stores a new claim and hands out its id. */
export async function insertClaim(
  tx: Queryable,
  claim: Omit<StoredClaim, "id">,
): Promise<StoredClaim> {
  const { rows } = await tx.query<Row>(
    `insert into claim (month, agreement, subject, account, product, revision, state, percent,
       amount_minor, currency, claim_from, claim_until, reference, submitted_on, credited_minor,
       refusal, note)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
     returning ${COLUMNS}`,
    [claim.month, claim.agreement, claim.subject, claim.account, claim.product, ...changing(claim)],
  );
  if (rows[0] === undefined) throw new Error("a claim was stored and did not come back");
  return toClaim(rows[0]);
}

/** Stores what a claim has become. */
export async function updateClaim(tx: Queryable, claim: StoredClaim): Promise<void> {
  await tx.query(
    `update claim set revision = $2, state = $3, percent = $4, amount_minor = $5, currency = $6,
       claim_from = $7, claim_until = $8, reference = $9, submitted_on = $10,
       credited_minor = $11, refusal = $12, note = $13
     where id = $1`,
    [claim.id, ...changing(claim)],
  );
}

/** All columns but the id and what names the claim, in the order of the table. */
function changing(claim: Omit<StoredClaim, "id">): unknown[] {
  return [
    claim.revision,
    claim.state,
    claim.percent,
    claim.amountMinor === null ? null : String(claim.amountMinor),
    claim.currency,
    instant(claim.claimFromMs),
    instant(claim.claimUntilMs),
    claim.reference,
    claim.submittedOn,
    claim.creditedMinor === null ? null : String(claim.creditedMinor),
    claim.refusal,
    claim.note,
  ];
}

/** All columns of the row: what the audit log has of it. */
export function claimJson(claim: StoredClaim): Json {
  const { claimFromMs, claimUntilMs, ...rest } = claim;
  return {
    ...rest,
    amountMinor: claim.amountMinor === null ? null : String(claim.amountMinor),
    creditedMinor: claim.creditedMinor === null ? null : String(claim.creditedMinor),
    claimFrom: instant(claimFromMs),
    claimUntil: instant(claimUntilMs),
  };
}

function toClaim(row: Row): StoredClaim {
  return {
    ...row,
    amountMinor: row.amountMinor === null ? null : BigInt(row.amountMinor),
    creditedMinor: row.creditedMinor === null ? null : BigInt(row.creditedMinor),
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
