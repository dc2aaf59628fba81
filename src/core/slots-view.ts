import type { CountRun } from "./counts.ts";
import type { TimelineRun } from "./figure.ts";
import type { Level } from "./malfunction.ts";
import { REASONS, type Reason } from "./outcome.ts";
import { intersectRanges, type SlotRange } from "./ranges.ts";
import type { SlotState } from "./state.ts";
import { MINUTE_MS } from "./tally.ts";
import type { Agreement } from "./agreement.ts";
import type { Product } from "./target.ts";
import type { Frame, TimelineDay } from "./views.ts";

/** What one vantage counted in a slot; null there: it has no valid result, and no vote. */
export type Vote = {
  readonly valid: number;
  readonly failed: number;
  /** Seen most often among what was not ok. */
  readonly reason: Reason;
};

/** One slot of a day: what each vantage counted, in the order of the vantages, and what came of it. */
export type DaySlot = {
  readonly fromMs: number;
  readonly votes: readonly (Vote | null)[];
  readonly state: SlotState | "to-come";
  /** Of the slot as the agreement counts it, num / den. */
  readonly num: number;
  readonly den: number;
};

/** Consecutive slots that are the same in everything. */
export type DayRun = Omit<DaySlot, "fromMs"> & {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly slots: number;
};

export type DayHour = {
  readonly index: number;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Of the slots that start in it. */
  readonly line: TimelineDay;
};

/** How one vantage voted over the day: offsets from its start. */
export type VoteLine = {
  readonly vantage: string;
  readonly runs: readonly {
    readonly fromMs: number;
    readonly untilMs: number;
    readonly vote: "up" | "mixed" | "down";
  }[];
};

/** One day of a target under one of its agreements. */
export type DayModel = {
  readonly frame: Frame;
  readonly id: string;
  readonly product: Product;
  readonly region: string;
  readonly account: string;
  /** "2026-11-12" */
  readonly day: string;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Those of the neighbours that lie in the past and in the target's lifetime. */
  readonly previous: string | null;
  readonly next: string | null;
  /** Ids of the agreements that give the target a figure in this month. */
  readonly agreements: readonly string[];
  /** Null: none does. */
  readonly shown: {
    readonly terms: Agreement;
    readonly subject: string;
    /** Of the subject; more than one for a group. */
    readonly targets: number;
    readonly vantages: readonly string[];
    readonly line: TimelineDay;
    readonly votes: readonly VoteLine[];
    readonly hours: readonly DayHour[];
    /** What was not simply good. */
    readonly runs: readonly DayRun[];
    /** Runs that are left out. */
    readonly more: number;
    /** The one whose slots are listed. */
    readonly hour: number;
    readonly slots: readonly DaySlot[];
    readonly exclusions: readonly { readonly id: number; readonly reason: string }[];
    readonly malfunctions: readonly {
      readonly id: number;
      readonly level: Level;
      readonly fromMs: number;
      readonly untilMs: number | null;
    }[];
  } | null;
};

/** The votes of one vantage in the slots [from, until), in their order. */
export function votesOf(
  runs: readonly CountRun[],
  slotMinutes: number,
  range: SlotRange,
): (Vote | null)[] {
  const votes = Array.from({ length: range.until - range.from }, (): Vote | null => null);
  const minutes = { from: range.from * slotMinutes, until: range.until * slotMinutes };
  for (const run of runs) {
    const { from, until } = intersectRanges(run, minutes);
    for (let minute = from; minute < until; minute += 1) {
      const at = Math.floor(minute / slotMinutes) - range.from;
      const { valid, failed, reason } = votes[at] ?? { valid: 0, failed: 0, reason: "" };
      const better = run.failed > 0 || reason === "" ? (REASONS[run.reason] ?? "") : reason;
      votes[at] = {
        valid: valid + run.valid,
        failed: failed + run.failed,
        reason: better === "" ? reason : better,
      };
    }
  }
  return votes;
}

