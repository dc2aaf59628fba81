import type { Config } from "../config.ts";
import { seesAccount, type Actor } from "../core/access.ts";
import type { Target } from "../core/target.ts";
import { requireAccount } from "../report-month.ts";
import { requireSees } from "./actor.ts";

/**
 * The test for the targets that a query asks for, of those that the actor may see. Throws
 * NotFoundError for an account that is not in the configuration, as far as the actor is concerned.
 */
export function targetFilter(
  { config, actor }: { readonly config: Config; readonly actor: Actor },
  query: {
    readonly product?: string | undefined;
    readonly region?: string | undefined;
    readonly account?: string | undefined;
  },
): (target: Target) => boolean {
  const { product, region, account } = query;
  requireSees(actor, account);
  requireAccount(config, account);
  return (target) =>
    (product === undefined || target.product === product) &&
    (region === undefined || target.region === region) &&
    (account === undefined || target.account === account) &&
    seesAccount(actor, target.account);
}
