import { canonicalJson, type Json } from "../core/canonical-json.ts";
import { parseJson } from "../core/parse-json.ts";
import { lockClass, lockKeys } from "./advisory-locks.ts";
import type { Queryable } from "./connect.ts";
import type { StoredReport } from "./reports.ts";

type Key = Pick<StoredReport, "month" | "account" | "revision">;

/** A mail that tells an account's contacts of a revision of a month's report. */
export type ReportMailRow = Key & {
  readonly id: number;
  /** "waiting", "sent", "failed" or "replaced" by that of a newer revision. */
  readonly state: string;
  readonly attempts: number;
  /** Null before the first. */
  readonly firstAttemptAtMs: number | null;
  /** A server refused it with its files. */
  readonly linkAlone: boolean;
  readonly messageId: string | null;
  readonly sentAtMs: number | null;
  /** Addresses that the server took it for, and that it refused. */
  readonly contacts: readonly string[];
  readonly refused: readonly string[];
  /** Digests of the files by their names, canonical JSON. */
  readonly files: string;
  /** What became of the last attempt. */
  readonly detail: string;
};

const COLUMNS = `m.id, m.month, m.account, m.revision, m.state, m.attempts,
  m.first_attempt_at as "firstAttemptAtMs", m.link_alone as "linkAlone",
  m.message_id as "messageId", m.sent_at as "sentAtMs", m.contacts, m.refused, m.files, m.detail`;

/** Longer than any lease, and than clocks of two machines differ. */
const LONGEST_LEASE = `interval '20 minutes'`;

/** Nobody is at it. What is leased for longer than anybody does was leased by a clock that is ahead. */
const isFree = (row: string) => `(${row}.leased_until is null or ${row}.leased_until <= $1
  or ${row}.leased_until > $1::timestamptz + ${LONGEST_LEASE})`;

/** An earlier revision's mail that is underway goes first: the later one answers it. */
const IS_DUE = `m.state = 'waiting' and m.due_at <= $1 and ${isFree("m")}
  and not exists (
    select from report_mail o
    where o.month = m.month and o.account = m.account and o.revision < m.revision
      and o.state = 'waiting')`;

/** Whether nobody else notes report mails; until the end of the transaction nobody will. */
export async function notesReportMailsAlone(tx: Queryable): Promise<boolean> {
  const { rows } = await tx.query<{ alone: boolean }>(
    `select pg_try_advisory_xact_lock($1, $2) as alone`,
    [lockClass, lockKeys.reportMail],
  );
  return rows[0]?.alone === true;
}

/** Since when a revision of an account's month waits to be mailed; null when none does. */
export async function findWaitingSince(
  tx: Queryable,
  { month, account }: Omit<Key, "revision">,
): Promise<number | null> {
  const { rows } = await tx.query<{ since: number | null }>(
    `select min(waiting_since) as since from report_mail
     where month = $1 and account = $2 and state = 'waiting'`,
    [month, account],
  );
  return rows[0]?.since ?? null;
}

/** Whether contacts were told of a month, or are about to be. */
export async function hasReportMail(
  tx: Queryable,
  { month, account }: Omit<Key, "revision">,
): Promise<boolean> {
  const { rows } = await tx.query<{ some: boolean }>(
    `select exists (select from report_mail where month = $1 and account = $2) as some`,
    [month, account],
  );
  return rows[0]?.some === true;
}

/** Notes a mail that is to be sent; a second one of a revision changes nothing. */
export async function insertReportMail(
  tx: Queryable,
  mail: Key & { readonly waitingSinceMs: number; readonly dueAtMs: number },
): Promise<void> {
  const { month, account, revision, waitingSinceMs, dueAtMs } = mail;
  await tx.query(
    `insert into report_mail (month, account, revision, state, waiting_since, due_at)
     values ($1, $2, $3, 'waiting', $4, $5) on conflict do nothing`,
    [month, account, revision, instant(waitingSinceMs), instant(dueAtMs)],
  );
}

/** Mails that wait, and that nobody is sending, give way to that of a newer revision. */
export async function replaceReportMails(tx: Queryable, nowMs: number): Promise<void> {
  await tx.query(
    `update report_mail m set state = 'replaced', leased_until = null
     where m.state = 'waiting' and ${isFree("m")} and exists (
       select from report_mail n
       where n.month = m.month and n.account = m.account and n.revision > m.revision)`,
    [instant(nowMs)],
  );
}

/** Ends what waits and nobody is sending; gives how many. */
export async function failWaitingReportMails(
  tx: Queryable,
  { nowMs, detail }: { readonly nowMs: number; readonly detail: string },
): Promise<number> {
  const { rowCount } = await tx.query(
    `update report_mail m set state = 'failed', detail = $2, leased_until = null
     where m.state = 'waiting' and ${isFree("m")}`,
    [instant(nowMs), detail],
  );
  return rowCount ?? 0;
}

