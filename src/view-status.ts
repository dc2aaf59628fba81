import type { Actor } from "./core/access.ts";
import { coversTarget, occurrences } from "./core/exclusion.ts";
import type { Malfunction, MalfunctionOutage } from "./core/malfunction.ts";
import { monthAt } from "./core/month.ts";
import { compareText } from "./core/subject.ts";
import { PRODUCTS, type Target } from "./core/target.ts";
import type { OverviewCell } from "./core/views.ts";
import {
  presentState,
  stateOfAll,
  type StatusMaintenance,
  type StatusMalfunction,
  type StatusModel,
} from "./core/status-view.ts";
import { readExclusions } from "./exclude.ts";
import { listMalfunctionOutages, listMalfunctions } from "./store/malfunctions.ts";
import { viewOverview, type ViewDeps } from "./view-overview.ts";

const DAY_MS = 86_400_000;
/** Malfunctions that ended are shown for so long. */
const PAST_MS = 14 * DAY_MS;
/** Maintenance is shown so long before. */
const AHEAD_MS = 30 * DAY_MS;
/** Nothing settled for so long: what is known is not the present. */
const STALE_MS = 5 * 60_000;
const MOST_SHOWN = 50;

type StatusDeps = Omit<ViewDeps, "accounts" | "notes">;

/** What the public page shows of one account, or of all (null). */
export async function viewStatus(deps: StatusDeps, account: string | null): Promise<StatusModel> {
  const { config, clock } = deps;
  const atMs = clock.nowMs();
  const accounts = account === null ? null : [account];
  const overview = await viewOverview(
    { ...deps, accounts, notes: { sandbox: false, openAccess: false, filling: null } },
    { month: monthAt(atMs, config.timeZone), filter: { product: null, region: null } },
  );
  const isMeasured = overview.frame.settledUntilMs > atMs - STALE_MS;
  const targets = config.targets.filter((one) => account === null || one.account === account);
  const cells = overview.cells.toSorted(byPlace);
  const places = cells.map((cell) => {
    const { product, region, downNow, band } = cell;
    const here = targets.filter((one) => one.product === product && one.region === region);
    const known = overview.regions.find(({ id }) => id === region);
    return {
      product,
      region,
      regionName: known?.name ?? { en: region, zh: region },
      state: presentState(downNow, { targets: here.length, isMeasured }),
      availabilityPercent: cell.pooledPercent ?? cell.worst.availabilityPercent,
      band,
    };
  });
  return {
    title: titleOf(deps, account),
    account,
    state: stateOfAll(places.map(({ state }) => state)),
    atMs,
    month: overview.frame.month,
    timeZone: config.timeZone,
    places,
    malfunctions: await readMalfunctions(deps, { account, atMs }),
    maintenance: await readMaintenance(deps, { account, atMs, targets }),
  };
}

const orderOf = (product: string): number => PRODUCTS.findIndex((one) => one === product);

function byPlace(a: OverviewCell, b: OverviewCell): number {
  return orderOf(a.product) - orderOf(b.product) || compareText(a.region, b.region);
}

function titleOf({ config }: StatusDeps, account: string | null): string {
  const named = config.accounts.find(({ id }) => id === account)?.name;
  return named ?? config.statusPage?.title ?? "Alibaba Cloud";
}

async function readMalfunctions(
  { db }: StatusDeps,
  { account, atMs }: { readonly account: string | null; readonly atMs: number },
): Promise<StatusMalfunction[]> {
  const interval = { fromMs: atMs - PAST_MS, untilMs: atMs + 1 };
  const found = await listMalfunctions(db, { interval });
  const outages = await listMalfunctionOutages(
    db,
    found.map(({ id }) => id),
  );
  return found
    .flatMap((malfunction) => {
      const own = outages.filter(
        (one) =>
          one.malfunction === malfunction.id && (account === null || one.account === account),
      );
      const isTheirs = account === null || own.length > 0 || malfunction.account === account;
      return isTheirs ? [shown(malfunction, own)] : [];
    })
    .toSorted((a, b) => Number(a.untilMs !== null) - Number(b.untilMs !== null) || b.id - a.id)
    .slice(0, MOST_SHOWN);
}

/** An account sees when its own outages began and ended, not those of others. */
function shown(malfunction: Malfunction, own: readonly MalfunctionOutage[]): StatusMalfunction {
  const { id, product, region } = malfunction;
  const isOver = own.length > 0 && own.every(({ untilMs }) => untilMs !== null);
  const last = own.reduce((most, { untilMs }) => Math.max(most, untilMs ?? 0), 0);
  return {
    id,
    fromMs: own[0]?.fromMs ?? malfunction.beganAtMs,
    untilMs: isOver ? last : malfunction.restoredAtMs,
    products: unique([...own.map((one) => one.product), ...(product === null ? [] : [product])]),
    regions: unique([...own.map((one) => one.region), ...(region === null ? [] : [region])]),
  };
}

async function readMaintenance(
  deps: StatusDeps,
  input: {
    readonly account: string | null;
    readonly atMs: number;
    readonly targets: readonly Target[];
  },
): Promise<StatusMaintenance[]> {
  const { account, atMs, targets } = input;
  const reader: Actor = {
    name: "public",
    role: "viewer",
    accounts: account === null ? null : [account],
    origin: "public",
  };
  const interval = { fromMs: atMs, untilMs: atMs + AHEAD_MS };
  const found = await readExclusions(deps, { state: "approved" }, reader);
  return found
    .filter(({ kind }) => kind === "maintenance")
    .flatMap((exclusion) => {
      const covered = targets.filter((target) => coversTarget(exclusion.scope, target));
      const products = unique(covered.map(({ product }) => product));
      const regions = unique(covered.map(({ region }) => region));
      const { id, reason } = exclusion;
      return occurrences(exclusion, interval).map(({ fromMs, untilMs }) => {
        return { id, fromMs, untilMs, products, regions, reason };
      });
    })
    .toSorted((a, b) => a.fromMs - b.fromMs || a.id - b.id)
    .slice(0, MOST_SHOWN);
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted();
}
