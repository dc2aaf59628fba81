import type { Exclusion, ExclusionState } from "./exclusion.ts";
import type { Verdict } from "./report.ts";

/** What a list of exclusions is narrowed down by. */
export type ExclusionFilter = {
  readonly state: ExclusionState | null;
  readonly month: string | null;
  readonly account: string | null;
  readonly product: string | null;
  readonly region: string | null;
  readonly target: string | null;
};

/** What the reader can choose from: their own targets' places. */
export type PlaceChoices = {
  readonly accounts: readonly { readonly id: string; readonly name: string }[];
  readonly products: readonly string[];
  readonly regions: readonly string[];
};

/** An exclusion on a day: its part of it, or how often it recurs there. */
export type CalendarItem = {
  readonly exclusion: Exclusion;
  /** The first of the day, cut to it. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly isWholeDay: boolean;
  readonly times: number;
};

export type CalendarDay = {
  /** "2026-10-05" */
  readonly day: string;
  readonly isInMonth: boolean;
  readonly isToday: boolean;
  readonly items: readonly CalendarItem[];
};

export type Coming = {
  readonly exclusion: Exclusion;
  readonly fromMs: number;
  readonly untilMs: number;
};

export type ExclusionsModel = {
  readonly nowMs: number;
  readonly timeZone: string;
  readonly filter: ExclusionFilter;
  readonly choices: PlaceChoices;
  /** By the filter, whatever the state. */
  readonly counts: Readonly<Record<ExclusionState, number>>;
  /** Newest first. */
  readonly exclusions: readonly Exclusion[];
  readonly more: number;
  /** The month that the calendar shows, and its weeks from Monday. */
  readonly month: string;
  readonly weeks: readonly (readonly CalendarDay[])[];
  /** Maintenance that is on or to come, the next first. */
  readonly coming: readonly Coming[];
};

/** What an exclusion does to a subject's month. */
export type EffectLine = {
  readonly agreement: string;
  readonly id: string;
  readonly account: string;
  readonly targets: readonly string[];
  readonly objectivePercent: string;
  readonly without: FigureLine;
  readonly within: FigureLine;
};

export type FigureLine = {
  readonly availabilityPercent: string | null;
  readonly verdict: Verdict;
  readonly badSeconds: number;
};

export type ExclusionModel = {
  readonly nowMs: number;
  readonly timeZone: string;
  readonly exclusion: Exclusion;
  /** The next occurrences from now on, or the last ones before. */
  readonly occurrences: readonly { readonly fromMs: number; readonly untilMs: number }[];
  readonly effect: {
    /** Counted in this month. */
    readonly month: string;
    readonly lines: readonly EffectLine[];
    /** Subjects that it applies to and that are not counted here. */
    readonly more: number;
    /** Groups of which it covers only a part: for those nothing is excluded. */
    readonly partly: readonly string[];
  };
};
