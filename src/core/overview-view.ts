import { regionName } from "./region-name.ts";
import type { Report, ReportSubject, Verdict } from "./report.ts";
import { PRODUCTS } from "./target.ts";
import type {
  BandDay,
  Budget,
  DayState,
  Down,
  Frame,
  OverviewCell,
  OverviewFilter,
  OverviewModel,
  SubjectGroup,
  SubjectRow,
  Troubles,
} from "./views.ts";

/** Above this many subjects the list shows the worst of each product, and cells link to a filtered list. */
const LIST_LIMIT = 200;
const LIST_PER_PRODUCT = 20;
const ATTENTION_LIMIT = 50;

const VERDICT_RANK: Readonly<Record<Verdict, number>> = {
  missed: 0,
  "already-missed": 0,
  "at-risk": 1,
  "insufficient-data": 2,
  "on-track": 3,
  met: 3,
};
const DAY_RANK: Readonly<Record<DayState, number>> = {
  missed: 0,
  minor: 1,
  "no-data": 2,
  excluded: 3,
  good: 4,
};

export type OverviewInput = {
  readonly frame: Frame;
  readonly report: Report;
  /** Targets that do not answer now; empty for a closed month. */
  readonly down: readonly Down[];
  /** Ids of subjects whose coverage is below their agreement's `minCoverage`. */
  readonly coverageLow: ReadonlySet<string>;
  /** By `product/region`; see `mergeBands`. */
  readonly bands: ReadonlyMap<string, readonly BandDay[]>;
  /** What of the month's rest may count for a subject; by default all of it. */
  readonly secondsToCome?: (subject: ReportSubject) => number;
  readonly filter: Omit<OverviewFilter, "account"> & { readonly account?: string | null };
  /** Accounts to choose from. */
  readonly accounts?: OverviewModel["choices"]["accounts"];
  readonly troubles?: Troubles | null;
  /** Whether every subject is listed, however many. */
  readonly isWhole?: boolean;
};

/** The overview's model from a month's report and what the store knows beside it. */
export function overviewOf(input: OverviewInput): OverviewModel {
  const { report, frame } = input;
  const filter = { account: null, ...input.filter };
  const downByTarget = new Map(input.down.map((down) => [down.target, down]));
  const restSeconds = Math.max(0, Date.parse(report.until) - frame.settledUntilMs) / 1000;
  const { secondsToCome = () => restSeconds } = input;
  const everything = report.subjects
    .filter(({ account }) => filter.account === null || account === filter.account)
    .map((subject) => subjectRow(subject, secondsToCome(subject), downByTarget))
    .toSorted(worstFirst);
  const rows = everything.filter((row) => isWanted(row, filter));
  const { products, regions } = placesOf(rows);
  const targets = new Set(rows.flatMap((row) => row.targets));
  return {
    frame,
    counts: {
      subjects: rows.length,
      targets: targets.size,
      missed: rows.filter((row) => VERDICT_RANK[row.verdict] === 0).length,
      atRisk: rows.filter((row) => row.verdict === "at-risk").length,
      downNow: input.down.filter(({ target }) => targets.has(target)).length,
      coverageLow: rows.filter((row) => input.coverageLow.has(row.id)).length,
      met: rows.filter((row) => row.verdict === "met").length,
      littleData: rows.filter((row) => row.verdict === "insufficient-data").length,
      measured: rows.filter((row) => row.availabilityPercent !== null).length,
    },
    products,
    regions,
    cells: cellsOf(rows, input),
    attention: rows.filter(needsAttention).toSorted(downFirst).slice(0, ATTENTION_LIMIT),
    filter,
    choices: { accounts: input.accounts ?? [], ...placesOf(everything) },
    troubles: input.troubles ?? null,
    groups: groupsOf(rows, filter, input.isWhole === true),
  };
}

function placesOf(rows: readonly SubjectRow[]): Pick<OverviewModel, "products" | "regions"> {
  const products = new Set(rows.map((row) => row.product));
  const regions = [...new Set(rows.map((row) => row.region))].toSorted(chinaFirst);
  return {
    products: PRODUCTS.filter((product) => products.has(product)),
    regions: regions.map((id) => ({ id, name: regionName(id) })),
  };
}

function isWanted(row: SubjectRow, { product, region }: OverviewFilter): boolean {
  return (
    (product === null || row.product === product) && (region === null || row.region === region)
  );
}

/** The allowance and what is left of it, for the whole month: slots to come count as allowed for. */
export function budgetOf(
  subject: Pick<ReportSubject, "counted" | "slotSeconds" | "bad" | "objectivePercent">,
  secondsToCome: number,
): Budget {
  const countedSeconds = subject.counted * subject.slotSeconds + secondsToCome;
  const allowedSeconds = (countedSeconds * (100 - Number(subject.objectivePercent))) / 100;
  const leftSeconds = allowedSeconds - numberOf(subject.bad) * subject.slotSeconds;
  const leftPercent = allowedSeconds > 0 ? (leftSeconds / allowedSeconds) * 100 : null;
  return { allowedSeconds, leftSeconds, leftPercent };
}

