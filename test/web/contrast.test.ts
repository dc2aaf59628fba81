import { describe, expect, test } from "vitest";
import { styleBase } from "../../src/web/style-base.ts";
import { styleForm } from "../../src/web/style-form.ts";

/** The colours of one scheme, by their names without the dashes. */
function palette(css: string): ReadonlyMap<string, string> {
  const found = css.matchAll(/--([\w-]+): (#[0-9a-f]{6});/gu);
  return new Map([...found].map(([, name, value]) => [name!, value!]));
}

/** The first block of a sheet is of the light scheme, the second of the dark one. */
const blocks = [styleBase, styleForm].map((css) => css.split(":root {").map(palette));
const of = (at: number) => blocks.flatMap((block) => [...(block[at] ?? [])]);
const SCHEMES = {
  light: new Map([["white", "#ffffff"], ...of(1)]),
  // What the dark scheme does not say is as in the light one.
  dark: new Map([["white", "#ffffff"], ...of(1), ...of(2)]),
};

/** WCAG 2.2: relative luminance of an sRGB colour. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

const GROUNDS = ["page", "card", "raised"];
const TEXT = 4.5;
const SHAPE = 3;
const PAIRS: readonly (readonly [ink: string, ground: string, least: number])[] = [
  ...["ink", "quiet", "link", "good-ink", "minor-ink", "missed-ink"].flatMap((ink) =>
    GROUNDS.map((ground) => [ink, ground, TEXT] as const),
  ),
  ["ink", "quiet-wash", TEXT],
  ["good-ink", "good-wash", TEXT],
  ["minor-ink", "minor-wash", TEXT],
  ["missed-ink", "missed-wash", TEXT],
  ["white", "primary", TEXT],
  ["ink", "minor-wash", TEXT],
  ["ink", "missed-wash", TEXT],
  // The edges of what is filled in.
  ["control", "page", SHAPE],
  ["control", "card", SHAPE],
  // Where one tabs to, and what is drawn of bad time.
  ...["accent", "missed", "excluded"].flatMap((ink) =>
    ["page", "card"].map((ground) => [ink, ground, SHAPE] as const),
  ),
];

test("black on white has the contrast that the standard says", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21, 6);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});

describe.each(["light", "dark"] as const)("in the %s scheme", (scheme) => {
  test.each(PAIRS)("%s on %s has a contrast of at least %d", (ink, ground, least) => {
    const [a, b] = [SCHEMES[scheme].get(ink), SCHEMES[scheme].get(ground)];
    expect(contrast(a!, b!)).toBeGreaterThanOrEqual(least);
  });

  test.each(["good", "minor", "no-data"])("%s is told from the card it is drawn on", (state) => {
    const colours = SCHEMES[scheme];
    expect(contrast(colours.get(state)!, colours.get("card")!)).toBeGreaterThanOrEqual(SHAPE);
  });
});
