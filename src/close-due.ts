import { SYSTEM } from "./core/access.ts";
import { monthAt, nextMonth, type Interval } from "./core/month.ts";
import { closeMonth, type CloseDeps } from "./close-month.ts";
import type { Revision } from "./revise-report.ts";
import { spanOf } from "./month-span.ts";
import { listClosings, readBasis } from "./store/closing.ts";
import { listDays } from "./store/days.ts";
import { findDroppedUntil } from "./store/partitions.ts";
import { findProof } from "./store/proof.ts";
import { listUnsealedDays } from "./store/seals.ts";
import { findSettledUntil } from "./store/unsettled.ts";

const DAY_MS = 86_400_000;

/**
 * Closes every month with results whose time has come, and makes the next revision of those that no longer
 * rest on all that is known: late results, exclusions decided since. After `forMs` the rest is
 * left for the next time. A month that cannot be closed holds up no other one; the first such
 * error is thrown at the end.
 */
export async function closeDueMonths(
  deps: CloseDeps,
  { forMs = Infinity }: { readonly forMs?: number } = {},
): Promise<Revision[]> {
  const months = new Set<string>();
  for (const day of await listDays(deps.db)) {
    // A UTC day lies in one month of the time zone or touches two.
    months.add(monthAt(day * DAY_MS, deps.config.timeZone));
    months.add(monthAt((day + 1) * DAY_MS - 1, deps.config.timeZone));
  }
  return closeEach(deps, [...months].toSorted(), { onlyClosed: false, forMs });
}

/** The same for the closed months that touch an interval, right after something changed there. */
export async function reviseMonths(deps: CloseDeps, interval: Interval): Promise<Revision[]> {
  // A day more on both sides: other agreements have other time zones.
  const last = monthAt(interval.untilMs + DAY_MS, deps.config.timeZone);
  const months: string[] = [];
  let month = monthAt(interval.fromMs - DAY_MS, deps.config.timeZone);
  for (; month <= last; month = nextMonth(month)) months.push(month);
  return closeEach(deps, months, { onlyClosed: true, forMs: Infinity });
}

async function closeEach(
  deps: CloseDeps,
  months: readonly string[],
  { onlyClosed, forMs }: { readonly onlyClosed: boolean; readonly forMs: number },
): Promise<Revision[]> {
  const revisions: Revision[] = [];
  const errors: unknown[] = [];
  const untilMs = deps.clock.monotonicMs() + forMs;
  const closings = await listClosings(deps.db);
  const settledUntilMs = (await findSettledUntil(deps.db)) ?? 0;
  for (const month of months) {
    const closed = closings.get(month);
    if (onlyClosed && closed === undefined) continue;
    try {
      const isDone =
        closed === undefined
          ? !(await isDue(deps, month, settledUntilMs))
          : closed.basis === (await currentBasis(deps, closed));
      if (!isDone) {
        revisions.push(...(await closeMonth(deps, { month, by: SYSTEM, afresh: false })));
      }
    } catch (error) {
      errors.push(error);
    }
    if (deps.clock.monotonicMs() > untilMs) break;
  }
  if (errors.length > 0) throw errors[0];
  return revisions;
}

/** A month with results whose time has come, and whose last UTC day is sealed for good. */
async function isDue(
  { db, clock, config }: CloseDeps,
  month: string,
  settledUntilMs: number,
): Promise<boolean> {
  const span = spanOf(config, month);
  if (span === null || settledUntilMs < span.closesAtMs) return false;
  const lastDayEndsMs = Math.ceil(span.untilMs / DAY_MS) * DAY_MS;
  if (clock.nowMs() < lastDayEndsMs) return false;
  return (await findProof(db, span)).rounds > 0;
}

/** Null while ended days have rounds that no seal covers. */
async function currentBasis({ db, clock }: CloseDeps, span: Interval): Promise<string | null> {
  const firstKept = Math.ceil((await findDroppedUntil(db)) / DAY_MS);
  const unsealed = await listUnsealedDays(db, {
    fromDay: Math.max(Math.floor(span.fromMs / DAY_MS), firstKept),
    // A day that goes on would be another one every minute.
    untilDay: Math.min(Math.ceil(span.untilMs / DAY_MS), Math.floor(clock.nowMs() / DAY_MS)),
  });
  return unsealed.length > 0 ? null : readBasis(db, span);
}
