import { countTotals } from "./books.ts";
import { type Burn, LONGEST_WINDOW_MS, burnOf } from "./burn.ts";
import type { CountRun } from "./counts.ts";
import {
  type Figure,
  type TimelineRun,
  allowedBad,
  availabilityOf,
  bandOf,
  ratioOf,
  verdictOf,
} from "./figure.ts";
import { subtractFractions } from "./fraction.ts";
import type { Interval } from "./month.ts";
import { type Outage, findOutages, reasonsOf } from "./outage.ts";
import { PROJECTION_MS, projectMonth } from "./projection.ts";
import {
  type SlotRange,
  countSlots,
  intersectRanges,
  overlay,
  slotsStartingIn,
  uniteRanges,
} from "./ranges.ts";
import { type Evidence, type SequenceInput, judgeSlots, lives } from "./sequence.ts";
import { type StateRun, statesOf, totalsOf } from "./state.ts";

const MINUTE_MS = 60_000;

export type TimelineInput = SequenceInput & {
  /** Slots that end by this instant are settled; before the month's end the month is running. */
  readonly settledUntilMs: number;
  /** The approved ones that apply to the subject; they may overlap. */
  readonly exclusions: readonly Interval[];
};

export type SubjectInput = TimelineInput & { readonly month: Interval };

/**
 * The figure of one subject for one month, by the rules of sections 3 to 6 and 10.
 * The evidence reaches `evidenceRange` where it exists; what is missing there has no data.
 */
export function evaluate(input: SubjectInput): Figure {
  const { agreement } = input;
  const { slotMs, objective } = agreement;
  const month = monthSlots(input);
  const states = statesBetween(input, reachOf(input));
  const totals = totalsOf(states, month.past);
  const count = countTotals(totals, agreement);
  const { total, books, counted, bad, lifetimeSlots, coveredSlots } = count;
  const { low, high } = bandOf(count, agreement);
  const slotsToCome = countToCome(input, month.toCome);
  const allowed = allowedBad(counted, objective);
  // Written out, without spreading: ten thousand of these make a report.
  const facts: Omit<Figure, "verdict"> = {
    slotMs,
    // Over is not closed: late results may still come (sla-semantics, section 8).
    isRunning: !month.isOver || input.settledUntilMs < input.month.untilMs + agreement.closeAfterMs,
    total,
    books,
    counted,
    bad,
    lifetimeSlots,
    coveredSlots,
    availability: availabilityOf(bad, counted),
    low,
    high,
    coverage: ratioOf(coveredSlots, lifetimeSlots),
    reachability: ratioOf(totals.valid - totals.failed, totals.valid),
    results: { valid: totals.valid, failed: totals.failed },
    slotsToCome,
    allowed,
    allowedInMonth: allowedBad(counted + slotsToCome, objective),
    budgetLeft: subtractFractions(allowed, bad),
    burn: month.isOver ? null : burnAt(month.settledSlot, states, input),
    projection: month.isOver
      ? null
      : projectMonth(states, agreement, {
          bad,
          counted,
          slotsToCome,
          settledSlot: month.settledSlot,
        }),
    outages: outagesOf(states, month.past, input),
    timeline: timelineOf(states, month.past, slotMs),
  };
  return Object.assign(facts, { verdict: verdictOf(facts, agreement) });
}

function burnAt(settledSlot: number, states: readonly StateRun[], input: SubjectInput): Burn {
  const monthMs = input.month.untilMs - input.month.fromMs;
  return burnOf(states, input.agreement, { settledSlot, monthMs });
}

/**
 * The state of every slot that starts in the interval and is settled, for pages that show
 * other ranges than a month. The evidence reaches `minStretch` - 1 slots further on both sides.
 */
export function timelineBetween(input: TimelineInput, interval: Interval): TimelineRun[] {
  const { slotMs, minStretch } = input.agreement;
  const settled = { from: -Infinity, until: Math.floor(input.settledUntilMs / slotMs) };
  const wanted = intersectRanges(slotsStartingIn(interval, slotMs), settled);
  const reach = { from: wanted.from - (minStretch - 1), until: wanted.until + (minStretch - 1) };
  return timelineOf(statesBetween(input, intersectRanges(reach, settled)), wanted, slotMs);
}

/** The interval that the evidence should cover for `evaluate` to be exact, epoch milliseconds. */
export function evidenceRange(input: MonthInput): Interval {
  const { slotMs } = input.agreement;
  const { from, until } = reachOf(input);
  return { fromMs: from * slotMs, untilMs: until * slotMs };
}

