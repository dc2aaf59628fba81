import { seesAccount, type Actor } from "./core/access.ts";
import { monthAt } from "./core/month.ts";
import type { YearModel } from "./core/year-view.ts";
import { listMonths } from "./list-months.ts";
import { YEAR_FORMAT_NAMES } from "./reports/year-index.ts";
import { listClosedAccounts } from "./store/reports.ts";
import { readYearDocument, type YearDeps, type YearQuery } from "./year-report.ts";

/** What the page of a year shows. Throws NotFoundError as `readYear` does. */
export async function viewYear(deps: YearDeps, query: YearQuery, actor: Actor): Promise<YearModel> {
  const { db, clock, config } = deps;
  const document = await readYearDocument(deps, query);
  const closed = (await listClosedAccounts(db)).filter(({ account }) =>
    seesAccount(actor, account),
  );
  const nowMs = clock.nowMs();
  const months = [
    ...(await listMonths(deps, actor.accounts)),
    ...closed.map(({ month }) => month),
    monthAt(nowMs, config.timeZone),
  ];
  const years = new Set([query.year, ...months.map((month) => month.slice(0, 4))]);
  const names = new Map(config.accounts.map(({ id, name }) => [id, name]));
  const accounts = new Set([...names.keys(), ...closed.map(({ account }) => account)]);
  return {
    ...document,
    nowMs,
    years: [...years].toSorted(),
    choices: [...accounts]
      .filter((id) => seesAccount(actor, id))
      .map((id) => ({ id, name: names.get(id) ?? id })),
    seesAll: actor.accounts === null,
    formats: YEAR_FORMAT_NAMES,
  };
}
