import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addFractions,
  compareFractions,
  formatDecimal,
  formatFraction,
  multiplyFractions,
  percentCut,
  reduceFraction,
  subtractFractions,
  sumFractions,
  wholeFraction,
} from "../../src/core/fraction.ts";

const arbitraryFraction = fc.record({
  num: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }),
  den: fc.bigInt({ min: 1n, max: 10n ** 30n }),
});
const ratio = (num: number, den: number) => ({ num: BigInt(num), den: BigInt(den) });

describe("sumFractions", () => {
  test("adds 7/20 and 1/3 to 41/60", () => {
    expect(sumFractions([ratio(7, 20), ratio(1, 3)])).toEqual(ratio(41, 60));
  });

  test("gives 0 for nothing", () => {
    expect(sumFractions([])).toEqual(ratio(0, 1));
  });

  test("gives what adding one by one gives, in lowest terms", () => {
    fc.assert(
      fc.property(fc.array(arbitraryFraction, { maxLength: 20 }), (fractions) => {
        const oneByOne = fractions.reduce(addFractions, ratio(0, 1));
        const sum = sumFractions(fractions);
        expect(compareFractions(sum, oneByOne)).toBe(0);
        expect(reduceFraction(sum)).toEqual(sum);
      }),
    );
  });
});

test("what is added and taken away again leaves the same value", () => {
  fc.assert(
    fc.property(arbitraryFraction, arbitraryFraction, (a, b) => {
      expect(compareFractions(subtractFractions(addFractions(a, b), b), a)).toBe(0);
    }),
  );
});

test("fractions compare by value, not by form", () => {
  expect(compareFractions(ratio(9995, 10_000), ratio(1999, 2000))).toBe(0);
  expect(compareFractions(ratio(1, 3), ratio(1, 2))).toBeLessThan(0);
  expect(compareFractions(ratio(-1, 3), ratio(-1, 2))).toBeGreaterThan(0);
});

test("a number that is not whole makes no fraction", () => {
  expect(() => wholeFraction(0.5)).toThrow(RangeError);
});

test("products are exact", () => {
  const allowed = multiplyFractions(wholeFraction(44_640), ratio(5, 10_000));
  expect(formatDecimal(allowed, 6)).toBe("22.32");
});

test.each([
  [ratio(23, 1), "23"],
  [ratio(82, 120), "41/60"],
  [ratio(0, 7), "0"],
  [ratio(-6, 4), "-3/2"],
])("the fraction %o prints as %s", (fraction, text) => {
  expect(formatFraction(fraction)).toBe(text);
});

describe("percentCut", () => {
  test.each([
    [ratio(999_496, 1_000_000), "99.949"],
    [ratio(44_617, 44_640), "99.948"],
    [ratio(1, 1), "100.000"],
    [ratio(0, 1), "0.000"],
    [ratio(1, 100_000), "0.001"],
    [{ num: 10n ** 40n - 1n, den: 10n ** 40n }, "99.999"],
  ])("prints %o as %s", (fraction, text) => {
    expect(percentCut(fraction, 3)).toBe(text);
  });

  test("prints no decimals when none are asked for", () => {
    expect(percentCut(ratio(999, 1000), 0)).toBe("99");
  });

  test("never prints more than there is, and less only by under one last place", () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 10n ** 20n), fc.bigInt(0n, 10n ** 20n), (den, part) => {
        const fraction = { num: part % (den + 1n), den };
        const printed = { num: BigInt(percentCut(fraction, 3).replace(".", "")), den: 100_000n };
        expect(compareFractions(printed, fraction)).toBeLessThanOrEqual(0);
        const next = { num: printed.num + 1n, den: 100_000n };
        expect(compareFractions(fraction, next)).toBeLessThan(0);
      }),
    );
  });
});

describe("formatDecimal", () => {
  test.each([
    [ratio(2232, 100), "22.32"],
    [ratio(-68, 100), "-0.68"],
    [ratio(5, 1), "5"],
    [ratio(1, 1024), "0.0009765625"],
    [ratio(2, 3), "0.666666"],
    [ratio(-2, 3), "-0.666666"],
    [ratio(-1, 3_000_000_000), "-0.000000"],
    [ratio(0, 3), "0"],
  ])("prints %o as %s", (fraction, text) => {
    expect(formatDecimal(fraction, 6)).toBe(text);
  });
});
