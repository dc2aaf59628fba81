import { monthAt } from "./core/month.ts";
import { searchTargets, type SearchModel } from "./core/search-view.ts";
import { PRODUCTS } from "./core/target.ts";
import { presentOf, presentSinceMs } from "./present.ts";
import { listLatest } from "./store/results.ts";
import type { ViewDeps } from "./view-overview.ts";

/** The targets that a reader may see and that fit a query, with how they are now. */
export async function viewSearch(
  { db, clock, config, accounts }: Omit<ViewDeps, "notes">,
  query: string,
): Promise<SearchModel> {
  const nowMs = clock.nowMs();
  const mine = config.targets.filter(
    ({ account }) => accounts === null || accounts.includes(account),
  );
  const names = new Map(config.accounts.map(({ id, name }) => [id, name ?? id]));
  const { found, more } = searchTargets(mine, query, names);
  const latest = found.length === 0 ? [] : await listLatest(db, presentSinceMs(config, nowMs));
  const places = PRODUCTS.map((product) => {
    return { product, targets: mine.filter((target) => target.product === product).length };
  });
  return {
    query,
    month: monthAt(nowMs, config.timeZone),
    found: found.map((target) => {
      const { id, product, region, zone, account, labels } = target;
      const { now } = presentOf(target, latest, nowMs);
      return { id, product, region, zone, account, class: target.class, labels, now };
    }),
    more,
    places: places.filter(({ targets }) => targets > 0),
  };
}
