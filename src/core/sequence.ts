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
  const needed = agreement.method === "all-failed" ? votesNeeded(agreement, evidence.target) : 1;
  const runs = combineVantages(countsInLife(evidence, agreement, range), range);
  return overlay(runs, lives([evidence], agreement, range), (run, isAlive) => {
    const hasData = isAlive && run.votes >= needed;
    return judge(run, hasData ? badnessOf(run, agreement) : GOOD, { isAlive, hasData });
  });
}

/** Written out field by field: this is the hottest line of a month, and spreading is slow. */
function judge(
  { from, until, valid, failed, votes, downVotes }: SlotRun,
  { num, den }: Badness,
  { isAlive, hasData }: Pick<JudgedRun, "isAlive" | "hasData">,
): JudgedRun {
  return { from, until, valid, failed, votes, downVotes, num, den, isAlive, hasData };
}

/** Counts by vantage, of the slots that start in the target's lifetime: no others are the target's. */
function countsInLife(evidence: Evidence, agreement: Agreement, range: SlotRange): SlotCount[][] {
  const { slotMs } = agreement;
  const life = intersectRanges(range, slotsStartingIn(evidence.target, slotMs));
  return Array.from(evidence.counts.values(), (runs) =>
    slotsOfVantage(runs, slotMs / MINUTE_MS, life),
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
  const vantages = new Set(members.flatMap(({ counts }) => [...counts.keys()]));
  const sums = Array.from(vantages, (vantage) =>
    sumVantage(members, vantage, { agreement, range }),
  );
  const runs = combineVantages(sums, range);
  const living = overlay(runs, lives(members, agreement, range), (run, isAlive) => {
    const hasData = run.votes > 0;
    return judge(run, hasData ? badnessOf(run, agreement) : GOOD, { isAlive, hasData });
  });
  if (agreement.method !== "all-failed") {
    return living;
  }
  // By vote, a group has data where one of its targets has by its own votes (section 4).
  const withData = members.flatMap((member) => {
    const needed = votesNeeded(agreement, member.target);
    const own = combineVantages(countsInLife(member, agreement, range), range);
    return own.filter(({ votes }) => votes >= needed);
  });
  return overlay(living, uniteRanges(withData), (run, hasData) =>
    hasData ? run : judge(run, GOOD, { isAlive: run.isAlive, hasData }),
  );
}

/** One member's list at a time: in a bad month all of them at once would fill the memory. */
function sumVantage(
  members: readonly Evidence[],
  vantage: string,
  { agreement, range }: { readonly agreement: Agreement; readonly range: SlotRange },
): SlotCount[] {
  function* lists(): Generator<SlotCount[]> {
    for (const { target, counts } of members) {
      const runs = counts.get(vantage) ?? [];
      yield* countsInLife({ target, counts: new Map([[vantage, runs]]) }, agreement, range);
    }
  }
  return sumSlotCounts(lists());
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
    zoneIsDown ? run : judge(run, GOOD, run),
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
    const runs = combineVantages(countsInLife(sibling, agreement, range), range);
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
    kept.push(...(isShort ? stretch.map((run) => judge(run, GOOD, run)) : stretch));
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
