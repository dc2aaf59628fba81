import type { Config } from "./config.ts";
import { buildReport } from "./core/build-report.ts";
import type { Report } from "./core/report.ts";
import { NotFoundError } from "./errors.ts";
import { readMonth, type MonthFigures } from "./read-month.ts";
import type { Db } from "./store/connect.ts";
import { findProof } from "./store/proof.ts";

export type ReportQuery = {
  /** "2026-10" */
  readonly month: string;
  /** One account's subjects only. */
  readonly account?: string | undefined;
};

/** A month's report. Throws NotFoundError for an account that the configuration does not have. */
export async function reportMonth(
  deps: { readonly db: Db; readonly config: Config },
  { month, account }: ReportQuery,
): Promise<Report> {
  const isKnown = account === undefined || deps.config.accounts.some(({ id }) => id === account);
  if (!isKnown) throw new NotFoundError(`no account "${account}"`);
  const figures = await readMonth(deps, {
    month,
    ...(account === undefined ? {} : { keep: (target) => target.account === account }),
  });
  return toReport(deps.db, figures);
}

/** The report of figures already read, with its proof. */
export async function toReport(db: Db, figures: MonthFigures): Promise<Report> {
  const isClosed = figures.settledUntilMs >= closesAtMs(figures);
  return buildReport({
    ...figures,
    status: isClosed ? "closed" : "running",
    revision: isClosed ? 1 : 0,
    proof: { ...(await findProof(db, figures.bounds)), signature: null },
  });
}

/** The month's end plus the longest `closeAfter` of its agreements (sla-semantics, section 8). */
function closesAtMs({ bounds, evaluated }: MonthFigures): number {
  const longestMs = evaluated.reduce(
    (longest, { subject }) => Math.max(longest, subject.agreement.closeAfterMs),
    0,
  );
  return bounds.untilMs + longestMs;
}
