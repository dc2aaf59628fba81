import { setTimeout as pause } from "node:timers/promises";

const SHORTEST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 250;

/**
 * Polls until the condition holds and gives what it returned. Throws after the limit. The longer it
 * waits, the longer it pauses (5 % of the time so far): who asks a service for a minute without a
 * breath keeps a processor from the other tests.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  options: { readonly what?: string; readonly timeoutMs?: number } = {},
): Promise<T> {
  const { what = "the condition", timeoutMs = 10_000 } = options;
  const begun = Date.now();
  for (;;) {
    const value = await condition();
    if (value) return value;
    const waitedMs = Date.now() - begun;
    if (waitedMs > timeoutMs) throw new Error(`${what} did not come within ${timeoutMs} ms`);
    await pause(Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, waitedMs / 20)));
  }
}
