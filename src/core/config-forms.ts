import { z } from "zod";
import { parseDecimal } from "./decimal.ts";
import { DURATION, parseDuration } from "./duration.ts";

/** Forms of single values in the configuration file, with messages that name the remedy. */

type Issue = { readonly input?: unknown };

/** A wrong value as a message shows it. */
export function shown({ input }: Issue): string {
  if (typeof input === "string") return `"${input}"`;
  return typeof input === "number" || typeof input === "boolean" ? String(input) : "this";
}

const SHORT_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
export const idText = z
  .string()
  .regex(SHORT_NAME, {
    error: (issue) =>
      `${shown(issue)} is no id; use at most 63 of a-z, 0-9, ".", "_" and "-", a letter or digit first`,
  })
  .describe('Unique id: a-z, 0-9, ".", "_" and "-"');

/** Free of "/" because it is a part of a group's id. */
export const wordText = z.string().regex(/^[^\s/]{1,63}$/, {
  error: (issue) => `${shown(issue)} must be 1 to 63 characters without blank or "/"`,
});

export function durationText(description: string, limits: { from: string; until: string }) {
  const fromMs = parseDuration(limits.from) ?? 0;
  const untilMs = parseDuration(limits.until) ?? 0;
  const range = `between ${limits.from} and ${limits.until}`;
  return z
    .string({
      error: (issue) =>
        `${shown(issue)} is no duration; write a number and its unit, such as "15s"`,
    })
    .regex(DURATION, {
      abort: true,
      error: (issue) =>
        `${shown(issue)} is no duration; write a whole number and ms, s, m, h or d, such as "15s"`,
    })
    .refine(
      (text) => {
        const ms = parseDuration(text) ?? -1;
        return ms >= fromMs && ms <= untilMs;
      },
      { abort: true, error: (issue) => `${shown(issue)} is out of range; choose one ${range}` },
    )
    .describe(`${description}, ${range}`);
}

const PERCENT = /^\d{1,3}(\.\d{1,9})?$/;
/** A number is taken by the digits in the file, hence the type for editors. */
const percentText = z
  .string()
  .regex(PERCENT, {
    abort: true,
    error: (issue) => `${shown(issue)} is no percentage; write a decimal such as "99.95"`,
  })
  .refine(
    (text) => {
      const value = parseDecimal(text);
      return value !== null && value.num > 0n && value.num <= 100n * value.den;
    },
    { error: (issue) => `${shown(issue)} is no percentage above 0 and up to 100; correct it` },
  );
export const percent = (description: string) =>
  percentText.meta({ description, type: ["string", "number"] });

export const dateText = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, {
    error: (issue) => `${shown(issue)} is no date; write it like 2026-10-01`,
  })
  .describe("Date, from its local midnight");

/** A day of the calendar: "2026-02-30" is none. */
export const dayText = z
  .string()
  .refine((text) => z.iso.date().safeParse(text).success, {
    error: (issue) => `${shown(issue)} is no day of the calendar; write one like 2026-10-01`,
  })
  .describe("Day, such as 2026-10-01");

export const momentText = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/, {
    error: (issue) =>
      `${shown(issue)} is neither a date nor an instant; write 2026-10-01 or 2026-10-01T00:00:00+08:00`,
  })
  .describe("Date (from its local midnight) or instant with its offset");

export const timeZone = z.string().describe("IANA time zone, such as Asia/Shanghai");

/** fetch refuses to send to an address with them. */
function hasNoCredentials(text: string): boolean {
  const { username, password } = new URL(text);
  return username === "" && password === "";
}

export const urlText = z
  .string()
  .regex(/^https?:\/\/[^\s/]\S*$/, {
    abort: true,
    error: "is no address; write one that begins with https:// or http://",
  })
  .refine((text) => URL.canParse(text), {
    abort: true,
    error: "is no address; compare its host and port",
  })
  .refine(hasNoCredentials, {
    error: "holds a user or a password, which cannot be sent; leave them out of the address",
  });

export const HOST_AND_PORT = /^(\[[0-9a-fA-F:.]+\]|[^\s:/[\]]+):\d{1,5}$/;
