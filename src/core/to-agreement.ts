import { DateTime, IANAZone } from "luxon";
import type { Agreement } from "./agreement.ts";
import { BUILT_IN_AGREEMENTS } from "./built-in-agreements.ts";
import type { AgreementEntry } from "./config-schema.ts";
import { parseDecimal, parsePercent } from "./decimal.ts";
import { parseDuration } from "./duration.ts";
import { ONE, type Fraction } from "./fraction.ts";

/** What is wrong with one key of an entry; an empty key means the entry. */
export type EntryProblem = { readonly key: string; readonly message: string };

/** Local midnight of a date, epoch milliseconds; null when there is no such day or zone. */
export function midnightMs(date: string, timeZone: string): number | null {
  if (!IANAZone.isValidZone(timeZone)) return null;
  const day = DateTime.fromISO(date, { zone: timeZone });
  return day.isValid ? day.startOf("day").toMillis() : null;
}

/**
 * What an entry leaves out comes from the built-in agreement with its id. An entry with its own
 * objective or method has its own terms: it does not take tiers set for another objective, and
 * does not inherit from a target.
 */
function withBuiltIn(entry: AgreementEntry): AgreementEntry {
  const builtIn = BUILT_IN_AGREEMENTS.find(({ id }) => id === entry.id);
  if (builtIn === undefined) return entry;
  const { credits, inherits, slot, scope, from: _, ...terms } = builtIn;
  const ownTerms = entry.objective !== undefined || entry.method !== undefined;
  return {
    ...terms,
    ...(entry.objective === undefined && { credits }),
    ...(!ownTerms && { inherits }),
    ...(entry.method === undefined && { slot, scope }),
    ...entry,
  };
}

function problemsOf(entry: AgreementEntry): EntryProblem[] {
  const problems: EntryProblem[] = [];
  const add = (key: string, message: string): number => problems.push({ key, message });
  const { objective, method, threshold, scope, inherits } = entry;
  if (inherits !== undefined) {
    if (objective !== undefined || method !== undefined) {
      const own = "has terms of its own and inherits others; remove";
      add("inherits", `agreement "${entry.id}" ${own} "inherits", or "objective" and "method"`);
    }
    return problems;
  }
  if (objective === undefined) {
    add("objective", `"objective" is missing in agreement "${entry.id}"; add one such as "99.95"`);
  }
  if (method === undefined) {
    const methods = "all-failed, error-rate or threshold";
    add("method", `"method" is missing in agreement "${entry.id}"; add ${methods}`);
  }
  if (method === "threshold" && threshold === undefined) {
    add("threshold", 'method threshold needs a "threshold"; add one such as "0.05"');
  }
  if (method !== undefined && method !== "threshold" && threshold !== undefined) {
    add("threshold", `method ${method} has no threshold; remove it, or use method threshold`);
  }
  if (scope === "multi-zone" && method !== "all-failed") {
    add("scope", "scope multi-zone needs method all-failed; change one of the two");
  }
  return problems;
}

/** "0.05" or "5%" as a ratio. */
function parseShare(text: string): Fraction | null {
  return text.endsWith("%") ? parsePercent(text.slice(0, -1)) : parseDecimal(text);
}

/** An entry of a valid form, with every default filled in. */
function complete(entry: AgreementEntry, timeZone: string, fromMs: number): Agreement {
  const method = entry.method ?? "all-failed";
  const slot = entry.slot ?? (method === "all-failed" ? "1m" : "5m");
  return {
    id: entry.id,
    fromMs,
    // An agreement that inherits is never counted by these; 100 % would show if it were.
    objective: parsePercent(entry.objective ?? "100") ?? ONE,
    objectivePercent: entry.objective ?? "100",
    method,
    slotMs: parseDuration(slot) ?? 60_000,
    threshold: entry.threshold === undefined ? null : parseShare(entry.threshold),
    scope: entry.scope ?? (method === "all-failed" ? "target" : "group"),
    quorum: entry.quorum ?? "all",
    minVantages: entry.minVantages ?? null,
    minStretch: entry.minStretch ?? 1,
    partMonth: entry.partMonth ?? "as-used",
    exclusion: entry.exclusion ?? "as-good",
    noData: entry.noData ?? "removed",
    minCoverage: parsePercent(entry.minCoverage ?? "95") ?? ONE,
    timeZone,
    closeAfterMs: parseDuration(entry.closeAfter ?? "24h") ?? 86_400_000,
    credits: (entry.credits ?? []).map(({ below, credit }) => ({
      below: parsePercent(below) ?? ONE,
      belowPercent: below,
      creditPercent: credit,
    })),
    inherits: entry.inherits ?? [],
  };
}

/** One entry of a file as an agreement, and what is wrong with it. Without `from` it holds always. */
export function toAgreement(
  written: AgreementEntry,
  defaultTimeZone: string,
): { readonly agreement: Agreement; readonly problems: readonly EntryProblem[] } {
  const entry = withBuiltIn(written);
  const timeZone = entry.timeZone ?? defaultTimeZone;
  const problems = problemsOf(entry);
  const fromMs = entry.from === undefined ? 0 : midnightMs(entry.from, timeZone);
  if (!IANAZone.isValidZone(timeZone)) {
    const message = `"${timeZone}" is no time zone; write one such as Asia/Shanghai`;
    if (entry.timeZone !== undefined) problems.push({ key: "timeZone", message });
  } else if (fromMs === null) {
    problems.push({
      key: "from",
      message: `"${entry.from}" is no day of the calendar; correct it`,
    });
  }
  return { agreement: complete(entry, timeZone, fromMs ?? 0), problems };
}

/**
 * The built-in agreements less those that the entries of a file replace: all with the id of an
 * entry without a date, else the version with the same date.
 */
export function builtInAgreements(
  timeZone: string,
  entries: readonly AgreementEntry[] = [],
): Agreement[] {
  const replaced = (id: string, from: string | undefined): boolean =>
    entries.some((entry) => entry.id === id && (entry.from === undefined || entry.from === from));
  return BUILT_IN_AGREEMENTS.filter(({ id, from }) => !replaced(id, from)).map((entry) =>
    complete(entry, timeZone, midnightMs(entry.from ?? "1970-01-01", timeZone) ?? 0),
  );
}
