import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { buildReport } from "./core/build-report.ts";
import { compareFractions } from "./core/fraction.ts";
import { monthAt, monthBounds } from "./core/month.ts";
import { overviewOf, type OverviewInput } from "./core/overview-view.ts";
import type { Target } from "./core/target.ts";
import type { BandDay, Frame, OverviewModel } from "./core/views.ts";
import { readBands } from "./day-bands.ts";
import { listDown, presentSinceMs } from "./present.ts";
import { listMonths } from "./list-months.ts";
import { readMonth, type MonthFigures } from "./read-month.ts";
import { monthStatus, UNSIGNED } from "./report-month.ts";
import type { Db } from "./store/connect.ts";
import { listLatest } from "./store/results.ts";
import { findSettledUntil } from "./store/unsettled.ts";

export type ViewDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly config: Config;
  /** The only accounts that exist for who looks; null for all. */
  readonly accounts: readonly string[] | null;
  readonly notes: FrameNotes;
};

/** What only the running service knows of itself. */
export type FrameNotes = Pick<Frame, "sandbox" | "openAccess" | "filling">;

/** The overview page's model of a month. */
export async function viewOverview(
  deps: ViewDeps,
  query: { readonly month: string; readonly filter: OverviewInput["filter"] },
): Promise<OverviewModel> {
  const { month, filter } = query;
  const input = await readOverview(deps, { month, account: filter.account ?? null });
  return overviewOf({ ...input, filter });
}

/** What the overview of a month is made of, of one account or of all that who looks may see (null). */
export async function readOverview(
  deps: ViewDeps,
  query: { readonly month: string; readonly account: string | null },
  bandsOf: typeof readBands = readBands,
): Promise<Omit<OverviewInput, "filter">> {
  const { db, config } = deps;
  const nowMs = deps.clock.nowMs();
  const seen = createSeen(deps, query.account);
  const figures = await readMonth(deps, { month: query.month, keep: seen });
  const frame = await readFrame(deps, figures);
  const bands: ReadonlyMap<string, readonly BandDay[]> = await bandsOf(deps, {
    subjects: figures.evaluated.map(({ subject }) => subject),
    settledUntilMs: figures.settledUntilMs,
    lastMs: figures.bounds.untilMs - 1,
  });
  const isPresent = query.month === monthAt(nowMs, config.timeZone);
  const latest = isPresent ? await listLatest(db, presentSinceMs(config, nowMs)) : [];
  const toCome = new Map(
    figures.evaluated.map(({ subject, figure }) => [
      `${subject.agreement.id} ${subject.id}`,
      (figure.slotsToCome * figure.slotMs) / 1000,
    ]),
  );
  const coverageLow = figures.evaluated.filter(
    ({ subject, figure }) =>
      figure.coverage !== null &&
      compareFractions(figure.coverage, subject.agreement.minCoverage) < 0,
  );
  return {
    frame,
    report: buildReport({
      ...figures,
      ...frame,
      account: null,
      closing: null,
      proof: UNSIGNED,
    }),
    down: listDown(config.targets.filter(seen), { latest, nowMs, figures }),
    coverageLow: new Set(coverageLow.map(({ subject }) => subject.id)),
    bands,
    secondsToCome: ({ agreement, id }) => toCome.get(`${agreement} ${id}`) ?? 0,
    accounts: listAccounts(deps),
  };
}

/** Those that have targets and that who looks may see. */
function listAccounts({ config, accounts }: ViewDeps): OverviewModel["choices"]["accounts"] {
  const measured = new Set(config.targets.map(({ account }) => account));
  return config.accounts
    .filter(({ id }) => measured.has(id) && (accounts === null || accounts.includes(id)))
    .map(({ id, name }) => ({ id, name: name ?? id }));
}

/** What pages about a month say of it, without counting it. */
export async function readMonthFrame(deps: ViewDeps, month: string): Promise<Frame> {
  return readFrame(deps, {
    month,
    bounds: monthBounds(month, deps.config.timeZone),
    settledUntilMs: (await findSettledUntil(deps.db)) ?? 0,
  });
}

export async function readFrame(
  deps: ViewDeps,
  figures: Pick<MonthFigures, "month" | "bounds" | "settledUntilMs">,
): Promise<Frame> {
  return {
    month: figures.month,
    months: await listMonths(deps, deps.accounts),
    ...(await monthStatus(deps, figures)),
    timeZone: deps.config.timeZone,
    settledUntilMs: figures.settledUntilMs,
    ...deps.notes,
  };
}

/** Whether who looks may see a target, and asked for it. */
function createSeen(
  { accounts }: ViewDeps,
  asked: string | null,
): (target: Pick<Target, "account">) => boolean {
  return ({ account }) =>
    (accounts === null || accounts.includes(account)) && (asked === null || account === asked);
}
