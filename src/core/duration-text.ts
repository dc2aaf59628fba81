import type { CommonWords } from "./common-words.ts";

/** U+2212: as wide as a plus, and not a hyphen to a screen reader. */
export const MINUS = "−";

/** A length of time at a glance: "41 s", "22.3 min", "1 h 41 min", "3 d 4 h". Cut, not rounded. */
export function durationText(seconds: number, words: CommonWords): string {
  const size = Math.abs(seconds);
  const sign = seconds < 0 ? MINUS : "";
  if (size < 60) return sign + words.seconds(cutDecimal(size, size < 10 ? 1 : 0));
  if (size < 3600) return sign + words.minutes(cutDecimal(size / 60, 1));
  const minutes = Math.floor(size / 60);
  if (size < 86_400) return sign + words.hoursMinutes(Math.floor(minutes / 60), minutes % 60);
  const hours = Math.floor(minutes / 60);
  return sign + words.daysHours(Math.floor(hours / 24), hours % 24);
}

/** Trailing zeros go; nothing is rounded up. */
export function cutDecimal(value: number, places: number): string {
  const factor = 10 ** places;
  // What stands a hair below a whole number is a float's fault, not the figure's.
  return String(Math.floor(value * factor + 1e-6) / factor);
}
