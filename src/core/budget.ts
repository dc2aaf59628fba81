import type { Figure } from "./figure.ts";
import { type Fraction, subtractFractions } from "./fraction.ts";

/** What a month's objective still allows: the whole month's allowance less B; negative when overspent. */
export function monthBudgetLeft({
  allowedInMonth,
  bad,
}: Pick<Figure, "allowedInMonth" | "bad">): Fraction {
  return subtractFractions(allowedInMonth, bad);
}

/** How many whole slots of the month may still be lost with the objective met, in seconds. */
export function mayStillLoseSeconds(
  figure: Pick<Figure, "allowedInMonth" | "bad" | "slotMs">,
): number {
  const { num, den } = monthBudgetLeft(figure);
  return num <= 0n ? 0 : Number(num / den) * (figure.slotMs / 1000);
}
