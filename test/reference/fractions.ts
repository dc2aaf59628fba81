/** Exact fractions for the second implementation: always in lowest terms, the denominator positive. */
export type Exact = { readonly num: bigint; readonly den: bigint };

export function exact(num: bigint | number, den: bigint | number = 1): Exact {
  const [top, bottom] = [BigInt(num), BigInt(den)];
  if (bottom === 0n) throw new RangeError("a fraction over zero");
  const sign = bottom < 0n ? -1n : 1n;
  const divisor = commonDivisor(top < 0n ? -top : top, bottom * sign);
  return { num: (top * sign) / divisor, den: (bottom * sign) / divisor };
}

function commonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? (a === 0n ? 1n : a) : commonDivisor(b, a % b);
}

export const NOTHING = exact(0);
export const WHOLE = exact(1);

export function plus(a: Exact, b: Exact): Exact {
  return exact(a.num * b.den + b.num * a.den, a.den * b.den);
}

export function minus(a: Exact, b: Exact): Exact {
  return exact(a.num * b.den - b.num * a.den, a.den * b.den);
}

export function times(a: Exact, b: Exact): Exact {
  return exact(a.num * b.num, a.den * b.den);
}

export function over(a: Exact, b: Exact): Exact {
  return exact(a.num * b.den, a.den * b.num);
}

export function isLess(a: Exact, b: Exact): boolean {
  return a.num * b.den < b.num * a.den;
}

export function isZero(a: Exact): boolean {
  return a.num === 0n;
}

/** "23" or "41/60". */
export function written({ num, den }: Exact): string {
  const { num: n, den: d } = exact(num, den);
  return d === 1n ? `${n}` : `${n}/${d}`;
}
