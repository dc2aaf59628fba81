import {
  patienceByVantage,
  vantageWatch,
  watchBlindness,
  type VantageChange,
} from "./core/blind-vantages.ts";
import { withTransaction } from "./store/connect.ts";
import { appendEvents, type NewEvent } from "./store/events.ts";
import { findMemo, saveMemo } from "./store/memo.ts";
import { listVantageResults } from "./store/vantage-results.ts";
import { isAlone, type WatchDeps } from "./watch-months.ts";

const MEMO = "vantages-watched";

/**
 * Writes an event for each vantage from which nothing valid comes any more, or again; gives the
 * number of events. After a break of the watch, as while the service was off, nobody is blind
 * before there was time for results.
 */
export async function watchVantages({ db, clock, config }: WatchDeps): Promise<number> {
  return withTransaction(db, async (tx) => {
    if (!(await isAlone(tx))) return 0;
    const nowMs = clock.nowMs();
    const patience = patienceByVantage(config().targets, nowMs);
    const since = new Map([...patience].map(([vantage, ms]) => [vantage, nowMs - ms]));
    const results = await listVantageResults(tx, since);
    const memo = await findMemo(tx, MEMO);
    const last = memo === null ? null : vantageWatch.parse(JSON.parse(memo));
    const { watch, changes } = watchBlindness(last, { nowMs, patience, results });
    await saveMemo(tx, MEMO, JSON.stringify(watch));
    return appendEvents(
      tx,
      changes.map((change) => eventOf(change, nowMs)),
    );
  });
}

function eventOf(change: VantageChange, atMs: number): NewEvent {
  const { kind, vantage, sinceMs } = change;
  const since = new Date(sinceMs).toISOString();
  const data =
    kind === "vantage-blind"
      ? { vantage, since, why: change.why }
      : { vantage, since, until: new Date(atMs).toISOString() };
  return { atMs, kind, key: `${kind}/${vantage}/${sinceMs}`, data };
}
