import type { Config } from "./config.ts";
import { buildReport, type Evaluated } from "./core/build-report.ts";
import { creditTermsOf } from "./core/credit.ts";
import { nameMalfunctions } from "./core/name-malfunctions.ts";
import { readReport } from "./core/read-report.ts";
import type { Report, ReportProof } from "./core/report.ts";
import { evidenceTargets } from "./core/subject.ts";
import type { Target } from "./core/target.ts";
import { NotFoundError } from "./errors.ts";
import { spanOf } from "./month-span.ts";
import { monthSubjects, readMonth, readSubjects, type MonthFigures } from "./read-month.ts";
import type { Queryable } from "./store/connect.ts";
import { findProof } from "./store/proof.ts";
import { findNewestRevision, findReportBody } from "./store/reports.ts";
import { listMonthMalfunctions } from "./view-malfunction.ts";

export type ReportQuery = {
  /** "2026-10" */
  readonly month: string;
  /** One account's subjects only. */
  readonly account?: string | undefined;
  /** The only accounts that exist for who asks; null for all. */
  readonly accounts?: readonly string[] | null | undefined;
  /** Of a closed month; the newest by default. 0 is the month as it would be counted now. */
  readonly revision?: number | undefined;
};

type ReportDeps = { readonly db: Queryable; readonly config: Config };

/**
 * A month's report: as it was signed when the month is closed, else as it stands now. Throws
 * NotFoundError for an account that the configuration does not have and for a revision that
 * there is not.
 */
export async function reportMonth(deps: ReportDeps, query: ReportQuery): Promise<Report> {
  const { month, account, accounts = null, revision } = query;
  const isWhole = account !== undefined || accounts === null;
  if (isWhole && revision !== 0) {
    const scope = { month, account: account ?? "" };
    const body = await findReportBody(deps.db, {
      ...scope,
      ...(revision === undefined ? {} : { revision }),
    });
    if (body !== null) return readReport(body);
    if (revision !== undefined) {
      const newest = await findNewestRevision(deps.db, scope);
      const there = newest === 0 ? "it is not closed" : `the newest is ${newest}`;
      throw new NotFoundError(`no revision ${revision} of ${month}: ${there}`);
    }
  }
  return countReport(deps, query);
}

async function countReport(
  deps: ReportDeps,
  { month, account, accounts = null, revision }: ReportQuery,
): Promise<Report> {
  requireAccount(deps.config, account);
  const query = {
    month,
    keep: (target: Target) =>
      (account === undefined || target.account === account) &&
      (accounts === null || accounts.includes(target.account)),
  };
  const { db, config } = deps;
  // As it would be counted now: by the present configuration, also when the month is closed.
  const figures =
    revision === 0
      ? await readSubjects(db, {
          month,
          timeZone: config.timeZone,
          subjects: monthSubjects(config, query),
          terms: creditTermsOf(config),
        })
      : await readMonth(deps, query);
  const isWhole = account === undefined && accounts === null;
  const seen = isWhole ? null : targetsIn(figures.evaluated);
  return buildReport({
    ...figures,
    ...(await monthStatus(deps, figures)),
    revision: 0,
    malfunctions: nameMalfunctions(await listMonthMalfunctions(db, figures.bounds), {
      month,
      bounds: figures.bounds,
      account: isWhole ? null : (account ?? ""),
      evaluated: figures.evaluated,
    }),
    account: account ?? null,
    closing: null,
    proof: { ...UNSIGNED, ...(await findProof(db, figures.bounds, seen)) },
  });
}

/** The ids of all targets that a report rests on. */
export function targetsIn(evaluated: readonly Evaluated[]): string[] {
  return evaluated.flatMap(({ subject }) => evidenceTargets(subject).map(({ id }) => id));
}

/** Of a month that is not closed. */
export const UNSIGNED: ReportProof = {
  rounds: 0,
  digest: "",
  inputs: null,
  signature: null,
  key: null,
  audit: null,
  seals: [],
};

/** Throws NotFoundError for an account that the configuration does not have. */
export function requireAccount({ accounts }: Config, account: string | undefined): void {
  if (account === undefined || accounts.some(({ id }) => id === account)) return;
  throw new NotFoundError(`no account "${account}" in the configuration`);
}

/**
 * Closed as stored, or as it stands: over when every slot up to its end and `closeAfter` is
 * settled for every agreement (sla-semantics, section 8), and then only waiting to be signed as
 * revision 1. The same for every account and page.
 */
export async function monthStatus(
  { db, config }: ReportDeps,
  { month, bounds, settledUntilMs }: Pick<MonthFigures, "month" | "bounds" | "settledUntilMs">,
): Promise<Pick<Report, "status" | "revision">> {
  const revision = await findNewestRevision(db, { month, account: "" });
  if (revision > 0) return { status: "closed", revision };
  const closesAtMs = spanOf(config, month)?.closesAtMs ?? bounds.untilMs;
  return { status: settledUntilMs >= closesAtMs ? "closed" : "running", revision: 0 };
}
