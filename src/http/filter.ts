import { seesAccount, type Actor } from "../core/access.ts";
import type { Target } from "../core/target.ts";

/** The test for the targets that a query asks for, of those that the actor may see. */
export function targetFilter(
  actor: Actor,
  query: {
    readonly product?: string | undefined;
    readonly region?: string | undefined;
    readonly account?: string | undefined;
  },
): (target: Target) => boolean {
  const { product, region, account } = query;
  return (target) =>
    (product === undefined || target.product === product) &&
    (region === undefined || target.region === region) &&
    (account === undefined || target.account === account) &&
    seesAccount(actor, target.account);
}
