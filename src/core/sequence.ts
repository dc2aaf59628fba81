import type { Agreement } from "./agreement.ts";
import type { CountRun } from "./counts.ts";
import type { SlotRange } from "./ranges.ts";
import { countSlots, intersectRanges, overlay, slotsStartingIn, uniteRanges } from "./ranges.ts";
import type { SlotCount, SlotRun } from "./slots.ts";
import { combineVantages, slotsOfVantage, sumSlotCounts } from "./slots.ts";
import type { Target } from "./target.ts";
import { type Badness, GOOD, badnessOf, isDown, votesNeeded } from "./vote.ts";

const MINUTE_MS = 60_000;

/** A target and what its vantages counted; runs of a vantage are sorted and do not overlap. */
export type Evidence = {
  readonly target: Target;
  readonly counts: ReadonlyMap<string, readonly CountRun[]>;
};

/** What one figure is counted from, before the month and the exclusions. */
export type SequenceInput = {
  readonly agreement: Agreement;
  /** The subject's targets: one, or those of a group. */
  readonly members: readonly Evidence[];
  /** Scope `multi-zone`: the targets of the same account, product and region in other zones. */
  readonly siblings?: readonly Evidence[];
};

/** Consecutive slots with the same votes, counts and badness num / den. */
export type JudgedRun = SlotRun &
  Badness & {
    /** In the lifetime of the subject. */
    readonly isAlive: boolean;
    readonly hasData: boolean;
  };

/**
 * The subject's continuous sequence of slots over a range, without a gap, with the badness of
 * each; short stretches already count as good. To be exact at the edges, the range and the
 * evidence reach `minStretch` - 1 slots further than what is read from it.
 */
export function judgeSlots(input: SequenceInput, range: SlotRange): JudgedRun[] {
  const { agreement } = input;
  return dropShortStretches(judgeScope(input, range), agreement.minStretch);
}

function judgeScope(input: SequenceInput, range: SlotRange): JudgedRun[] {
  const { agreement, members } = input;
  const [only] = members;
  if (agreement.scope === "group") {
    return judgeGroup(members, agreement, range);
  }
  if (only === undefined || members.length > 1) {
    throw new RangeError(`scope ${agreement.scope} takes one target, not ${members.length}`);
  }
  return agreement.scope === "target"
    ? judgeTarget(only, agreement, range)
    : judgeMultiZone(only, input, range);
}

function judgeTarget(evidence: Evidence, agreement: Agreement, range: SlotRange): JudgedRun[] {
  const needed = votesNeeded(agreement, evidence.target);
  const runs = combineVantages([...countsInLife(evidence, agreement, range).values()], range);
  return overlay(runs, lives([evidence], agreement, range), (run, isAlive) => {
    const votes = agreement.method === "all-failed" ? needed : 1;
    return judge(run, agreement, { isAlive, hasData: isAlive && run.votes >= votes });
  });
}

function judge(
  run: SlotRun,
  agreement: Agreement,
  flags: Pick<JudgedRun, "isAlive" | "hasData">,
): JudgedRun {
  return { ...run, ...flags, ...(flags.hasData ? badnessOf(run, agreement) : GOOD) };
}

/** Counts of the slots that start in the target's lifetime: no others are the target's. */
function countsInLife(
  { target, counts }: Evidence,
  { slotMs }: Agreement,
  range: SlotRange,
): Map<string, SlotCount[]> {
  const life = intersectRanges(range, slotsStartingIn(target, slotMs));
  const slotMinutes = slotMs / MINUTE_MS;
  return new Map(
    [...counts].map(([vantage, runs]) => [vantage, slotsOfVantage(runs, slotMinutes, life)]),
  );
}

/** The slots in which at least one of the targets lives. */
export function lives(
  members: readonly Pick<Evidence, "target">[],
  { slotMs }: Pick<Agreement, "slotMs">,
  range: SlotRange,
): SlotRange[] {
  return uniteRanges(
    members.map(({ target }) => intersectRanges(range, slotsStartingIn(target, slotMs))),
  );
}

