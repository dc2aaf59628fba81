import type { Config } from "./config.ts";
import type { Evaluated } from "./core/build-report.ts";
import {
  subjectKey,
  type MonthDocument,
  type TrendFigure,
  type TrendMonth,
  type VantageCoverage,
} from "./core/month-document.ts";
import { monthBounds, previousMonth } from "./core/month.ts";
import { readReport } from "./core/read-report.ts";
import type { Report } from "./core/report.ts";
import { coverVantages } from "./core/vantage-coverage.ts";
import { readEvidence, readMonth, type MonthFigures } from "./read-month.ts";
import { reportMonth, type ReportQuery } from "./report-month.ts";
import type { Queryable } from "./store/connect.ts";
import { findNewestRevision, findReportBody } from "./store/reports.ts";

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
): Promise<Pick<MonthDocument, "terms" | "timelines" | "vantages">> {
  const { month, account } = report;
  const figures = await readMonth(deps, {
    month,
    keep: (target) =>
      (account === null || target.account === account) &&
      (accounts === null || accounts.includes(target.account)),
  });
  const { evaluated } = figures;
  const newest = await findNewestRevision(deps.db, { month, account: account ?? "" });
  const isNewest = report.revision === newest;
  const byKey = <Value>(read: (one: Evaluated) => Value) =>
    new Map(
      evaluated.map((one) => {
        const { agreement, id } = one.subject;
        return [subjectKey({ agreement: agreement.id, id }), read(one)];
      }),
    );
  return {
    terms: byKey(({ subject }) => subject.agreement),
    timelines: isNewest ? byKey(({ figure }) => figure.timeline) : null,
    vantages: isNewest && account === null ? await readVantages(deps, figures) : null,
  };
}

/** For the operator alone: the month's counts are read once more. */
async function readVantages(
  { db }: DocumentDeps,
  { month, settledUntilMs, evaluated }: MonthFigures,
): Promise<readonly VantageCoverage[]> {
  const subjects = evaluated.map(({ subject }) => subject);
  const zones = new Set(subjects.map(({ agreement }) => agreement.timeZone));
  const months = new Map([...zones].map((zone) => [zone, monthBounds(month, zone)]));
  const bounds = [...months.values()];
  if (bounds.length === 0) return [];
  const span = {
    fromMs: Math.min(...bounds.map(({ fromMs }) => fromMs)),
    untilMs: Math.max(...bounds.map(({ untilMs }) => untilMs)),
  };
  const targets = subjects.flatMap((subject) => subject.targets);
  return coverVantages(subjects, {
    monthIn: (zone) => months.get(zone) ?? span,
    settledUntilMs,
    evidenceOf: await readEvidence(db, targets, span),
  });
}

async function readTrend({ db }: DocumentDeps, report: Report): Promise<TrendMonth[]> {
  const months: TrendMonth[] = [{ month: report.month, subjects: report.subjects.map(figureOf) }];
  for (let month = report.month; months.length < TREND_MONTHS;) {
    month = previousMonth(month);
    const body = await findReportBody(db, { month, account: report.account ?? "" });
    const subjects = body === null ? null : readReport(body).subjects.map(figureOf);
    months.unshift({ month, subjects });
  }
  return months;
}

function figureOf({ agreement, id, availabilityPercent, verdict }: TrendFigure): TrendFigure {
  return { agreement, id, availabilityPercent, verdict };
}
