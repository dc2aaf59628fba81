import type { Config } from "./config.ts";
import { groupBy } from "./core/group-by.ts";
import { presentOf, presentSinceMs } from "./present.ts";
import type { Queryable } from "./store/connect.ts";
import { listMalfunctionOutages } from "./store/malfunctions.ts";
import { listLatest } from "./store/results.ts";

/**
 * Those of the malfunctions whose failing targets all answer again, by the last result of every
 * vantage: as soon as one of them sees a failure, it is not over.
 */
export async function answersAgain(
  { db, config }: { readonly db: Queryable; readonly config: Config },
  malfunctions: readonly number[],
  nowMs: number,
): Promise<Set<number>> {
  const outages = groupBy(
    await listMalfunctionOutages(db, [...new Set(malfunctions)]),
    ({ malfunction }) => malfunction,
  );
  const latest = groupBy(
    await listLatest(db, presentSinceMs(config, nowMs)),
    ({ target }) => target,
  );
  const isWell = (id: string): boolean => {
    const target = config.targets.find((one) => one.id === id);
    const results = latest.get(id) ?? [];
    if (target === undefined || results.some(({ outcome }) => outcome === "failed")) return false;
    return presentOf(target, results, nowMs).now === "up";
  };
  const well = new Set<number>();
  for (const [malfunction, struck] of outages) {
    const failing = new Set(struck.flatMap(({ targets }) => targets));
    if (failing.size > 0 && [...failing].every(isWell)) well.add(malfunction);
  }
  return well;
}
