import type { Route } from "./route.ts";
import { wallInstant, wallReading } from "./wall-time.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The instant itself, or the end of the quiet hours that it lies in. They may span midnight. */
export function afterQuietHours(atMs: number, quiet: Route["quietHours"]): number {
  if (quiet === null) return atMs;
  const [from, until] = [dayMs(quiet.from), dayMs(quiet.until)];
  const reading = wallReading(atMs, quiet.timeZone);
  const dayStart = Math.floor(reading / DAY_MS) * DAY_MS;
  const inDay = reading - dayStart;
  const isNight = from > until;
  const isQuiet = isNight ? inDay >= from || inDay < until : inDay >= from && inDay < until;
  if (!isQuiet) return atMs;
  const end = dayStart + until + (isNight && inDay >= from ? DAY_MS : 0);
  const endMs = wallInstant(end, quiet.timeZone);
  // In the hour that clocks show twice, the end may be one that they have shown before.
  return endMs > atMs ? endMs : atMs + (end - reading);
}

/** "22:30" as milliseconds of the day. */
function dayMs(time: string): number {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return (hour * 60 + minute) * MINUTE_MS;
}
