/** Consecutive slots [from, until); a slot's number is its start since the Unix epoch / slot length. */
export type SlotRange = { readonly from: number; readonly until: number };

/** The slots that start in [fromMs, untilMs); null is unbounded. */
export function slotsStartingIn(
  interval: { readonly fromMs: number | null; readonly untilMs: number | null },
  slotMs: number,
): SlotRange {
  return {
    from: interval.fromMs === null ? -Infinity : Math.ceil(interval.fromMs / slotMs),
    until: interval.untilMs === null ? Infinity : Math.ceil(interval.untilMs / slotMs),
  };
}

/** Never negative: of two that do not meet, an empty range. */
export function intersectRanges(a: SlotRange, b: SlotRange): SlotRange {
  const from = Math.max(a.from, b.from);
  return { from, until: Math.max(from, Math.min(a.until, b.until)) };
}

/** The slots in any of the ranges: sorted, apart from each other, none empty. */
export function uniteRanges(ranges: readonly SlotRange[]): SlotRange[] {
  const united: { from: number; until: number }[] = [];
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = united.at(-1);
    if (range.from >= range.until) {
      continue;
    }
    if (last !== undefined && range.from <= last.until) {
      last.until = Math.max(last.until, range.until);
    } else {
      united.push({ from: range.from, until: range.until });
    }
  }
  return united;
}

export function countSlots(ranges: readonly SlotRange[]): number {
  return ranges.reduce((sum, { from, until }) => sum + (until - from), 0);
}

/**
 * Cuts sorted runs at the edges of united ranges and maps every piece,
 * told whether it lies inside a range.
 */
export function overlay<Run extends SlotRange, Out>(
  runs: readonly Run[],
  ranges: readonly SlotRange[],
  map: (piece: Run, inside: boolean) => Out,
): Out[] {
  const out: Out[] = [];
  let next = 0;
  for (const run of runs) {
    let at = run.from;
    while (at < run.until) {
      while ((ranges[next]?.until ?? Infinity) <= at) {
        next += 1;
      }
      const { from, until: end } = ranges[next] ?? { from: Infinity, until: Infinity };
      const inside = from <= at;
      const until = Math.min(run.until, inside ? end : from);
      const uncut = at === run.from && until === run.until;
      out.push(map(uncut ? run : { ...run, from: at, until }, inside));
      at = until;
    }
  }
  return out;
}
