import type { AuditEntry } from "./audit.ts";
import type { Queryable } from "./connect.ts";

export type AuditFilter = {
  /** An item such as "token:ci", or a kind of item such as "token". */
  readonly item?: string | undefined;
  readonly actor?: string | undefined;
  /** An action such as "token.revoke", or all of a kind such as "token". */
  readonly action?: string | undefined;
  readonly fromMs?: number | undefined;
  readonly untilMs?: number | undefined;
};

export type LoggedEntry = AuditEntry & {
  readonly previousHash: Buffer;
  readonly hash: Buffer;
};

const COLUMNS = `seq, at as "atMs", actor, origin, action, item, before, after,
  previous_hash as "previousHash", hash`;

/** Entries that pass the filter, newest first: at most `limit`, older than entry `beforeSeq`. */
export async function listAudit(
  db: Queryable,
  filter: AuditFilter,
  page: { readonly limit: number; readonly beforeSeq?: number | undefined },
): Promise<LoggedEntry[]> {
  const { rows } = await db.query<LoggedEntry>(
    `select ${COLUMNS} from audit
     where ($1::bigint is null or seq < $1)
       and ($2::text is null or item = $2 or split_part(item, ':', 1) = $2)
       and ($3::text is null or actor = $3)
       and ($4::text is null or action = $4 or split_part(action, '.', 1) = $4)
       and ($5::timestamptz is null or at >= $5) and ($6::timestamptz is null or at < $6)
     order by seq desc limit $7`,
    [
      page.beforeSeq ?? null,
      filter.item ?? null,
      filter.actor ?? null,
      filter.action ?? null,
      instant(filter.fromMs),
      instant(filter.untilMs),
      page.limit,
    ],
  );
  return rows;
}

/** Entries after entry `seq`, oldest first. `isWhole`: its instant has nothing below milliseconds. */
export async function pageAudit(
  db: Queryable,
  page: { readonly afterSeq: number; readonly limit: number },
): Promise<(LoggedEntry & { readonly isWhole: boolean })[]> {
  const { rows } = await db.query<LoggedEntry & { readonly isWhole: boolean }>(
    `select ${COLUMNS}, at = date_trunc('milliseconds', at) as "isWhole" from audit
     where seq > $1 order by seq limit $2`,
    [page.afterSeq, page.limit],
  );
  return rows;
}

function instant(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
