import type { Agreement } from "./agreement.ts";
import { countTotals, type Count } from "./books.ts";
import {
  type Fraction,
  ONE,
  addFractions,
  compareFractions,
  multiplyFractions,
  reduceFraction,
  subtractFractions,
  sumFractions,
  wholeFraction,
} from "./fraction.ts";
import { type StateRun, totalsOf } from "./state.ts";

const DAY_MS = 86_400_000;
const DAYS = 7;
/** One day says nothing about how days differ. */
const MIN_DAYS = 2;

/** How far a projection looks back from the last settled slot, across the start of the month. */
export const PROJECTION_MS = DAYS * DAY_MS;

/** A month's end as it would be: B, and the availability it gives. */
export type Outlook = { readonly bad: Fraction; readonly availability: Fraction };

/** Where the month ends when the slots to come are as bad as those of the last days. */
export type Projection = {
  /** Days of 24 hours that have data, of the last seven. */
  readonly days: number;
  /** At the mean rate of these days. */
  readonly expected: Outlook;
  /** At the rate of the best of them, and of the worst. */
  readonly best: Outlook;
  readonly worst: Outlook;
};

/** What counted on one day. */
type Day = { readonly counted: number; readonly bad: Fraction };

/**
 * Projects a running month from the seven times 24 hours that end where the settled slots end.
 * `states` reach back `PROJECTION_MS` from there. Null when fewer than two of the
 * days have data, and when nothing counts.
 */
export function projectMonth(
  states: readonly StateRun[],
  agreement: Agreement,
  now: Pick<Count, "bad" | "counted"> & {
    readonly settledSlot: number;
    readonly slotsToCome: number;
  },
): Projection | null {
  const counted = now.counted + now.slotsToCome;
  const days = daysWithData(states, agreement, now.settledSlot);
  if (days.length < MIN_DAYS || counted === 0) return null;
  const rates = days.map(rateOf).toSorted(compareFractions);
  const mean = rateOf({
    counted: days.reduce((sum, day) => sum + day.counted, 0),
    bad: sumFractions(days.map(({ bad }) => bad)),
  });
  const outlook = (rate: Fraction): Outlook => {
    const toCome = multiplyFractions(rate, wholeFraction(now.slotsToCome));
    const bad = reduceFraction(addFractions(now.bad, toCome));
    return { bad, availability: subtractFractions(ONE, divide(bad, counted)) };
  };
  return {
    days: days.length,
    expected: outlook(mean),
    best: outlook(rates[0] ?? mean),
    worst: outlook(rates.at(-1) ?? mean),
  };
}

function daysWithData(
  states: readonly StateRun[],
  agreement: Agreement,
  settledSlot: number,
): Day[] {
  const daySlots = Math.floor(DAY_MS / agreement.slotMs);
  const first = states.findIndex(({ until }) => until > settledSlot - DAYS * daySlots);
  const recent = first === -1 ? [] : states.slice(first);
  return Array.from({ length: DAYS }, (_, ago) => settledSlot - ago * daySlots)
    .map((until) => totalsOf(recent, { from: until - daySlots, until }))
    .filter(({ withData }) => withData > 0)
    .map((totals) => countTotals(totals, agreement));
}

function rateOf({ counted, bad }: Day): Fraction {
  return divide(bad, counted);
}

function divide({ num, den }: Fraction, by: number): Fraction {
  return { num, den: den * BigInt(by) };
}
