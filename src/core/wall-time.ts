import { IANAZone } from "luxon";

const DAY_MS = 86_400_000;

/** What the clocks of a zone show at an instant, written as if it were UTC, epoch milliseconds. */
export function wallReading(atMs: number, timeZone: string): number {
  return atMs + offsetMs(atMs, IANAZone.create(timeZone));
}

/**
 * The instant at which the clocks of a zone show a reading. One that they show twice is the first
 * of the two; one that they skip is the moment of the skip. So a later reading is never earlier.
 */
export function wallInstant(readingMs: number, timeZone: string): number {
  const zone = IANAZone.create(timeZone);
  const before = offsetMs(readingMs - DAY_MS, zone);
  const early = readingMs - before;
  if (offsetMs(early, zone) === before) return early;
  const after = offsetMs(readingMs + DAY_MS, zone);
  const late = readingMs - after;
  if (offsetMs(late, zone) === after) return late;
  return changeBetween({ fromMs: late, untilMs: early }, zone);
}

/** The first instant of the interval that has another offset than its start. */
function changeBetween(
  { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
  zone: IANAZone,
): number {
  const old = offsetMs(fromMs, zone);
  let [last, first] = [fromMs, untilMs];
  while (first - last > 1) {
    const middle = Math.floor((last + first) / 2);
    if (offsetMs(middle, zone) === old) last = middle;
    else first = middle;
  }
  return first;
}

function offsetMs(atMs: number, zone: IANAZone): number {
  return zone.offset(atMs) * 60_000;
}
