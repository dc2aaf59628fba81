import type { ProbeContext } from "../../probes/probe.ts";
import { systemClock } from "../../src/clock.ts";

/** A context with the real clock, 5 s, and a signal that nobody fires unless one is given. */
export function probeContext(changes: Partial<ProbeContext> = {}): ProbeContext {
  return {
    timeoutMs: 5000,
    signal: new AbortController().signal,
    clock: systemClock,
    ...changes,
  };
}
