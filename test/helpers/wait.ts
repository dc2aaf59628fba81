import { setTimeout as pause } from "node:timers/promises";

/** Polls until the condition holds (every 10 ms) and gives what it returned. Throws after the limit. */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  options: { readonly what?: string; readonly timeoutMs?: number } = {},
): Promise<T> {
  const { what = "the condition", timeoutMs = 10_000 } = options;
  const limit = Date.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > limit) throw new Error(`${what} did not come within ${timeoutMs} ms`);
    await pause(10);
  }
}
