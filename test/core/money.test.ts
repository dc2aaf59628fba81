import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parsePercent } from "../../src/core/decimal.ts";
import { currencyPlaces, formatAmount, parseAmount, shareOf } from "../../src/core/money.ts";

const currency = fc.constantFrom("CNY", "USD", "JPY", "KWD", "CLF");
const minor = fc.bigInt({ min: 0n, max: 10n ** 20n });

test.each([
  ["CNY", 2],
  ["JPY", 0],
  ["KRW", 0],
  ["KWD", 3],
  ["CLF", 4],
  // Prices in rupiah are written without places; the currency has two all the same.
  ["IDR", 2],
  ["XYZ", 2],
])("%s has %i places", (code, places) => {
  expect(currencyPlaces(code)).toBe(places);
});

describe("parseAmount", () => {
  test.each([
    ["1200.00", "CNY", 120_000n],
    ["1200", "CNY", 120_000n],
    ["0.5", "CNY", 50n],
    ["1200.5000", "CNY", 120_050n],
    ["1200", "JPY", 1200n],
    ["1200.000", "JPY", 1200n],
    ["1.234", "KWD", 1234n],
    ["0.0001", "CLF", 1n],
    ["00", "CNY", 0n],
  ])("%s %s", (text, code, expected) => {
    expect(parseAmount(text, code)).toBe(expected);
  });

  test.each([
    ["1200.001", "CNY"],
    ["1200.5", "JPY"],
    ["1.2345", "KWD"],
    ["1,200", "CNY"],
    ["-1", "CNY"],
    ["1.", "CNY"],
    [".5", "CNY"],
    ["1e3", "CNY"],
    ["", "CNY"],
    [" 1", "CNY"],
  ])("%s %s is no amount", (text, code) => {
    expect(parseAmount(text, code)).toBeNull();
  });

  test("reads what formatAmount writes", () => {
    const small = fc.bigInt({ min: 0n, max: 10n ** 15n - 1n });
    fc.assert(
      fc.property(small, currency, (value, code) => {
        expect(parseAmount(formatAmount(value, code), code)).toBe(value);
      }),
    );
  });
});

test.each([
  [12_000n, "CNY", "120.00"],
  [5n, "CNY", "0.05"],
  [0n, "KWD", "0.000"],
  [1200n, "JPY", "1200"],
  [1n, "CLF", "0.0001"],
  [-5n, "CNY", "-0.05"],
])("%s minor units of %s are %s", (value, code, text) => {
  expect(formatAmount(value, code)).toBe(text);
});

describe("shareOf", () => {
  const percent = (text: string) => parsePercent(text)!;

  test("rounds a half up, and what is less down", () => {
    expect(shareOf(120_000n, percent("10"))).toBe(12_000n);
    expect(shareOf(5n, percent("10"))).toBe(1n);
    expect(shareOf(4n, percent("10"))).toBe(0n);
    expect(shareOf(15n, percent("10"))).toBe(2n);
    expect(shareOf(14n, percent("10"))).toBe(1n);
    // 0.5 % of 99 is 0.495: a float that is rounded twice would give 1.
    expect(shareOf(99n, percent("0.5"))).toBe(0n);
    expect(shareOf(1005n, percent("10"))).toBe(101n);
  });

  test("is the whole number closest to the exact share, the upper of two", () => {
    const share = fc.record({
      num: fc.bigInt({ min: 0n, max: 10_000n }),
      den: fc.bigInt({ min: 1n, max: 1_000_000n }),
    });
    fc.assert(
      fc.property(minor, share, (value, { num, den }) => {
        const rounded = shareOf(value, { num, den });
        // Twice the distance from the exact share, over den.
        const twice = 2n * (rounded * den - value * num);
        expect(twice <= den && twice > -den).toBe(true);
      }),
    );
  });

  test("of 100 % is all, and shares of parts differ from that of the sum by less than one each", () => {
    const parts = fc.array(fc.bigInt({ min: 0n, max: 10n ** 9n }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 100 }), (values, number) => {
        const sum = values.reduce((a, b) => a + b, 0n);
        expect(shareOf(sum, percent("100"))).toBe(sum);
        const share = percent(String(number));
        const ofParts = values.reduce((a, b) => a + shareOf(b, share), 0n);
        const gap = ofParts - shareOf(sum, share);
        expect((gap < 0n ? -gap : gap) <= BigInt(values.length)).toBe(true);
      }),
    );
  });
});
