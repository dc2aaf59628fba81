import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { buildReport } from "./core/build-report.ts";
import { compareFractions } from "./core/fraction.ts";
import { monthAt } from "./core/month.ts";
import { overviewOf } from "./core/overview-view.ts";
import type { Target } from "./core/target.ts";
import type { BandDay, Frame, OverviewModel } from "./core/views.ts";
import { readBands } from "./day-bands.ts";
import { listDown, presentSinceMs } from "./present.ts";
import { listMonths } from "./list-months.ts";
import { readMonth, type MonthFigures } from "./read-month.ts";
import { monthStatus, UNSIGNED } from "./report-month.ts";
import type { Db } from "./store/connect.ts";
import { listLatest } from "./store/results.ts";

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
  query: { readonly month: string; readonly filter: OverviewModel["filter"] },
): Promise<OverviewModel> {
  const { db, config } = deps;
  const nowMs = deps.clock.nowMs();
  const seen = createSeen(deps);
  const figures = await readMonth(deps, { month: query.month, keep: seen });
  const frame = await readFrame(deps, figures);
  const bands: ReadonlyMap<string, readonly BandDay[]> = await readBands(deps, {
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
  return overviewOf({
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
    filter: query.filter,
  });
}

export async function readFrame(deps: ViewDeps, figures: MonthFigures): Promise<Frame> {
  return {
    month: figures.month,
    months: await listMonths(deps, deps.accounts),
    ...(await monthStatus(deps, figures)),
    timeZone: deps.config.timeZone,
    settledUntilMs: figures.settledUntilMs,
    ...deps.notes,
  };
}

/** Whether who looks may see a target. */
function createSeen({ accounts }: ViewDeps): (target: Target) => boolean {
  return ({ account }) => accounts === null || accounts.includes(account);
}
