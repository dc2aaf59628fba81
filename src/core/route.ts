import type { Level } from "./malfunction.ts";
import type { Topic } from "./topic.ts";

/** Which events go to which channels; null lists stand for all. */
export type Route = {
  readonly channels: readonly string[];
  readonly events: readonly Topic[] | null;
  readonly products: readonly string[] | null;
  readonly regions: readonly string[] | null;
  /** Only what is theirs is told. */
  readonly accounts: readonly string[] | null;
  /** Of malfunctions. */
  readonly levels: readonly Level[] | null;
  /** What follows within this time goes into the same message. */
  readonly delayMs: number;
  /** Shortest time between two messages about the same thing. */
  readonly intervalMs: number;
  /** Times of day such as "22:00"; messages wait until they are over. */
  readonly quietHours: {
    readonly from: string;
    readonly until: string;
    readonly timeZone: string;
  } | null;
  /** Of malfunctions that nobody acknowledges. */
  readonly escalate: { readonly afterMs: number; readonly channels: readonly string[] } | null;
};
