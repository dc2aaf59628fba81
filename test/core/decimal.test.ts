import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDecimal, parsePercent } from "../../src/core/decimal.ts";

test("a percentage is an exact ratio", () => {
  expect(parsePercent("99.95")).toEqual({ num: 9995n, den: 10_000n });
  expect(parsePercent("100")).toEqual({ num: 100n, den: 100n });
});

test.each(["", "-1", "+1", ".5", "5.", "1e3", "1,5", "0x10", "NaN", " 1", "1\n"])(
  "%j is no decimal",
  (text) => {
    expect(parseDecimal(text)).toBeNull();
  },
);

test("a decimal keeps every digit that was written", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 999_999_999 }),
      fc.stringMatching(/^\d{1,12}$/),
      (whole, decimals) => {
        const value = parseDecimal(`${whole}.${decimals}`)!;
        expect(value.den).toBe(10n ** BigInt(decimals.length));
        expect(value.num).toBe(BigInt(whole) * value.den + BigInt(decimals));
      },
    ),
  );
});
