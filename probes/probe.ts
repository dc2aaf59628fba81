import type { z } from "zod";
import type { Clock } from "../src/clock.ts";
import type { Result } from "../src/core/outcome.ts";

/** What a probe is given for one run. */
export type ProbeContext = {
  /** One deadline over all phases, counted from the call. */
  readonly timeoutMs: number;
  /** Fires when the round is given up; the probe ends at once with `unknown`, `aborted`. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
};

/** One measurement. A dead target is data: this never rejects because of the target. */
export type RunProbe = (context: ProbeContext) => Promise<Result>;

/** One kind of probe. */
export type Probe = {
  /** Schema of its settings, `kind` included; unknown keys are refused. */
  readonly settings: z.ZodType;
  /** Checks the settings once and gives the function that measures. Throws ZodError. */
  readonly prepare: (settings: unknown) => RunProbe;
};

/** Ties a probe's settings schema to the function that measures. */
export function defineProbe<Schema extends z.ZodType>(
  settings: Schema,
  run: (settings: z.output<Schema>, context: ProbeContext) => Promise<Result>,
): Probe {
  return {
    settings,
    prepare: (raw) => {
      const checked = settings.parse(raw);
      return (context) => run(checked, context);
    },
  };
}
