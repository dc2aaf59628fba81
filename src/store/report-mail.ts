import { canonicalJson, type Json } from "../core/canonical-json.ts";
import { parseJson } from "../core/parse-json.ts";
import { lockClass, lockKeys } from "./advisory-locks.ts";
import type { Queryable } from "./connect.ts";
import type { StoredReport } from "./reports.ts";

type Key = Pick<StoredReport, "month" | "account" | "revision">;

export const MAIL_STATES = ["waiting", "sent", "failed", "replaced"] as const;
export type MailState = (typeof MAIL_STATES)[number];

/** A mail that tells an account's contacts of a revision of a month's report. */
export type ReportMailRow = Key & {
  readonly id: number;
  readonly state: MailState;
  readonly attempts: number;
  /** Null before the first. */
  readonly firstAttemptAtMs: number | null;
  /** A server refused it with its files. */
  readonly linkAlone: boolean;
  readonly messageId: string | null;
  /** When the server last took it; also when that was before somebody asked for it again. */
  readonly sentAtMs: number | null;
  /** Addresses that the server took it for. One that waits is for the others alone. */
  readonly contacts: readonly string[];
  /** Addresses that it refused when it took it for others. */
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

/** What becomes of a mail that is not tried any more: whom it came to, it came to. */
const ended = (state: MailState) =>
  `state = case when m.contacts = '{}' then '${state}' else 'sent' end, leased_until = null`;

/** Mails that wait, and that nobody is sending, give way to that of a newer revision. */
export async function replaceReportMails(tx: Queryable, nowMs: number): Promise<void> {
  await tx.query(
    `update report_mail m set ${ended("replaced")}
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
    `update report_mail m set ${ended("failed")}, detail = $2
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

/**
 * It has arrived, whoever else still tries: with those of `contacts`, and at `dueAtMs` it is tried for
 * the others; null: no more. False when that is noted already.
 */
export async function noteReportMailTaken(
  tx: Queryable,
  { id, attempts }: Attempt,
  taken: Pick<ReportMailRow, "contacts" | "refused" | "files" | "detail"> & {
    readonly messageId: string;
    readonly sentAtMs: number;
    readonly dueAtMs: number | null;
  },
): Promise<boolean> {
  const { contacts, refused, files, detail, messageId, sentAtMs, dueAtMs } = taken;
  const { rowCount } = await tx.query(
    `update report_mail set
       state = case when state = 'waiting' and $9::timestamptz is not null then state else 'sent' end,
       due_at = coalesce($9, due_at),
       leased_until = case when attempts = $2 then null else leased_until end,
       sent_at = $3, contacts = $4, refused = $5, files = $6, detail = $7, message_id = $8
     where id = $1 and state <> 'sent' and (attempts = $2 or contacts = '{}')`,
    [
      id,
      attempts,
      instant(sentAtMs),
      contacts,
      refused,
      files,
      detail,
      messageId,
      dueAtMs === null ? null : instant(dueAtMs),
    ],
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
    `update report_mail m set ${ended("failed")}, detail = $3
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

/**
 * Has a revision's mail sent now, and to everybody, whatever became of it before, which is given; "new"
 * when there was none. Null when it waits to be sent anyway.
 */
export async function restartReportMail(
  tx: Queryable,
  { month, account, revision }: Key,
  nowMs: number,
): Promise<ReportMailRow | "new" | null> {
  const key = [month, account, revision];
  const { rows } = await tx.query<ReportMailRow>(
    `select ${COLUMNS} from report_mail m
     where m.month = $1 and m.account = $2 and m.revision = $3 for update`,
    key,
  );
  const { rowCount } = await tx.query(
    `insert into report_mail as m (month, account, revision, state, waiting_since, due_at)
     values ($1, $2, $3, 'waiting', $4, $4)
     on conflict (month, account, revision) do update set state = 'waiting', waiting_since = $4,
       due_at = $4, first_attempt_at = null, link_alone = false, message_id = null, contacts = '{}',
       refused = '{}', files = '{}', detail = ''
     where m.state <> 'waiting'`,
    [...key, instant(nowMs)],
  );
  return rowCount === 0 ? null : (rows[0] ?? "new");
}

/** Those that somebody has, of all accounts. */
export async function listTakenReportMails(db: Queryable): Promise<ReportMailRow[]> {
  const { rows } = await db.query<ReportMailRow>(
    `select ${COLUMNS} from report_mail m where m.contacts <> '{}' order by m.id`,
  );
  return rows;
}

/** What the audit log calls a mail. */
export function reportMailItem({ month, account, revision }: Key): string {
  return `report-mail:${month}/${account}/${revision}`;
}

/** What it says of one that somebody has: who has it and who not, and what was in it. */
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
export function readFiles(text: string): Record<string, string> | null {
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
