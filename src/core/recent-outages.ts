import { isAsBadAs } from "./classify-malfunction.ts";
import type { Figure, TimelineRun } from "./figure.ts";
import type { Interval } from "./month.ts";
import { reasonsOf } from "./outage.ts";
import type { Reason } from "./outcome.ts";
import type { Evidence } from "./sequence.ts";
import { MINUTE_MS } from "./tally.ts";

/** An outage with what is told of it. */
export type RecentOutage = Interval & {
  readonly reason: Reason;
  /** Badness of its worst slot, num / den. */
  readonly num: number;
  readonly den: number;
  /** Those that failed in it, in the order of the subject's. */
  readonly targets: readonly string[];
};

/** What is kept of a subject's month to tell of its outages. */
export type Recent = {
  /** The end of the last settled slot that is not without data; 0 when there is none. */
  readonly seenUntilMs: number;
  /** The last ones of the month, the earliest first. */
  readonly outages: readonly RecentOutage[];
  /** The runs of their slots that are bad enough for a malfunction. */
  readonly grave: readonly RecentOutage[];
};

/** More are not looked back on, however often a subject fails. */
const MOST_OUTAGES = 20;
const NONE: readonly RecentOutage[] = [];

/**
 * The last outages of a figure that was counted from the members' evidence. `gravePpm`: how bad a
 * slot must be for a malfunction, in millionths; null when none ever is.
 */
export function recentOutagesOf(
  { outages, timeline }: Pick<Figure, "outages" | "timeline">,
  members: readonly Evidence[],
  gravePpm: number | null,
): Recent {
  const seenUntilMs = timeline.findLast(({ state }) => state !== "no-data")?.untilMs ?? 0;
  if (outages.length === 0) return { seenUntilMs, outages: NONE, grave: NONE };
  const last = outages.slice(-MOST_OUTAGES);
  const startMs = last[0]?.fromMs ?? 0;
  const runs = timeline.slice(timeline.findLastIndex(({ fromMs }) => fromMs <= startMs));
  const recent = last.map(({ fromMs, untilMs, reason }) => {
    const inside = runs.filter((run) => run.fromMs < untilMs && run.untilMs > fromMs);
    const outage = { fromMs, untilMs, reason, ...worstOf(inside) };
    return { inside, outage: { ...outage, targets: failingIn(outage, members) } };
  });
  const grave =
    gravePpm === null
      ? NONE
      : recent.flatMap(({ outage, inside }) => graveRuns(outage, { inside, members, gravePpm }));
  return {
    seenUntilMs,
    outages: recent.map(({ outage }) => outage),
    grave: grave.slice(-MOST_OUTAGES),
  };
}

/** An outage of all-bad slots is one such run; of a group that is bad in part there may be many. */
function graveRuns(
  outage: RecentOutage,
  of: {
    readonly inside: readonly TimelineRun[];
    readonly members: readonly Evidence[];
    readonly gravePpm: number;
  },
): RecentOutage[] {
  const joined: TimelineRun[][] = [];
  for (const run of of.inside) {
    if (!isAsBadAs(run, of.gravePpm)) continue;
    const last = joined.at(-1);
    if (last?.at(-1)?.untilMs === run.fromMs) last.push(run);
    else joined.push([run]);
  }
  return joined.map((runs) => {
    const fromMs = Math.max(outage.fromMs, runs[0]?.fromMs ?? 0);
    const untilMs = Math.min(outage.untilMs, runs.at(-1)?.untilMs ?? Infinity);
    if (fromMs === outage.fromMs && untilMs === outage.untilMs) return outage;
    const minutes = { from: fromMs / MINUTE_MS, until: untilMs / MINUTE_MS };
    const lists = of.members.flatMap(({ counts }) => [...counts.values()]);
    const [reason = outage.reason] = reasonsOf([minutes], lists);
    const targets = failingIn({ fromMs, untilMs }, of.members);
    return { fromMs, untilMs, reason, ...worstOf(runs), targets };
  });
}

function worstOf(runs: readonly Badness[]): Badness {
  let worst: Badness = { num: 0, den: 1 };
  for (const run of runs) if (isWorse(run, worst)) worst = { num: run.num, den: run.den };
  return worst;
}

type Badness = { readonly num: number; readonly den: number };

function isWorse(a: Badness, b: Badness): boolean {
  return a.num * b.den > b.num * a.den;
}

/** A target alone is the one that fails; of a group those with a failed result in the interval. */
function failingIn({ fromMs, untilMs }: Interval, members: readonly Evidence[]): string[] {
  const [from, until] = [fromMs / MINUTE_MS, untilMs / MINUTE_MS];
  const failing = members.filter(({ target, counts }) => {
    if (members.length === 1) return true;
    if ((target.fromMs ?? 0) >= untilMs || (target.untilMs ?? Infinity) <= fromMs) return false;
    return [...counts.values()].some((runs) => {
      // From the end: what is recent lies there.
      for (let index = runs.length - 1; index >= 0; index -= 1) {
        const run = runs[index];
        if (run === undefined || run.until <= from) return false;
        if (run.failed > 0 && run.from < until) return true;
      }
      return false;
    });
  });
  return failing.map(({ target }) => target.id);
}

/** The outages of a subject over two months, one after the other; what goes on over the edge is one. */
export function joinRecent(earlier: Recent, later: Recent): Recent {
  return {
    seenUntilMs: Math.max(earlier.seenUntilMs, later.seenUntilMs),
    outages: joinOutages(earlier.outages, later.outages),
    grave: joinOutages(earlier.grave, later.grave),
  };
}

function joinOutages(
  earlier: readonly RecentOutage[],
  later: readonly RecentOutage[],
): readonly RecentOutage[] {
  const before = earlier.at(-1);
  const [after, ...rest] = later;
  if (before === undefined || after === undefined || before.untilMs !== after.fromMs) {
    return [...earlier, ...later];
  }
  const one = {
    fromMs: before.fromMs,
    untilMs: after.untilMs,
    reason: after.reason,
    ...worstOf([before, after]),
    targets: [...new Set([...before.targets, ...after.targets])],
  };
  return [...earlier.slice(0, -1), one, ...rest];
}
