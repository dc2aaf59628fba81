import type { Agreement } from "./agreement.ts";
import { type Fraction, addFractions, subtractFractions, wholeFraction } from "./fraction.ts";
import type { Totals } from "./state.ts";

/** The books, and what the agreement's rules count of them. */
export type Count = {
  readonly total: number;
  /** good + bad + excluded + noData = total, exactly. */
  readonly books: {
    readonly good: Fraction;
    readonly bad: Fraction;
    readonly excluded: number;
    readonly noData: number;
  };
  readonly counted: number;
  /** B. */
  readonly bad: Fraction;
  readonly lifetimeSlots: number;
  /** Of them, those that have data or are excluded. */
  readonly coveredSlots: number;
};

/** How an agreement counts what is neither good nor bad. */
export type Rules = Pick<Agreement, "partMonth" | "exclusion" | "noData">;

/** Sections 5 and 6: from the facts to the four books, and from the books to `counted` and B. */
export function countTotals(totals: Totals, rules: Rules): Count {
  const { withData, excluded, noData, bad } = totals;
  const outside = rules.partMonth === "whole-month" ? totals.outside : 0;
  const judged = withData + outside;
  return {
    total: judged + excluded + noData,
    books: { good: subtractFractions(wholeFraction(judged), bad), bad, excluded, noData },
    counted:
      judged +
      (rules.exclusion === "as-good" ? excluded : 0) +
      (rules.noData === "removed" ? 0 : noData),
    bad: rules.noData === "as-bad" ? addFractions(bad, wholeFraction(noData)) : bad,
    lifetimeSlots: withData + excluded + noData,
    coveredSlots: withData + excluded,
  };
}
