import type { Clock } from "./clock.ts";
import type { Account, Config, ReportMail } from "./config.ts";
import { SYSTEM } from "./core/access.ts";
import { pauseAfter } from "./core/back-off.ts";
import { canonicalJson } from "./core/canonical-json.ts";
import type { ChannelSettings } from "./core/channel-schema.ts";
import { readReport } from "./core/read-report.ts";
import type { MailedFormat } from "./core/report-mail-schema.ts";
import { reportMailText, type ReportMailFacts } from "./core/report-mail.ts";
import type { Lang } from "./core/views.ts";
import { reportMailParts } from "./notify/report-mail-body.ts";
import { LARGE_TOTAL_MS, type Mail, type MailOutcome } from "./notify/send-mail.ts";
import { closingReason } from "./reports/closing-reason.ts";
import { reportFormats } from "./reports/index.ts";
import { appendAudit } from "./store/audit.ts";
import { withTransaction, type Db, type Queryable } from "./store/connect.ts";
import {
  failReportMail,
  keepReportMail,
  leaseReportMail,
  listReportMails,
  noteReportMailTaken,
  readFiles,
  reportMailItem,
  reportMailJson,
  retryReportMail,
  type ReportMailRow,
} from "./store/report-mail.ts";
import { findReport, listRevisions, type StoredReport } from "./store/reports.ts";
import { sha256Text } from "./store/sha256.ts";
import { within } from "./within.ts";

type EmailSettings = Extract<ChannelSettings, { readonly kind: "email" }>;

/** Which report, in which form and language. */
export type AttachKey = Pick<StoredReport, "month" | "account" | "revision"> & {
  readonly format: MailedFormat;
  readonly lang: Lang;
};

export type MailReportDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly config: () => Config;
  /** A report's bytes, the same at every call, and their digest "sha256:...". */
  readonly attach: (
    key: AttachKey,
  ) => Promise<{ readonly bytes: Uint8Array; readonly digest: string }>;
  readonly send: (server: EmailSettings, mail: Mail) => Promise<MailOutcome>;
  /** How long a mail stays with a process that was lost while it rendered; default 10 min. */
  readonly leaseMs?: number;
};

export type MailedReport = {
  readonly month: string;
  readonly account: string;
  readonly revision: number;
  readonly channel: string;
  readonly outcome: MailOutcome["outcome"];
  readonly detail: string;
  /** Nobody tries any more. */
  readonly isGivenUp: boolean;
  /** Why a form could not be made. */
  readonly error: unknown;
};

const MINUTE_MS = 60_000;
const RENDER_LEASE_MS = 10 * MINUTE_MS;
/** Of the lease: the rest is for writing down what became of it. */
const RENDER_SHARE = 9 / 10;
const SEND_LEASE_MS = LARGE_TOTAL_MS + MINUTE_MS;
const DAY_MS = 86_400_000;
/** A refusal is mended by people, in the settings or at the server: nobody is pressed. */
const REFUSED_PAUSE_MS = 60 * MINUTE_MS;
/** Of a whole mail; what many servers take. */
const MAX_MAIL_BYTES = 20_000_000;
/** Base64 in lines of 76. */
const ENCODED = (4 / 3) * (78 / 76);

type Job = {
  readonly row: ReportMailRow;
  readonly settings: EmailSettings;
  readonly reportMail: ReportMail;
  readonly account: Account;
  /** Its contacts that do not have it. */
  readonly to: readonly string[];
};

/**
 * Makes one attempt to mail a report to those of its account's contacts who lack it, and writes
 * down what became of it. Null when there is nothing to do: it is not due, or somebody else has it.
 * A process that is killed in between leaves it to the next one, which sends it with the same
 * Message-ID after the lease.
 */
