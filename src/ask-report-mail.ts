import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { may, seesAccount, type Actor } from "./core/access.ts";
import { ConflictError, ForbiddenError, NotFoundError } from "./errors.ts";
import { requireKnownAccount } from "./known-account.ts";
import { appendAudit } from "./store/audit.ts";
import { withTransaction, type Db } from "./store/connect.ts";
import { reportMailItem, reportMailJson, restartReportMail } from "./store/report-mail.ts";
import { findNewestRevision } from "./store/reports.ts";

type AskDeps = {
  readonly db: Db;
  readonly clock: Pick<Clock, "nowMs">;
  readonly config: Config;
};

/**
 * Has the newest revision of an account's month mailed to its present contacts, whatever became of
 * it before: the service does so within a minute. What waits to be mailed anyway is left as it is.
 * Throws ForbiddenError, NotFoundError for an account that does not exist for the actor,
 * ConflictError when nothing can be mailed.
 */
export async function askReportMail(
  { db, clock, config }: AskDeps,
  asked: { readonly month: string; readonly account: string; readonly actor: Actor },
): Promise<{ readonly revision: number; readonly to: readonly string[] }> {
  const { month, account, actor } = asked;
  if (!may(actor, "mail-report")) {
    throw new ForbiddenError(`the role ${actor.role} may not mail reports`);
  }
  if (!seesAccount(actor, account)) {
    throw new NotFoundError(`no account "${account}" in the configuration`);
  }
  await requireKnownAccount({ db, config }, account);
  if (config.reportMail === null) {
    throw new ConflictError("no reports are mailed: the configuration has no reportMail");
  }
  const to = mailedContacts(config, account);
  if (to.length === 0) {
    throw new ConflictError(`the account ${account} has no contacts in the configuration`);
  }
  const atMs = clock.nowMs();
  return withTransaction(db, async (tx) => {
    const revision = await findNewestRevision(tx, { month, account });
    if (revision === 0) throw new ConflictError(`${month} is not closed`);
    const key = { month, account, revision };
    const before = await restartReportMail(tx, key, atMs);
    if (before === null) return { revision, to };
    await appendAudit(tx, {
      atMs,
      actor,
      action: "report.ask-mail",
      item: reportMailItem(key),
      // Of one that nobody has there is nothing to hold against its row.
      before: before === "new" || before.contacts.length === 0 ? null : reportMailJson(before),
      after: null,
    });
    return { revision, to };
  });
}

/** To whom an account's reports can be mailed at present. */
export function mailedContacts({ accounts, reportMail }: Config, account: string) {
  if (reportMail === null) return [];
  return accounts.find(({ id }) => id === account)?.contacts ?? [];
}
