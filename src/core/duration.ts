const UNITS_MS = new Map([
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
]);

export const DURATION = /^(\d{1,9})(ms|s|m|h|d)$/;

/** Milliseconds of a text such as "500ms", "15s", "1m", "24h" or "2d"; null when it is none. */
export function parseDuration(text: string): number | null {
  const [, count, unit] = DURATION.exec(text) ?? [];
  const unitMs = UNITS_MS.get(unit ?? "");
  return count === undefined || unitMs === undefined ? null : Number(count) * unitMs;
}

/** The shortest text that `parseDuration` reads back as the same whole milliseconds. */
export function formatDuration(ms: number): string {
  if (ms === 0) return "0s";
  for (const [unit, unitMs] of UNITS_MS) {
    if (ms % unitMs === 0) return `${ms / unitMs}${unit}`;
  }
  return `${ms}ms`;
}
