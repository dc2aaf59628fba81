import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { monthBounds, type Interval } from "./core/month.ts";
import { spanOf } from "./month-span.ts";
import { listClosings } from "./store/closing.ts";
import type { Db } from "./store/connect.ts";
import { withSnapshot } from "./store/snapshot.ts";
import { verifyWithin } from "./verify.ts";
import { verifyAudit } from "./verify-audit.ts";
import { verifyEvents } from "./verify-events.ts";
import { verifyReports } from "./verify-reports.ts";

/** How much of a month holds, and the first thing that does not. */
export type MonthVerification = {
  readonly rounds: number;
  /** UTC days whose counts follow from their rounds. */
  readonly days: number;
  readonly seals: number;
  readonly reports: number;
  /** Ids of the keys that signed the reports. */
  readonly keys: readonly string[];
  /** The newest revision does not rest on all that is known now: the next one is due. */
  readonly isWaiting: boolean;
  /** The first thing that is wrong; null when all holds. */
  readonly broken: string | null;
};

/**
 * Proves a month, of one snapshot: rounds, counts and seals of the UTC days that it touches, its
 * reports, the audit log with the tables that follow from it, and the events. The service may
 * go on.
 */
export async function verifyMonth(
  deps: { readonly db: Db; readonly clock: Clock; readonly config: Config },
  month: string,
): Promise<MonthVerification> {
  const { config, clock } = deps;
  return withSnapshot(deps.db, async (tx) => {
    const closed = (await listClosings(tx)).get(month);
    const range = unite([monthBounds(month, config.timeZone), spanOf(config, month), closed]);
    const evidence = await verifyWithin(tx, clock, range);
    const nothing = { reports: 0, keys: [], isWaiting: false };
    if (evidence.broken !== null) return { ...evidence, ...nothing };
    const told = (await verifyAudit(tx)) ?? (await verifyEvents(tx));
    if (told !== null) return { ...evidence, ...nothing, broken: told };
    return { ...evidence, ...(await verifyReports(tx, month)) };
  });
}

function unite(intervals: readonly (Interval | null | undefined)[]): Interval {
  const known = intervals.filter((interval) => interval !== null && interval !== undefined);
  return {
    fromMs: Math.min(...known.map(({ fromMs }) => fromMs)),
    untilMs: Math.max(...known.map(({ untilMs }) => untilMs)),
  };
}