/** Sums the members' counts for each vantage, then judges as if they were one target's. */
function judgeGroup(
  members: readonly Evidence[],
  agreement: Agreement,
  range: SlotRange,
): JudgedRun[] {
  const byVantage = new Map<string, SlotCount[][]>();
  const withData: SlotRange[] = [];
  for (const member of members) {
    const counts = countsInLife(member, agreement, range);
    for (const [vantage, list] of counts) {
      const lists = byVantage.get(vantage);
      if (lists === undefined) {
        byVantage.set(vantage, [list]);
      } else {
        lists.push(list);
      }
    }
    if (agreement.method === "all-failed") {
      const needed = votesNeeded(agreement, member.target);
      const runs = combineVantages([...counts.values()], range);
      withData.push(...runs.filter(({ votes }) => votes >= needed));
    }
  }
  const runs = combineVantages([...byVantage.values()].map(sumSlotCounts), range);
  const living = overlay(runs, lives(members, agreement, range), (run, isAlive) =>
    judge(run, agreement, { isAlive, hasData: run.votes > 0 }),
  );
  if (agreement.method !== "all-failed") {
    return living;
  }
  // By vote, a group has data where one of its targets has by its own votes (section 4).
  return overlay(living, uniteRanges(withData), (run, hasData) =>
    hasData ? run : { ...run, ...GOOD, hasData },
  );
}

/**
 * Bad when the target is down and there is another zone of which every living target is down.
 * A target without data is not known to be down. Down is a vote, whatever the method says.
 */
function judgeMultiZone(evidence: Evidence, input: SequenceInput, range: SlotRange): JudgedRun[] {
  const voting: Agreement = { ...input.agreement, method: "all-failed" };
  const own = judgeTarget(evidence, voting, range);
  const first = own.find(({ num }) => num > 0);
  const last = own.findLast(({ num }) => num > 0);
  if (first === undefined || last === undefined) {
    return own; // Never down: the other zones need not be looked at.
  }
  const span = { from: first.from, until: last.until };
  const siblings = input.siblings ?? [];
  const zones = new Set(siblings.map(({ target }) => target.zone));
  zones.delete(null);
  zones.delete(evidence.target.zone);
  const down = [...zones].flatMap((zone) =>
    zoneDown(
      siblings.filter(({ target }) => target.zone === zone),
      voting,
      span,
    ),
  );
  return overlay(own, uniteRanges(down), (run, zoneIsDown) =>
    zoneIsDown ? run : { ...run, ...GOOD },
  );
}

function zoneDown(
  siblings: readonly Evidence[],
  agreement: Agreement,
  range: SlotRange,
): SlotRange[] {
  // Per slot, "valid" is the number of living targets and "failed" of those that are down.
  const states = siblings.map((sibling) => {
    const needed = votesNeeded(agreement, sibling.target);
    const runs = combineVantages([...countsInLife(sibling, agreement, range).values()], range);
    return overlay(runs, lives([sibling], agreement, range), (run, isAlive) => ({
      from: run.from,
      until: run.until,
      valid: isAlive ? 1 : 0,
      failed: run.votes >= needed && isDown(run, agreement.quorum) ? 1 : 0,
    }));
  });
  return sumSlotCounts(states).filter(({ valid, failed }) => valid > 0 && failed === valid);
}

/** Runs of fewer than `minStretch` consecutive bad slots count as good (section 3). */
function dropShortStretches(runs: JudgedRun[], minStretch: number): JudgedRun[] {
  if (minStretch <= 1) {
    return runs;
  }
  const kept: JudgedRun[] = [];
  let stretch: JudgedRun[] = [];
  const endStretch = (): void => {
    const isShort = countSlots(stretch) < minStretch;
    kept.push(...(isShort ? stretch.map((run) => ({ ...run, ...GOOD })) : stretch));
    stretch = [];
  };
  for (const run of runs) {
    if (run.num > 0) {
      stretch.push(run);
    } else {
      endStretch();
      kept.push(run);
    }
  }
  endStretch();
  return kept;
}
