import type { Agreement } from "../../src/core/agreement.ts";
import { METHODS, QUORUMS, SCOPES } from "../../src/core/agreement.ts";
import { EXCLUSION_STATES } from "../../src/core/exclusion.ts";
import type { ExclusionScope, ExclusionState } from "../../src/core/exclusion.ts";
import type { Reason } from "../../src/core/outcome.ts";
import type { Round } from "../../src/core/round.ts";
import type { Target } from "../../src/core/target.ts";
import { testAgreement, testTarget } from "../helpers/sla.ts";
import { createRandom, type Random } from "./random.ts";
import { monthIn, type Span } from "./second-month.ts";
import type { SecondExclusion } from "./second.ts";

/** Rounds that arrive together, and how far the settler's clock has come after them (null: it rests). */
export type Arrival = { readonly rounds: readonly Round[]; readonly settleAtMs: number | null };

/** `targets` are those that `scope` covers; only an approved one counts. */
export type GeneratedExclusion = SecondExclusion & {
  readonly scope: ExclusionScope;
  readonly state: ExclusionState;
};

/** A month as the world might have it: what is configured, what was measured, what was excluded. */
export type GeneratedMonth = {
  readonly seed: number;
  readonly index: number;
  readonly month: string;
  readonly timeZone: string;
  readonly agreements: readonly Agreement[];
  readonly targets: readonly Target[];
  readonly exclusions: readonly GeneratedExclusion[];
  /** In the order of storing; the last one is settled at `nowMs`. */
  readonly arrivals: readonly Arrival[];
  readonly nowMs: number;
};

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** In most of these months the clocks change somewhere, in two of them on the first day. */
const MONTHS = ["2026-10", "2026-03", "2026-04", "2026-11", "2026-02", "2023-10"];
const ZONES = [
  "Asia/Shanghai",
  "Europe/Berlin",
  "America/Los_Angeles",
  "Australia/Lord_Howe",
  "America/St_Johns",
  "Asia/Kathmandu",
  // Midnight of 1 November 2026 happens twice; that of 1 October 2023 does not happen.
  "America/Havana",
  "America/Asuncion",
];
const SLOTS_MS = [1, 1, 1, 5, 5, 5, 2, 3, 10, 15, 30, 60, 360, 1440].map((n) => n * MINUTE_MS);
const VANTAGES = ["north", "east", "south", "west"];
const REASONS_FAILED: readonly Reason[] = ["connect-timeout", "connect-refused", "wrong-status"];

/** The month with this number; the same for the same seed and number. */
export function generateMonth(seed: number, index: number): GeneratedMonth {
  const random = createRandom(seed, index);
  const month = random.pick(MONTHS);
  const timeZone = random.pick(ZONES);
  const agreements = generateAgreements(random, { month, timeZone });
  const span = monthIn(month, agreements[0]!.timeZone);
  const nowMs = generateNow(random, span, agreements[0]!);
  const places = generatePlaces(random, { span, nowMs, slotMs: agreements[0]!.slotMs });
  const targets = generateTargets(random, agreements, places);
  const exclusions = random.chance(0.6) ? generateExclusions(random, targets, places) : [];
  const rounds = generateRounds(random, targets, places);
  const arrivals = generateArrivals(random, rounds, nowMs);
  return { seed, index, month, timeZone, agreements, targets, exclusions, arrivals, nowMs };
}

// ---------------------------------------------------------------- agreements

function generateAgreements(
  random: Random,
  { month, timeZone }: { month: string; timeZone: string },
): Agreement[] {
  const ids = ["first", "second", "third"].slice(0, random.between(1, 3));
  return ids.flatMap((id) => {
    const zone = random.chance(0.7) ? timeZone : random.pick(ZONES);
    const { fromMs } = monthIn(month, zone);
    // The first version too may begin with the month, or not be there yet.
    const begin = random.chance(0.2) ? fromMs + random.pick([-DAY_MS, 0, DAY_MS]) : 0;
    const versions = [{ ...generateTerms(random, id, zone), fromMs: begin }];
    // A later version holds from the month's start, or is not in force yet.
    if (random.chance(0.2)) {
      const later = fromMs + random.pick([-HOUR_MS, 0, 2 * DAY_MS]);
      versions.push({ ...generateTerms(random, id, zone), fromMs: later });
    }
    return random.shuffle(versions);
  });
}

