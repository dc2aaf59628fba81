import type { Agreement } from "../../src/core/agreement.ts";
import type { SubjectInput } from "../../src/core/evaluate.ts";
import type { Fraction } from "../../src/core/fraction.ts";
import type { Evidence } from "../../src/core/sequence.ts";
import type { Target } from "../../src/core/target.ts";

/**
 * The rules of sections 3 to 6 written once more, the plainest way: a table of minutes, a list of
 * slots, one sentence after the other. Slow, and shares no code with the source.
 */
export type NaiveFigure = {
  readonly total: number;
  readonly good: Fraction;
  readonly bad: Fraction;
  readonly excluded: number;
  readonly noData: number;
  readonly counted: number;
  readonly countedBad: Fraction;
  readonly lifetimeSlots: number;
  readonly coveredSlots: number;
  readonly valid: number;
  readonly failed: number;
  readonly states: readonly string[];
  readonly verdict: string;
};

type Cell = { valid: number; failed: number };
type Slot = {
  start: number;
  alive: boolean;
  data: boolean;
  bad: Fraction;
  valid: number;
  failed: number;
};

const zero: Fraction = { num: 0n, den: 1n };
const one: Fraction = { num: 1n, den: 1n };
const add = (a: Fraction, b: Fraction): Fraction => ({
  num: a.num * b.den + b.num * a.den,
  den: a.den * b.den,
});
const int = (value: number): Fraction => ({ num: BigInt(value), den: 1n });
const isLess = (a: Fraction, b: Fraction): boolean => a.num * b.den < b.num * a.den;

function livesAt(target: Target, startMs: number): boolean {
  if (target.fromMs !== null && startMs < target.fromMs) return false;
  return target.untilMs === null || startMs < target.untilMs;
}

/** Per vantage the counts of one slot. */
function cellsOf(member: Evidence, startMs: number, slotMs: number): Map<string, Cell> {
  const cells = new Map<string, Cell>();
  for (const [vantage, runs] of member.counts) {
    const cell = { valid: 0, failed: 0 };
    for (let minute = startMs / 60_000; minute < (startMs + slotMs) / 60_000; minute += 1) {
      const run = runs.find(({ from, until }) => from <= minute && minute < until);
      cell.valid += run?.valid ?? 0;
      cell.failed += run?.failed ?? 0;
    }
    cells.set(vantage, cell);
  }
  return cells;
}

function votesOf(cells: Map<string, Cell>): { votes: number; down: number } {
  const voting = [...cells.values()].filter(({ valid }) => valid > 0);
  return {
    votes: voting.length,
    down: voting.filter(({ valid, failed }) => failed === valid).length,
  };
}

function isSlotDown(cells: Map<string, Cell>, agreement: Agreement): boolean {
  const { votes, down } = votesOf(cells);
  if (agreement.quorum === "all") return votes > 0 && down === votes;
  if (agreement.quorum === "majority") return down > votes / 2;
  return down >= 1;
}

function targetHasData(cells: Map<string, Cell>, agreement: Agreement, target: Target): boolean {
  const { votes } = votesOf(cells);
  if (agreement.method !== "all-failed" && agreement.scope !== "multi-zone") return votes > 0;
  const half = Math.ceil(target.vantages.length / 2);
  return votes > 0 && votes >= (agreement.minVantages ?? half);
}

function knownDown(member: Evidence, agreement: Agreement, startMs: number): boolean {
  const cells = cellsOf(member, startMs, agreement.slotMs);
  return targetHasData(cells, agreement, member.target) && isSlotDown(cells, agreement);
}

function otherZoneIsDown(input: SubjectInput, startMs: number): boolean {
  const own = input.members[0]!.target.zone;
  const living = (input.siblings ?? []).filter(({ target }) => livesAt(target, startMs));
  const zones = living.map(({ target }) => target.zone);
  return zones.some(
    (zone) =>
      zone !== null &&
      zone !== own &&
      living
        .filter(({ target }) => target.zone === zone)
        .every((sibling) => knownDown(sibling, input.agreement, startMs)),
  );
}

function naiveSlot(input: SubjectInput, startMs: number): Slot {
  const { agreement } = input;
  const living = input.members.filter(({ target }) => livesAt(target, startMs));
  const sum = new Map<string, Cell>();
  let data = false;
  for (const member of living) {
    const cells = cellsOf(member, startMs, agreement.slotMs);
    data ||= targetHasData(cells, agreement, member.target);
    for (const [vantage, { valid, failed }] of cells) {
      const known = sum.get(vantage) ?? { valid: 0, failed: 0 };
      sum.set(vantage, { valid: known.valid + valid, failed: known.failed + failed });
    }
  }
  const valid = [...sum.values()].reduce((all, cell) => all + cell.valid, 0);
  const failed = [...sum.values()].reduce((all, cell) => all + cell.failed, 0);
  const slot = { start: startMs, alive: living.length > 0, data, bad: zero, valid, failed };
  if (!data) return slot;
  if (agreement.scope === "multi-zone") {
    const isBad = isSlotDown(sum, agreement) && otherZoneIsDown(input, startMs);
    return { ...slot, bad: isBad ? one : zero };
  }
  if (agreement.method === "all-failed") {
    return { ...slot, bad: isSlotDown(sum, agreement) ? one : zero };
  }
  const rate = { num: BigInt(failed), den: BigInt(valid) };
  if (agreement.method === "error-rate") return { ...slot, bad: rate };
  return { ...slot, bad: isLess(agreement.threshold!, rate) ? one : zero };
}

