import type { Agreement } from "../../src/core/agreement.ts";
import type { Round } from "../../src/core/round.ts";
import type { Target } from "../../src/core/target.ts";
import {
  exact,
  isLess,
  isZero,
  minus,
  NOTHING,
  over,
  plus,
  times,
  WHOLE,
  type Exact,
} from "./fractions.ts";
import { monthIn } from "./second-month.ts";

/**
 * A second implementation of the rules by which uptime is counted, written from their text alone
 * to be read beside it, section by section. It asks one question of one slot at a time, keeps no
 * counts and knows no runs of equal slots; it shares no code with the product.
 */

export type Facts = {
  /** Every round, in the order in which they were stored. */
  readonly rounds: readonly Pick<
    Round,
    "vantage" | "plannedAtMs" | "targets" | "outcomes" | "details"
  >[];
  readonly targets: readonly Target[];
  readonly exclusions: readonly SecondExclusion[];
  /** "2026-10" */
  readonly month: string;
  readonly settledUntilMs: number;
};

/** An interval [fromMs, untilMs) with the ids of the targets that it applies to. */
export type SecondExclusion = {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly isApproved: boolean;
  readonly targets: readonly string[];
};

export type SecondSubject = { readonly agreement: Agreement; readonly targets: readonly Target[] };

export type SecondState = "good" | "partial" | "bad" | "excluded" | "no-data" | "outside";

export type SecondFigure = {
  readonly total: number;
  readonly books: {
    readonly good: Exact;
    readonly bad: Exact;
    readonly excluded: number;
    readonly noData: number;
  };
  readonly counted: number;
  readonly bad: Exact;
  readonly lifetimeSlots: number;
  readonly coveredSlots: number;
  readonly slotMs: number;
  readonly isRunning: boolean;
  readonly availability: Exact | null;
  readonly low: Exact | null;
  readonly high: Exact | null;
  readonly coverage: Exact | null;
  readonly reachability: Exact | null;
  readonly results: { readonly valid: number; readonly failed: number };
  readonly slotsToCome: number;
  readonly allowed: Exact;
  readonly allowedInMonth: Exact;
  readonly budgetLeft: Exact;
  readonly verdict: string;
  readonly burn: SecondBurn | null;
  /** `reasons`: all that the failed results in it carry. */
  readonly outages: readonly {
    readonly fromMs: number;
    readonly untilMs: number;
    readonly slots: number;
    readonly reasons: ReadonlySet<string>;
  }[];
  readonly timeline: readonly {
    readonly fromMs: number;
    readonly untilMs: number;
    readonly state: SecondState;
    readonly bad: Exact;
  }[];
};

export type SecondBurn = {
  readonly windows: readonly {
    readonly window: string;
    readonly counted: number;
    readonly bad: Exact;
    readonly badSlots: number;
    readonly rate: Exact | null;
  }[];
  readonly firing: readonly string[];
};

/**
 * The subjects of a month (sections 1 and 4): for each agreement the targets that name it and live in
 * the month, by its scope. "A month is counted by the version in force at its start."
 */
export function secondSubjects(
  config: { readonly targets: readonly Target[]; readonly agreements: readonly Agreement[] },
  month: string,
): SecondSubject[] {
  const ids = [...new Set(config.targets.flatMap((target) => target.agreements))];
  return ids.flatMap((id) => {
    const inForce = config.agreements
      .filter((version) => version.id === id)
      .filter((version) => version.fromMs <= monthIn(month, version.timeZone).fromMs)
      .toSorted((a, b) => b.fromMs - a.fromMs);
    const [agreement] = inForce;
    if (agreement === undefined) return [];
    const span = monthIn(month, agreement.timeZone);
    const living = config.targets.filter(
      ({ fromMs, untilMs }) =>
        (fromMs ?? -Infinity) < span.untilMs && span.fromMs < (untilMs ?? Infinity),
    );
    const named = living.filter((target) => target.agreements.includes(id));
    if (agreement.scope === "group") {
      const keys = new Set(named.map(groupKey));
      return [...keys].map((key) => ({
        agreement,
        targets: named.filter((target) => groupKey(target) === key),
      }));
    }
    const alone = named.map((target) => ({ agreement, targets: [target] }));
    if (agreement.scope === "target") return alone;
    return alone.filter(({ targets: [target] }) =>
      living.some(
        (other) =>
          target !== undefined &&
          target.zone !== null &&
          other.zone !== null &&
          other.zone !== target.zone &&
          other.account === target.account &&
          other.product === target.product &&
          other.region === target.region,
      ),
    );
  });
}

