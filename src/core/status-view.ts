import type { Name } from "./region-name.ts";
import type { BandDay } from "./views.ts";

/** How something stands at present; `unknown`: nothing was measured lately. */
export type PresentState = "up" | "partly" | "down" | "unknown";

/** One product in one region, as the public page shows it. */
export type StatusPlace = {
  readonly product: string;
  readonly region: string;
  readonly regionName: Name;
  readonly state: PresentState;
  /** Of the month so far, all subjects together where that can be said; null without data. */
  readonly availabilityPercent: string | null;
  /** The last 90 days, oldest first. */
  readonly band: readonly BandDay[];
};

/** A malfunction without the words that were written for ourselves. */
export type StatusMalfunction = {
  readonly id: number;
  readonly fromMs: number;
  /** Null while it lasts. */
  readonly untilMs: number | null;
  readonly products: readonly string[];
  readonly regions: readonly string[];
};

export type StatusMaintenance = {
  /** Of the exclusion. */
  readonly id: number;
  readonly decidedAtMs: number;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly products: readonly string[];
  readonly regions: readonly string[];
  readonly reason: string;
};

/** What the public page, its feed and its badges show. */
export type StatusModel = {
  readonly title: string;
  /** Null: of all accounts. */
  readonly account: string | null;
  readonly state: PresentState;
  readonly atMs: number;
  readonly month: string;
  readonly timeZone: string;
  readonly places: readonly StatusPlace[];
  /** Those that last first, then those of the last days. */
  readonly malfunctions: readonly StatusMalfunction[];
  /** Under way or to come, the earliest first. */
  readonly maintenance: readonly StatusMaintenance[];
};

/**
 * How something stands: whether none, some or all of its targets fail, of those that are known. One
 * with an open malfunction is never up.
 */
export function presentState(
  targets: readonly ("up" | "down" | "invalid" | "unknown")[],
  hasMalfunction: boolean,
): PresentState {
  const down = targets.filter((now) => now === "down").length;
  const known = down + targets.filter((now) => now === "up").length;
  if (known === 0) return "unknown";
  if (down === known) return "down";
  return down > 0 || hasMalfunction ? "partly" : "up";
}

/** The state of several places together: down only when all of them are. */
export function stateOfAll(states: readonly PresentState[]): PresentState {
  const known = states.filter((state) => state !== "unknown");
  if (known.length === 0) return "unknown";
  if (known.every((state) => state === "down")) return "down";
  return known.every((state) => state === "up") ? "up" : "partly";
}
