import { DateTime } from "luxon";
import { parseInstant } from "./results-ndjson.ts";
import { wallInstant, wallReading } from "./wall-time.ts";

/** The fields of the form that proposes an exclusion, as they were typed. */
export type ProposalFields = {
  readonly kind: string;
  /** "targets", "places", "account" or "all". */
  readonly scope: string;
  readonly targets: string;
  readonly products: readonly string[];
  readonly regions: readonly string[];
  readonly account: string;
  readonly from: string;
  readonly until: string;
  /** "no", "daily", "weekly", "monthly" or "rule". */
  readonly repeat: string;
  readonly lastDay: string;
  readonly rrule: string;
  readonly reason: string;
  readonly evidence: string;
};

const RULES: Readonly<Record<string, string>> = {
  daily: "FREQ=DAILY",
  weekly: "FREQ=WEEKLY",
  monthly: "FREQ=MONTHLY",
};

/** The proposal in its JSON form; what cannot be read stays as it is, to be refused by name. */
export function proposalOf(fields: ProposalFields, timeZone: string) {
  const { kind, from, until, reason, evidence } = fields;
  const recurrence = recurrenceOf(fields, timeZone);
  return {
    kind,
    scope: scopeOf(fields),
    from: instantIn(from, timeZone),
    until: instantIn(until, timeZone),
    ...(recurrence === null ? {} : { recurrence }),
    reason,
    evidence,
  };
}

function scopeOf({ scope, targets, products, regions, account }: ProposalFields): unknown {
  if (scope === "all") return { all: true };
  if (scope === "account") return { account };
  if (scope === "places") {
    return {
      ...(products.length === 0 ? {} : { products }),
      ...(regions.length === 0 ? {} : { regions }),
    };
  }
  return { targets: [...new Set(idsIn(targets))] };
}

/** Ids with blanks, commas or line breaks between them. */
export function idsIn(text: string): string[] {
  return text.split(/[\s,，、;；]+/u).filter((id) => id !== "");
}

function recurrenceOf({ repeat, rrule, lastDay }: ProposalFields, timeZone: string) {
  if (repeat === "no" || repeat === "") return null;
  const rule = RULES[repeat] ?? rrule.trim();
  const isEnded = lastDay === "" || /\b(?:UNTIL|COUNT)=/iu.test(rule);
  return { rrule: isEnded ? rule : `${rule};UNTIL=${lastDay.replaceAll("-", "")}`, timeZone };
}

const LOCAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?$/u;

/** "2026-10-05T04:00" on the clocks of a zone as an RFC 3339 instant; another text as it stands. */
export function instantIn(text: string, timeZone: string): string {
  const readingMs = LOCAL.test(text) ? Date.parse(`${text}Z`) : Number.NaN;
  if (Number.isNaN(readingMs)) return text;
  return new Date(wallInstant(readingMs, timeZone)).toISOString();
}

const MINUTE_MS = 60_000;

/** An RFC 3339 instant as such a field holds it, in whole minutes; empty for what is none. */
export function localText(text: string, timeZone: string, round: "down" | "up" = "down"): string {
  const ms = parseInstant(text.replace(/ (?=\d\d:\d\d$)/u, "+"));
  if (ms === null) return "";
  const whole = (round === "down" ? Math.floor : Math.ceil)(ms / MINUTE_MS) * MINUTE_MS;
  const reading = DateTime.fromMillis(wallReading(whole, timeZone), { zone: "UTC" });
  return reading.isValid ? reading.toFormat("yyyy-MM-dd'T'HH:mm") : "";
}
