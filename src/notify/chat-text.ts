import type { Lang, Message, Severity } from "../core/message.ts";

type Words = { readonly open: string; readonly more: (count: number) => string };

const WORDS: Readonly<Record<Lang, Words>> = {
  en: { open: "Open", more: (count) => `… and ${count} more` },
  zh: { open: "查看", more: (count) => `… 另有 ${count} 个` },
};

/** What stands on the button, or the link, that leads to the message's page. */
export function openWord({ lang }: Message): string {
  return WORDS[lang].open;
}

/** A line for each member, and one for those that are left out. */
export function memberLines(
  { members, more, lang }: Message,
  shown: (member: string) => string,
): string[] {
  return [...members.map(shown), ...(more > 0 ? [WORDS[lang].more(more)] : [])];
}

/** What a colour or a mark says at a glance. */
export function toneOf({ status, severity }: Message): Severity | "resolved" {
  return status === "resolved" ? "resolved" : severity;
}

/** Line breaks, and what turns or hides text. */
const UNPRINTABLE = /[\s\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu;

/** A text as one line. */
export function lineOf(text: string): string {
  return text.toWellFormed().replaceAll(UNPRINTABLE, " ").trim();
}

/** By these a chat program makes links, mentions, emphasis and code; by the last, a heading or list. */
const MARKUP = /[[\]*`\\@]|~(?=~)|(?<=~)~|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|^[#+=-]/gu;
const ANGLES = /[&<>]/g;
/** Fullwidth forms stand in the same order as ASCII. */
const TO_FULLWIDTH = 0xfee0;

const widen = (character: string): string =>
  String.fromCodePoint((character.codePointAt(0) ?? 0) + TO_FULLWIDTH);

/**
 * A text as one line that makes no markup. Robots know no way to escape it, so its characters
 * become their fullwidth likenesses: `<b>` becomes `＜b＞`.
 */
export function inertText(text: string): string {
  return inertMarkup(text).replaceAll(ANGLES, widen);
}

/** As `inertText`, but for `&`, `<` and `>`, for receivers that know how to escape these. */
export function inertMarkup(text: string): string {
  return lineOf(text).replaceAll(MARKUP, widen);
}

const MARKS = { critical: "🔴", warning: "🟠", info: "🔵", resolved: "🟢" } as const;

/** A message in the little Markdown that DingTalk and WeCom have in common; ends with its id. */
export function markdownOf(message: Message): string {
  const { title, summary, facts, url, id } = message;
  return [
    `### ${MARKS[toneOf(message)]} ${inertText(title)}`,
    inertText(summary),
    facts.map(({ label, value }) => `- ${inertText(label)}: ${inertText(value)}`).join("\n"),
    memberLines(message, inertText)
      .map((line) => `- ${line}`)
      .join("\n"),
    url === null ? "" : `[${openWord(message)}](${linkAddress(url)})`,
    id,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** An address that cannot end its link early. */
function linkAddress(url: string): string {
  return url.replaceAll(
    /[()<>\s]/g,
    (character) => `%${(character.codePointAt(0) ?? 0).toString(16).padStart(2, "0")}`,
  );
}

/**
 * A message cut until it fits: members go first, counted in `more`; then the end of the summary,
 * and then facts, which "…" shows.
 */
export function shortened(message: Message, fits: (shorter: Message) => boolean): Message {
  if (fits(message)) return message;
  const { members, more, facts } = message;
  const withMembers = (count: number): Message => ({
    ...message,
    members: members.slice(0, count),
    more: more + members.length - count,
  });
  const characters = Array.from(
    new Intl.Segmenter().segment(message.summary),
    ({ segment }) => segment,
  );
  const withSummary = (count: number): Message => ({
    ...withMembers(0),
    summary: `${characters.slice(0, count).join("")}…`,
  });
  const withFacts = (count: number): Message => ({
    ...withSummary(0),
    facts: facts.slice(0, count),
  });
  return (
    mostThatFits(members.length, withMembers, fits) ??
    mostThatFits(characters.length, withSummary, fits) ??
    mostThatFits(facts.length, withFacts, fits) ??
    withFacts(0)
  );
}

/** The longest that fits, by halving; null when even the shortest does not. */
function mostThatFits(
  longest: number,
  cutTo: (count: number) => Message,
  fits: (shorter: Message) => boolean,
): Message | null {
  let best: Message | null = null;
  let low = 0;
  let high = longest;
  while (low <= high) {
    const middle = Math.floor((low + high) / 2);
    const shorter = cutTo(middle);
    if (fits(shorter)) {
      best = shorter;
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return best;
}
