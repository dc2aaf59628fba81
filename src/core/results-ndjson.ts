import { OUTCOMES, REASONS, type Outcome, type Reason } from "./outcome.ts";

/** One result in its exchange form: a line of NDJSON, in and out. */
export type ResultLine = {
  readonly target: string;
  readonly vantage: string;
  readonly plannedAtMs: number;
  readonly outcome: Outcome;
  readonly latencyMs: number;
  readonly reason: Reason;
  readonly offsetMs: number;
  readonly detail: string;
  readonly requestId: string;
  readonly address: string;
};

/** What a line may name. */
export type KnownNames = {
  readonly targets: ReadonlySet<string>;
  readonly vantages: ReadonlySet<string>;
};

const KEYS = new Set([
  "target",
  "vantage",
  "plannedAt",
  "startedAt",
  "outcome",
  "latencyMs",
  "reason",
  "detail",
  "requestId",
  "address",
]);
/** A date and a time with a zone; anything shorter is read differently by different programs. */
const INSTANT = /^\d{4}-\d\d-\d\dT(?!24)\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/iu;
const MAX_LATENCY_MS = 2_147_483;

/** Reads one line. Returns what is wrong with it, and how to mend it, as a string. */
export function parseResultLine(text: string, known: KnownNames): ResultLine | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "not JSON: write one JSON object on each line";
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return "not a JSON object";
  }
  const line: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    if (!KEYS.has(key)) return `unknown key "${key.slice(0, 40)}": take it out`;
    // Other programs write null for what they have not.
    if (inner !== null) line[key] = inner;
  }
  const { target, vantage, latencyMs = 0 } = line;
  if (typeof target !== "string" || !known.targets.has(target)) {
    return `target ${shown(target)} is not in the configuration: add it there first`;
  }
  if (typeof vantage !== "string" || !known.vantages.has(vantage)) {
    return `vantage ${shown(vantage)} is not in the configuration: add it there first`;
  }
  if (typeof latencyMs !== "number" || !(latencyMs >= 0 && latencyMs <= MAX_LATENCY_MS)) {
    return "latencyMs must be a number of milliseconds from 0 to 2147483";
  }
  const when = parseInstants(line);
  if (typeof when === "string") return when;
  const outcome = OUTCOMES.find((one) => one === line["outcome"]);
  if (outcome === undefined) return `outcome must be one of ${OUTCOMES.join(", ")}`;
  const why = parseReason(line["reason"], outcome);
  if (typeof why === "string") return why;
  const texts = parseTexts(line);
  if (typeof texts === "string") return texts;
  const detail = texts.detail === "" ? why.foreign : texts.detail;
  return { target, vantage, latencyMs, outcome, ...when, ...texts, reason: why.reason, detail };
}

function parseInstants(
  line: Readonly<Record<string, unknown>>,
): { plannedAtMs: number; offsetMs: number } | string {
  const plannedAtMs = parseInstant(line["plannedAt"]);
  if (plannedAtMs === null) {
    return `plannedAt must be an instant such as 2026-10-01T00:00:15.000Z`;
  }
  if (line["startedAt"] === undefined) return { plannedAtMs, offsetMs: 0 };
  const startedAtMs = parseInstant(line["startedAt"]);
  if (startedAtMs === null) return `startedAt must be an instant such as 2026-10-01T00:00:15.004Z`;
  const offsetMs = startedAtMs - plannedAtMs;
  if (Math.abs(offsetMs) > 86_400_000) return "startedAt is more than a day away from plannedAt";
  return { plannedAtMs, offsetMs };
}

/** Wherever on earth, what lies before it lies in a month; see `isMonth`. */
const LAST_MS = Date.UTC(9998, 11, 31);

/** Epoch milliseconds of an RFC 3339 instant; null for anything else. */
export function parseInstant(value: unknown): number | null {
  if (typeof value !== "string" || !INSTANT.test(value)) return null;
  const ms = Date.parse(value);
  if (Number.isNaN(ms) || ms < 0 || ms >= LAST_MS) return null;
  // Date.parse takes 30 February for 2 March.
  const date = value.slice(0, 10);
  return new Date(Date.parse(date)).toISOString().startsWith(date) ? ms : null;
}

/** A reason that is not one of ours is kept as the detail of `imported`. */
function parseReason(
  value: unknown,
  outcome: Outcome,
): { readonly reason: Reason; readonly foreign: string } | string {
  if (value !== undefined && (typeof value !== "string" || value.length > 100)) {
    return "reason must be a text up to 100 characters";
  }
  if (outcome === "ok") {
    if (value !== undefined && value !== "") return "an ok result has no reason: take it out";
    return { reason: "", foreign: "" };
  }
  const known = REASONS.find((one) => one !== "" && one === value);
  return known === undefined
    ? { reason: "imported", foreign: value ?? "" }
    : { reason: known, foreign: "" };
}

function parseTexts(
  line: Readonly<Record<string, unknown>>,
): { detail: string; requestId: string; address: string } | string {
  const { detail = "", requestId = "", address = "" } = line;
  if (typeof detail !== "string" || detail.length > 300)
    return "detail must be a text up to 300 characters";
  if (typeof requestId !== "string" || requestId.length > 200) {
    return "requestId must be a text up to 200 characters";
  }
  if (typeof address !== "string" || address.length > 100) {
    return "address must be a text up to 100 characters";
  }
  return { detail, requestId, address };
}

/** A line of NDJSON, without the line feed. */
export function formatResultLine(line: ResultLine): string {
  return JSON.stringify({
    target: line.target,
    vantage: line.vantage,
    plannedAt: new Date(line.plannedAtMs).toISOString(),
    outcome: line.outcome,
    latencyMs: line.latencyMs,
    ...(line.reason === "" ? {} : { reason: line.reason }),
    startedAt: new Date(line.plannedAtMs + line.offsetMs).toISOString(),
    ...(line.detail === "" ? {} : { detail: line.detail }),
    ...(line.requestId === "" ? {} : { requestId: line.requestId }),
    ...(line.address === "" ? {} : { address: line.address }),
  });
}

/** Not the inside of an array or object: it may be nested too deep to be written. */
function shown(value: unknown): string {
  if (value === undefined) return "(missing)";
  if (typeof value === "object" && value !== null) return "(not a text)";
  return JSON.stringify(value).slice(0, 60);
}