type Result = {
  readonly target: string;
  readonly vantage: string;
  readonly plannedAtMs: number;
  /** `o`k, `f`ailed, `i`nvalid, `u`nknown. */
  readonly outcome: string;
  readonly reason: string;
};

/** What a slot is to its subject: section 5's four books, or outside the lifetime. */
type Slot =
  | { readonly kind: "outside" | "excluded" | "no-data" }
  | { readonly kind: "data"; readonly bad: Exact };

const HOUR_MS = 3_600_000;

/** The figures of a month. What is asked twice is remembered. */
export function createSecond(facts: Facts): (subject: SecondSubject) => SecondFigure {
  const results = firstOfEach(facts);
  return (subject) =>
    figureOf({
      facts,
      results: bySlot(results, subject.agreement.slotMs),
      subject,
      targets: targetsOf(facts, subject),
      slots: new Map(),
    });
}

type Question = {
  readonly facts: Facts;
  readonly results: SlotResults;
  readonly subject: SecondSubject;
  /** Those that may be the subject's at some slot. */
  readonly targets: readonly Target[];
  /** Slots that were asked before. */
  readonly slots: Map<number, Slot>;
};

// ---------------------------------------------------------------- Section 3: results of a slot

/** "Of two results with the same target, vantage and planned time the first one stored counts." */
function firstOfEach({ rounds }: Facts): Result[] {
  const first = new Map<string, Result>();
  for (const { vantage, plannedAtMs, targets, outcomes, details } of rounds) {
    targets.forEach((target, index) => {
      const key = `${target} ${vantage} ${plannedAtMs}`;
      if (first.has(key)) return;
      const reason = details.find((detail) => detail.index === index)?.reason ?? "";
      first.set(key, { target, vantage, plannedAtMs, outcome: outcomes[index] ?? "", reason });
    });
  }
  return [...first.values()];
}

type SlotResults = ReadonlyMap<string, ReadonlyMap<number, readonly Result[]>>;

/** The results of each target by the slot in which their planned time lies: slot n is [n, n + 1) slot lengths from the epoch. */
function bySlot(results: readonly Result[], slotMs: number): SlotResults {
  const sorted = new Map<string, Map<number, Result[]>>();
  for (const result of results) {
    const slot = Math.floor(result.plannedAtMs / slotMs);
    const slots = sorted.get(result.target) ?? new Map<number, Result[]>();
    sorted.set(result.target, slots.set(slot, [...(slots.get(slot) ?? []), result]));
  }
  return sorted;
}

function resultsIn({ results }: Question, target: Target, slot: number): readonly Result[] {
  return results.get(target.id)?.get(slot) ?? NO_RESULTS;
}

const NO_RESULTS: readonly Result[] = [];

/** Section 2: `ok` is valid, `failed` is valid and failed, the others are not counted. */
const isFailed = ({ outcome }: Result): boolean => outcome === "f";
const isValid = (result: Result): boolean => result.outcome === "o" || isFailed(result);

// ---------------------------------------------------------------- Section 3: votes and methods

/** The vote of each vantage with at least one valid result: true for *down*, when all of them failed. */
function votesOf(results: readonly Result[]): boolean[] {
  const vantages = [...new Set(results.filter(isValid).map(({ vantage }) => vantage))];
  return vantages.map((vantage) =>
    results.filter((result) => result.vantage === vantage && isValid(result)).every(isFailed),
  );
}

function isDownByVote(results: readonly Result[], { quorum }: Agreement): boolean {
  const votes = votesOf(results);
  const down = votes.filter((vote) => vote).length;
  if (quorum === "any") return down >= 1;
  if (quorum === "majority") return down * 2 > votes.length;
  return votes.length > 0 && down === votes.length;
}

