import type { Actor } from "./core/access.ts";
import { coversTarget, occurrences } from "./core/exclusion.ts";
import type { Malfunction } from "./core/malfunction.ts";
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
  type StatusPlace,
} from "./core/status-view.ts";
import { readExclusions } from "./exclude.ts";
import { presentOf, presentSinceMs } from "./present.ts";
import { listMalfunctionPlaces, type MalfunctionPlace } from "./store/malfunction-outages.ts";
import { listMalfunctions } from "./store/malfunctions.ts";
import { listLatest, type LatestResult } from "./store/results.ts";
import { viewOverview, type ViewDeps } from "./view-overview.ts";

const DAY_MS = 86_400_000;
/** Malfunctions that ended are shown for so long. */
const PAST_MS = 14 * DAY_MS;
/** Maintenance is shown so long before. */
const AHEAD_MS = 30 * DAY_MS;
const MOST_SHOWN = 50;

type StatusDeps = Omit<ViewDeps, "accounts" | "notes">;

/** What the public page shows of the month so far: it costs the most and changes by the minute. */
export type StatusMonth = {
  readonly account: string | null;
  readonly month: string;
  readonly places: readonly Omit<StatusPlace, "state">[];
};

/** The places of one account, or of all (null), with what the month gives them. */
export async function readStatusMonth(
  deps: StatusDeps,
  account: string | null,
): Promise<StatusMonth> {
  const { config, clock } = deps;
  const accounts = account === null ? null : [account];
  const overview = await viewOverview(
    { ...deps, accounts, notes: { sandbox: false, openAccess: false, filling: null } },
    {
      month: monthAt(clock.nowMs(), config.timeZone),
      filter: { product: null, region: null },
    },
  );
  const places = overview.cells.toSorted(byPlace).map((cell) => {
    const { product, region, band } = cell;
    const known = overview.regions.find(({ id }) => id === region);
    return {
      product,
      region,
      regionName: known?.name ?? { en: region, zh: region },
      availabilityPercent: cell.pooledPercent ?? cell.worst.availabilityPercent,
      band,
    };
  });
  return { account, month: overview.frame.month, places };
}

/** What the public page shows: the month so far, and what holds now. */
export async function viewStatus(
  deps: StatusDeps,
  { account, month, places: monthPlaces }: StatusMonth,
): Promise<StatusModel> {
  const { config, clock } = deps;
  const atMs = clock.nowMs();
  const targets = config.targets.filter((one) => account === null || one.account === account);
  const { malfunctions, struck } = await readMalfunctions(deps, { account, atMs });
  const nowAt = await readPresent(deps, targets, atMs);
  const places = monthPlaces.map((place) => {
    const hasMalfunction = struck.some(
      ({ product, region }) =>
        (product ?? place.product) === place.product && (region ?? place.region) === place.region,
    );
    const now = nowAt.get(`${place.product}/${place.region}`) ?? [];
    return { ...place, state: presentState(now, hasMalfunction) };
  });
  const state = stateOfAll(places.map((place) => place.state));
  const isDisturbed = malfunctions.some(({ untilMs }) => untilMs === null);
  return {
    title: titleOf(deps, account),
    account,
    state: state === "up" && isDisturbed ? "partly" : state,
    atMs,
    month,
    timeZone: config.timeZone,
    places,
    malfunctions,
    maintenance: await readMaintenance(deps, { account, atMs, targets }),
  };
}

type Present = ReturnType<typeof presentOf>["now"];

/** By `product/region` how each of its living targets answers. */
async function readPresent(
  { db, config }: StatusDeps,
  targets: readonly Target[],
  atMs: number,
): Promise<Map<string, Present[]>> {
  const latest = new Map<string, LatestResult[]>();
  for (const one of await listLatest(db, presentSinceMs(config, atMs))) {
    const known = latest.get(one.target);
    if (known === undefined) latest.set(one.target, [one]);
    else known.push(one);
  }
  const present = new Map<string, Present[]>();
  for (const target of targets) {
    if ((target.fromMs ?? 0) > atMs || (target.untilMs ?? Infinity) <= atMs) continue;
    const { now } = presentOf(target, latest.get(target.id) ?? [], atMs);
    const key = `${target.product}/${target.region}`;
    const known = present.get(key);
    if (known === undefined) present.set(key, [now]);
    else known.push(now);
  }
  return present;
}

const orderOf = (product: string): number => PRODUCTS.findIndex((one) => one === product);

function byPlace(a: OverviewCell, b: OverviewCell): number {
  return orderOf(a.product) - orderOf(b.product) || compareText(a.region, b.region);
}

function titleOf({ config }: StatusDeps, account: string | null): string {
  const named = config.accounts.find(({ id }) => id === account)?.name;
  return named ?? config.statusPage?.title ?? "Alibaba Cloud";
}

type Struck = { readonly product: string | null; readonly region: string | null };

/** Those that are shown, and the places where one lasts; null where it is of all there. */
async function readMalfunctions(
  { db }: StatusDeps,
  { account, atMs }: { readonly account: string | null; readonly atMs: number },
): Promise<{ readonly malfunctions: StatusMalfunction[]; readonly struck: Struck[] }> {
  const interval = { fromMs: atMs - PAST_MS, untilMs: atMs + 1 };
  const found = await listMalfunctions(db, { interval });
  const struck = new Map<number, MalfunctionPlace[]>(found.map(({ id }) => [id, []]));
  for (const place of await listMalfunctionPlaces(db, [...struck.keys()])) {
    if (account !== null && place.account !== account) continue;
    struck.get(place.malfunction)?.push(place);
  }
  const theirs = found
    .map((malfunction) => ({ malfunction, own: struck.get(malfunction.id) ?? [] }))
    .filter(
      ({ malfunction, own }) =>
        account === null || own.length > 0 || malfunction.account === account,
    );
  const malfunctions = theirs
    .map(({ malfunction, own }) => shown(malfunction, own))
    .toSorted((a, b) => Number(a.untilMs !== null) - Number(b.untilMs !== null) || b.id - a.id)
    .slice(0, MOST_SHOWN);
  const byHand = theirs
    .map(({ malfunction }) => malfunction)
    .filter(({ state, product, region }) => state === "open" && (product ?? region) !== null);
  const lasting = theirs.flatMap(({ own }) => own.filter(({ untilMs }) => untilMs === null));
  return { malfunctions, struck: [...byHand, ...lasting] };
}

/** An account sees when its own outages began and ended, not those of others. */
function shown(malfunction: Malfunction, own: readonly MalfunctionPlace[]): StatusMalfunction {
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
      const decidedAtMs = exclusion.decidedAtMs ?? exclusion.proposedAtMs;
      return occurrences(exclusion, interval).map(({ fromMs, untilMs }) => {
        return { id, decidedAtMs, fromMs, untilMs, products, regions, reason };
      });
    })
    .toSorted((a, b) => a.fromMs - b.fromMs || a.id - b.id)
    .slice(0, MOST_SHOWN);
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted();
}
