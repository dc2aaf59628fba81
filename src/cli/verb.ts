import type { Clock } from "../clock.ts";

/** What a verb may do to the world besides its work. */
export type Terminal = {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
};

/** Done, failed, bad usage or bad input. */
export type ExitStatus = 0 | 1 | 2;

/** One verb of the command line. Throws InvalidInputError for bad usage. */
export type Verb = {
  readonly summary: string;
  readonly usage: string;
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<ExitStatus>;
};