/** Mails whose time has come, the earliest first, and how many are being sent. */
export async function listDueReportMails(
  tx: Queryable,
  nowMs: number,
): Promise<{
  readonly due: readonly Pick<ReportMailRow, "id" | "attempts">[];
  readonly underway: number;
}> {
  const { rows: due } = await tx.query<Pick<ReportMailRow, "id" | "attempts">>(
    `select m.id, m.attempts from report_mail m where ${IS_DUE} order by m.due_at, m.id`,
    [instant(nowMs)],
  );
  const { rows } = await tx.query<{ underway: number }>(
    `select count(*) as underway from report_mail m
     where m.state = 'waiting' and not ${isFree("m")}`,
    [instant(nowMs)],
  );
  return { due, underway: rows[0]?.underway ?? 0 };
}

/** Takes a mail that is due for one attempt; null when it is not, or somebody else has it. */
export async function leaseReportMail(
  db: Queryable,
  id: number,
  { nowMs, leaseMs }: { readonly nowMs: number; readonly leaseMs: number },
): Promise<ReportMailRow | null> {
  const { rows } = await db.query<ReportMailRow>(
    `update report_mail m set leased_until = $3, attempts = m.attempts + 1,
       first_attempt_at = coalesce(m.first_attempt_at, $1)
     where m.id = $2 and ${IS_DUE} returning ${COLUMNS}`,
    [instant(nowMs), id, instant(nowMs + leaseMs)],
  );
  return rows[0] ?? null;
}

/** The lease was for one attempt: who comes later than its end changes nothing. */
type Attempt = Pick<ReportMailRow, "id" | "attempts">;

/**
 * Right before it is sent: keeps it for so long still, and gives its Message-ID, that of the first
 * attempt. Null when it is somebody else's by now.
 */
export async function keepReportMail(
  db: Queryable,
  { id, attempts }: Attempt,
  { untilMs, messageId }: { readonly untilMs: number; readonly messageId: string },
): Promise<string | null> {
  const { rows } = await db.query<{ messageId: string }>(
    `update report_mail set leased_until = $3, message_id = coalesce(message_id, $4)
     where id = $1 and attempts = $2 and state = 'waiting' returning message_id as "messageId"`,
    [id, attempts, instant(untilMs), messageId],
  );
  return rows[0]?.messageId ?? null;
}

/** It has arrived, whoever else still tries; false when that is noted already. */
export async function markReportMailSent(
  tx: Queryable,
  id: number,
  sent: Pick<ReportMailRow, "contacts" | "refused" | "files" | "detail"> & {
    readonly sentAtMs: number;
  },
): Promise<boolean> {
  const { contacts, refused, files, detail, sentAtMs } = sent;
  const { rowCount } = await tx.query(
    `update report_mail set state = 'sent', leased_until = null, sent_at = $2, contacts = $3,
       refused = $4, files = $5, detail = $6
     where id = $1 and state <> 'sent'`,
    [id, instant(sentAtMs), contacts, refused, files, detail],
  );
  return rowCount === 1;
}

export async function retryReportMail(
  db: Queryable,
  { id, attempts }: Attempt,
  again: { readonly dueAtMs: number; readonly linkAlone: boolean; readonly detail: string },
): Promise<void> {
  await db.query(
    `update report_mail set due_at = $3, link_alone = link_alone or $4, detail = $5,
       leased_until = null
     where id = $1 and attempts = $2 and state = 'waiting'`,
    [id, attempts, instant(again.dueAtMs), again.linkAlone, again.detail],
  );
}

export async function failReportMail(
  db: Queryable,
  { id, attempts }: Attempt,
  detail: string,
): Promise<void> {
  await db.query(
    `update report_mail set state = 'failed', detail = $3, leased_until = null
     where id = $1 and attempts = $2 and state = 'waiting'`,
    [id, attempts, detail],
  );
}

/** What an account's contacts were told of a month, or should have been, by revision. */
export async function listReportMails(
  db: Queryable,
  { month, account }: Omit<Key, "revision">,
): Promise<ReportMailRow[]> {
  const { rows } = await db.query<ReportMailRow>(
    `select ${COLUMNS} from report_mail m where m.month = $1 and m.account = $2
     order by m.revision`,
    [month, account],
  );
  return rows;
}

/** Those that were sent, of all accounts. */
export async function listSentReportMails(db: Queryable): Promise<ReportMailRow[]> {
  const { rows } = await db.query<ReportMailRow>(
    `select ${COLUMNS} from report_mail m where m.state = 'sent' order by m.id`,
  );
  return rows;
}

/** What the audit log calls a mail that was sent. */
export function reportMailItem({ month, account, revision }: Key): string {
  return `report-mail:${month}/${account}/${revision}`;
}

/** What it says of it: to whom it went, and what was in it. */
export function reportMailJson(
  row: Pick<ReportMailRow, "contacts" | "refused" | "files" | "messageId" | "sentAtMs">,
): Json {
  const { contacts, refused, files, messageId, sentAtMs } = row;
  return {
    contacts: [...contacts],
    refused: [...refused],
    // As a text where it is none of ours: then it is not what the log says.
    files: readFiles(files) ?? files,
    messageId,
    sentAt: sentAtMs === null ? null : new Date(sentAtMs).toISOString(),
  };
}

/** The digests of the files by their names; null for a text that we did not write. */
function readFiles(text: string): Record<string, string> | null {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const files = Object.fromEntries(
    Object.entries(value).map(([name, digest]) => [name, String(digest)]),
  );
  return canonicalJson(files) === text ? files : null;
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
