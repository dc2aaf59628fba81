import { expect, test } from "vitest";
import { didYouMean } from "../../src/core/suggest.ts";

const known = ["interval", "timeout", "vantages", "from"];

test.each(["intervall", "interal", "intreval", "Interval", "intervak"])(
  "%s is near to interval",
  (word) => {
    expect(didYouMean(word, known)).toBe('; did you mean "interval"?');
  },
);

test.each(["", "x", "colour", "until", "i".repeat(1000)])("nothing is near to %j", (word) => {
  expect(didYouMean(word, known)).toBe("");
});
