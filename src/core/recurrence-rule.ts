import { didYouMean } from "./suggest.ts";

/**
 * A recurrence rule in the form of RFC 5545, section 3.3.10, as far as it is taken here: what
 * the library that expands it gets wrong is refused, and so is what nobody plans maintenance by.
 */
export type Rule = {
  readonly freq: Frequency;
  readonly interval: number;
  readonly count: number | null;
  /** No occurrence starts after this reading of the zone's clocks; Infinity without an end. */
  readonly lastReadingMs: number;
  /** Nor after this instant. */
  readonly lastInstantMs: number;
  /** Numbers in order, days as written. */
  readonly by: Readonly<Record<ByNumbers, readonly number[]>> & {
    readonly BYDAY: readonly string[];
  };
  readonly weekStart: string;
};

const FREQUENCIES = ["HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"] as const;
export type Frequency = (typeof FREQUENCIES)[number];

const DAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const DAY_MS = 86_400_000;

/** The widest range of each; BYMONTHDAY counts from the month's end when negative. */
const RANGES = {
  BYMONTH: [1, 12],
  BYMONTHDAY: [-31, 31],
  BYHOUR: [0, 23],
  BYMINUTE: [0, 59],
  BYSECOND: [0, 59],
  BYSETPOS: [-31, 31],
} as const;
type ByNumbers = keyof typeof RANGES;

const LONGEST_INTERVAL = { HOURLY: 1000, DAILY: 366, WEEKLY: 53, MONTHLY: 12, YEARLY: 10 };
const MOST_COUNTED = 1000;
const KEYS = ["FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", ...Object.keys(RANGES)];

/** Reads a rule. Returns what is wrong with it, and how to mend it, as a string. */
export function parseRule(text: string): Rule | string {
  const parts = splitRule(text);
  if (typeof parts === "string") return parts;
  const freq = FREQUENCIES.find((one) => one === parts.get("FREQ"));
  if (freq === undefined) {
    return `FREQ must be one of ${FREQUENCIES.join(", ")}; nothing finer than an hour recurs`;
  }
  const interval = wholeNumber(parts.get("INTERVAL") ?? "1", [1, LONGEST_INTERVAL[freq]]);
  if (interval === null) return `INTERVAL must be from 1 to ${LONGEST_INTERVAL[freq]} for ${freq}`;
  const counted = parts.get("COUNT");
  const count = counted === undefined ? null : wholeNumber(counted, [1, MOST_COUNTED]);
  if (counted !== undefined && count === null) {
    return `COUNT must be from 1 to ${MOST_COUNTED}; write UNTIL for a longer series`;
  }
  const end = parseUntil(parts.get("UNTIL"));
  if (end === null) return "UNTIL must be an instant such as 20261231T160000Z, or a date";
  if (count !== null && parts.has("UNTIL")) return "COUNT and UNTIL exclude each other: keep one";
  const weekStart = parts.get("WKST") ?? "MO";
  if (!DAYS.includes(weekStart)) return `WKST must be one of ${DAYS.join(", ")}`;
  const by = parseBy(parts);
  if (typeof by === "string") return by;
  return refusal({ freq, by }, parts) ?? { freq, interval, count, ...end, by, weekStart };
}

function splitRule(text: string): Map<string, string> | string {
  const parts = new Map<string, string>();
  for (const part of text.toUpperCase().split(";")) {
    const [key = "", value = "", ...rest] = part.split("=");
    if (value === "" || rest.length > 0) {
      return `"${part.slice(0, 40)}" is no part of a rule; write it like FREQ=WEEKLY;BYDAY=SU`;
    }
    if (!KEYS.includes(key)) {
      return `${key.slice(0, 40)} is not taken${didYouMean(key, KEYS)}; use ${KEYS.join(", ")}`;
    }
    if (parts.has(key)) return `${key} stands there twice; write its values with commas`;
    parts.set(key, value);
  }
  return parts;
}

function wholeNumber(text: string, [least, most]: readonly [number, number]): number | null {
  if (!/^[+-]?\d{1,4}$/u.test(text)) return null;
  const value = Number(text);
  return value >= least && value <= most ? value : null;
}

