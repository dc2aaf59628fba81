const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const PAUSES_MS = [
  5 * SECOND_MS,
  15 * SECOND_MS,
  30 * SECOND_MS,
  MINUTE_MS,
  2 * MINUTE_MS,
  5 * MINUTE_MS,
  10 * MINUTE_MS,
];
const LONGEST_PAUSE_MS = 15 * MINUTE_MS;
/** What a receiver asks for beyond this is not granted: it may be mistaken. */
const LONGEST_ASKED_MS = 60 * MINUTE_MS;

/** How long a message waits after its failed attempt with this number, counted from 1. */
export function pauseAfter(attempt: number, askedMs: number | null): number {
  const pauseMs = PAUSES_MS[attempt - 1] ?? LONGEST_PAUSE_MS;
  return Math.max(pauseMs, Math.min(askedMs ?? 0, LONGEST_ASKED_MS));
}
