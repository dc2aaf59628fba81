import type { Agreement } from "./agreement.ts";
import { countTotals } from "./books.ts";
import type { Fraction } from "./fraction.ts";
import { ONE, compareFractions, multiplyFractions, subtractFractions } from "./fraction.ts";
import { type StateRun, totalsOf } from "./state.ts";

const HOUR_MS = 3_600_000;

const WINDOW_MS = {
  "5m": HOUR_MS / 12,
  "30m": HOUR_MS / 2,
  "1h": HOUR_MS,
  "6h": 6 * HOUR_MS,
  "3d": 72 * HOUR_MS,
} as const;
export type WindowName = keyof typeof WINDOW_MS;
export const WINDOWS = ["5m", "30m", "1h", "6h", "3d"] as const satisfies readonly WindowName[];

/** How far evidence must reach back from the last settled slot. */
export const LONGEST_WINDOW_MS = WINDOW_MS["3d"];

/** The rules of section 10, the most urgent first. */
export const BURN_RULES = [
  { severity: "page", long: "1h", short: "5m", factor: { num: 72n, den: 5n } },
  { severity: "page", long: "6h", short: "30m", factor: { num: 6n, den: 1n } },
  { severity: "ticket", long: "3d", short: "6h", factor: { num: 1n, den: 1n } },
] as const satisfies readonly {
  readonly severity: "page" | "ticket";
  readonly long: WindowName;
  readonly short: WindowName;
  readonly factor: Fraction;
}[];
export type BurnRule = (typeof BURN_RULES)[number];

/** The factors are made for a month of 30 days. */
const FACTOR_MONTH_MS = 720 * HOUR_MS;
/** One lost minute of an hour would page otherwise. */
const MIN_BAD_SLOTS = 2;

export type BurnWindow = {
  readonly window: WindowName;
  readonly counted: number;
  readonly bad: Fraction;
  readonly badSlots: number;
  /** (bad / counted) / (1 - objective); null when nothing counted or nothing is allowed. */
  readonly rate: Fraction | null;
};

export type Burn = {
  readonly windows: readonly BurnWindow[];
  /** The rules that fire, the most urgent first. */
  readonly firing: readonly BurnRule[];
};

/**
 * Burn over the windows that end where the settled slots end. `states` reach back
 * `LONGEST_WINDOW_MS` from there, across the start of the month.
 */
export function burnOf(
  states: readonly StateRun[],
  agreement: Agreement,
  at: { readonly settledSlot: number; readonly monthMs: number },
): Burn {
  const burnWindow = (window: WindowName): BurnWindow => {
    const slots = Math.floor(WINDOW_MS[window] / agreement.slotMs);
    const range = { from: at.settledSlot - slots, until: at.settledSlot };
    return measureWindow(window, totalsOf(states, range), agreement);
  };
  const windows = WINDOWS.map(burnWindow);
  const exceeds = (name: WindowName, factor: Fraction): boolean =>
    windows.some(({ window, ...rest }) => window === name && isAbove(rest, factor, agreement));
  const firing = BURN_RULES.filter(({ long, short, factor }) => {
    const scaled = {
      num: factor.num * BigInt(at.monthMs),
      den: factor.den * BigInt(FACTOR_MONTH_MS),
    };
    return exceeds(long, scaled) && exceeds(short, scaled);
  });
  return { windows, firing };
}

function measureWindow(
  window: WindowName,
  totals: ReturnType<typeof totalsOf>,
  agreement: Agreement,
): BurnWindow {
  const { counted, bad } = countTotals(totals, agreement);
  const badSlots = totals.badSlots + (agreement.noData === "as-bad" ? totals.noData : 0);
  const allowance = subtractFractions(ONE, agreement.objective);
  const rate =
    counted === 0 || allowance.num <= 0n
      ? null
      : { num: bad.num * allowance.den, den: bad.den * BigInt(counted) * allowance.num };
  return { window, counted, bad, badSlots, rate };
}

/** By multiplication, so that an objective of 100 % fires too. */
function isAbove(
  { counted, bad, badSlots }: Pick<BurnWindow, "counted" | "bad" | "badSlots">,
  factor: Fraction,
  { objective }: Agreement,
): boolean {
  const allowance = subtractFractions(ONE, objective);
  const limit = multiplyFractions(multiplyFractions(factor, allowance), {
    num: BigInt(counted),
    den: 1n,
  });
  return badSlots >= MIN_BAD_SLOTS && compareFractions(bad, limit) > 0;
}