function withoutShortStretches(slots: readonly Slot[], minStretch: number): Slot[] {
  return slots.map((slot, index) => {
    if (slot.bad.num === 0n) return slot;
    let first = index;
    while (first > 0 && slots[first - 1]!.bad.num > 0n) first -= 1;
    let last = index;
    while (last < slots.length - 1 && slots[last + 1]!.bad.num > 0n) last += 1;
    return last - first + 1 < minStretch ? { ...slot, bad: zero } : slot;
  });
}

/** `marginMs`: how much is looked at before and after the month. */
export function naiveFigure(input: SubjectInput, marginMs: number): NaiveFigure {
  const { agreement, month } = input;
  const { slotMs } = agreement;
  const all: Slot[] = [];
  const first = Math.floor((month.fromMs - marginMs) / slotMs) * slotMs;
  for (let start = first; start < month.untilMs + marginMs; start += slotMs) {
    if (start + slotMs <= input.settledUntilMs) all.push(naiveSlot(input, start));
  }
  const slots = withoutShortStretches(all, agreement.minStretch).filter(
    ({ start }) => start >= month.fromMs && start < month.untilMs,
  );
  const figure = {
    total: 0,
    excluded: 0,
    noData: 0,
    counted: 0,
    lifetimeSlots: 0,
    coveredSlots: 0,
  };
  let [valid, failed, good, bad, countedBad] = [0, 0, zero, zero, zero];
  const states: string[] = [];
  for (const slot of slots) {
    valid += slot.valid;
    failed += slot.failed;
    if (!slot.alive) {
      states.push("outside");
      if (agreement.partMonth === "whole-month") {
        figure.total += 1;
        figure.counted += 1;
        good = add(good, one);
      }
      continue;
    }
    figure.total += 1;
    figure.lifetimeSlots += 1;
    const isExcluded = input.exclusions.some(
      ({ fromMs, untilMs }) => slot.start >= fromMs && slot.start < untilMs,
    );
    if (isExcluded) {
      states.push("excluded");
      figure.excluded += 1;
      figure.coveredSlots += 1;
      if (agreement.exclusion === "as-good") figure.counted += 1;
    } else if (!slot.data) {
      states.push("no-data");
      figure.noData += 1;
      if (agreement.noData !== "removed") figure.counted += 1;
      if (agreement.noData === "as-bad") countedBad = add(countedBad, one);
    } else {
      const isWhole = slot.bad.num === slot.bad.den;
      states.push(slot.bad.num === 0n ? "good" : isWhole ? "bad" : "partial");
      figure.coveredSlots += 1;
      figure.counted += 1;
      bad = add(bad, slot.bad);
      countedBad = add(countedBad, slot.bad);
      good = add(good, { num: slot.bad.den - slot.bad.num, den: slot.bad.den });
    }
  }
  const whole = { ...figure, good, bad, countedBad, valid, failed, states };
  return { ...whole, verdict: naiveVerdict(input, whole) };
}

/** Of a closed month; of a running one only whether it is already missed. */
function naiveVerdict(input: SubjectInput, figure: Omit<NaiveFigure, "verdict">): string {
  const { agreement, month } = input;
  const { objective, minCoverage, slotMs } = agreement;
  if (figure.counted === 0) return "insufficient-data";
  const isMissed = (bad: Fraction, counted: number): boolean =>
    isLess(
      { num: int(counted).num * bad.den - bad.num, den: int(counted).num * bad.den },
      objective,
    );
  const lastStart = Math.ceil(month.untilMs / slotMs) * slotMs - slotMs;
  if (lastStart + slotMs > input.settledUntilMs) {
    let toCome = 0;
    const firstStart = Math.ceil(month.fromMs / slotMs) * slotMs;
    for (let start = firstStart; start <= lastStart; start += slotMs) {
      if (start + slotMs <= input.settledUntilMs) continue;
      const lives = input.members.some(({ target }) => livesAt(target, start));
      const isExcluded = input.exclusions.some((e) => start >= e.fromMs && start < e.untilMs);
      if (lives && !(isExcluded && agreement.exclusion === "removed")) toCome += 1;
      if (!lives && agreement.partMonth === "whole-month") toCome += 1;
    }
    return isMissed(figure.countedBad, figure.counted + toCome) ? "already-missed" : "running";
  }
  const { coveredSlots, lifetimeSlots } = figure;
  const isCovered =
    lifetimeSlots > 0 &&
    !isLess({ num: BigInt(coveredSlots), den: BigInt(lifetimeSlots) }, minCoverage);
  if (isCovered) return isMissed(figure.countedBad, figure.counted) ? "missed" : "met";
  const allGood = figure.counted + (agreement.noData === "removed" ? figure.noData : 0);
  return isMissed(figure.bad, allGood) ? "missed" : "insufficient-data";
}
