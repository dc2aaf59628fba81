import { DateTime } from "luxon";
import type { Config } from "../config.ts";
import type { Round, RoundDetail } from "../core/round.ts";
import type { Target } from "../core/target.ts";
import { effectsOf, gapsOf } from "./history-effects.ts";
import type { Day, Effect } from "./history-effects.ts";
import { withPhases } from "./history-phases.ts";
import { dailyFactor, lognormalNoise, noiseAt, typicalLatencyMs } from "./latency.ts";
import { hash32 } from "./random.ts";
import { REAL_OUTAGES } from "./real-outages.ts";
import type { RealOutage } from "./real-outages.ts";

const MINUTE_MS = 60_000;
/** Off every grid of live rounds, whose intervals begin on the full minute. */
const OFFSET_MS = 7000;
const DAYS = 90;
const MINUTES_A_BATCH = 480;
/** Pages show the phases of a day. */
const PHASES_MS = 2 * 86_400_000;
/** The history of each account is a chain of its own, as its live rounds are; none names it. */
export const historyShard = (accountNumber: number) => `history-${accountNumber}`;

type HistoryConfig = Pick<Config, "targets" | "timeZone">;

export type HistoryOptions = {
  /**
   * The instant of the sandbox's first start: history ends there. A restart passes the same
   * instant, else it would invent results for the time in which nothing ran.
   */
  readonly nowMs: number;
  readonly seed: number;
  /** Days (YYYY-MM-DD) that are recorded already. */
  readonly skipDays?: ReadonlySet<string>;
};

/** Rounds of one vantage and account on one day, oldest first, at most 480. */
export type HistoryBatch = {
  readonly day: string;
  /** True for the day's last batch: with it recorded the day belongs into `skipDays`. */
  readonly endsDay: boolean;
  /** Of one chain; the next batch is of another one, where there is another. */
  readonly rounds: readonly Round[];
};

/**
 * Everything that is to be there when the sandbox is looked at first: today and the 90 days
 * before it, the newest day first, then the months of real outages. One round a minute from each
 * of a target's vantages, which agree on it. What a day holds follows from the seed and the day alone.
 */
export function* historyRounds(
  config: HistoryConfig,
  options: HistoryOptions,
): Generator<HistoryBatch, void> {
  const noise = lognormalNoise(options.seed);
  for (const day of daysToFill(config, options)) {
    const plans = groupTargets(config, day).map((group) => ({
      plan: planDay({ ...group, day, seed: options.seed }),
      kinds: group.targets.map(({ probe }) => probe.kind),
    }));
    const hasPhases = day.startMs >= options.nowMs - PHASES_MS;
    for (let from = 0; from < day.minutes; from += MINUTES_A_BATCH) {
      const until = Math.min(from + MINUTES_A_BATCH, day.minutes);
      for (const [position, { plan, kinds }] of plans.entries()) {
        const rounds: Round[] = [];
        for (let minute = from; minute < until; minute += 1) {
          const round = roundAt(plan, minute, noise);
          rounds.push(hasPhases ? withPhases(round, kinds) : round);
        }
        const endsDay = until === day.minutes && position === plans.length - 1;
        yield { day: day.date, endsDay, rounds };
      }
    }
  }
}

/** How many rounds `historyRounds` gives with the same arguments. */
export function historySize(config: HistoryConfig, options: HistoryOptions): number {
  let rounds = 0;
  for (const day of daysToFill(config, options)) {
    rounds += day.minutes * groupTargets(config, day).length;
  }
  return rounds;
}

function daysToFill(config: HistoryConfig, { nowMs, skipDays }: HistoryOptions): Day[] {
  const endMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  const today = DateTime.fromMillis(endMs, { zone: config.timeZone }).startOf("day");
  const recent = Array.from({ length: DAYS + 1 }, (_, ago) =>
    dayAt(today.minus({ days: ago }), { endMs, replay: null }),
  );
  const firstMs = today.minus({ days: DAYS }).toMillis();
  const replayed = REAL_OUTAGES.flatMap((outage) => daysOfMonth(config.timeZone, outage, firstMs));
  return [...recent, ...replayed].filter((day) => day.minutes > 0 && !skipDays?.has(day.date));
}

/** The whole month, or nothing when it does not end before the last 90 days begin. */
function daysOfMonth(zone: string, outage: RealOutage, firstMs: number): Day[] {
  const begin = DateTime.fromISO(`${outage.month}-01`, { zone });
  if (begin.plus({ months: 1 }).toMillis() > firstMs) return [];
  return Array.from({ length: begin.daysInMonth ?? 0 }, (_, days) =>
    dayAt(begin.plus({ days }), { endMs: firstMs, replay: outage }),
  );
}