function generateTerms(random: Random, id: string, timeZone: string): Agreement {
  const scope = random.pick(SCOPES);
  // A zone is down by vote: multi-zone has no other method.
  const method = scope === "multi-zone" ? "all-failed" : random.pick(METHODS);
  const percent = random.pick(["99.95", "99.9", "99.5", "99", "95", "80", "50", "100"]);
  return testAgreement({
    id,
    objectivePercent: percent,
    method,
    scope,
    slotMs: random.pick(SLOTS_MS),
    threshold:
      method === "threshold"
        ? random.pick([
            { num: 0n, den: 1n },
            { num: 1n, den: 20n },
            { num: 1n, den: 3n },
            { num: 1n, den: 2n },
            { num: 25n, den: 100n },
          ])
        : null,
    quorum: random.pick(QUORUMS),
    minVantages: random.pick([null, null, 1, 2, 3]),
    minStretch: random.pick([1, 1, 1, 2, 3, 5, 12]),
    partMonth: random.pick(["as-used", "whole-month"]),
    exclusion: random.pick(["as-good", "removed"]),
    noData: random.pick(["removed", "removed", "as-good", "as-bad"]),
    minCoverage: random.pick([
      { num: 95n, den: 100n },
      { num: 1n, den: 1_000_000n },
      { num: 1n, den: 1000n },
      { num: 1n, den: 2n },
      { num: 1n, den: 1n },
    ]),
    timeZone,
    closeAfterMs: random.pick([0, HOUR_MS, DAY_MS, 7 * MINUTE_MS + 13_000]),
  });
}

// ---------------------------------------------------------------- time

/** When it is: long after the month, between its end and its closing, within it, or before. */
function generateNow(random: Random, span: Span, { closeAfterMs }: Agreement): number {
  const within = random.between(span.fromMs, span.untilMs);
  return random.weighted([
    [8, () => span.untilMs + closeAfterMs + random.between(0, 5 * DAY_MS)],
    // The month's end and its closing to the minute, and just not.
    [1, () => span.untilMs + random.pick([0, closeAfterMs]) + random.pick([0, 30_000, 90_000])],
    [1, () => span.untilMs + random.between(0, closeAfterMs)],
    [8, () => within],
    // Early in the month, where the windows look across its start.
    [2, () => span.fromMs + random.between(0, 4 * DAY_MS)],
    [1, () => span.fromMs + random.between(0, 3 * HOUR_MS)],
    [0.5, () => span.fromMs - random.between(0, DAY_MS)],
  ]);
}

/** Short stretches of time in which something is measured: a month that is mostly empty costs little. */
function generatePlaces(
  random: Random,
  { span, nowMs, slotMs }: { span: Span; nowMs: number; slotMs: number },
): Span[] {
  const anywhere = (): number => random.between(span.fromMs, span.untilMs);
  const centres = [span.fromMs, span.untilMs, ...changesOfClocks(), anywhere(), anywhere(), nowMs];
  const chosen = random.shuffle(centres).slice(0, random.between(2, 4));
  // A running month needs its present for the windows to see something.
  if (nowMs < span.untilMs && random.chance(0.8)) chosen.push(nowMs - 2 * slotMs);
  return chosen.map((centreMs) => {
    const lengthMs = random.between(3, 24) * Math.min(slotMs, random.pick([5, 60]) * MINUTE_MS);
    const aligned = random.chance(0.5) ? centreMs - (centreMs % slotMs) : centreMs;
    const fromMs = aligned - random.pick([0, 0.3, 0.5, 0.8, 1]) * lengthMs;
    return { fromMs: Math.floor(fromMs), untilMs: Math.floor(fromMs + lengthMs) };
  });

  /** Every jump of a zone's clocks in the month, found by their readings of each hour. */
  function changesOfClocks(): number[] {
    const zone = random.pick(ZONES);
    const clock = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" });
    const offsetAt = (atMs: number) =>
      clock.formatToParts(atMs).find(({ type }) => type === "timeZoneName")?.value;
    const days = Array.from({ length: 31 }, (_, day) => span.fromMs + day * DAY_MS);
    return days
      .filter((day) => offsetAt(day) !== offsetAt(day + DAY_MS))
      .map((day) => {
        let atMs = day;
        while (offsetAt(atMs) === offsetAt(day)) atMs += HOUR_MS / 2;
        return atMs;
      });
  }
}

/** An instant in or near a place, often on a whole minute. */
function generateInstant(random: Random, places: readonly Span[]): number {
  const { fromMs, untilMs } = random.pick(places);
  const atMs = random.between(fromMs - MINUTE_MS, untilMs + MINUTE_MS);
  return atMs - (atMs % random.pick([1, 1000, MINUTE_MS, 5 * MINUTE_MS]));
}

// ---------------------------------------------------------------- targets and exclusions

