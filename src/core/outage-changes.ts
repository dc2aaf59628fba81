import { percentCut } from "./fraction.ts";
import type { Recent, RecentOutage } from "./recent-outages.ts";
import type { Subject } from "./subject.ts";

/** An outage of a subject; `fromMs` is the begin that people were told. */
export type SeenOutage = RecentOutage & {
  readonly subject: Subject;
  /** Nothing but slots without data came after it. */
  readonly isOpen: boolean;
};

/** What has changed since the last watch. */
export type OutageChanges = {
  /** The one that was told as it is by now; null when there was none, or nothing is known of it. */
  readonly told: SeenOutage | null;
  /** Those that began since; some are over already. */
  readonly began: readonly SeenOutage[];
};

/** What the last watch left. */
export type LastWatch = {
  /** What is settled before was looked at. */
  readonly watchedUntilMs: number;
  /** There was none: what is over is the past. */
  readonly isFirst: boolean;
};

/**
 * Compares a subject's outages with the open one that people were told of (`toldMs`: its begin).
 * What ended before the last watch is not told any more, also when it comes to light only now. An
 * outage without a slot left, by late results or an exclusion, has ended when it began.
 */
export function compareOutages(
  subject: Subject,
  recent: Pick<Recent, "seenUntilMs" | "outages">,
  last: LastWatch & { readonly toldMs: number | null },
): OutageChanges {
  const { toldMs, watchedUntilMs } = last;
  const { slotMs, minStretch } = subject.agreement;
  // Over the edge of a month, what was told may lie before all that is known.
  if (toldMs !== null && recent.seenUntilMs <= toldMs) return { told: null, began: [] };
  const seen = recent.outages.map((outage) => ({
    ...outage,
    subject,
    isOpen: outage.untilMs >= recent.seenUntilMs,
  }));
  const watchedSlotMs = Math.floor(watchedUntilMs / slotMs) * slotMs;
  const goesOn = seen.findLast(({ fromMs, untilMs }) => {
    if (toldMs === null) return false;
    const holdsBegin = fromMs <= toldMs && untilMs > toldMs;
    // Its first slots turned out to be good, or it began before what is kept.
    const holdsLastWatched = fromMs < watchedSlotMs && untilMs >= watchedSlotMs;
    return holdsBegin || (fromMs > toldMs && holdsLastWatched);
  });
  // A stretch becomes bad only when it is long enough.
  const newSinceMs = watchedSlotMs - (minStretch - 1) * slotMs;
  const began = seen.filter((outage) => {
    if (outage === goesOn || (last.isFirst && !outage.isOpen)) return false;
    const reachesNow = outage.isOpen
      ? outage.untilMs >= watchedSlotMs
      : outage.untilMs > watchedSlotMs;
    return outage.fromMs >= newSinceMs || reachesNow;
  });
  return { told: toldMs === null ? null : toldOutage(subject, goesOn, toldMs), began };
}

function toldOutage(subject: Subject, found: SeenOutage | undefined, toldMs: number): SeenOutage {
  if (found !== undefined) return { ...found, fromMs: toldMs };
  const targets = subject.targets.map(({ id }) => id);
  const nothing = { untilMs: toldMs, reason: "", num: 0, den: 1, targets } as const;
  return { ...nothing, subject, fromMs: toldMs, isOpen: false };
}

const PERCENT_PLACES = 3;

/** What is told of an outage when it begins. */
export function describeOutage({ subject, fromMs, targets, reason, num, den }: SeenOutage) {
  return {
    from: new Date(fromMs).toISOString(),
    targets: [...targets],
    reason,
    badPercent: percentCut({ num: BigInt(num), den: BigInt(den) }, PERCENT_PLACES),
    slotSeconds: subject.agreement.slotMs / 1000,
  };
}