/** An instant with its "Z", else a reading of the zone's clocks; a date means all of that day. */
function parseUntil(
  text: string | undefined,
): Pick<Rule, "lastReadingMs" | "lastInstantMs"> | null {
  const endless = { lastReadingMs: Infinity, lastInstantMs: Infinity };
  if (text === undefined) return endless;
  const found = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/u.exec(text);
  if (found === null) return null;
  const [, year, month, day, hour = "00", minute = "00", second = "00", utc] = found;
  const date = `${year}-${month}-${day}T`;
  const ms = Date.parse(`${date}${hour}:${minute}:${second}Z`);
  // Date.parse takes 30 February for 2 March.
  if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(date)) return null;
  if (utc === undefined) return { ...endless, lastReadingMs: ms + DAY_MS - 1 };
  return utc === "Z" ? { ...endless, lastInstantMs: ms } : { ...endless, lastReadingMs: ms };
}

function parseBy(parts: ReadonlyMap<string, string>): Rule["by"] | string {
  const problems: string[] = [];
  const numbers = (key: ByNumbers): number[] => {
    const values = parts.get(key)?.split(",") ?? [];
    const read = values.map((value) => wholeNumber(value, RANGES[key]));
    const good = read.filter((value) => value !== null && (value !== 0 || RANGES[key][0] >= 0));
    const [least, most] = RANGES[key];
    if (good.length < values.length) problems.push(`${key} takes numbers from ${least} to ${most}`);
    return [...new Set(good.filter((value) => value !== null))].toSorted((a, b) => a - b);
  };
  const days = parts.get("BYDAY")?.split(",") ?? [];
  if (!days.every((day) => /^[+-]?[1-5]?(?:SU|MO|TU|WE|TH|FR|SA)$/u.test(day))) {
    problems.push("BYDAY takes days such as SU, or 2SU and -1SU within a month");
  }
  const by = {
    BYMONTH: numbers("BYMONTH"),
    BYMONTHDAY: numbers("BYMONTHDAY"),
    BYHOUR: numbers("BYHOUR"),
    BYMINUTE: numbers("BYMINUTE"),
    BYSECOND: numbers("BYSECOND"),
    BYSETPOS: numbers("BYSETPOS"),
    BYDAY: [...new Set(days.map((day) => day.replace("+", "")))],
  };
  return problems[0] ?? by;
}

/**
 * What RFC 5545 forbids, and what the library does not expand as it says: found by holding it
 * against a plain reading of the RFC, hour by hour, which the tests do again.
 */
function refusal(
  { freq, by }: Pick<Rule, "freq" | "by">,
  parts: ReadonlyMap<string, string>,
): string | null {
  const has = (key: string) => parts.has(key);
  const isLong = freq === "MONTHLY" || freq === "YEARLY";
  const isNumbered = by.BYDAY.some((day) => day.length > 2);
  const refused: readonly (readonly [boolean, string])[] = [
    [by.BYMINUTE.length > 1, "BYMINUTE takes one value: that of the first occurrence"],
    [by.BYSECOND.length > 1, "BYSECOND takes one value: that of the first occurrence"],
    [freq === "HOURLY" && has("BYHOUR"), "BYHOUR needs FREQ=DAILY"],
    [isLong && by.BYHOUR.length > 1, "several hours in BYHOUR need FREQ=DAILY or FREQ=WEEKLY"],
    [!isLong && isNumbered, "a number in BYDAY needs FREQ=MONTHLY"],
    [isNumbered && by.BYDAY.some((day) => day.length === 2), MIXED_DAYS],
    [freq === "WEEKLY" && has("BYMONTHDAY"), "BYMONTHDAY needs FREQ=MONTHLY, or write BYDAY"],
    [freq !== "MONTHLY" && by.BYMONTHDAY.some((day) => day < 0), NEGATIVE_DAY],
    [isLong && has("BYDAY") && has("BYMONTHDAY"), "BYDAY beside BYMONTHDAY needs FREQ=DAILY"],
    [freq === "MONTHLY" && has("BYMONTH"), "BYMONTH needs FREQ=YEARLY, or FREQ=DAILY"],
    [freq === "YEARLY" && (has("BYDAY") || has("BYMONTHDAY")) && !has("BYMONTH"), NO_MONTH],
    [has("BYSETPOS") && (freq !== "MONTHLY" || !has("BYDAY") || isNumbered), POSITIONS],
  ];
  return refused.find(([isRefused]) => isRefused)?.[1] ?? null;
}

const MIXED_DAYS = "BYDAY takes days with a number or days without: keep one kind";
const NEGATIVE_DAY = "a day counted from the month's end needs FREQ=MONTHLY";
const NO_MONTH = "FREQ=YEARLY needs BYMONTH beside BYDAY or BYMONTHDAY";
const POSITIONS = "BYSETPOS needs FREQ=MONTHLY and BYDAY with days without a number";
