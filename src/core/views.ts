import type { Role } from "./access.ts";
import type { Agreement } from "./agreement.ts";
import type { Level } from "./malfunction.ts";
import type { SeenMalfunction } from "./malfunction-view.ts";
import type { Outcome, Phase, Reason } from "./outcome.ts";
import type { Name } from "./region-name.ts";
import type { ReportSubject, Verdict } from "./report.ts";
import type { SlotState } from "./state.ts";
import type { Product } from "./target.ts";

export const LANGS = ["en", "zh"] as const;
export type Lang = (typeof LANGS)[number];

/** Who reads a page. */
export type Reader = {
  /** "user:li"; "local" while nobody was given access. */
  readonly name: string;
  readonly role: Role;
  /** The only accounts that exist for them; null for all. */
  readonly accounts: readonly string[] | null;
  /** What a form must send back, so that no other site can send it; null: there is no login to misuse. */
  readonly csrf: string | null;
  /** Letters that they have not read. */
  readonly unread: number;
};

/** What both pages say about the month they show. */
export type Frame = {
  /** "2026-11" */
  readonly month: string;
  /** Months with data, in any order; the picker and the links to the neighbours come from it. */
  readonly months: readonly string[];
  readonly status: "running" | "closed";
  readonly revision: number;
  /** Every time on the page is shown in this zone. */
  readonly timeZone: string;
  /** Slots before this instant are settled. */
  readonly settledUntilMs: number;
  /** The targets are a simulation on this machine. */
  readonly sandbox: boolean;
  /** No user and no token yet: everybody on this machine may read. */
  readonly openAccess: boolean;
  /** The history is still being filled; days, or whatever the filler counts in. */
  readonly filling: { readonly done: number; readonly total: number } | null;
};

/** Display only: floats, never compared with an objective. */
export type Budget = {
  /** What the objective allows for the whole month. */
  readonly allowedSeconds: number;
  /** Negative when overspent. */
  readonly leftSeconds: number;
  /** Of the allowance; null when the objective allows nothing. */
  readonly leftPercent: number | null;
};

export const DAY_STATES = ["good", "minor", "missed", "excluded", "no-data"] as const;
/** `minor`: some loss; `missed`: that day alone lost more than the month's allowance. */
export type DayState = (typeof DAY_STATES)[number];
export type BandDay = {
  /** "2026-11-23", local */
  readonly day: string;
  readonly state: DayState;
  readonly badSeconds: number;
};

/** A target of the subject that does not answer now. */
export type Down = {
  readonly target: string;
  readonly sinceMs: number;
  readonly reason: Reason;
};

export type SubjectRow = {
  readonly agreement: string;
  readonly scope: ReportSubject["scope"];
  /** The target's id, or `account/product/region/class` of a group. */
  readonly id: string;
  readonly targets: readonly string[];
  readonly product: string;
  readonly region: string;
  readonly account: string;
  readonly objectivePercent: string;
  readonly availabilityPercent: string | null;
  readonly coveragePercent: string | null;
  readonly verdict: Verdict;
  readonly budget: Budget;
  readonly down: Down | null;
  /** Start of the last outage of the month. */
  readonly lastOutageMs: number | null;
};

/** One product in one region. */
export type OverviewCell = {
  readonly product: string;
  readonly region: string;
  readonly subjects: number;
  readonly downNow: number;
  /** Pooled over the cell's subjects. */
  readonly pooledPercent: string | null;
  /** The subject with the least of its budget left: the cell's figure, budget and verdict. */
  readonly worst: SubjectRow;
  /** Worst state of each of the last 90 days over the cell's subjects, oldest first. */
  readonly band: readonly BandDay[];
};

export type SubjectGroup = {
  readonly product: string;
  readonly subjects: readonly SubjectRow[];
  /** Subjects of the product that are left out of the list. */
  readonly more: number;
};

export type OverviewModel = {
  readonly frame: Frame;
  readonly counts: {
    readonly subjects: number;
    readonly targets: number;
    readonly missed: number;
    readonly atRisk: number;
    readonly downNow: number;
    readonly coverageLow: number;
    readonly met: number;
    /** Of them nothing is held against the provider. */
    readonly littleData: number;
    /** With a figure at all. */
    readonly measured: number;
  };
  readonly products: readonly Product[];
  readonly regions: readonly { readonly id: string; readonly name: Name }[];
  readonly cells: readonly OverviewCell[];
  /** Missed, at risk or down now; the worst first. */
  readonly attention: readonly SubjectRow[];
  /** What everything on the page is narrowed down to; null for all. */
  readonly filter: OverviewFilter;
  /** What it may be narrowed down to. */
  readonly choices: OverviewChoices;
  /** What is wrong at present beside the subjects; null for a month that is not the present one. */
  readonly troubles: Troubles | null;
  readonly groups: readonly SubjectGroup[];
};

