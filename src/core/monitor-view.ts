import type { Outcome } from "./outcome.ts";

/** How many jobs of a queue are in which state. */
export type QueueCount = {
  readonly queue: string;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
};

/** A vantage of the configuration and how it does. */
export type MonitorVantage = {
  readonly vantage: string;
  readonly targets: number;
  /** Planned instant of its last round; null before the first. */
  readonly lastRoundMs: number | null;
  /** Since when nothing valid comes from it, as people were told; null while it sees. */
  readonly blindSinceMs: number | null;
  /** Of the rounds planned since the day began. */
  readonly results: Readonly<Record<Outcome, number>>;
  /** Results that should be there by now. */
  readonly expected: number;
};

export type MonitorChannel = {
  readonly id: string;
  readonly kind: string;
  readonly state: "alive" | "dead" | "unknown";
  readonly lastSentAtMs: number | null;
  readonly waiting: number;
};

/** The monitor's own health. */
export type MonitorModel = {
  readonly nowMs: number;
  readonly timeZone: string;
  /** The day whose results are counted began here. */
  readonly dayFromMs: number;
  readonly vantages: readonly MonitorVantage[];
  /** Null: the store of the queues does not answer. */
  readonly queues: readonly QueueCount[] | null;
  /** Slots before this instant are settled; null before the first. */
  readonly settledUntilMs: number | null;
  /** Minutes with results that wait for the settler. */
  readonly unsettledMinutes: number;
  readonly channels: readonly MonitorChannel[];
  readonly database: { readonly bytes: number; readonly version: string };
  readonly version: string;
  /** The history is made up, with fewer results than were planned. */
  readonly sandbox: boolean;
  /** Whether the page of the queues is there for who reads. */
  readonly hasQueuePage: boolean;
};

/** What came of what should have come; null before anything should. */
export function coverageShare({
  results,
  expected,
}: Pick<MonitorVantage, "results" | "expected">): number | null {
  if (expected === 0) return null;
  return Math.min(1, (results.ok + results.failed + results.invalid) / expected);
}
