import { mailedContacts } from "./ask-report-mail.ts";
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { seesAccount, type Actor } from "./core/access.ts";
import { diffReports } from "./core/report-diff.ts";
import type { Report } from "./core/report.ts";
import type { ClaimLine, MailLine, ReportModel } from "./core/report-views.ts";
import { describeClaim } from "./handle-claim.ts";
import { reportMonth } from "./report-month.ts";
import { FORMAT_NAMES } from "./reports/index.ts";
import { listClaims, type StoredClaim } from "./store/claims.ts";
import type { Queryable } from "./store/connect.ts";
import { listRenditions } from "./store/renditions.ts";
import { listReportMails, type ReportMailRow } from "./store/report-mail.ts";
import { listRevisions } from "./store/reports.ts";

export type ReportDeps = {
  readonly db: Queryable;
  readonly clock: Pick<Clock, "nowMs">;
  readonly config: Config;
};

export type ReportPageQuery = {
  readonly month: string;
  readonly account: string | undefined;
  readonly revision: number | undefined;
  /** The revision to compare with; the one before by default. */
  readonly against: number | undefined;
};

/** What the page of a month's report shows. Throws NotFoundError as `reportMonth` does. */
export async function viewReport(
  deps: ReportDeps,
  query: ReportPageQuery,
  actor: Actor,
): Promise<ReportModel> {
  const { db, clock, config } = deps;
  const { month, account } = query;
  const report = await reportMonth(deps, query);
  const names = new Map(config.accounts.map(({ id, name }) => [id, name]));
  const ids = [...new Set(report.subjects.map((subject) => subject.account))];
  const claims = await listClaims(db, {
    month,
    accounts: account === undefined ? null : [account],
  });
  const revisions = await listRevisions(db, { month, account: account ?? "" });
  const mails = await listReportMails(db, { month, account: account ?? "" });
  const newest = revisions.at(-1)?.revision ?? 0;
  const mailOf = (one: number) => mails.find(({ revision }) => revision === one);
  const isToCome = newest === 0 || mailOf(newest)?.state === "waiting";
  return {
    nowMs: clock.nowMs(),
    timeZone: config.timeZone,
    report,
    accountName: account === undefined ? null : (names.get(account) ?? account),
    accountNames: Object.fromEntries(ids.map((id) => [id, names.get(id) ?? id])),
    claims: claims
      .filter((claim) => seesAccount(actor, claim.account))
      .map((claim) => claimLine(claim, clock.nowMs())),
    revisions: revisions
      .map(({ revision, closedAtMs, closedBy, reason }) => ({
        revision,
        closedAtMs,
        closedBy,
        reason,
        mail: mailLine(mailOf(revision)),
      }))
      .toReversed(),
    mailTo: isToCome ? [] : mailedContacts(config, account ?? ""),
    diff: await readDiff(deps, query, { report, newest }),
    formats: FORMAT_NAMES,
    renditions: await listRenditions(db, {
      month,
      account: account ?? "",
      revision: report.revision,
    }),
  };
}

function mailLine(mail: ReportMailRow | undefined): MailLine | null {
  if (mail === undefined) return null;
  const { state, sentAtMs, contacts, refused, detail } = mail;
  return { state, atMs: sentAtMs, to: contacts, refused, detail };
}

function claimLine(claim: StoredClaim, nowMs: number): ClaimLine {
  const { month: _, product: _product, revision: _revision, ...told } = describeClaim(claim, nowMs);
  const { claimFrom, claimUntil, ...line } = told;
  return { ...line, claimFromMs: Date.parse(claimFrom), claimUntilMs: Date.parse(claimUntil) };
}

/** As it would be counted now is compared with the newest revision, a revision with the one before. */
async function readDiff(
  deps: ReportDeps,
  { month, account, revision, against }: ReportPageQuery,
  { report, newest }: { readonly report: Report; readonly newest: number },
): Promise<ReportModel["diff"]> {
  const isNow = revision === 0;
  const other = against ?? (isNow ? newest : report.revision - 1);
  if (newest === 0 || other < 1 || other === report.revision) return null;
  const before = await reportMonth(deps, { month, account, revision: other });
  return { against: other, changes: diffReports(before, report) };
}
