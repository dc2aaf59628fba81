import { mayStillLoseSeconds, monthBudgetLeft } from "./budget.ts";
import type { Json } from "./canonical-json.ts";
import type { Figure } from "./figure.ts";
import { formatDecimal, formatFraction, percentCut } from "./fraction.ts";
import type { Recent } from "./recent-outages.ts";
import type { Report } from "./report.ts";
import type { Subject } from "./subject.ts";

/** How a subject stands in its month, running or over; `removed`: it is no longer configured. */
export const SUBJECT_STATES = [
  "on-track",
  "at-risk",
  "already-missed",
  "met",
  "missed",
  "insufficient-data",
  "removed",
] as const;
export type SubjectState = (typeof SUBJECT_STATES)[number];

/** A figure without its outages and its timeline, which are long. */
export type StandingFigure = Omit<Figure, "outages" | "timeline">;

/** A subject's figure of a month, as it is kept for many subjects. */
export type Standing = {
  readonly subject: Subject;
  readonly figure: StandingFigure;
  readonly recent: Recent;
};

/** Section 6. Before anything counts a running month may burn already, by the slots before it. */
export function stateOf({ verdict, isRunning, burn }: StandingFigure): SubjectState {
  if (!isRunning || verdict !== "insufficient-data") return verdict;
  return (burn?.firing.length ?? 0) > 0 ? "at-risk" : "on-track";
}

/** What people are told of when a subject's state changes. */
export type StateEvent = "burn" | "burn-over" | "breach" | "breach-over";

const TROUBLES: Readonly<Partial<Record<string, "burn" | "breach">>> = {
  "at-risk": "burn",
  "already-missed": "breach",
  missed: "breach",
};

/** Whether people were told of a trouble that lasts in this state. */
export function isTrouble(state: string): boolean {
  return TROUBLES[state] !== undefined;
}

/**
 * What a change of state is told as; null when the trouble stays the same, or there is none.
 * A breach goes before a burn: what burns after `breach-over` is said by the state that follows.
 */
export function eventOf(from: string | null, to: SubjectState): StateEvent | null {
  const [before, after] = [TROUBLES[from ?? ""], TROUBLES[to]];
  if (before === after) return null;
  if (before === "breach") return "breach-over";
  return after ?? "burn-over";
}

const RATE_PLACES = 3;
const DECIMAL_PLACES = 6;
const PERCENT_PLACES = 3;

/** What is told of a figure beside its state: percentages cut, exact fractions and decimals. */
export function describeFigure(figure: StandingFigure, objectivePercent: string) {
  const { availability, burn } = figure;
  return {
    objectivePercent,
    availabilityPercent: availability === null ? null : percentCut(availability, PERCENT_PLACES),
    bad: formatFraction(figure.bad),
    counted: figure.counted,
    slotsToCome: figure.slotsToCome,
    slotSeconds: figure.slotMs / 1000,
    allowedBad: formatDecimal(figure.allowed, DECIMAL_PLACES),
    budgetLeft: formatDecimal(figure.budgetLeft, DECIMAL_PLACES),
    monthAllowedBad: formatDecimal(figure.allowedInMonth, DECIMAL_PLACES),
    monthBudgetLeft: formatDecimal(monthBudgetLeft(figure), DECIMAL_PLACES),
    mayStillLoseSeconds: mayStillLoseSeconds(figure),
    burn: (burn?.windows ?? []).map(({ window, rate, counted, badSlots }) => ({
      window,
      rate: rate === null ? null : formatDecimal(rate, RATE_PLACES),
      counted,
      badSlots,
    })),
    rules: (burn?.firing ?? []).map(({ severity, long, short }) => ({ severity, long, short })),
  } satisfies Json;
}

/** A subject, how it stands, and what is told of it. */
export type Stand = {
  readonly agreement: string;
  readonly subject: string;
  readonly account: string;
  readonly product: string;
  readonly region: string;
  readonly state: SubjectState;
  /** Only asked for when there is something to tell. */
  readonly describe: () => { readonly [key: string]: Json };
};

export function standOf({ subject, figure }: Standing): Stand {
  const { agreement, id, account, product, region } = subject;
  return {
    agreement: agreement.id,
    subject: id,
    account,
    product,
    region,
    state: stateOf(figure),
    describe: () => describeFigure(figure, agreement.objectivePercent),
  };
}

/** How the subjects stand in a closed month, by its report. */
export function standsOfReport({ revision, subjects }: Report): Stand[] {
  return subjects.map((subject) => ({
    agreement: subject.agreement,
    subject: subject.id,
    account: subject.account,
    product: subject.product,
    region: subject.region,
    state: subject.verdict,
    describe: () => ({
      revision,
      objectivePercent: subject.objectivePercent,
      availabilityPercent: subject.availabilityPercent,
      bad: subject.bad,
      counted: subject.counted,
      slotSeconds: subject.slotSeconds,
      allowedBad: subject.allowedBad,
      budgetLeft: subject.budgetLeft,
    }),
  }));
}