function generateTargets(
  random: Random,
  agreements: readonly Agreement[],
  places: readonly Span[],
): Target[] {
  const ids = [...new Set(agreements.map(({ id }) => id))];
  const hasZones = agreements.some(({ scope }) => scope === "multi-zone");
  const isOneRegion = random.chance(hasZones ? 0.9 : 0.7);
  return Array.from({ length: random.between(hasZones ? 2 : 1, 5) }, (_, number) => {
    const [fromMs, untilMs] = generateLifetime(random, places);
    const own = random.shuffle(ids).slice(0, random.between(1, ids.length));
    return testTarget({
      id: `web-${number}`,
      product: isOneRegion ? "ecs" : random.pick(["ecs", "oss"]),
      region: isOneRegion ? "cn-hangzhou" : random.pick(["cn-hangzhou", "cn-beijing"]),
      zone: random.pick([null, "a", "a", "b", "b", "c"]),
      account: isOneRegion ? "acme" : random.pick(["acme", "other"]),
      class: random.pick(["", "", "standard"]),
      agreements: own,
      vantages: random.shuffle(VANTAGES).slice(0, random.between(1, 4)),
      fromMs,
      untilMs,
    });
  });
}

/** Unbounded, or begun or ended at some instant near what is measured, also within a slot. */
function generateLifetime(random: Random, places: readonly Span[]): [number | null, number | null] {
  const one = generateInstant(random, places);
  const other = generateInstant(random, places);
  return random.weighted<[number | null, number | null]>([
    [4, () => [null, null]],
    [2, () => [one, null]],
    [2, () => [null, one]],
    [2, () => [Math.min(one, other), Math.max(one, other) + 1]],
    // One place and no more: all of such a life is measured.
    [2, () => [places[0]!.fromMs, places[0]!.untilMs]],
  ]);
}

function generateExclusions(
  random: Random,
  targets: readonly Target[],
  places: readonly Span[],
): GeneratedExclusion[] {
  return Array.from({ length: random.between(1, 5) }, () => {
    const fromMs = generateInstant(random, places);
    const lengthMs = random.pick([1, 90_000, 7 * MINUTE_MS, 20 * MINUTE_MS, 3 * HOUR_MS, DAY_MS]);
    const state = random.chance(0.8) ? "approved" : random.pick(EXCLUSION_STATES);
    const isApproved = state === "approved";
    return { fromMs, untilMs: fromMs + lengthMs, state, isApproved, ...generateScope() };
  });

  /** A scope in one of its forms, and which targets it means. */
  function generateScope(): { scope: ExclusionScope; targets: string[] } {
    const { id, account, product, region } = random.pick(targets);
    const some = targets.filter((target) => target.id === id || random.chance(0.6));
    const ids = some.map((target) => target.id);
    const idsWhere = (isMeant: (target: Target) => boolean): string[] =>
      targets.filter(isMeant).map((target) => target.id);
    return random.pick([
      () => ({ scope: { all: true as const }, targets: idsWhere(() => true) }),
      () => ({ scope: { account }, targets: idsWhere((target) => target.account === account) }),
      () => ({ scope: { regions: [region] }, targets: idsWhere((one) => one.region === region) }),
      () => ({
        scope: { products: [product, "cdn"], regions: [region] },
        targets: idsWhere((one) => one.product === product && one.region === region),
      }),
      () => ({ scope: { targets: [id] }, targets: [id] }),
      () => ({ scope: { targets: ids }, targets: ids }),
    ])();
  }
}

// ---------------------------------------------------------------- rounds

/** What is seen of some targets from some vantages for a while. */
type Weather = Span & {
  readonly targets: ReadonlySet<string>;
  readonly vantages: ReadonlySet<string>;
  /** One letter of them at random; "-" is no result. */
  readonly letters: string;
};

function generateWeather(random: Random, targets: readonly Target[], place: Span): Weather {
  const lengthMs = place.untilMs - place.fromMs;
  const fromMs = place.fromMs + random.between(0, lengthMs);
  const some = (all: readonly string[]): Set<string> =>
    new Set(random.chance(0.5) ? all : all.filter(() => random.chance(0.5)));
  const struckZone = random.pick(targets).zone;
  const struck = random.chance(0.3)
    ? targets.filter(({ zone }) => zone === struckZone).map(({ id }) => id)
    : [...some(targets.map(({ id }) => id))];
  return {
    fromMs: random.chance(0.5) ? fromMs - (fromMs % MINUTE_MS) : fromMs,
    untilMs: fromMs + Math.ceil(lengthMs * random.pick([0.05, 0.2, 0.5, 1])),
    targets: new Set(struck),
    vantages: some(VANTAGES),
    letters: random.pick([
      "f",
      "f",
      "f",
      "fo",
      "fooo",
      "-",
      "-",
      "i",
      "u",
      "fi",
      "fu",
      "o-",
      "oiu",
    ]),
  };
}

