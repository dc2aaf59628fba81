import { z } from "zod";
import type { Clock } from "./clock.ts";
import type { Account, Config, ReportMail } from "./config.ts";
import { parseJson } from "./core/parse-json.ts";
import { isHistory } from "./core/told.ts";
import { withTransaction, type Db, type Queryable } from "./store/connect.ts";
import { listEvents, type StoredEvent } from "./store/events.ts";
import { findMemo, saveMemo } from "./store/memo.ts";
import {
  failWaitingReportMails,
  findWaitingSince,
  hasReportMail,
  insertReportMail,
  listDueReportMails,
  notesReportMailsAlone,
  replaceReportMails,
  type ReportMailRow,
} from "./store/report-mail.ts";
import { findLastEventId } from "./store/told-events.ts";

type DueDeps = {
  readonly db: Db;
  readonly clock: Pick<Clock, "nowMs">;
  readonly config: () => Config;
};

const MEMO = "reports-mailed";
const AT_ONCE = 1_000;
const DAY_MS = 86_400_000;
/** At a time: to render a report takes the processor for seconds, and alerts come first. */
const UNDERWAY = 2;

/**
 * Notes the reports that are to be mailed, of the months that were closed since, and gives the mails
 * whose time has come, few at a time. What was closed before the first time, or while no reports were
 * mailed, is history.
 */
export async function takeDueReportMails(
  deps: DueDeps,
): Promise<readonly Pick<ReportMailRow, "id" | "attempts">[]> {
  const { db, clock } = deps;
  const config = deps.config();
  const { reportMail } = config;
  const nowMs = clock.nowMs();
  return withTransaction(db, async (tx) => {
    if (!(await notesReportMailsAlone(tx))) return [];
    const memo = await findMemo(tx, MEMO);
    const lastId = await findLastEventId(tx);
    if (reportMail !== null && memo !== null) {
      await noteClosed({ tx, config, reportMail }, { after: Number(memo), until: lastId });
    }
    if (memo !== String(lastId)) await saveMemo(tx, MEMO, String(lastId));
    if (reportMail === null) {
      const detail = "reports were no longer to be mailed";
      await failWaitingReportMails(tx, { nowMs, detail });
      return [];
    }
    await replaceReportMails(tx, nowMs);
    const { due, underway } = await listDueReportMails(tx, nowMs);
    return due.slice(0, Math.max(0, UNDERWAY - underway));
  });
}

type NoteDeps = {
  readonly tx: Queryable;
  readonly config: Config;
  readonly reportMail: ReportMail;
};

/** Events are committed in the order of their ids: none up to `until` comes later. */
async function noteClosed(
  deps: NoteDeps,
  span: { readonly after: number; readonly until: number },
): Promise<void> {
  const { tx, config } = deps;
  const accounts = new Map(config.accounts.map((account) => [account.id, account]));
  let { after } = span;
  for (;;) {
    const events = await listEvents(tx, { after, limit: AT_ONCE, kind: "month-closed" });
    for (const event of events.filter(({ id }) => id <= span.until)) {
      await noteOne(deps, event, accounts.get(event.account ?? ""));
    }
    after = events.at(-1)?.id ?? span.until;
    if (events.length < AT_ONCE || after >= span.until) return;
  }
}

const said = z.object({ revision: z.int().min(1) });

async function noteOne(
  { tx, reportMail }: NoteDeps,
  event: StoredEvent,
  account: Account | undefined,
): Promise<void> {
  const { month, atMs } = event;
  const data = said.safeParse(parseJson(event.data)).data;
  if (account === undefined || account.contacts.length === 0) return;
  if (month === null || data === undefined) return;
  const key = { month, account: account.id };
  // Who was told of a month is told what becomes of it, however late.
  if (isHistory(event) && !(await hasReportMail(tx, key))) return;
  const waitingSinceMs = (await findWaitingSince(tx, key)) ?? atMs;
  const { delayMs } = reportMail;
  await insertReportMail(tx, {
    ...key,
    revision: data.revision,
    waitingSinceMs,
    // Revision after revision may be made, but not put it off for ever.
    dueAtMs: Math.min(atMs + delayMs, waitingSinceMs + Math.max(delayMs, DAY_MS)),
  });
}
