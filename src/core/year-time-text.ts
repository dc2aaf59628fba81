import type { CommonWords } from "./common-words.ts";
import { durationText } from "./duration-text.ts";
import type { YearTime } from "./year-report.ts";
import { readMinutes } from "./year-sums.ts";

/** Of minutes, an exact fraction, for looking at. */
export function minutesText(minutes: string | number, words: CommonWords): string {
  if (typeof minutes === "number") return durationText(minutes * 60, words);
  const { num, den } = readMinutes(minutes);
  // By whole numbers: the fraction's parts may be too long for a float.
  return durationText(Number((num * 60_000n) / den) / 1000, words);
}

/** Bad time; a dash where nothing counted, which is not the same as no bad time. */
export function badTimeText(
  { badMinutes, countedMinutes }: Pick<YearTime, "badMinutes" | "countedMinutes">,
  words: CommonWords,
): string {
  return countedMinutes === 0 ? "–" : minutesText(badMinutes, words);
}
