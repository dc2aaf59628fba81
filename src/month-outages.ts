import type { Config } from "./config.ts";
import type { SubjectOutage } from "./core/annotation.ts";
import type { Evaluated } from "./core/build-report.ts";
import { readMonth, type MonthFigures } from "./read-month.ts";
import type { Db } from "./store/connect.ts";
import { findFiguresVersion } from "./store/unsettled.ts";

/** An outage with the targets that count in it. */
export type MonthOutage = SubjectOutage & { readonly targets: readonly string[] };

type Memory = {
  readonly config: Config;
  readonly version: string;
  readonly months: Map<string, Promise<readonly MonthOutage[]>>;
};

/** What this process counted last of a database. */
const memories = new WeakMap<Db, Memory>();

/**
 * All outages of a month, whoever may see them. Graphs are drawn anew every minute for everybody
 * who looks at them: while no figure changes, all of them share what was counted once.
 */
export async function readMonthOutages(
  deps: { readonly db: Db; readonly config: Config },
  month: string,
): Promise<readonly MonthOutage[]> {
  const { db, config } = deps;
  const version = await findFiguresVersion(db);
  const known = memories.get(db);
  const isFresh = known?.config === config && known.version === version;
  const memory = isFresh ? known : { config, version, months: new Map() };
  memories.set(db, memory);
  const counted = memory.months.get(month) ?? count(deps, month);
  memory.months.set(month, counted);
  // A failure is told to those who wait for it, and forgotten.
  counted.catch(() => memory.months.delete(month));
  return counted;
}

async function count(
  deps: { readonly db: Db; readonly config: Config },
  month: string,
): Promise<readonly MonthOutage[]> {
  const figures = await readMonth(deps, { month });
  return figures.evaluated.flatMap((one) => outagesOf(one, figures));
}

function outagesOf(
  { subject, figure }: Evaluated,
  { month, settledUntilMs }: MonthFigures,
): MonthOutage[] {
  const { id, product, region, account } = subject;
  const targets = subject.targets.map((target) => target.id);
  const isTarget = targets.length === 1 && targets[0] === id;
  return figure.outages.map(({ fromMs, untilMs, reason }) => ({
    subject: id,
    isTarget,
    targets,
    product,
    region,
    account,
    month,
    agreement: subject.agreement.id,
    fromMs,
    untilMs,
    reason,
    isOpen: figure.isRunning && untilMs > settledUntilMs - figure.slotMs,
  }));
}
