import type { Figure } from "./figure.ts";
import type { Interval } from "./month.ts";
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
};

/** More are not looked back on, however often a subject fails. */
const MOST_OUTAGES = 20;
const NONE: readonly RecentOutage[] = [];

/** The last outages of a figure that was counted from the members' evidence. */
export function recentOutagesOf(
  { outages, timeline }: Pick<Figure, "outages" | "timeline">,
  members: readonly Evidence[],
): Recent {
  const seenUntilMs = timeline.findLast(({ state }) => state !== "no-data")?.untilMs ?? 0;
  if (outages.length === 0) return { seenUntilMs, outages: NONE };
  const last = outages.slice(-MOST_OUTAGES);
  const startMs = last[0]?.fromMs ?? 0;
  const runs = timeline.slice(timeline.findLastIndex(({ fromMs }) => fromMs <= startMs));
  return {
    seenUntilMs,
    outages: last.map(({ fromMs, untilMs, reason }) => {
      let worst = { num: 0, den: 1 };
      for (const run of runs) {
        const isInside = run.fromMs < untilMs && run.untilMs > fromMs;
        if (isInside && isWorse(run, worst)) worst = { num: run.num, den: run.den };
      }
      const targets = failingIn({ fromMs, untilMs }, members);
      return { fromMs, untilMs, reason, ...worst, targets };
    }),
  };
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
  const before = earlier.outages.at(-1);
  const [after, ...rest] = later.outages;
  const seenUntilMs = Math.max(earlier.seenUntilMs, later.seenUntilMs);
  if (before === undefined || after === undefined || before.untilMs !== after.fromMs) {
    return { seenUntilMs, outages: [...earlier.outages, ...later.outages] };
  }
  const { num, den } = isWorse(before, after) ? before : after;
  const one = {
    fromMs: before.fromMs,
    untilMs: after.untilMs,
    reason: after.reason,
    num,
    den,
    targets: [...new Set([...before.targets, ...after.targets])],
  };
  return { seenUntilMs, outages: [...earlier.outages.slice(0, -1), one, ...rest] };
}
