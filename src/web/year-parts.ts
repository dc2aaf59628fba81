import { durationText } from "../core/duration-text.ts";
import type { YearModel } from "../core/year-view.ts";
import { objectivesOf, slotSecondsOf } from "../core/year-sums.ts";
import type { YearCredits, YearSubject } from "../core/year-report.ts";
import type { Speech } from "./document.tsx";
import type { YearText } from "./year-text.ts";

/** What each part of a year's page needs. */
export type YearParts = {
  readonly model: YearModel;
  readonly speech: Speech;
  readonly words: YearText;
};

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
  const changed = slots.map((seconds) => durationText(seconds, speech.t)).join(" → ");
  return [
    objectivesOf(subject)
      .map((objective) => `${objective} %`)
      .join(" → "),
    ...(slots.length > 1 ? [words.changedSlots(changed)] : []),
  ].join(" · ");
}