/** A fraction as the report prints it, "23" or "41/60", for display. */
export function numberOf(fraction: string): number {
  const [num = "0", den = "1"] = fraction.split("/");
  return Number(num) / Number(den);
}

/** One band for several subjects: each day's worst state and largest loss. */
export function mergeBands(bands: readonly (readonly BandDay[])[]): readonly BandDay[] {
  const byDay = new Map<string, BandDay>();
  for (const next of bands.flat()) {
    const seen = byDay.get(next.day) ?? next;
    const worse = DAY_RANK[next.state] < DAY_RANK[seen.state] ? next : seen;
    const badSeconds = Math.max(seen.badSeconds, next.badSeconds);
    byDay.set(next.day, worse.badSeconds === badSeconds ? worse : { ...worse, badSeconds });
  }
  return [...byDay.values()].toSorted((a, b) => (a.day < b.day ? -1 : 1));
}

function subjectRow(
  subject: ReportSubject,
  secondsToCome: number,
  downByTarget: ReadonlyMap<string, Down>,
): SubjectRow {
  const downs = subject.targets.flatMap((target) => downByTarget.get(target) ?? []);
  const last = subject.outages.at(-1);
  return {
    agreement: subject.agreement,
    scope: subject.scope,
    id: subject.id,
    targets: subject.targets,
    product: subject.product,
    region: subject.region,
    account: subject.account,
    objectivePercent: subject.objectivePercent,
    availabilityPercent: subject.availabilityPercent,
    coveragePercent: subject.coveragePercent,
    verdict: subject.verdict,
    budget: budgetOf(subject, secondsToCome),
    down: downs.toSorted((a, b) => a.sinceMs - b.sinceMs)[0] ?? null,
    lastOutageMs: last === undefined ? null : Date.parse(last.from),
  };
}

function cellsOf(rows: readonly SubjectRow[], input: OverviewInput): readonly OverviewCell[] {
  const byCell = new Map<string, SubjectRow[]>();
  for (const row of rows) {
    const key = `${row.product}/${row.region}`;
    const known = byCell.get(key);
    if (known === undefined) byCell.set(key, [row]);
    else known.push(row);
  }
  const pooled = new Map(
    input.report.rollups
      .filter((rollup) => rollup.by === "product-region")
      .map((rollup) => [`${rollup.product}/${rollup.region}`, rollup.availabilityPercent]),
  );
  return [...byCell].flatMap(([key, subjects]) => {
    const [worst] = subjects;
    if (worst === undefined) return [];
    return {
      product: worst.product,
      region: worst.region,
      subjects: subjects.length,
      downNow: new Set(subjects.flatMap((row) => row.down?.target ?? [])).size,
      pooledPercent: pooled.get(key) ?? null,
      worst,
      band: input.bands.get(key) ?? [],
    };
  });
}

function groupsOf(
  rows: readonly SubjectRow[],
  filter: OverviewFilter,
  isWhole: boolean,
): readonly SubjectGroup[] {
  const isNarrow = filter.product !== null || filter.region !== null;
  const limit = isWhole || isNarrow || rows.length <= LIST_LIMIT ? rows.length : LIST_PER_PRODUCT;
  return PRODUCTS.flatMap((product) => {
    const all = rows.filter((row) => row.product === product);
    if (all.length === 0) return [];
    const subjects = all.slice(0, limit).toSorted(byPlace);
    return { product, subjects, more: all.length - subjects.length };
  });
}

function needsAttention(row: SubjectRow): boolean {
  return row.down !== null || VERDICT_RANK[row.verdict] < 2;
}

function downFirst(a: SubjectRow, b: SubjectRow): number {
  return Number(a.down === null) - Number(b.down === null) || worstFirst(a, b);
}

/** By verdict, then by what is left of the budget. */
function worstFirst(a: SubjectRow, b: SubjectRow): number {
  return (
    VERDICT_RANK[a.verdict] - VERDICT_RANK[b.verdict] ||
    (a.budget.leftPercent ?? 0) - (b.budget.leftPercent ?? 0) ||
    (a.id < b.id ? -1 : 1)
  );
}

function byPlace(a: SubjectRow, b: SubjectRow): number {
  return chinaFirst(a.region, b.region) || (a.id < b.id ? -1 : Number(a.id > b.id));
}

const abroad = (region: string) => Number(!region.startsWith("cn-"));

/** The provider's own order: regions of the mainland first, then by id. */
function chinaFirst(a: string, b: string): number {
  return abroad(a) - abroad(b) || (a < b ? -1 : Number(a > b));
}
