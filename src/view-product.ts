import type { OverviewInput } from "./core/overview-view.ts";
import { overviewOf } from "./core/overview-view.ts";
import { buildReport } from "./core/build-report.ts";
import {
  trendMonth,
  type ProductModel,
  type TrendMonth,
  type TrendSubject,
} from "./core/product-view.ts";
import { readReport } from "./core/read-report.ts";
import type { Product, Target } from "./core/target.ts";
import { readMonth } from "./read-month.ts";
import { UNSIGNED } from "./report-month.ts";
import type { Db } from "./store/connect.ts";
import { findReportBody } from "./store/reports.ts";
import { listClosedMonths } from "./store/subject-states.ts";
import type { ViewDeps } from "./view-overview.ts";

/** Months shown, the present one among them. */
const TREND_MONTHS = 12;

export type ProductQuery = {
  readonly product: Product;
  readonly account: string | null;
  readonly region: string | null;
};

/** The page of one product, from what the overview of its month is made of. */
export async function viewProduct(
  deps: ViewDeps,
  input: Omit<OverviewInput, "filter">,
  query: ProductQuery,
): Promise<ProductModel> {
  const { product } = query;
  const overview = overviewOf({ ...input, filter: query, isWhole: true });
  const present = input.report.subjects.filter(createWanted(query, deps.accounts));
  const { month } = input.frame;
  const trend: TrendMonth[] = [trendMonth(month, present)];
  const before = input.frame.months
    .filter((one) => one < month)
    .toSorted()
    .toReversed();
  for (const one of before.slice(0, TREND_MONTHS - 1)) {
    trend.unshift(trendMonth(one, await listTrendSubjects(deps, one, query)));
  }
  return { product, overview, trend };
}

/** A closed month as it was signed, any other as it stands. */
async function listTrendSubjects(
  deps: ViewDeps,
  month: string,
  query: ProductQuery,
): Promise<readonly TrendSubject[]> {
  const isWanted = createWanted(query, deps.accounts);
  const closed = await findClosedSubjects(deps.db, month);
  if (closed !== null) return closed.filter(isWanted);
  const figures = await readMonth(deps, { month, keep: isWanted });
  const frame = { status: "running", revision: 0 } as const;
  const report = buildReport({
    ...figures,
    ...frame,
    account: null,
    closing: null,
    proof: UNSIGNED,
  });
  return report.subjects.filter(isWanted);
}

function createWanted(
  { product, account, region }: ProductQuery,
  accounts: readonly string[] | null,
): (one: Pick<Target, "account" | "region"> & { readonly product: string }) => boolean {
  return (one) =>
    one.product === product &&
    (region === null || one.region === region) &&
    (account === null || one.account === account) &&
    (accounts === null || accounts.includes(one.account));
}

type Kept = { readonly revision: number; readonly subjects: readonly TrendSubject[] };

/** A report of ten thousand subjects is read once: what a trend needs of it is kept. */
const kept = new WeakMap<Db, Map<string, Kept>>();

/** Null for a month that is not closed. */
async function findClosedSubjects(db: Db, month: string): Promise<readonly TrendSubject[] | null> {
  const closed = (await listClosedMonths(db)).find((one) => one.month === month);
  if (closed === undefined) return null;
  const months = kept.get(db) ?? new Map<string, Kept>();
  kept.set(db, months);
  const known = months.get(month);
  if (known?.revision === closed.revision) return known.subjects;
  const body = await findReportBody(db, { ...closed, account: "" });
  const subjects = body === null ? [] : readReport(body).subjects.map(slim);
  months.set(month, { revision: closed.revision, subjects });
  if (months.size > TREND_MONTHS) months.delete([...months.keys()].toSorted()[0] ?? "");
  return subjects;
}

function slim(subject: TrendSubject): TrendSubject {
  const { id, targets, product, region, account, verdict } = subject;
  const { availabilityPercent, objectivePercent, bad, counted } = subject;
  const place = { id, targets, product, region, account, verdict };
  return { ...place, availabilityPercent, objectivePercent, bad, counted };
}