function dayAt(begin: DateTime, { endMs, replay }: { endMs: number; replay: Day["replay"] }): Day {
  const startMs = begin.toMillis();
  const untilMs = Math.min(begin.plus({ days: 1 }).toMillis(), endMs);
  const date = begin.toFormat("yyyy-MM-dd");
  return { date, startMs, minutes: Math.max(0, (untilMs - startMs) / MINUTE_MS), replay };
}

function targetsOf({ targets }: HistoryConfig, { replay }: Day): readonly Target[] {
  if (replay === null) return targets;
  const { regions, probeKinds } = replay;
  return targets.filter(
    ({ region, probe }) =>
      (regions === "all" || regions.includes(region)) &&
      (probeKinds === "all" || probeKinds.includes(probe.kind)),
  );
}

type Group = {
  readonly vantage: string;
  readonly shard: string;
  readonly targets: readonly Target[];
};

/** Of a day: by vantage and account. */
function groupTargets(config: HistoryConfig, day: Day): Group[] {
  const accounts = [...new Set(config.targets.map(({ account }) => account))];
  const groups = new Map<string, Group & { readonly targets: Target[] }>();
  for (const target of targetsOf(config, day)) {
    const shard = historyShard(accounts.indexOf(target.account));
    for (const vantage of target.vantages) {
      const key = `${vantage}\n${shard}`;
      const group = groups.get(key) ?? { vantage, shard, targets: [] };
      group.targets.push(target);
      groups.set(key, group);
    }
  }
  return [...groups.values()];
}

/** All that the rounds of a group on one day have in common. */
type DayPlan = {
  readonly vantage: string;
  readonly shard: string;
  readonly startMs: number;
  readonly ids: readonly string[];
  readonly allOk: string;
  readonly bases: readonly { readonly typicalUs: number; readonly noiseFrom: number }[];
  /** For each target what differs from a quiet minute; the later of two prevails. */
  readonly effects: readonly (readonly Effect[])[];
  /** 1 where any target has an effect; the other minutes take the short way. */
  readonly eventful: Uint8Array;
};

type DayInput = Group & { readonly day: Day; readonly seed: number };

function planDay({ vantage, shard, targets, day, seed }: DayInput): DayPlan {
  const gaps = gapsOf(vantage, day, seed);
  const effects = targets.map((target) => [...effectsOf(target, day, seed), ...gaps]);
  const eventful = new Uint8Array(day.minutes);
  for (const { from, until } of effects.flat()) eventful.fill(1, from, until);
  return {
    vantage,
    shard,
    startMs: day.startMs,
    ids: targets.map(({ id }) => id),
    allOk: "o".repeat(targets.length),
    bases: targets.map(({ id, probe, region }) => ({
      // A canary object is three requests: written, read, removed.
      typicalUs:
        typicalLatencyMs(probe.kind, region) * (probe["operation"] === "canary" ? 3 : 1) * 1000,
      noiseFrom: hash32(`${day.date}/${vantage}/${id}`),
    })),
    effects,
    eventful,
  };
}

const NO_DETAILS: readonly RoundDetail[] = [];

function roundAt(plan: DayPlan, minute: number, noise: Float64Array): Round {
  const daily = DAILY[minute % DAILY.length] ?? 1;
  const latenciesUs: number[] = [];
  const offsetsMs: number[] = [];
  for (const { typicalUs, noiseFrom } of plan.bases) {
    latenciesUs.push(Math.round(typicalUs * daily * noiseAt(noise, noiseFrom + minute)));
    offsetsMs.push(3 + ((noiseFrom + minute * 7) & 7));
  }
  const quiet = {
    vantage: plan.vantage,
    shard: plan.shard,
    plannedAtMs: plan.startMs + minute * MINUTE_MS + OFFSET_MS,
    targets: plan.ids,
    outcomes: plan.allOk,
    offsetsMs,
    latenciesUs,
    details: NO_DETAILS,
  };
  return plan.eventful[minute] === 1 ? withEffects(quiet, plan.effects, minute) : quiet;
}

function withEffects(quiet: Round, effects: readonly (readonly Effect[])[], minute: number): Round {
  const details: RoundDetail[] = [];
  const letters: string[] = [];
  const latenciesUs = quiet.latenciesUs.map((latencyUs, index) => {
    const effect = effects[index]?.findLast(
      ({ from, until, oneOf }) => from <= minute && minute < until && (minute - from) % oneOf === 0,
    );
    letters.push(effect?.letter ?? "o");
    if (effect === undefined) return latencyUs;
    const { letter, reason, text, fixedUs, factor } = effect;
    if (letter !== "o") details.push({ index, reason, text });
    return Math.round(fixedUs + latencyUs * factor);
  });
  return { ...quiet, outcomes: letters.join(""), latenciesUs, details };
}

/** The curve of a day, minute by minute. */
const DAILY: Float64Array = Float64Array.from({ length: 1440 }, (_, minute) => dailyFactor(minute));
