import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { MINUTES_PER_DAY } from "./core/day-counts.ts";
import { monthAt, monthBounds, type Interval } from "./core/month.ts";
import { MINUTE_MS } from "./core/tally.ts";
import type { Db } from "./store/connect.ts";
import { listCounts, listDays } from "./store/days.ts";
import { findIds } from "./store/names.ts";

const DAY_MS = MINUTES_PER_DAY * MINUTE_MS;

/**
 * The months with data, and the present one, in order; of some accounts, those in which one of
 * their targets was measured.
 */
export async function listMonths(
  { db, clock, config }: { readonly db: Db; readonly clock: Clock; readonly config: Config },
  accounts: readonly string[] | null,
): Promise<string[]> {
  const spans = spansOf(await listDays(db), config.timeZone);
  const months = new Set([monthAt(clock.nowMs(), config.timeZone)]);
  const mine = config.targets.filter(
    ({ account }) => accounts === null || accounts.includes(account),
  );
  const isSure = ({ hasWholeDay }: Span) => accounts === null && hasWholeDay;
  const targetIds = [...spans.values()].every(isSure) ? null : await listIds(db, mine);
  for (const [month, span] of spans) {
    if (targetIds === null || isSure(span) || (await isMeasured(db, targetIds, span))) {
      months.add(month);
    }
  }
  return [...months].toSorted();
}

/** What of a month lies in the days that are stored. Instants in milliseconds. */
type Span = Interval & { readonly hasWholeDay: boolean };

/** Days are stored as UTC has them; one at the edge of a local month is of two months. */
function spansOf(days: readonly number[], timeZone: string): Map<string, Span> {
  const spans = new Map<string, Span>();
  let last = { month: "", bounds: { fromMs: 0, untilMs: 0 } };
  // Of years of days nearly all lie in the month of the day before.
  const monthOf = (atMs: number) => {
    if (atMs < last.bounds.fromMs || atMs >= last.bounds.untilMs) {
      const month = monthAt(atMs, timeZone);
      last = { month, bounds: monthBounds(month, timeZone) };
    }
    return last;
  };
  for (const day of days) {
    const [fromMs, untilMs] = [day * DAY_MS, (day + 1) * DAY_MS];
    const months = new Set([monthOf(fromMs), monthOf(untilMs - 1)]);
    for (const { month, bounds } of months) {
      const before = spans.get(month);
      spans.set(month, {
        fromMs: before?.fromMs ?? Math.max(fromMs, bounds.fromMs),
        untilMs: Math.min(untilMs, bounds.untilMs),
        hasWholeDay: months.size === 1 || before?.hasWholeDay === true,
      });
    }
  }
  return spans;
}

async function listIds(db: Db, targets: Config["targets"]): Promise<Set<number>> {
  const ids = await findIds(
    db,
    "target",
    targets.map(({ id }) => id),
  );
  return new Set(ids.values());
}

/** Mostly the first day says so already. */
async function isMeasured(
  db: Db,
  targetIds: ReadonlySet<number>,
  { fromMs, untilMs }: Span,
): Promise<boolean> {
  const [firstDay, lastDay] = [Math.floor(fromMs / DAY_MS), Math.floor((untilMs - 1) / DAY_MS)];
  for (const untilDay of new Set([firstDay + 1, lastDay + 1])) {
    const counts = await listCounts(db, { targetIds, fromDay: firstDay, untilDay });
    const runs = [...counts.values()].flatMap((byVantage) => [...byVantage.values()].flat());
    if (runs.some((run) => run.from * MINUTE_MS < untilMs && run.until * MINUTE_MS > fromMs)) {
      return true;
    }
  }
  return false;
}
