import type { CountRun, Minute } from "./counts.ts";

export const MINUTES_PER_DAY = 1440;
/** Targets whose counts of one day share a row. */
export const BLOCK_SIZE = 128;

/** Runs by target id (the small integer). */
export type CountsByTarget = Map<number, CountRun[]>;

/**
 * One block's day as bytes: for each target its place in the block, the number of runs, and
 * per run the gap since the run before, length, valid, failed, reason. All numbers are
 * varints, so a target that was fine all day takes 8 bytes.
 */
export function encodeDayCounts(counts: CountsByTarget, dayStart: Minute): Uint8Array {
  const bytes: number[] = [];
  for (const [target, runs] of [...counts].toSorted(([a], [b]) => a - b)) {
    if (runs.length === 0) continue;
    pushVarint(bytes, target % BLOCK_SIZE);
    pushVarint(bytes, runs.length);
    let at = dayStart;
    for (const run of runs) {
      pushVarint(bytes, run.from - at);
      pushVarint(bytes, run.until - run.from);
      pushVarint(bytes, run.valid);
      pushVarint(bytes, run.failed);
      pushVarint(bytes, run.reason);
      at = run.until;
    }
  }
  return Uint8Array.from(bytes);
}

/** Reads what `encodeDayCounts` wrote. Throws RangeError for bytes that it never writes. */
export function decodeDayCounts(
  bytes: Uint8Array,
  place: { readonly block: number; readonly dayStart: Minute },
): CountsByTarget {
  const counts: CountsByTarget = new Map();
  const cursor = { at: 0 };
  let before = -1;
  while (cursor.at < bytes.length) {
    const target = readVarint(bytes, cursor);
    if (target <= before || target >= BLOCK_SIZE) throw new RangeError("targets are out of order");
    before = target;
    counts.set(place.block * BLOCK_SIZE + target, decodeRuns(bytes, cursor, place.dayStart));
  }
  return counts;
}

function decodeRuns(bytes: Uint8Array, cursor: { at: number }, dayStart: Minute): CountRun[] {
  const length = readVarint(bytes, cursor);
  if (length === 0) throw new RangeError("a target has no runs");
  const runs: CountRun[] = [];
  let at = dayStart;
  for (let index = 0; index < length; index += 1) {
    const from = at + readVarint(bytes, cursor);
    at = from + readVarint(bytes, cursor);
    const valid = readVarint(bytes, cursor);
    const failed = readVarint(bytes, cursor);
    if (at === from || failed > valid) throw new RangeError("a run is not one");
    runs.push({ from, until: at, valid, failed, reason: readVarint(bytes, cursor) });
  }
  if (at > dayStart + MINUTES_PER_DAY) throw new RangeError("the runs are longer than the day");
  return runs;
}

/** `runs` with everything in [from, until) replaced by `fresh`; equal neighbours are joined. */
export function replaceRuns(
  runs: readonly CountRun[],
  range: { readonly from: Minute; readonly until: Minute },
  fresh: readonly CountRun[],
): CountRun[] {
  const kept: CountRun[] = [];
  for (const run of runs) {
    if (run.from < range.from) pushRun(kept, { ...run, until: Math.min(run.until, range.from) });
  }
  for (const run of fresh) pushRun(kept, run);
  for (const run of runs) {
    if (run.until > range.until) pushRun(kept, { ...run, from: Math.max(run.from, range.until) });
  }
  return kept;
}

/** Appends a run, joining it to the last one when they touch and hold the same counts. */
export function pushRun(runs: CountRun[], run: CountRun): void {
  const last = runs.at(-1);
  if (
    last !== undefined &&
    last.until === run.from &&
    last.valid === run.valid &&
    last.failed === run.failed &&
    last.reason === run.reason
  ) {
    runs[runs.length - 1] = { ...last, until: run.until };
  } else {
    runs.push(run);
  }
}

function pushVarint(bytes: number[], value: number): void {
  if (value < 0) throw new RangeError("runs overlap or lie before the day");
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
}

function readVarint(bytes: Uint8Array, cursor: { at: number }): number {
  let value = 0;
  let shift = 0;
  for (;;) {
    const byte = bytes[cursor.at];
    if (byte === undefined) throw new RangeError("the bytes are cut");
    if (shift > 21 || (byte === 0 && shift > 0)) throw new RangeError("a number is malformed");
    cursor.at += 1;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
    shift += 7;
  }
}