/** "Fewer votes than `minVantages`: the slot has no data." Under the other methods: without a valid result. */
function hasData(question: Question, target: Target, slot: number): boolean {
  const { agreement } = question.subject;
  const results = resultsIn(question, target, slot);
  if (results.length === 0) return false;
  if (agreement.method !== "all-failed") return results.some(isValid);
  const needed = agreement.minVantages ?? Math.ceil(target.vantages.length / 2);
  return votesOf(results).length >= needed;
}

function badByMethod(results: readonly Result[], agreement: Agreement): Exact {
  const valid = results.filter(isValid).length;
  const failed = results.filter(isFailed).length;
  if (agreement.method === "all-failed") {
    return isDownByVote(results, agreement) ? WHOLE : NOTHING;
  }
  const share = exact(failed, valid);
  if (agreement.method === "error-rate") return share;
  return isLess(agreement.threshold ?? NOTHING, share) ? WHOLE : NOTHING;
}

// ---------------------------------------------------------------- Section 4: scope

/** Section 5, 1: a slot belongs to a lifetime when it starts in [from, until). */
function lives({ fromMs, untilMs }: Target, atMs: number): boolean {
  return (fromMs ?? -Infinity) <= atMs && atMs < (untilMs ?? Infinity);
}

/** A group is "account x product x region x `class`", of the targets that name the agreement. */
function groupKey(target: Target): string {
  return [target.account, target.product, target.region, target.class].join("/");
}

/**
 * "A target whose lifetime does not cover the slot is not in the group there." Before the month and
 * after it, where runs and windows reach, the group is of those who live there.
 */
function membersAt({ subject, targets }: Question, slot: number): Target[] {
  return targets.filter((target) => lives(target, slot * subject.agreement.slotMs));
}

function targetsOf(facts: Facts, { agreement, targets }: SecondSubject): readonly Target[] {
  const [first] = targets;
  if (agreement.scope !== "group" || first === undefined) return targets;
  return facts.targets.filter(
    (target) => target.agreements.includes(agreement.id) && groupKey(target) === groupKey(first),
  );
}

/** The badness of a slot before `minStretch`; null without data. */
function rawBad(question: Question, slot: number): Exact | null {
  const { agreement } = question.subject;
  if (!isSettled(question, slot)) return null;
  const members = membersAt(question, slot);
  // "A group's slot has data when any of its targets has."
  if (!members.some((target) => hasData(question, target, slot))) return null;
  // Summed over the group's targets, then the method; a group of one is that target.
  const results = members.flatMap((target) => resultsIn(question, target, slot));
  const bad = badByMethod(results, agreement);
  if (agreement.scope !== "multi-zone" || isZero(bad)) return bad;
  return members.every((target) => isAnotherZoneDown(question, target, slot)) ? WHOLE : NOTHING;
}

/** "... and there is another zone of which every target is down." */
function isAnotherZoneDown(question: Question, target: Target, slot: number): boolean {
  const { agreement } = question.subject;
  // "A target without a zone takes no part in `multi-zone`."
  const neighbours = question.facts.targets.filter(
    (other) =>
      other.account === target.account &&
      other.product === target.product &&
      other.region === target.region &&
      other.zone !== null &&
      other.zone !== target.zone &&
      lives(other, slot * agreement.slotMs),
  );
  const isDown = (other: Target): boolean =>
    hasData(question, other, slot) && isDownByVote(resultsIn(question, other, slot), agreement);
  return neighbours.some(({ zone }) =>
    neighbours.filter((other) => other.zone === zone).every(isDown),
  );
}

// ---------------------------------------------------------------- Section 3: minStretch

/**
 * "A run of fewer than n consecutive bad slots counts as good", across month boundaries and before
 * exclusions; a slot that is good or has no data ends a run.
 */
