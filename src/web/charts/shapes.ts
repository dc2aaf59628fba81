import type { DayState, ShownState } from "../../core/views.ts";

/**
 * Colours for where no style sheet reaches (a saved file, a PDF); the classes of the style
 * sheet take their place on the pages, in light and dark.
 */
export const PAINT = {
  good: "#46a57a",
  minor: "#c48600",
  missed: "#c81e37",
  excluded: "#5a7bc2",
  "no-data": "#8794a4",
  ink: "#1b2733",
  quiet: "#5b6878",
  line: "#dde3ea",
  accent: "#1f66b8",
} as const;

/** A slot's state is drawn as the day's state of the same weight. */
export const SLOT_PAINT: Readonly<Record<ShownState, DayState>> = {
  good: "good",
  partial: "minor",
  bad: "missed",
  excluded: "excluded",
  "no-data": "no-data",
};

/** Two decimals are a fiftieth of a pixel: enough, and half the bytes. */
export const px = (value: number) => String(Math.round(value * 100) / 100);

export function rectPath(box: {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}): string {
  return `M${px(box.x)} ${px(box.y)}h${px(box.width)}v${px(box.height)}h${px(-box.width)}z`;
}

/** Round numbers that divide an axis into three to five parts: 1, 2 or 5 times a power of ten. */
export function axisTicks(max: number): readonly number[] {
  if (!(max > 0)) return [0];
  const rough = max / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  return Array.from({ length: Math.floor(max / step + 1e-9) + 1 }, (_, index) => index * step);
}
