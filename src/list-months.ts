import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { MINUTES_PER_DAY } from "./core/day-counts.ts";
import { monthAt } from "./core/month.ts";
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
  const days = new Map<string, number[]>();
  for (const day of await listDays(db)) {
    const month = monthAt(day * DAY_MS, config.timeZone);
    days.set(month, [...(days.get(month) ?? []), day]);
  }
  const months = new Set([monthAt(clock.nowMs(), config.timeZone)]);
  const targetIds = accounts === null ? null : await listIds(db, config, accounts);
  for (const [month, [firstDay = 0, ...others]] of days) {
    const lastDay = others.at(-1) ?? firstDay;
    if (targetIds === null || (await isMeasured(db, targetIds, { firstDay, lastDay }))) {
      months.add(month);
    }
  }
  return [...months].toSorted();
}

async function listIds(db: Db, config: Config, accounts: readonly string[]): Promise<Set<number>> {
  const mine = config.targets.filter(({ account }) => accounts.includes(account));
  const ids = await findIds(
    db,
    "target",
    mine.map(({ id }) => id),
  );
  return new Set(ids.values());
}

/** Mostly the first day says so already. */
async function isMeasured(
  db: Db,
  targetIds: ReadonlySet<number>,
  { firstDay, lastDay }: { readonly firstDay: number; readonly lastDay: number },
): Promise<boolean> {
  for (const untilDay of [firstDay + 1, lastDay + 1]) {
    const counts = await listCounts(db, { targetIds, fromDay: firstDay, untilDay });
    if (counts.size > 0) return true;
  }
  return false;
}
