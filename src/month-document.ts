import type { Config } from "./config.ts";
import type { Agreement } from "./core/agreement.ts";
import {
  subjectKey,
  type MonthDocument,
  type TrendFigure,
  type TrendMonth,
} from "./core/month-document.ts";
import { previousMonth } from "./core/month.ts";
import { readReport } from "./core/read-report.ts";
import type { Report } from "./core/report.ts";
import { readMonth } from "./read-month.ts";
import { reportMonth, type ReportQuery } from "./report-month.ts";
import type { Queryable } from "./store/connect.ts";
import { findNewestRevision, findReport } from "./store/reports.ts";

const TREND_MONTHS = 12;

type DocumentDeps = { readonly db: Queryable; readonly config: Config };

/** A month's report with what its rendered forms show beside it. Throws as `reportMonth` does. */
export async function readDocument(deps: DocumentDeps, query: ReportQuery): Promise<MonthDocument> {
  const { config } = deps;
  const report = await reportMonth(deps, query);
  const names = new Map(config.accounts.map(({ id, name }) => [id, name]));
  const { account } = report;
  const ids = [...new Set(report.subjects.map((subject) => subject.account))];
  return {
    report,
    accountName: account === null ? null : (names.get(account) ?? account),
    accountNames: Object.fromEntries(ids.map((id) => [id, names.get(id) ?? id])),
    timeZone: config.timeZone,
    ...(await readSlots(deps, report, query)),
    trend: await readTrend(deps, report),
    publicUrl: config.publicUrl,
  };
}

/** An earlier revision was counted otherwise than the evidence would be now. */
async function readSlots(
  deps: DocumentDeps,
  report: Report,
  { accounts = null }: ReportQuery,
): Promise<Pick<MonthDocument, "terms" | "timelines">> {
  const { month, account } = report;
  const { evaluated } = await readMonth(deps, {
    month,
    keep: (target) =>
      (account === null || target.account === account) &&
      (accounts === null || accounts.includes(target.account)),
  });
  const terms = new Map<string, Agreement>();
  for (const { subject } of evaluated) terms.set(subject.agreement.id, subject.agreement);
  const newest = await findNewestRevision(deps.db, { month, account: account ?? "" });
  const timelines = new Map(
    evaluated.map(({ subject: { agreement, id }, figure }) => [
      subjectKey({ agreement: agreement.id, id }),
      figure.timeline,
    ]),
  );
  return {
    terms: [...terms.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    timelines: report.revision === newest ? timelines : null,
  };
}

async function readTrend({ db }: DocumentDeps, report: Report): Promise<TrendMonth[]> {
  const months: TrendMonth[] = [{ month: report.month, subjects: report.subjects.map(figureOf) }];
  for (let month = report.month; months.length < TREND_MONTHS;) {
    month = previousMonth(month);
    const stored = await findReport(db, { month, account: report.account ?? "" });
    const subjects = stored === null ? null : readReport(stored.body).subjects.map(figureOf);
    months.unshift({ month, subjects });
  }
  return months;
}

function figureOf({ agreement, id, availabilityPercent, verdict }: TrendFigure): TrendFigure {
  return { agreement, id, availabilityPercent, verdict };
}