function badAfterStretch(question: Question, slot: number): Exact | null {
  const bad = rawBad(question, slot);
  if (bad === null || isZero(bad)) return bad;
  const { minStretch } = question.subject.agreement;
  const goesOn = (at: number): boolean => !isZero(rawBad(question, at) ?? NOTHING);
  let length = 1;
  for (let at = slot - 1; length < minStretch && goesOn(at); at -= 1) length += 1;
  for (let at = slot + 1; length < minStretch && goesOn(at); at += 1) length += 1;
  return length < minStretch ? NOTHING : bad;
}

// ---------------------------------------------------------------- Section 5: which slots count

/** "Slots up to the last settled one count": what is not settled is not known. */
function isSettled({ facts, subject }: Question, slot: number): boolean {
  return (slot + 1) * subject.agreement.slotMs <= facts.settledUntilMs;
}

/** An approved exclusion that applies to the subject: "a group: when it applies to all of its targets". */
function isExcluded({ facts, subject }: Question, slot: number): boolean {
  const atMs = slot * subject.agreement.slotMs;
  return facts.exclusions.some(
    ({ isApproved, fromMs, untilMs, targets }) =>
      isApproved &&
      fromMs <= atMs &&
      atMs < untilMs &&
      subject.targets.every(({ id }) => targets.includes(id)),
  );
}

/** Lifetime, then exclusions, then data: in the order of the section. */
function slotAt(question: Question, slot: number): Slot {
  const known = question.slots.get(slot);
  if (known !== undefined) return known;
  const answer = askSlot(question, slot);
  question.slots.set(slot, answer);
  return answer;
}

function askSlot(question: Question, slot: number): Slot {
  if (membersAt(question, slot).length === 0) return { kind: "outside" };
  if (isExcluded(question, slot)) return { kind: "excluded" };
  const bad = badAfterStretch(question, slot);
  return bad === null ? { kind: "no-data" } : { kind: "data", bad };
}

/** With how much badness a slot counts; null when it is out of the count. */
function countsWith({ subject }: Question, slot: Slot): Exact | null {
  const { partMonth, exclusion, noData } = subject.agreement;
  if (slot.kind === "data") return slot.bad;
  if (slot.kind === "outside") return partMonth === "whole-month" ? NOTHING : null;
  if (slot.kind === "excluded") return exclusion === "as-good" ? NOTHING : null;
  if (noData === "removed") return null;
  return noData === "as-bad" ? WHOLE : NOTHING;
}

type Sum = { readonly counted: number; readonly bad: Exact; readonly badSlots: number };

function sumOver(question: Question, slots: readonly number[]): Sum {
  let [counted, bad, badSlots] = [0, NOTHING, 0];
  for (const slot of slots) {
    const part = countsWith(question, slotAt(question, slot));
    if (part === null) continue;
    counted += 1;
    if (isZero(part)) continue;
    bad = plus(bad, part);
    badSlots += 1;
  }
  return { counted, bad, badSlots };
}

// ---------------------------------------------------------------- Section 6: the figure

/** The slots that start in [fromMs, untilMs). */
function slotsIn(fromMs: number, untilMs: number, slotMs: number): number[] {
  const first = Math.ceil(fromMs / slotMs);
  const end = Math.ceil(untilMs / slotMs);
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
}