/** How a vantage voted: null without a valid result. */
export function voteOf(vote: Vote | null): "up" | "mixed" | "down" | null {
  if (vote === null || vote.valid === 0) return null;
  if (vote.failed === 0) return "up";
  return vote.failed === vote.valid ? "down" : "mixed";
}

/** The slots of [from, until) by what every vantage counted and what the agreement made of it. */
export function slotsOfDay(input: {
  readonly slotMs: number;
  readonly range: SlotRange;
  /** By vantage. */
  readonly counts: readonly (readonly CountRun[])[];
  /** Sorted, without overlap. */
  readonly timeline: readonly TimelineRun[];
}): DaySlot[] {
  const { slotMs, range, timeline } = input;
  const slotMinutes = slotMs / MINUTE_MS;
  const votes = input.counts.map((runs) => votesOf(runs, slotMinutes, range));
  let next = 0;
  return Array.from({ length: Math.max(0, range.until - range.from) }, (_, index): DaySlot => {
    const fromMs = (range.from + index) * slotMs;
    while ((timeline[next]?.untilMs ?? Infinity) <= fromMs) next += 1;
    const run = timeline[next];
    const isCovered = run !== undefined && run.fromMs <= fromMs;
    return {
      fromMs,
      votes: votes.map((list) => list[index] ?? null),
      state: isCovered ? run.state : "to-come",
      num: isCovered ? run.num : 0,
      den: isCovered ? run.den : 1,
    };
  });
}

/** What deserves a line: whatever is not good by all votes. */
export function runsOfDay(slots: readonly DaySlot[], slotMs: number): DayRun[] {
  const runs: DayRun[] = [];
  let lastKey = "";
  for (const slot of slots) {
    const isQuiet =
      slot.state === "to-come" ||
      slot.state === "outside" ||
      (slot.state === "good" && slot.votes.every((vote) => vote === null || vote.failed === 0));
    const { fromMs, ...facts } = slot;
    const key = isQuiet ? "" : JSON.stringify(facts);
    const last = runs.at(-1);
    if (key !== "" && key === lastKey && last !== undefined) {
      runs[runs.length - 1] = { ...last, untilMs: fromMs + slotMs, slots: last.slots + 1 };
    } else if (key !== "") {
      runs.push({ ...facts, fromMs, untilMs: fromMs + slotMs, slots: 1 });
    }
    lastKey = key;
  }
  return runs;
}

/** A vantage's votes as runs of equal ones, as offsets from an instant. */
export function voteRuns(
  slots: readonly DaySlot[],
  vantage: number,
  { startMs, slotMs }: { readonly startMs: number; readonly slotMs: number },
): VoteLine["runs"] {
  const runs: { fromMs: number; untilMs: number; vote: "up" | "mixed" | "down" }[] = [];
  for (const slot of slots) {
    const vote = voteOf(slot.votes[vantage] ?? null);
    const fromMs = slot.fromMs - startMs;
    const last = runs.at(-1);
    if (vote === null) continue;
    if (last?.vote === vote && last.untilMs === fromMs) last.untilMs = fromMs + slotMs;
    else runs.push({ fromMs, untilMs: fromMs + slotMs, vote });
  }
  return runs;
}

const WEIGHT: Readonly<Record<DaySlot["state"], number>> = {
  bad: 4,
  partial: 3,
  "no-data": 2,
  excluded: 1,
  good: 0,
  outside: 0,
  "to-come": 0,
};

/** The hour to look at first: the first of those with the worst slot, else the last with a slot. */
export function worstHour(slots: readonly DaySlot[], hourOf: (ms: number) => number): number {
  let [hour, weight] = [0, -1];
  for (const slot of slots) {
    if (slot.state === "to-come") continue;
    const isWorse = WEIGHT[slot.state] > weight || (weight === 0 && WEIGHT[slot.state] === 0);
    if (isWorse) [hour, weight] = [hourOf(slot.fromMs), WEIGHT[slot.state]];
  }
  return hour;
}