export async function mailReport(deps: MailReportDeps, id: number): Promise<MailedReport | null> {
  const { db, clock } = deps;
  const nowMs = clock.nowMs();
  const leaseMs = deps.leaseMs ?? RENDER_LEASE_MS;
  const row = await leaseReportMail(db, id, { nowMs, leaseMs });
  if (row === null) return null;
  const found = findJob(deps.config(), row);
  if (typeof found === "string") {
    return writeFailure(deps, row, { detail: found, pauseMs: null, channel: "" });
  }
  const { channel } = found.reportMail;
  const files = await within(leaseMs * RENDER_SHARE, attachFiles(deps, found)).catch(
    (error: unknown) => ({ error }),
  );
  if ("error" in files) {
    const detail = "the report could not be rendered";
    const pauseMs = pauseAfter(row.attempts, null);
    return { ...(await writeFailure(deps, row, { detail, pauseMs, channel })), ...files };
  }
  // To render takes minutes: who was taken out of the configuration meanwhile is not mailed.
  const job = findJob(deps.config(), row);
  if (typeof job === "string") {
    return writeFailure(deps, row, { detail: job, pauseMs: null, channel });
  }
  const mail = await composeMail(deps, job, files);
  if (mail === null) {
    const detail = "the stored report is not that of the account: run nines verify";
    return writeFailure(deps, row, { detail, pauseMs: null, channel });
  }
  const messageId = await keepReportMail(db, row, {
    untilMs: clock.nowMs() + (deps.leaseMs ?? SEND_LEASE_MS),
    messageId: mail.messageId,
  });
  if (messageId === null) return null;
  const sent = await within(
    SEND_LEASE_MS - MINUTE_MS / 2,
    deps.send(job.settings, { ...mail, messageId }),
  ).catch((error: unknown): MailOutcome => {
    const detail = error instanceof Error ? error.message : "failed";
    return { outcome: "temporary", detail, retryAfterMs: null, isTooLarge: false };
  });
  if (sent.outcome !== "sent") {
    const linkAlone = sent.isTooLarge && mail.attachments.length > 0;
    const isRefused = sent.outcome === "permanent" && !linkAlone;
    const askedMs = sent.outcome === "permanent" ? null : sent.retryAfterMs;
    const pauseMs = isRefused ? REFUSED_PAUSE_MS : pauseAfter(row.attempts, askedMs);
    const { outcome, detail } = sent;
    return writeFailure(deps, row, { outcome, detail, pauseMs, linkAlone, channel });
  }
  const isGivenUp = await writeSent(deps, row, { mail: { ...mail, messageId }, sent, files });
  const { month, account, revision } = row;
  const { outcome, detail } = sent;
  return { month, account, revision, channel, outcome, detail, isGivenUp, error: null };
}

/** What is needed to send it; or why it is not to be sent any more. */
function findJob(config: Config, row: ReportMailRow): Job | string {
  const { reportMail } = config;
  const account = config.accounts.find(({ id }) => id === row.account);
  const settings = config.channels.find(({ id }) => id === reportMail?.channel);
  if (reportMail === null || settings === undefined || settings.kind !== "email") {
    return "reports are no longer mailed";
  }
  if (account === undefined) return "the account is no longer in the configuration";
  if (account.contacts.length === 0) return "the account has no contacts any more";
  const to = account.contacts.filter((address) => !row.contacts.includes(address));
  if (to.length === 0) return "who lacks it is no contact of the account any more";
  return { row, settings, reportMail, account, to };
}

type Attached = {
  readonly format: MailedFormat;
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly digest: string;
};
type Files = { readonly attached: readonly Attached[]; readonly leftOut: readonly Attached[] };

/** One after another, as far as the mail has room. */
async function attachFiles(
  { attach }: MailReportDeps,
  { row, reportMail, account }: Job,
): Promise<Files> {
  const { month, revision } = row;
  const attached: Attached[] = [];
  const leftOut: Attached[] = [];
  let size = 0;
  for (const format of reportMail.formats) {
    const key = { month, account: account.id, revision, format, lang: account.lang };
    const { bytes, digest } = await attach(key);
    const name = `sla-${month}-${account.id}-r${revision}.${reportFormats[format].extension}`;
    const file = { format, name, bytes, digest };
    const encoded = bytes.byteLength * ENCODED;
    if (row.linkAlone || size + encoded > MAX_MAIL_BYTES) {
      leftOut.push(file);
    } else {
      size += encoded;
      attached.push(file);
    }
  }
  return { attached, leftOut };
}

async function composeMail(
  { db, clock, config }: MailReportDeps,
  { row, account, settings, to }: Job,
  { attached, leftOut }: Files,
): Promise<Mail | null> {
  const stored = await requireReport(db, row);
  const report = readReport(stored.body);
  // Never may a mail tell of another account, whatever became of the tables.
  if (report.account !== account.id || report.subjects.some((one) => one.account !== account.id)) {
    return null;
  }
  const { timeZone, publicUrl } = config();
  const earlier = (await listReportMails(db, row)).filter((one) => one.revision < row.revision);
  const text = reportMailText({
    report,
    accountName: account.name,
    lang: account.lang,
    timeZone,
    before: await readBefore(db, { row, earlier, lang: account.lang }),
    attached,
    leftOut,
    url:
      publicUrl === null
        ? null
        : `${publicUrl}/reports/${row.month}?${new URLSearchParams({ account: account.id, lang: account.lang })}`,
  });
  return {
    to,
    ...reportMailParts(text),
    messageId: messageIdOf(settings, stored, row),
    // One that was tried may have come, although nobody told us.
    inReplyTo: earlier.find(({ messageId }) => messageId !== null)?.messageId ?? null,
    atMs: clock.nowMs(),
    headers: {},
    attachments: attached.map(({ name, format, bytes }) => ({
      filename: name,
      contentType: reportFormats[format].contentType,
      content: bytes,
    })),
  };
}