type MonthInput = Pick<SubjectInput, "agreement" | "month" | "settledUntilMs">;

function monthSlots({ agreement, month, settledUntilMs }: MonthInput) {
  const { from, until } = slotsStartingIn(month, agreement.slotMs);
  const settledSlot = Math.floor(settledUntilMs / agreement.slotMs);
  const end = Math.min(Math.max(settledSlot, from), until);
  return {
    settledSlot,
    isOver: settledSlot >= until,
    past: { from, until: end },
    toCome: { from: end, until },
  };
}

/**
 * The month's settled slots, before those of a running month what its burn and its projection look
 * back on, and the length of a short stretch beyond.
 */
function reachOf(input: MonthInput): SlotRange {
  const { slotMs, minStretch } = input.agreement;
  const { past, toCome, settledSlot, isOver } = monthSlots(input);
  const lookBack = Math.floor(Math.max(LONGEST_WINDOW_MS, PROJECTION_MS) / slotMs);
  const first = isOver ? past.from : Math.min(past.from, settledSlot - lookBack);
  return {
    from: first - (minStretch - 1),
    until: Math.min(settledSlot, toCome.until + (minStretch - 1)),
  };
}

function statesBetween(input: TimelineInput, range: SlotRange): StateRun[] {
  const { slotMs } = input.agreement;
  const excluded = input.exclusions.map((exclusion) => slotsStartingIn(exclusion, slotMs));
  return statesOf(judgeSlots(input, range), uniteRanges(excluded));
}

/** Slots to come that a perfect rest of the month would add to the count. */
function countToCome({ agreement, members, exclusions }: SubjectInput, range: SlotRange): number {
  const living = lives(members, agreement, range);
  const counted = agreement.partMonth === "whole-month" ? countSlots([range]) : countSlots(living);
  if (agreement.exclusion === "as-good") {
    return counted;
  }
  const excluded = uniteRanges(
    exclusions.map((exclusion) => slotsStartingIn(exclusion, agreement.slotMs)),
  );
  const removed = overlay(living, excluded, (piece, isExcluded) =>
    isExcluded ? countSlots([piece]) : 0,
  );
  return counted - removed.reduce((sum, slots) => sum + slots, 0);
}

function outagesOf(
  states: readonly StateRun[],
  range: SlotRange,
  { agreement, members }: SubjectInput,
): Outage[] {
  const { slotMs } = agreement;
  const found = findOutages(states, range);
  const slotMinutes = slotMs / MINUTE_MS;
  const minutes = found.map(({ from, until }) => ({
    from: from * slotMinutes,
    until: until * slotMinutes,
  }));
  const reasons = reasonsOf(
    minutes,
    found.length === 0 ? [] : members.flatMap((member) => runsInLife(member, slotMs)),
  );
  return found.map(({ from, until }, index) => ({
    fromMs: from * slotMs,
    untilMs: until * slotMs,
    slots: until - from,
    reason: reasons[index] ?? "",
  }));
}

/** By vantage; of the slots that start in the target's lifetime: in others it is not in its group. */
function runsInLife({ target, counts }: Evidence, slotMs: number): (readonly CountRun[])[] {
  const lists = [...counts.values()];
  if (target.fromMs === null && target.untilMs === null) return lists;
  const slotMinutes = slotMs / MINUTE_MS;
  const slots = slotsStartingIn(target, slotMs);
  const life = { from: slots.from * slotMinutes, until: slots.until * slotMinutes };
  return lists.map((runs) =>
    runs
      .map((run) => ({ ...run, ...intersectRanges(run, life) }))
      .filter(({ from, until }) => from < until),
  );
}

function timelineOf(states: readonly StateRun[], range: SlotRange, slotMs: number): TimelineRun[] {
  const timeline: TimelineRun[] = [];
  for (const run of states) {
    const { state, num, den } = run;
    const { from, until } = intersectRanges(run, range);
    const last = timeline.at(-1);
    if (from === until) {
      continue;
    }
    if (last !== undefined && last.state === state && last.num * den === num * last.den) {
      timeline[timeline.length - 1] = { ...last, untilMs: until * slotMs };
    } else {
      timeline.push({ fromMs: from * slotMs, untilMs: until * slotMs, state, num, den });
    }
  }
  return timeline;
}
