import type { Config } from "../config.ts";
import type { Target } from "../core/target.ts";
import { requireAccount } from "../report-month.ts";

/**
 * The test for the targets that a query asks for. Throws NotFoundError for an account that is
 * not in the configuration.
 */
export function targetFilter(
  config: Config,
  query: {
    readonly product?: string | undefined;
    readonly region?: string | undefined;
    readonly account?: string | undefined;
  },
): (target: Target) => boolean {
  const { product, region, account } = query;
  requireAccount(config, account);
  return (target) =>
    (product === undefined || target.product === product) &&
    (region === undefined || target.region === region) &&
    (account === undefined || target.account === account);
}
