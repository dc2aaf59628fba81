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
  readonly open: SeenOutage | null;
  /** The open one, if it is new, and those that began and ended since. */
  readonly began: readonly SeenOutage[];
  readonly ended: readonly SeenOutage[];
};

/**
 * Compares a subject's outages with the open one that people were told of (`toldMs`: its begin).
 * What began before `watchedUntilMs` and is over is not told any more; without a watch before
 * (null) only what lasts is. An outage without a slot left, by late results or an exclusion, has
 * ended when it began.
 */
export function compareOutages(
  subject: Subject,
  recent: Recent,
  last: { readonly toldMs: number | null; readonly watchedUntilMs: number | null },
): OutageChanges {
  const { toldMs, watchedUntilMs } = last;
  const { slotMs, minStretch } = subject.agreement;
  const seen = recent.outages.map((outage) => ({
    ...outage,
    subject,
    isOpen: outage.untilMs >= recent.seenUntilMs,
  }));
  const watchedSlotMs = Math.floor((watchedUntilMs ?? 0) / slotMs) * slotMs;
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
    if (outage === goesOn) return false;
    return outage.isOpen || (watchedUntilMs !== null && outage.fromMs >= newSinceMs);
  });
  const told = toldMs === null ? [] : [toldOutage(subject, goesOn, toldMs)];
  const all = [...told, ...began];
  return {
    open: all.findLast(({ isOpen }) => isOpen) ?? null,
    began,
    ended: all.filter(({ isOpen }) => !isOpen),
  };
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
