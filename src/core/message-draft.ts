import { DateTime, IANAZone } from "luxon";
import type { Json } from "./canonical-json.ts";
import type { MessageTexts } from "./message-text-en.ts";
import type { Lang, MessageFacts, ToldFacts } from "./message.ts";
import { regionName } from "./region-name.ts";
import { parseInstant } from "./results-ndjson.ts";

/** A message before it is cut to size and given its address. */
export type Draft = {
  readonly title: string;
  readonly summary: string;
  readonly facts: readonly (Fact | null)[];
  readonly members: readonly string[];
  /** Of the page about it. */
  readonly path: string;
  readonly labels: Readonly<Record<string, string | null>>;
  readonly sinceMs: number;
  /** Null while it lasts, and for what only happened. */
  readonly untilMs: number | null;
};

type Fact = { readonly label: string; readonly value: string };

/** How a message says things. */
export type Speech = {
  readonly lang: Lang;
  readonly t: MessageTexts;
  /** "2026-10-05 10:03 (UTC+08:00)" */
  readonly time: (ms: number) => string;
  /** "10:03" on the day of the message, "2026-10-04 23:50" on any other. */
  readonly clock: (ms: number) => string;
  /** "2026-10-05 02:00 to 04:00" */
  readonly span: (fromMs: number, untilMs: number) => string;
  /** "4 min 12 s", cut. */
  readonly length: (seconds: number) => string;
  /** "cn-hangzhou (China (Hangzhou))" */
  readonly region: (id: string) => string;
};

export function speechOf(
  { lang, t }: { readonly lang: Lang; readonly t: MessageTexts },
  { timeZone, atMs }: { readonly timeZone: string; readonly atMs: number },
): Speech {
  const zone = IANAZone.isValidZone(timeZone) ? timeZone : "UTC";
  const say = (ms: number, format: string) => {
    const time = DateTime.fromMillis(ms, { zone });
    return time.isValid ? time.toFormat(format) : "–";
  };
  const day = (ms: number) => say(ms, "yyyy-MM-dd");
  const short = (ms: number, ofMs: number) =>
    say(ms, day(ms) === day(ofMs) ? "HH:mm" : "yyyy-MM-dd HH:mm");
  return {
    lang,
    t,
    time: (ms) => t.zoned(say(ms, "yyyy-MM-dd HH:mm"), say(ms, "ZZ")),
    clock: (ms) => short(ms, atMs),
    span: (fromMs, untilMs) => t.span(say(fromMs, "yyyy-MM-dd HH:mm"), short(untilMs, fromMs)),
    length: (seconds) => lengthText(seconds, t),
    region: (id) => {
      const name = regionName(id)[lang];
      return name === id ? id : t.of(id, name);
    },
  };
}

function lengthText(seconds: number, t: MessageTexts): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return t.seconds(whole);
  if (whole < 3600) return t.minutes(Math.floor(whole / 60), whole % 60);
  const minutes = Math.floor(whole / 60);
  if (whole < 86_400) return t.hours(Math.floor(minutes / 60), minutes % 60);
  const hours = Math.floor(minutes / 60);
  return t.days(Math.floor(hours / 24), hours % 24);
}

// What an event says in `data`: whatever is missing, or is not what it should be, is null.

export function textAt(data: Json, key: string): string | null {
  const value = valueAt(data, key);
  return typeof value === "string" && value !== "" ? value : null;
}

export function numberAt(data: Json, key: string): number | null {
  const value = valueAt(data, key);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

export function instantAt(data: Json, key: string): number | null {
  return parseInstant(valueAt(data, key));
}

export function valueAt(data: Json, key: string): Json {
  if (typeof data !== "object" || data === null || isList(data)) return null;
  return Object.hasOwn(data, key) ? (data[key] ?? null) : null;
}

export function listAt(data: Json, key: string): readonly Json[] {
  const value = valueAt(data, key);
  return isList(value) ? value : [];
}

export function textsAt(data: Json, key: string): string[] {
  return listAt(data, key).filter((one) => typeof one === "string");
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** A fact that is left out when there is nothing to say. */
export function fact(label: string, value: string | number | null): Fact | null {
  return value === null || value === "" ? null : { label, value: String(value) };
}

/** The only value; null when there is none, or more than one. */
export function single(values: Iterable<string | null>): string | null {
  const [only = null, ...others] = distinct(values);
  return others.length === 0 ? only : null;
}

/** Each value once; "" and null are none. */
export function distinct(values: Iterable<string | null>): string[] {
  return [...new Set(values)].flatMap((value) => (value === null || value === "" ? [] : [value]));
}

export type Fold = {
  readonly key: string;
  readonly first: ToldFacts;
  readonly last: ToldFacts;
};

/** The first and the last event of each thing, in the order in which they came up. */
export function foldEvents(
  events: readonly ToldFacts[],
  keyOf: (event: ToldFacts) => string,
): Fold[] {
  const folds = new Map<string, Fold>();
  for (const event of events) {
    const key = keyOf(event);
    folds.set(key, { key, first: folds.get(key)?.first ?? event, last: event });
  }
  return [...folds.values()];
}

/** The ids of the places where events happened, where there is just one. */
export function placeLabels(events: readonly ToldFacts[]): Readonly<Record<string, string | null>> {
  return {
    agreement: single(events.map(({ agreement }) => agreement)),
    product: single(events.map(({ product }) => product)),
    region: single(events.map(({ region }) => region)),
    account: single(events.map(({ account }) => account)),
    subject: single(events.map(({ subject }) => subject)),
  };
}

/** "ecs in cn-hangzhou"; "" when neither is known. */
export function placeText(
  {
    products,
    regions,
  }: { readonly products: readonly string[]; readonly regions: readonly string[] },
  t: MessageTexts,
): string {
  return t.place(namesOr(products, t.products), namesOr(regions, t.regions));
}

function namesOr(ids: readonly string[], count: (n: number) => string): string {
  return ids.length > MOST_NAMES ? count(ids.length) : ids.join(", ");
}

const MOST_NAMES = 3;

/** "acme/web-1"; a group's name begins with its account already. */
export function nameWithin(name: string, account: string | null): string {
  const isNamed = account === null || account === "" || name.startsWith(`${account}/`);
  return isNamed ? name : `${account}/${name}`;
}

export function joinSentences(sentences: readonly string[], { lang }: Speech): string {
  return sentences.filter((one) => one !== "").join(lang === "zh" ? "" : " ");
}

/** When the last of the events happened. */
export function lastAtMs({ events, openedAtMs }: MessageFacts): number {
  return events.at(-1)?.atMs ?? openedAtMs;
}

/** One line that can be shown, at most so long, and cut where everybody sees it. */
export function oneLine(text: string, longest: number): string {
  const line = text.toWellFormed().replace(UNSHOWN, " ").replace(/\s+/gu, " ").trim();
  if (line.length <= longest) return line;
  const cut = line.slice(0, longest - 1);
  return `${cut.isWellFormed() ? cut : cut.slice(0, -1)}…`;
}

/** Control characters, ends of lines and of paragraphs, and what turns the direction of writing. */
const UNSHOWN = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu;
