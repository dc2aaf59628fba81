import type { Config } from "./config.ts";
import { requireAccount } from "./report-month.ts";
import type { Queryable } from "./store/connect.ts";
import { hasReports } from "./store/reports.ts";

/**
 * Throws NotFoundError for an account that the configuration does not have, unless a month was
 * closed with it: what was closed stays there to be read.
 */
export async function requireKnownAccount(
  { db, config }: { readonly db: Queryable; readonly config: Config },
  account: string | undefined,
): Promise<void> {
  if (account === undefined || account === "") return;
  if (config.accounts.some(({ id }) => id === account) || (await hasReports(db, account))) return;
  requireAccount(config, account);
}
