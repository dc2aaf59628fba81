import type { Fraction } from "./fraction.ts";

/**
 * Decimal places of the currencies that have other than two: ISO 4217, list one, minor units.
 * Not by Intl, which follows how prices are written: it gives the rupiah of Indonesia none.
 */
const PLACES: ReadonlyMap<string, number> = new Map([
  ...listed(0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
  ...listed(3, "BHD IQD JOD KWD LYD OMR TND"),
  ...listed(4, "CLF UYW"),
]);

const AMOUNT = /^(\d{1,15})(?:\.(\d{1,12}))?$/;

function listed(count: number, currencies: string): [string, number][] {
  return currencies.split(" ").map((currency) => [currency, count]);
}

/** Decimal places of a currency by its ISO 4217 code: 2 for CNY, none for JPY. */
export function currencyPlaces(currency: string): number {
  return PLACES.get(currency) ?? 2;
}

/**
 * A decimal such as "1200.00" in minor units; null when it is none, or has more places than the
 * currency. Zeros at the end are no places.
 */
export function parseAmount(text: string, currency: string): bigint | null {
  const [, whole, decimals = ""] = AMOUNT.exec(text) ?? [];
  const places = currencyPlaces(currency);
  const used = decimals.replace(/0+$/u, "");
  if (whole === undefined || used.length > places) return null;
  return BigInt(whole + used.padEnd(places, "0"));
}

/** Minor units as a decimal with all places of the currency: "120.00". */
export function formatAmount(minor: bigint, currency: string): string {
  const places = currencyPlaces(currency);
  const digits = String(minor < 0n ? -minor : minor).padStart(places + 1, "0");
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return minor < 0n ? `-${text}` : text;
}

/** A share of an amount that is not negative, in whole minor units: a half is rounded up. */
export function shareOf(minor: bigint, { num, den }: Fraction): bigint {
  return (2n * minor * num + den) / (2n * den);
}
