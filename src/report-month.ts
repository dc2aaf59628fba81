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
  requireAccount(deps.config, account);
  const figures = await readMonth(deps, {
    month,
    ...(account === undefined ? {} : { keep: (target) => target.account === account }),
  });
  return buildReport({
    ...figures,
    ...monthStatus(deps.config, figures),
    proof: { ...(await findProof(deps.db, figures.bounds)), signature: null },
  });
}

/** Throws NotFoundError for an account that the configuration does not have. */
export function requireAccount({ accounts }: Config, account: string | undefined): void {
  if (account === undefined || accounts.some(({ id }) => id === account)) return;
  throw new NotFoundError(`no account "${account}" in the configuration`);
}

/**
 * A month is closed when every slot up to its end and the longest `closeAfter` of the agreements
 * in use is settled (sla-semantics, section 8). The same for every account and page.
 */
export function monthStatus(
  { agreements, targets }: Config,
  { bounds, settledUntilMs }: Pick<MonthFigures, "bounds" | "settledUntilMs">,
): Pick<Report, "status" | "revision"> {
  const inUse = new Set(targets.flatMap((target) => target.agreements));
  const longestMs = agreements
    .filter(({ id }) => inUse.has(id))
    .reduce((longest, { closeAfterMs }) => Math.max(longest, closeAfterMs), 0);
  const isClosed = settledUntilMs >= bounds.untilMs + longestMs;
  return isClosed ? { status: "closed", revision: 1 } : { status: "running", revision: 0 };
}