/** The revision that the contacts have, and why there were others since. */
async function readBefore(
  db: Queryable,
  {
    row,
    earlier,
    lang,
  }: {
    readonly row: ReportMailRow;
    readonly earlier: readonly ReportMailRow[];
    readonly lang: Lang;
  },
): Promise<ReportMailFacts["before"]> {
  const last = earlier.findLast(({ sentAtMs }) => sentAtMs !== null);
  if (last === undefined) return null;
  const { body } = await requireReport(db, last);
  const since = (await listRevisions(db, row)).filter(
    ({ revision }) => revision > last.revision && revision <= row.revision,
  );
  const reasons = since.map(({ reason }) => closingReason(reason, lang));
  return { report: readReport(body), reasons };
}

async function requireReport(
  db: Queryable,
  { month, account, revision }: Pick<StoredReport, "month" | "account" | "revision">,
): Promise<StoredReport> {
  const stored = await findReport(db, { month, account, revision });
  if (stored !== null) return stored;
  throw new Error(`revision ${revision} of the report of ${month} is not there`);
}

/**
 * Another one at every installation, as a report's text is signed; and whenever somebody has it sent
 * again, as who lost a mail may have a server that drops what has come before.
 */
function messageIdOf(
  { from }: EmailSettings,
  { month, account, revision, body }: StoredReport,
  { attempts }: ReportMailRow,
): string {
  const mark = sha256Text(body).slice("sha256:".length, "sha256:".length + 16);
  const domain = from.slice(from.lastIndexOf("@") + 1);
  return `<nines-report-${month}-${account}-${revision}-${attempts}.${mark}@${domain}>`;
}

/** Gives whether it is given up to bring it to those who were refused for now. */
async function writeSent(
  { db, clock }: MailReportDeps,
  row: ReportMailRow,
  result: {
    readonly mail: Mail;
    readonly sent: Extract<MailOutcome, { readonly outcome: "sent" }>;
    readonly files: Files;
  },
): Promise<boolean> {
  const { mail, sent, files } = result;
  const nowMs = clock.nowMs();
  const { refused, isRefusedForNow } = sent;
  const isGivenUp = isRefusedForNow && isOverdue(row, nowMs);
  const digests = files.attached.map(({ name, digest }) => [name, digest]);
  const taken = {
    contacts: [...row.contacts, ...mail.to.filter((address) => !refused.includes(address))],
    refused,
    files: canonicalJson({ ...readFiles(row.files), ...Object.fromEntries(digests) }),
    detail: sent.detail,
    messageId: mail.messageId,
    sentAtMs: nowMs,
    dueAtMs: isRefusedForNow && !isGivenUp ? nowMs + pauseAfter(row.attempts, null) : null,
  };
  await withTransaction(db, async (tx) => {
    if (!(await noteReportMailTaken(tx, row, taken))) return;
    await appendAudit(tx, {
      atMs: nowMs,
      actor: SYSTEM,
      action: "report.mail",
      item: reportMailItem(row),
      before: row.contacts.length === 0 ? null : reportMailJson(row),
      after: reportMailJson(taken),
    });
  });
  return isGivenUp;
}

/** It was tried for long enough. */
function isOverdue({ firstAttemptAtMs }: ReportMailRow, nowMs: number): boolean {
  return nowMs - (firstAttemptAtMs ?? nowMs) >= DAY_MS;
}

async function writeFailure(
  { db, clock }: MailReportDeps,
  row: ReportMailRow,
  failure: {
    readonly outcome?: Exclude<MailOutcome["outcome"], "sent">;
    readonly detail: string;
    /** Until the next try; null: there is none. */
    readonly pauseMs: number | null;
    readonly linkAlone?: boolean;
    readonly channel: string;
  },
): Promise<MailedReport> {
  const { outcome = "temporary", pauseMs, linkAlone = false, channel } = failure;
  const detail = failure.detail.slice(0, 500);
  const nowMs = clock.nowMs();
  const isGivenUp = pauseMs === null || isOverdue(row, nowMs);
  if (isGivenUp) await failReportMail(db, row, detail);
  else await retryReportMail(db, row, { dueAtMs: nowMs + pauseMs, linkAlone, detail });
  const { month, account, revision } = row;
  return { month, account, revision, channel, outcome, detail, isGivenUp, error: null };
}
