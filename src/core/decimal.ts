import type { Fraction } from "./fraction.ts";

const DECIMAL = /^(\d{1,15})(?:\.(\d{1,12}))?$/;

/** The exact value of an unsigned decimal such as "99.95"; null when it is none. */
export function parseDecimal(text: string): Fraction | null {
  const [, whole, decimals = ""] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return null;
  return { num: BigInt(whole + decimals), den: 10n ** BigInt(decimals.length) };
}

/** A percentage as a ratio: "99.95" is 9995/10000; null when it is no decimal. */
export function parsePercent(text: string): Fraction | null {
  const value = parseDecimal(text);
  return value && { num: value.num, den: value.den * 100n };
}
