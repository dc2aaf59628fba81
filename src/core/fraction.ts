/** An exact rational number; `den` is positive. Not reduced unless a function says so. */
export type Fraction = { readonly num: bigint; readonly den: bigint };

export const ZERO: Fraction = { num: 0n, den: 1n };
export const ONE: Fraction = { num: 1n, den: 1n };

/** A whole number as a fraction; throws RangeError when it is not whole. */
export function wholeFraction(value: number): Fraction {
  return { num: BigInt(value), den: 1n };
}

export function addFractions(a: Fraction, b: Fraction): Fraction {
  if (a.den === b.den) {
    return { num: a.num + b.num, den: a.den };
  }
  return { num: a.num * b.den + b.num * a.den, den: a.den * b.den };
}

export function subtractFractions(a: Fraction, b: Fraction): Fraction {
  return addFractions(a, { num: -b.num, den: b.den });
}

export function multiplyFractions(a: Fraction, b: Fraction): Fraction {
  return { num: a.num * b.num, den: a.den * b.den };
}

/** Negative when a < b, 0 when equal, positive when a > b; without division. */
export function compareFractions(a: Fraction, b: Fraction): number {
  const left = a.num * b.den;
  const right = b.num * a.den;
  if (left === right) {
    return 0;
  }
  return left < right ? -1 : 1;
}

function greatestDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b];
  while (y !== 0n) {
    [x, y] = [y, x % y];
  }
  return x;
}

export function reduceFraction({ num, den }: Fraction): Fraction {
  if (den === 1n) {
    return { num, den };
  }
  const divisor = greatestDivisor(num, den);
  return { num: num / divisor, den: den / divisor };
}

/** Reduced. Equal denominators are added first, the rest meet once over their least common multiple. */
export function sumFractions(fractions: Iterable<Fraction>): Fraction {
  const byDen = new Map<bigint, bigint>();
  for (const { num, den } of fractions) {
    byDen.set(den, (byDen.get(den) ?? 0n) + num);
  }
  let common = 1n;
  for (const den of byDen.keys()) {
    common *= den / greatestDivisor(common, den);
  }
  let sum = 0n;
  for (const [den, num] of byDen) {
    sum += num * (common / den);
  }
  return reduceFraction({ num: sum, den: common });
}

/** "23" or, reduced, "41/60". */
export function formatFraction(fraction: Fraction): string {
  const { num, den } = reduceFraction(fraction);
  return den === 1n ? String(num) : `${num}/${den}`;
}

/** A ratio as percent, cut and never rounded: below 1 it never prints as 100. */
export function percentCut({ num, den }: Fraction, decimals: number): string {
  return formatScaled((num * 100n * 10n ** BigInt(decimals)) / den, decimals);
}

/** The exact decimal where there is one, e.g. "-0.68"; else cut toward zero after `decimals` places. */
export function formatDecimal(fraction: Fraction, decimals: number): string {
  const { num, den } = reduceFraction(fraction);
  const places = finitePlaces(den) ?? decimals;
  const size = num < 0n ? -num : num;
  // The sign is set by hand: a value just below zero stays visibly negative.
  return `${num < 0n ? "-" : ""}${formatScaled((size * 10n ** BigInt(places)) / den, places)}`;
}

function formatScaled(scaled: bigint, places: number): string {
  const digits = String(scaled).padStart(places + 1, "0");
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** Decimal places of 1 / den for a reduced denominator; null when they never end. */
function finitePlaces(den: bigint): number | null {
  let rest = den;
  let [twos, fives] = [0, 0];
  for (; rest % 2n === 0n; rest /= 2n) {
    twos += 1;
  }
  for (; rest % 5n === 0n; rest /= 5n) {
    fives += 1;
  }
  return rest === 1n ? Math.max(twos, fives) : null;
}