function figureOf(question: Question): SecondFigure {
  const { facts, subject } = question;
  const { agreement } = subject;
  const { slotMs, objective } = agreement;
  const month = monthIn(facts.month, agreement.timeZone);
  const all = slotsIn(month.fromMs, month.untilMs, slotMs);
  const past = all.filter((slot) => isSettled(question, slot));
  const toCome = all.filter((slot) => !isSettled(question, slot));
  // Section 8: "a month closes after its end plus `closeAfter`". A slot longer than 5 minutes may
  // reach over the end of the month; until it is settled there is a slot to come.
  const closesMs = month.untilMs + agreement.closeAfterMs;
  const isRunning = toCome.length > 0 || facts.settledUntilMs < closesMs;

  const states = past.map((slot) => slotAt(question, slot));
  const count = (kind: Slot["kind"]): number => states.filter((slot) => slot.kind === kind).length;
  const [outside, excluded, noData, data] = [
    count("outside"),
    count("excluded"),
    count("no-data"),
    count("data"),
  ];
  const outsideGood = agreement.partMonth === "whole-month" ? outside : 0;
  const excludedGood = agreement.exclusion === "as-good" ? excluded : 0;
  const bookBad = states.filter(isBad).reduce((sum, { bad }) => plus(sum, bad), NOTHING);

  const { counted, bad } = sumOver(question, past);
  // "Low = A with every slot without data bad, high = A with every such slot good."
  const withAll = data + outsideGood + excludedGood + noData;
  const slotsToCome = toCome.filter((slot) => mayCount(question, slot)).length;
  const share = minus(WHOLE, objective);
  const allowed = times(exact(counted), share);
  const results = resultsOf(question, past);
  const valid = results.filter(isValid).length;
  const failed = results.filter(isFailed).length;
  const lifetimeSlots = excluded + noData + data;
  const coveredSlots = excluded + data;
  const facts6 = {
    total: data + excluded + noData + outsideGood,
    books: { good: minus(exact(data + outsideGood), bookBad), bad: bookBad, excluded, noData },
    counted,
    bad,
    lifetimeSlots,
    coveredSlots,
    slotMs,
    isRunning,
    availability: shareGood(bad, counted),
    low: shareGood(plus(bookBad, exact(noData)), withAll),
    high: shareGood(bookBad, withAll),
    coverage: lifetimeSlots === 0 ? null : exact(coveredSlots, lifetimeSlots),
    reachability: valid === 0 ? null : exact(valid - failed, valid),
    results: { valid, failed },
    slotsToCome,
    allowed,
    allowedInMonth: times(exact(counted + slotsToCome), share),
    budgetLeft: minus(allowed, bad),
    burn: toCome.length === 0 ? null : burnOf(question),
    outages: outagesOf(question, past),
    timeline: timelineOf(question, past),
  };
  return { ...facts6, verdict: verdictOf(facts6, agreement) };
}

/** A = 1 - B / counted; none when nothing counted. */
function shareGood(bad: Exact, counted: number): Exact | null {
  return counted === 0 ? null : minus(WHOLE, over(bad, exact(counted)));
}

/** Whether a slot of the rest of the month would count if it were perfect. */
function mayCount(question: Question, slot: number): boolean {
  const { partMonth, exclusion } = question.subject.agreement;
  if (membersAt(question, slot).length === 0) return partMonth === "whole-month";
  return exclusion === "as-good" || !isExcluded(question, slot);
}

/** "Reachability = ok / valid over all results": of the subject's targets while they live. */
function resultsOf(question: Question, slots: readonly number[]): Result[] {
  return slots.flatMap((slot) =>
    membersAt(question, slot).flatMap((target) => resultsIn(question, target, slot)),
  );
}

function verdictOf(
  figure: Omit<SecondFigure, "verdict">,
  { objective, minCoverage }: Agreement,
): string {
  const { availability, high, coverage, isRunning, bad, allowedInMonth, burn } = figure;
  if (availability === null) return "insufficient-data";
  if (isRunning) {
    if (isLess(allowedInMonth, bad)) return "already-missed";
    return (burn?.firing ?? []).length > 0 ? "at-risk" : "on-track";
  }
  // Without one slot in the lifetime (possible under `whole-month`) there is no coverage at all.
  if (coverage === null || isLess(coverage, minCoverage)) {
    // "It would be missed with every uncovered slot good."
    return high !== null && isLess(high, objective) ? "missed" : "insufficient-data";
  }
  return isLess(availability, objective) ? "missed" : "met";
}

// ---------------------------------------------------------------- Section 1: outages

/** A slot that is bad by its results, not by a rule for slots without. */
function isBad(slot: Slot): slot is { readonly kind: "data"; readonly bad: Exact } {
  return slot.kind === "data" && !isZero(slot.bad);
}

/** "A maximal run of bad slots", as far as it lies in the month. */
function outagesOf(question: Question, slots: readonly number[]): SecondFigure["outages"] {
  const { slotMs } = question.subject.agreement;
  const bad = new Set(slots.filter((slot) => isBad(slotAt(question, slot))));
  return [...bad]
    .filter((slot) => !bad.has(slot - 1))
    .map((first) => {
      let end = first + 1;
      while (bad.has(end)) end += 1;
      const inside = Array.from({ length: end - first }, (_, index) => first + index);
      const failed = resultsOf(question, inside).filter(isFailed);
      return {
        fromMs: first * slotMs,
        untilMs: end * slotMs,
        slots: end - first,
        reasons: new Set(failed.map(({ reason }) => reason)),
      };
    });
}

