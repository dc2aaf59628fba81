import { regionName } from "../core/region-name.ts";
import type { YearModel } from "../core/year-view.ts";
import { objectivesOf, readMinutes, slotSecondsOf } from "../core/year-sums.ts";
import type { YearCredits, YearSubject, YearTime } from "../core/year-report.ts";
import type { Speech } from "./document.tsx";
import { duration } from "./format.ts";
import type { YearText } from "./year-text.ts";

/** What each part of a year's page needs. */
export type YearParts = {
  readonly model: YearModel;
  readonly speech: Speech;
  readonly words: YearText;
};

/** Of minutes, an exact fraction, for looking at. */
export function minutesText(minutes: string | number, { t }: Speech): string {
  if (typeof minutes === "number") return duration(minutes * 60, t);
  const { num, den } = readMinutes(minutes);
  return duration(Number((num * 60_000n) / den) / 1000, t);
}

/** Bad time; a dash where nothing counted, which is not the same as no bad time. */
export function badText(
  { badMinutes, countedMinutes }: Pick<YearTime, "badMinutes" | "countedMinutes">,
  speech: Speech,
): string {
  return countedMinutes === 0 ? "–" : minutesText(badMinutes, speech);
}

/** "120.00 CNY, 7.00 USD" of those that are not nothing; never added. */
export function amountsText(
  credits: readonly YearCredits[],
  read: (one: YearCredits) => string = ({ owed }) => owed,
): string {
  return credits
    .filter((one) => one.count > one.withoutAmount && Number(read(one)) > 0)
    .map((one) => `${read(one)} ${one.currency}`)
    .join(", ");
}

/** Owed amounts; "?" where no fee is known, a dash where nothing is owed. */
export function owedText(credits: readonly YearCredits[]): string {
  const text = amountsText(credits);
  if (text !== "") return text;
  return credits.length > 0 ? "?" : "–";
}

/** "99.90 % → 99.95 %", and the slots where their length changed. */
export function termsText(subject: YearSubject, { speech, words }: YearParts): string {
  const slots = slotSecondsOf(subject);
  const changed = slots.map((seconds) => duration(seconds, speech.t)).join(" → ");
  return [
    objectivesOf(subject)
      .map((objective) => `${objective} %`)
      .join(" → "),
    ...(slots.length > 1 ? [words.changedSlots(changed)] : []),
  ].join(" · ");
}

const PRODUCTS = ["ecs", "slb", "oss", "rds", "cdn", "vpc", "security"] as const;

/** "ECS · China (Hangzhou)" */
export function placeText(
  { product, region }: { readonly product: string; readonly region: string },
  { speech }: YearParts,
): string {
  const known = PRODUCTS.find((one) => one === product);
  const name = known === undefined ? product : speech.t.productNames[known][0];
  return `${name} · ${regionName(region)[speech.lang]}`;
}