export type OverviewFilter = {
  readonly account: string | null;
  readonly product: string | null;
  readonly region: string | null;
};

export type OverviewChoices = {
  readonly accounts: readonly { readonly id: string; readonly name: string }[];
  readonly products: readonly Product[];
  readonly regions: readonly { readonly id: string; readonly name: Name }[];
};

/** What is wrong at present: what people do about it, and what the monitor lacks itself. */
export type Troubles = {
  /** Open ones, the worst first. */
  readonly malfunctions: readonly SeenMalfunction[];
  /** Vantages from which nothing valid comes; of those who may see the monitor's own health. */
  readonly blind: readonly { readonly vantage: string; readonly sinceMs: number }[];
  /** Channels by which messages do not arrive; likewise. */
  readonly deadChannels: readonly string[];
};

/** What a slot is drawn as; one outside the target's lifetime is not drawn. */
export type ShownState = Exclude<SlotState, "outside">;
export type TimelineDay = {
  readonly day: string;
  /** 1 is Monday. */
  readonly weekday: number;
  /** 23, 24 or 25 hours. */
  readonly lengthMs: number;
  readonly badSeconds: number;
  /** Offsets from the day's start; what is not covered is still to come. */
  readonly runs: readonly {
    readonly fromMs: number;
    readonly untilMs: number;
    readonly state: ShownState;
  }[];
};
/** Bad time since the start of the month, at an instant. */
export type BurnPoint = { readonly atMs: number; readonly badSeconds: number };

export type TargetAgreement = {
  readonly terms: Agreement;
  readonly subject: ReportSubject;
  readonly budget: Budget;
  readonly timeline: readonly TimelineDay[];
  readonly burn: readonly BurnPoint[];
  /** The malfunction that an outage belongs to, by the instant at which the outage begins. */
  readonly malfunctions: ReadonlyMap<number, { readonly id: number; readonly level: Level }>;
};

export type VantageState = {
  readonly vantage: string;
  /** Null: nothing measured yet. */
  readonly last: {
    readonly plannedAtMs: number;
    readonly outcome: Outcome;
    readonly reason: Reason;
    readonly latencyMs: number;
  } | null;
  /** Where the time of the last probe went; null unless this process measured it. */
  readonly phases: readonly { readonly phase: Phase; readonly ms: number }[] | null;
};

export type PhaseMedians = {
  readonly vantage: string;
  readonly phases: readonly { readonly phase: Phase; readonly ms: number }[];
};

/** One step of the latency chart; null where nothing succeeded. */
export type LatencyPoint = {
  readonly atMs: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
};

export type ResultRow = {
  readonly plannedAtMs: number;
  readonly vantage: string;
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly latencyMs: number;
  readonly detail: string | null;
  readonly requestId: string | null;
};

export type DownCount = { readonly down: number; readonly all: number };

export type TargetModel = {
  readonly frame: Frame;
  readonly monthFromMs: number;
  readonly monthUntilMs: number;
  readonly id: string;
  readonly product: Product;
  readonly region: string;
  readonly zone: string | null;
  readonly account: string;
  readonly class: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly state: {
    readonly now: "up" | "down" | "invalid" | "unknown";
    /** Start of the outage when down. */
    readonly sinceMs: number | null;
    readonly reason: Reason;
    /** How many others answer to nobody now: of its product and region, and of the rest. */
    readonly down: { readonly beside: DownCount; readonly elsewhere: DownCount };
  };
  readonly agreements: readonly TargetAgreement[];
  readonly vantages: readonly VantageState[];
  readonly latency: {
    readonly fromMs: number;
    readonly untilMs: number;
    readonly points: readonly LatencyPoint[];
    /** The median of each phase over all of it, by vantage; empty before the first sample. */
    readonly phases: readonly PhaseMedians[];
  };
  /** Newest first. */
  readonly results: readonly ResultRow[];
  readonly probe: {
    readonly kind: string;
    /** Settings that are safe to show, see `probeFacts`. */
    readonly facts: readonly { readonly name: string; readonly value: string }[];
  };
};
