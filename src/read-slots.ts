import type { Config } from "./config.ts";
import { resolveTerms } from "./core/agreement.ts";
import { formatFraction } from "./core/fraction.ts";
import { intersectRanges, slotsStartingIn } from "./core/ranges.ts";
import { judgeSlots } from "./core/sequence.ts";
import type { Target } from "./core/target.ts";
import { NotFoundError } from "./errors.ts";
import { readEvidence } from "./read-month.ts";
import type { Db } from "./store/connect.ts";
import { findSettledUntil } from "./store/unsettled.ts";

/** One slot of a target: its counts and votes, and its badness as a fraction; null without data. */
export type SlotView = {
  readonly from: string;
  readonly valid: number;
  readonly failed: number;
  readonly votes: number;
  readonly downVotes: number;
  readonly bad: string | null;
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
  const terms = target.agreements.includes(id)
    ? resolveTerms(deps.config, target, { id, atMs: query.fromMs })
    : null;
  if (terms === null) throw new NotFoundError(`no agreement "${id}" holds for target "${target.id}"`);
  const agreement = { ...terms, scope: "target" as const };
  const { slotMs, minStretch } = agreement;
  const settledMs = (await findSettledUntil(deps.db)) ?? 0;
  const wanted = intersectRanges(slotsStartingIn(query, slotMs), {
    from: -Infinity,
    until: Math.floor(settledMs / slotMs),
  });
  const reach = { from: wanted.from - (minStretch - 1), until: wanted.until + (minStretch - 1) };
  const evidence = await readEvidence(deps.db, [target], {
    fromMs: reach.from * slotMs,
    untilMs: reach.until * slotMs,
  });
  const slots: SlotView[] = [];
  for (const run of judgeSlots({ agreement, members: [evidence(target)] }, reach)) {
    const { valid, failed, votes, downVotes } = run;
    const bad = run.hasData
      ? formatFraction({ num: BigInt(run.num), den: BigInt(run.den) })
      : null;
    const { from, until } = intersectRanges(run, wanted);
    for (let slot = from; slot < until; slot += 1) {
      slots.push({ from: new Date(slot * slotMs).toISOString(), valid, failed, votes, downVotes, bad });
    }
  }
  return { target: target.id, agreement: id, slotSeconds: slotMs / 1000, slots };
}