/** The settled slots of the month with their states, equal neighbours joined. */
function timelineOf(question: Question, slots: readonly number[]): SecondFigure["timeline"] {
  const { slotMs } = question.subject.agreement;
  const isAsBefore = (slot: number): boolean =>
    slot !== slots[0] && isAlike(slotAt(question, slot - 1), slotAt(question, slot));
  const starts = slots.filter((slot) => !isAsBefore(slot));
  return starts.map((slot, index) => {
    const untilSlot = starts[index + 1] ?? (slots.at(-1) ?? slot) + 1;
    const [state, bad] = stateOf(slotAt(question, slot));
    return { fromMs: slot * slotMs, untilMs: untilSlot * slotMs, state, bad };
  });
}

function isAlike(a: Slot, b: Slot): boolean {
  if (a.kind !== "data" || b.kind !== "data") return a.kind === b.kind;
  return a.bad === b.bad || isZero(minus(a.bad, b.bad));
}

function stateOf(slot: Slot): [SecondState, Exact] {
  if (slot.kind !== "data") return [slot.kind, NOTHING];
  if (isZero(slot.bad)) return ["good", NOTHING];
  return [isLess(slot.bad, WHOLE) ? "partial" : "bad", slot.bad];
}

// ---------------------------------------------------------------- Section 10: burn rate

const WINDOW_MS = {
  "5m": HOUR_MS / 12,
  "30m": HOUR_MS / 2,
  "1h": HOUR_MS,
  "6h": 6 * HOUR_MS,
  "3d": 72 * HOUR_MS,
} as const;

/** "1 h and 5 min at 14.4 (page), 6 h and 30 min at 6 (page), 3 d and 6 h at 1 (ticket)." */
const RULES = [
  { long: "1h", short: "5m", factor: exact(144, 10), severity: "page" },
  { long: "6h", short: "30m", factor: exact(6), severity: "page" },
  { long: "3d", short: "6h", factor: exact(1), severity: "ticket" },
] as const;

/** Windows end with the last settled slot and look across the start of the month. */
function burnOf(question: Question): SecondBurn {
  const { facts, subject } = question;
  const { slotMs, objective, timeZone } = subject.agreement;
  const endMs = Math.floor(facts.settledUntilMs / slotMs) * slotMs;
  const month = monthIn(facts.month, timeZone);
  // "Factors scale with the month's own hours (factor x hours of the month / 720)."
  const scale = exact(month.untilMs - month.fromMs, 720 * HOUR_MS);
  const windowOf = (window: keyof typeof WINDOW_MS) => {
    const sum = sumOver(question, slotsIn(endMs - WINDOW_MS[window], endMs, slotMs));
    const share = minus(WHOLE, objective);
    const isDefined = sum.counted > 0 && !isZero(share);
    const rate = isDefined ? over(over(sum.bad, exact(sum.counted)), share) : null;
    return { window, ...sum, rate };
  };
  // "Both windows exceed the factor"; "a window needs at least 2 bad slots to fire". Without division:
  // where the objective allows nothing, any badness exceeds every factor.
  const exceeds = (window: keyof typeof WINDOW_MS, factor: Exact): boolean => {
    const { bad, counted, badSlots } = windowOf(window);
    const share = times(exact(counted), minus(WHOLE, objective));
    return badSlots >= 2 && isLess(times(factor, share), bad);
  };
  const firing = RULES.filter(
    ({ long, short, factor }) =>
      exceeds(long, times(factor, scale)) && exceeds(short, times(factor, scale)),
  );
  return {
    windows: (["5m", "30m", "1h", "6h", "3d"] as const).map(windowOf),
    firing: firing.map(({ long, short, severity }) => `${long}/${short} ${severity}`),
  };
}