function generateRounds(
  random: Random,
  targets: readonly Target[],
  places: readonly Span[],
): Round[] {
  // Sometimes a vantage measures that no target is configured for.
  const vantages = VANTAGES.slice(0, random.between(1, 4));
  return places.flatMap((place) => {
    const weathers = Array.from({ length: random.between(0, 8) }, () =>
      generateWeather(random, targets, place),
    );
    const base = random.pick(["o", "o", "o", "ooooooof", "ooof", "f", "of"]);
    const letterFor = (target: string, vantage: string, atMs: number): string => {
      const weather = weathers.findLast(
        (one) =>
          one.fromMs <= atMs &&
          atMs < one.untilMs &&
          one.targets.has(target) &&
          one.vantages.has(vantage),
      );
      return random.pick((weather?.letters ?? base).split(""));
    };
    // At most a few hundred rounds in a place.
    const least = ((place.untilMs - place.fromMs) * vantages.length) / 240;
    const stepMs = Math.max(
      random.pick([15_000, 20_000, 30_000, MINUTE_MS, 5 * MINUTE_MS]),
      Math.ceil(least / 1000) * 1000,
    );
    const phaseMs = random.pick([0, 0, random.between(0, stepMs)]);
    const shards = random.pick([1, 1, 2]);
    const rounds: Round[] = [];
    const firstMs = place.fromMs - (place.fromMs % stepMs) + phaseMs;
    for (let atMs = firstMs; atMs < place.untilMs; atMs += stepMs) {
      for (const vantage of vantages) {
        for (let shard = 0; shard < shards; shard += 1) {
          const asked = targets.filter((_, number) => number % shards === shard);
          const seen = asked
            .map(({ id }) => ({ id, letter: letterFor(id, vantage, atMs) }))
            .filter(({ letter }) => letter !== "-");
          if (seen.length > 0) rounds.push(toRound(random, { vantage, shard, atMs, seen }));
        }
      }
    }
    return rounds;
  });
}

function toRound(
  random: Random,
  input: {
    readonly vantage: string;
    readonly shard: number | string;
    readonly atMs: number;
    readonly seen: readonly { readonly id: string; readonly letter: string }[];
  },
): Round {
  const { vantage, shard, atMs, seen } = input;
  const failedBy = random.pick(REASONS_FAILED);
  return {
    vantage,
    shard: `shard-${shard}`,
    plannedAtMs: atMs,
    targets: seen.map(({ id }) => id),
    outcomes: seen.map(({ letter }) => letter).join(""),
    offsetsMs: seen.map(() => random.between(-5, 900)),
    latenciesUs: seen.map(() => random.between(100, 90_000)),
    details: seen.flatMap(({ letter }, index) =>
      letter === "o" ? [] : [{ index, reason: reasonOf(letter, failedBy) }],
    ),
  };
}

function reasonOf(letter: string, failedBy: Reason): Reason {
  return letter === "f" ? failedBy : letter === "i" ? "forbidden" : "network-down";
}

// ---------------------------------------------------------------- arrival

/** Duplicates, lateness and disorder: what arrives first is stored first. */
function generateArrivals(random: Random, rounds: readonly Round[], nowMs: number): Arrival[] {
  const doubles = rounds.flatMap((round) => (random.chance(0.05) ? [doubleOf(random, round)] : []));
  const disorder = random.pick([0, 0.05, 0.3, 1]);
  const sent = [...rounds, ...doubles].map((round) => {
    const isLate = random.chance(disorder);
    return { round, atMs: round.plannedAtMs + (isLate ? random.between(0, 40 * DAY_MS) : 0) };
  });
  const ordered = sent.toSorted((a, b) => a.atMs - b.atMs).map(({ round }) => round);
  const parts = random.between(1, 5);
  const cuts = Array.from({ length: parts - 1 }, () => random.between(0, ordered.length));
  const bounds = [0, ...cuts.toSorted((a, b) => a - b), ordered.length];
  let clockMs = 0;
  return bounds.slice(1).map((until, part) => {
    const batch = ordered.slice(bounds[part], until);
    const seenMs = Math.min(nowMs, batch.at(-1)?.plannedAtMs ?? 0);
    // The settler's clock never goes back, and has come to the present at the end.
    clockMs = Math.max(clockMs, random.chance(0.5) ? nowMs : seenMs);
    const isLast = part === bounds.length - 2;
    const settleAtMs = isLast ? nowMs : random.chance(0.7) && clockMs > 0 ? clockMs : null;
    return { rounds: batch, settleAtMs };
  });
}

/** The same targets at the same instant from the same vantage once more, seen otherwise. */
function doubleOf(random: Random, round: Round): Round {
  const kept = round.targets.filter(() => random.chance(0.8));
  const targets = kept.length > 0 ? kept : round.targets;
  const shard = random.pick(["again", "again", "again", null]);
  return {
    ...toRound(random, {
      vantage: round.vantage,
      shard: "again",
      atMs: round.plannedAtMs,
      seen: targets.map((id) => ({ id, letter: random.pick(["o", "o", "f", "f", "i", "u"]) })),
    }),
    // The very same round once more is no new evidence at all.
    ...(shard === null && { shard: round.shard }),
  };
}
