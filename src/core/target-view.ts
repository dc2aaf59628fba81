import { DateTime } from "luxon";
import type { TimelineRun } from "./figure.ts";
import type { ProbeSettings } from "./target.ts";
import type { BandDay, BurnPoint, DayState, LatencyPoint, TimelineDay } from "./views.ts";

/** A calendar day of some zone. */
export type LocalDay = {
  /** "2026-11-23" */
  readonly day: string;
  /** 1 is Monday. */
  readonly weekday: number;
  readonly fromMs: number;
  readonly untilMs: number;
};

/** The days of `timeZone` that [fromMs, untilMs) touches. */
export function localDays(range: {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly timeZone: string;
}): readonly LocalDay[] {
  const days: LocalDay[] = [];
  let start = DateTime.fromMillis(range.fromMs, { zone: range.timeZone }).startOf("day");
  while (start.toMillis() < range.untilMs) {
    // Again: where clocks skip midnight a day begins at one, and those after it do not.
    const next = start.plus({ days: 1 }).startOf("day");
    days.push({
      day: start.toISODate() ?? "",
      weekday: start.weekday,
      fromMs: start.toMillis(),
      untilMs: next.toMillis(),
    });
    start = next;
  }
  return days;
}

/** [fromMs, untilMs) cut into the days of `timeZone`, with what `runs` (sorted, separate) say of each. */
export function timelineDays(input: {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly timeZone: string;
  readonly runs: readonly TimelineRun[];
}): readonly TimelineDay[] {
  return cutByDays(localDays(input), input.runs);
}

/** What `runs` (sorted, separate) say of each of the days. */
export function cutByDays(
  days: readonly LocalDay[],
  runs: readonly TimelineRun[],
): readonly TimelineDay[] {
  let first = 0;
  return days.map(({ day, weekday, fromMs, untilMs }) => {
    while ((runs[first]?.untilMs ?? Infinity) <= fromMs) first += 1;
    const shown: TimelineDay["runs"][number][] = [];
    let lostMs = 0;
    for (let index = first; index < runs.length; index += 1) {
      const run = runs[index];
      if (run === undefined || run.fromMs >= untilMs) break;
      const part = clip(run, fromMs, untilMs);
      lostMs += badMs(part);
      if (part.state === "outside") continue;
      const { state } = part;
      shown.push({ state, fromMs: part.fromMs - fromMs, untilMs: part.untilMs - fromMs });
    }
    return { day, weekday, lengthMs: untilMs - fromMs, badSeconds: lostMs / 1000, runs: shown };
  });
}

/** What a day's bar shows: `missed` when it alone lost more than the month's allowance. */
export function bandDay(day: TimelineDay, allowedSeconds: number): BandDay {
  const { badSeconds } = day;
  const lengthMs = { good: 0, partial: 0, bad: 0, excluded: 0, "no-data": 0 };
  for (const run of day.runs) lengthMs[run.state] += run.untilMs - run.fromMs;
  const knownMs = lengthMs.good + lengthMs.partial + lengthMs.bad + lengthMs.excluded;
  let state: DayState = "good";
  if (badSeconds > 0) state = badSeconds > allowedSeconds ? "missed" : "minor";
  else if (lengthMs["no-data"] >= knownMs) state = "no-data";
  else if (lengthMs.excluded > 0) state = "excluded";
  return { day: day.day, state, badSeconds };
}

/** Bad time as it adds up over [fromMs, untilMs), one point at each bend. */
export function burnPoints(
  runs: readonly TimelineRun[],
  fromMs: number,
  untilMs: number,
): readonly BurnPoint[] {
  let badSeconds = 0;
  const points: BurnPoint[] = [{ atMs: fromMs, badSeconds }];
  for (const whole of runs) {
    const run = clip(whole, fromMs, untilMs);
    if (run.num === 0 || run.fromMs >= run.untilMs) continue;
    points.push({ atMs: run.fromMs, badSeconds });
    badSeconds += badMs(run) / 1000;
    points.push({ atMs: run.untilMs, badSeconds });
  }
  // Of a month to come what is settled ends before it begins.
  points.push({ atMs: Math.max(fromMs, untilMs), badSeconds });
  return points;
}

/** Median and 95th percentile (nearest rank) of the latencies in each step of [fromMs, untilMs). */
export function latencyPoints(
  samples: readonly { readonly atMs: number; readonly latencyMs: number }[],
  range: { readonly fromMs: number; readonly untilMs: number; readonly stepMs: number },
): readonly LatencyPoint[] {
  const steps = Math.ceil((range.untilMs - range.fromMs) / range.stepMs);
  const buckets = Array.from({ length: steps }, (): number[] => []);
  for (const { atMs, latencyMs } of samples) {
    buckets[Math.floor((atMs - range.fromMs) / range.stepMs)]?.push(latencyMs);
  }
  return buckets.map((bucket, step) => {
    const sorted = bucket.toSorted((a, b) => a - b);
    const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? null;
    return { atMs: range.fromMs + step * range.stepMs, p50Ms: rank(0.5), p95Ms: rank(0.95) };
  });
}

/** The settings that hold no secret; everything else of a probe stays off the pages. */
const SAFE_SETTINGS = new Set(
  (
    "action address banner bucket database domain endpoint family followRedirects host " +
    "maxEdgeAgeSeconds method minDaysLeft name operation port region scheme server " +
    "servername status tlsVerify type url version"
  ).split(" "),
);

/** What a page may say about a probe: named settings with plain values, addresses without credentials. */
export function probeFacts(
  settings: ProbeSettings,
): readonly { readonly name: string; readonly value: string }[] {
  return Object.entries(settings).flatMap(([name, raw]) => {
    // An object's key is a name; elsewhere a key may be a secret.
    const safe = SAFE_SETTINGS.has(name) || (name === "key" && settings.kind === "oss");
    const value = safe ? plain(raw) : null;
    return value === null ? [] : { name, value: withoutCredentials(value) };
  });
}

function plain(raw: unknown): string | null {
  if (typeof raw === "string" || typeof raw === "number" || typeof raw === "boolean") {
    return String(raw);
  }
  if (!Array.isArray(raw)) return null;
  const values = raw.map(plain);
  return values.includes(null) ? null : values.join(", ");
}

/** An address may carry a user and a password before its host and a token in its query. */
function withoutCredentials(value: string): string {
  return value
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1")
    .replace(/^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)[/?#].+$/is, "$1/…");
}

function badMs(run: TimelineRun): number {
  return ((run.untilMs - run.fromMs) * run.num) / run.den;
}

function clip(run: TimelineRun, fromMs: number, untilMs: number): TimelineRun {
  return {
    ...run,
    fromMs: Math.max(run.fromMs, fromMs),
    untilMs: Math.min(run.untilMs, untilMs),
  };
}
