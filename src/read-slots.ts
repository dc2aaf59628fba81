import type { Config } from "./config.ts";
import { resolveTerms, type Agreement, type StartOf } from "./core/agreement.ts";
import { formatFraction } from "./core/fraction.ts";
import { monthAt, monthBounds, type Interval } from "./core/month.ts";
import { intersectRanges, overlay, slotsStartingIn } from "./core/ranges.ts";
import { judgeSlots } from "./core/sequence.ts";
import type { Target } from "./core/target.ts";
import { NotFoundError } from "./errors.ts";
import { readEvidence, readExcluded } from "./read-month.ts";
import type { Db } from "./store/connect.ts";
import { findSettledUntil } from "./store/unsettled.ts";

/**
 * One slot of a target: its counts and votes, and its badness as a fraction; null without data.
 * An excluded one shows what was measured too; it is not held against the provider.
 */
export type SlotView = {
  readonly from: string;
  readonly valid: number;
  readonly failed: number;
  readonly votes: number;
  readonly downVotes: number;
  readonly bad: string | null;
  readonly excluded: boolean;
};

/**
 * A target's own settled slots in the interval under one of its agreements (its first by
 * default), also where the agreement counts a whole group. Throws NotFoundError.
 */
export async function readSlots(
  deps: { readonly db: Db; readonly config: Config },
  query: {
    readonly target: Target;
    readonly agreement: string | undefined;
    readonly fromMs: number;
    readonly untilMs: number;
  },
): Promise<{ target: string; agreement: string; slotSeconds: number; slots: SlotView[] }> {
  const { target } = query;
  const id = query.agreement ?? target.agreements[0] ?? "";
  const settledMs = (await findSettledUntil(deps.db)) ?? 0;
  const slots: SlotView[] = [];
  let slotSeconds: number | null = null;
  for (const month of monthsOf(deps.config, query)) {
    const terms = target.agreements.includes(id)
      ? resolveTerms(deps.config, target, { id, startOf: month.startOf })
      : null;
    if (terms === null) continue;
    slotSeconds = terms.slotMs / 1000;
    slots.push(...(await readMonthSlots(deps, { ...month, target, terms, settledMs })));
  }
  if (slotSeconds === null) {
    throw new NotFoundError(`no agreement "${id}" holds for target "${target.id}"`);
  }
  return { target: target.id, agreement: id, slotSeconds, slots };
}

/**
 * The interval cut at the starts of months in the time zones of all agreements, at which a version
 * may come into force.
 */
function monthsOf(
  { agreements }: Config,
  query: Interval,
): (Interval & { readonly startOf: StartOf })[] {
  const zones = [...new Set(agreements.map(({ timeZone }) => timeZone))];
  const months: (Interval & { readonly startOf: StartOf })[] = [];
  for (let atMs = query.fromMs; atMs < query.untilMs;) {
    const bounds = new Map(zones.map((zone) => [zone, monthBounds(monthAt(atMs, zone), zone)]));
    const ends = Array.from(bounds.values(), (month) => month.untilMs);
    const untilMs = Math.min(query.untilMs, ...ends);
    const startOf: StartOf = (timeZone) => bounds.get(timeZone)?.fromMs ?? atMs;
    months.push({ fromMs: atMs, untilMs, startOf });
    atMs = untilMs;
  }
  return months;
}

async function readMonthSlots(
  deps: { readonly db: Db; readonly config: Config },
  input: Interval & {
    readonly target: Target;
    readonly terms: Agreement;
    readonly settledMs: number;
  },
): Promise<SlotView[]> {
  const { target } = input;
  const agreement = { ...input.terms, scope: "target" as const };
  const { slotMs, minStretch } = agreement;
  const wanted = intersectRanges(slotsStartingIn(input, slotMs), {
    from: -Infinity,
    until: Math.floor(input.settledMs / slotMs),
  });
  const reach = { from: wanted.from - (minStretch - 1), until: wanted.until + (minStretch - 1) };
  const evidence = await readEvidence(deps.db, [target], {
    fromMs: reach.from * slotMs,
    untilMs: reach.until * slotMs,
  });
  const span = { fromMs: input.fromMs, untilMs: input.untilMs };
  const { intervals } = (await readExcluded(deps.db, span))({ targets: [target] }, span);
  const excludedSlots = intervals.map((interval) => slotsStartingIn(interval, slotMs));
  const runs = judgeSlots({ agreement, members: [evidence(target)] }, reach);
  const slots: SlotView[] = [];
  overlay(runs, excludedSlots, (run, excluded) => {
    const { valid, failed, votes, downVotes } = run;
    const bad = run.hasData ? formatFraction({ num: BigInt(run.num), den: BigInt(run.den) }) : null;
    const { from, until } = intersectRanges(run, wanted);
    for (let slot = from; slot < until; slot += 1) {
      const start = new Date(slot * slotMs).toISOString();
      slots.push({ from: start, valid, failed, votes, downVotes, bad, excluded });
    }
  });
  return slots;
}
