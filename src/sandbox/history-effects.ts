import type { Reason } from "../core/outcome.ts";
import type { Target } from "../core/target.ts";
import { UNLUCKY_ACCOUNT } from "./places.ts";
import { between, hash32, pick, seededRandom } from "./random.ts";
import type { Random } from "./random.ts";
import type { EffectScope, RealOutage } from "./real-outages.ts";

/** What differs from a quiet minute, for the minutes [from, until) of a day. */
export type Effect = {
  readonly from: number;
  readonly until: number;
  /** 1: every minute; n: one of n, counted from `from`. */
  readonly oneOf: number;
  readonly letter: "o" | "f" | "i" | "u";
  readonly reason: Reason;
  readonly text: string;
  /** Latency = fixed + factor x what it would have been. */
  readonly fixedUs: number;
  readonly factor: number;
};

export type Day = {
  /** YYYY-MM-DD in the configuration's time zone. */
  readonly date: string;
  readonly startMs: number;
  /** Whole minutes of it that are filled, from its begin. */
  readonly minutes: number;
  /** Null: an ordinary day of the last ninety. */
  readonly replay: RealOutage | null;
};

const GENERATED = "generated history of the sandbox";

const FAILURES_OF: Readonly<Record<string, readonly Reason[]>> = {
  tcp: ["connect-refused", "connect-timeout"],
  ssh: ["connect-refused", "connect-timeout", "response-timeout"],
  http: ["server-error", "server-error", "response-timeout"],
  oss: ["server-error", "server-error", "connect-timeout"],
  openapi: ["server-error", "response-timeout"],
  mysql: ["connect-refused", "too-many-connections", "connect-timeout"],
  postgres: ["connect-refused", "connect-timeout", "response-timeout"],
  cdn: ["server-error", "connect-reset", "response-timeout"],
};
const ANY_FAILURE: readonly Reason[] = ["connect-timeout"];
const CAN_BE_THROTTLED = new Set(["http", "oss", "openapi", "cdn"]);

/** Chances of a target on one day. */
const OUTAGE_CHANCE = 0.03;
const UNLUCKY_OUTAGE_CHANCE = 0.14;
const BUMP_CHANCE = 0.06;
const THROTTLED_CHANCE = 0.04;
/** Chance that the monitor itself was blind for some minutes, of a vantage on one day. */
const GAP_CHANCE = 0.12;

/** The effects on a target on a day: those of the real outage, or the small troubles of an ordinary day. */
export function effectsOf(target: Target, day: Day, seed: number): Effect[] {
  if (day.replay !== null) return replayedEffects(target, day, day.replay);
  const random = seededRandom(hash32(`${seed}/${day.date}/${target.id}`));
  const unlucky = target.account === UNLUCKY_ACCOUNT;
  const effects: Effect[] = [];
  if (random() < BUMP_CHANCE) effects.push(bump(random, day));
  if (random() < THROTTLED_CHANCE && CAN_BE_THROTTLED.has(target.probe.kind)) {
    effects.push(failure(target, "throttled", span(random, day, between(random, 2, 10))));
  }
  if (random() < (unlucky ? UNLUCKY_OUTAGE_CHANCE : OUTAGE_CHANCE)) {
    // Squared: most are short.
    const length = 1 + Math.floor(random() ** 2 * (unlucky ? 15 : 7));
    const reason = pick(random, FAILURES_OF[target.probe.kind] ?? ANY_FAILURE);
    const place = span(random, day, length);
    if (reason !== undefined) effects.push(failure(target, reason, place));
  }
  return effects;
}

/** Minutes of an ordinary day in which a vantage could tell nothing about any target. */
export function gapsOf(vantage: string, day: Day, seed: number): Effect[] {
  const random = seededRandom(hash32(`${seed}/${day.date}/vantage ${vantage}`));
  if (day.replay !== null || random() >= GAP_CHANCE) return [];
  const place = span(random, day, between(random, 1, 8));
  const reason = random() < 0.7 ? "control-failed" : "event-loop-lag";
  const text = GENERATED;
  return [{ ...place, oneOf: 1, letter: "u", reason, text, fixedUs: 0, factor: 0 }];
}

type Span = { readonly from: number; readonly until: number };

function span(random: Random, { minutes }: Day, length: number): Span {
  // Drawn over a whole day, so that today's history does not move as today grows.
  const from = between(random, 0, 1439);
  return { from: Math.min(from, minutes), until: Math.min(from + length, minutes) };
}

function bump(random: Random, day: Day): Effect {
  const place = span(random, day, between(random, 10, 60));
  const factor = 2 + random() * 5;
  return { ...place, oneOf: 1, letter: "o", reason: "", text: "", fixedUs: 0, factor };
}

function failure(target: Target, reason: Reason, place: Span): Effect {
  const timedOut = reason === "connect-timeout" || reason === "response-timeout";
  return {
    ...place,
    oneOf: 1,
    letter: reason === "throttled" ? "i" : "f",
    reason,
    text: GENERATED,
    fixedUs: timedOut ? target.timeoutMs * 1000 : 0,
    factor: timedOut ? 0 : 0.6,
  };
}

function replayedEffects(target: Target, day: Day, outage: RealOutage): Effect[] {
  return outage.effects.flatMap(({ hits, from, until, reason, oneOf }) => {
    const place = { from: minuteOf(from, day), until: minuteOf(until, day) };
    if (!fits(target, hits) || place.from >= place.until) return [];
    const text = `replay: ${outage.title}`;
    return [{ ...failure(target, reason, place), oneOf, text }];
  });
}

/** Minutes from the day's begin, held inside the day. */
function minuteOf(instant: string, { startMs, minutes }: Day): number {
  const minute = Math.floor((Date.parse(instant) - startMs) / 60_000);
  return Math.min(Math.max(minute, 0), minutes);
}

function fits(target: Target, { products, zone, class: kind, probeKinds, signed }: EffectScope) {
  return (
    (products?.includes(target.product) ?? true) &&
    (zone === undefined || target.zone === zone) &&
    (kind === undefined || target.class === kind) &&
    (probeKinds?.includes(target.probe.kind) ?? true) &&
    (signed === undefined || typeof target.probe["accessKeyId"] === "string")
  );
}
