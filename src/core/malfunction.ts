/** How bad a malfunction is, the worst first. */
export const LEVELS = ["P1", "P2", "P3", "P4"] as const;
export type Level = (typeof LEVELS)[number];

/** `restored`: all answers again, the review is to come; `closed`: reviewed. */
export const MALFUNCTION_STATES = ["open", "restored", "closed"] as const;
export type MalfunctionState = (typeof MALFUNCTION_STATES)[number];

/** Outages of the measurement, a person, or a ticket system. */
export const MALFUNCTION_ORIGINS = ["outage", "hand", "ticket"] as const;
export type MalfunctionOrigin = (typeof MALFUNCTION_ORIGINS)[number];

/** Outages that belong together, and what people did about them. */
export type Malfunction = {
  readonly id: number;
  readonly origin: MalfunctionOrigin;
  /** The ticket system's own number: a second post with it changes nothing. */
  readonly reference: string | null;
  /** Null for one of outages: its texts follow from them. */
  readonly title: string | null;
  /** What it concerns, as far as it was said by hand or by a ticket system. */
  readonly account: string | null;
  readonly product: string | null;
  readonly region: string | null;
  readonly level: Level;
  /** "rules", or who set the level: rules do not change it any more. */
  readonly levelBy: string;
  readonly state: MalfunctionState;
  readonly beganAtMs: number;
  readonly openedAtMs: number;
  readonly openedBy: string;
  /** Somebody must have acknowledged it by then. */
  readonly respondByMs: number;
  readonly acknowledgedAtMs: number | null;
  readonly acknowledgedBy: string | null;
  readonly owner: string | null;
  readonly restoredAtMs: number | null;
  readonly closedAtMs: number | null;
  readonly closedBy: string | null;
  /** The review, Markdown. */
  readonly cause: string | null;
  readonly impact: string | null;
  readonly resolution: string | null;
  readonly followUps: string | null;
};

/** An outage of a subject that belongs to a malfunction. */
export type MalfunctionOutage = {
  readonly malfunction: number;
  readonly agreement: string;
  readonly subject: string;
  readonly account: string;
  readonly product: string;
  readonly region: string;
  /** The targets of the subject that failed. */
  readonly targets: readonly string[];
  readonly fromMs: number;
  /** Null while it lasts. */
  readonly untilMs: number | null;
  readonly reason: string;
};

/** What somebody wrote into its timeline. */
export type MalfunctionNote = {
  readonly id: number;
  readonly malfunction: number;
  readonly atMs: number;
  readonly by: string;
  readonly text: string;
};

/** What makes a malfunction, and how bad it is; see the configuration's `malfunctions`. */
export type MalfunctionRule = {
  readonly level: Level;
  readonly products: readonly string[] | null;
  readonly targets: number;
  readonly regions: number;
  readonly lastsMs: number;
  /** Share of the worst slot that is bad, in millionths. */
  readonly badPpm: number;
};

/** How outages become malfunctions. */
export type MalfunctionRules = {
  readonly joinWithinMs: number;
  readonly respondWithinMs: Readonly<Record<Level, number>>;
  /** The first one that fits gives the level. */
  readonly rules: readonly MalfunctionRule[];
};
