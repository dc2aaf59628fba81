import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { Actor } from "./core/access.ts";
import { seesAccount } from "./core/access.ts";
import { buildReport } from "./core/build-report.ts";
import { CLAIM_STATES } from "./core/claim.ts";
import { formatAmount } from "./core/money.ts";
import { monthAt } from "./core/month.ts";
import { nameMalfunctions } from "./core/name-malfunctions.ts";
import { readReport } from "./core/read-report.ts";
import type { Report, ReportOutage, ReportSubject, Verdict } from "./core/report.ts";
import type {
  CreditLine,
  MissedLine,
  ReportLine,
  ReportsModel,
  ReportsMonth,
} from "./core/report-views.ts";
import { compareText } from "./core/subject.ts";
import { requireKnownAccount } from "./known-account.ts";
import { listMonths } from "./list-months.ts";
import { readMonth } from "./read-month.ts";
import { UNSIGNED } from "./report-month.ts";
import { listClaims, type StoredClaim } from "./store/claims.ts";
import type { Db, Queryable } from "./store/connect.ts";
import { findReportBody, listClosedAccounts } from "./store/reports.ts";
import { findFiguresVersion } from "./store/unsettled.ts";
import { listMonthMalfunctions } from "./view-malfunction.ts";

export type ReportsDeps = { readonly db: Db; readonly clock: Clock; readonly config: Config };

/** Months shown at once, and accounts of each. */
const MOST_MONTHS = 12;
const MOST_ACCOUNTS = 20;
/** Months that are not closed are counted for the list, which takes a while. */
const MOST_COUNTED = 6;
const MOST_MISSED = 5;

type Summary = Pick<ReportLine, "subjects" | "verdicts" | "missed" | "revision">;

/** What is kept of reports that were read: a revision stays what it is. */
const kept = new WeakMap<Queryable, Map<string, Summary>>();
const MOST_KEPT = 5_000;

/**
 * Months and accounts with their verdicts, what was missed and what is owed for it, newest month
 * first. Throws NotFoundError for an account that there is not.
 */
export async function viewReports(
  deps: ReportsDeps,
  filter: { readonly month: string | undefined; readonly account: string | undefined },
  actor: Actor,
): Promise<ReportsModel> {
  const { db, clock, config } = deps;
  await requireKnownAccount(deps, filter.account);
  const closed = (await listClosedAccounts(db)).filter(({ account }) =>
    seesAccount(actor, account),
  );
  const measured = await listMonths(deps, actor.accounts);
  const all = [...new Set([...measured, ...closed.map(({ month }) => month)])];
  const months = all.toSorted().toReversed();
  const shown = (filter.month === undefined ? months : [filter.month]).slice(0, MOST_MONTHS);
  const keeps = (account: string) =>
    seesAccount(actor, account) && (filter.account === undefined || account === filter.account);
  const claims = await listClaims(db, { month: filter.month, accounts: actor.accounts });
  const present = monthAt(clock.nowMs(), config.timeZone);
  const lists = [];
  let counted = 0;
  for (const month of shown) {
    const stored = closed.filter((one) => one.month === month && keeps(one.account));
    const isClosed = closed.some((one) => one.month === month);
    if (!isClosed) counted += 1;
    const isCounted = isClosed || counted <= MOST_COUNTED;
    const found = isClosed
      ? await readStored(db, stored)
      : isCounted
        ? await countAccounts(deps, month)
        : new Map<string, Summary>();
    const lines = [...found]
      .filter(([account]) => keeps(account))
      .map(([account, summary]): ReportLine => {
        const own = claims.filter((one) => one.month === month && one.account === account);
        return { account, name: nameOf(config, account), ...summary, credits: creditsOf(own) };
      })
      .toSorted(worstFirst);
    const most = filter.month === undefined ? MOST_ACCOUNTS : Infinity;
    lists.push({
      month,
      status: isClosed ? ("closed" as const) : statusAt(month, present),
      isCounted,
      lines: lines.slice(0, most),
      more: Math.max(0, lines.length - most),
      missed: sumOf(lines, missedOf),
      subjects: sumOf(lines, ({ subjects }) => subjects),
      judged: sumOf(lines, (line) => line.subjects - line.verdicts["insufficient-data"]),
    } as const);
  }
  const accounts = new Set([
    ...config.accounts.map(({ id }) => id),
    ...closed.map((o) => o.account),
  ]);
  return {
    nowMs: clock.nowMs(),
    timeZone: config.timeZone,
    months: lists.filter((one) => filter.month !== undefined || isTelling(one)),
    choices: {
      months,
      accounts: [...accounts]
        .filter((id) => seesAccount(actor, id))
        .map((id) => ({ id, name: nameOf(config, id) })),
    },
    filter: { month: filter.month ?? null, account: filter.account ?? null },
    seesAll: actor.accounts === null,
  };
}

function statusAt(month: string, present: string): "to-come" | "running" | "open" {
  return month === present ? "running" : month > present ? "to-come" : "open";
}

/** A month of which only an edge was measured, in another time zone's day, says nothing. */
function isTelling({ status, isCounted, judged }: ReportsMonth): boolean {
  return status !== "open" || !isCounted || judged > 0;
}

const missedOf = ({ verdicts }: Pick<ReportLine, "verdicts">) =>
  verdicts.missed + verdicts["already-missed"];

function sumOf(lines: readonly ReportLine[], of: (line: ReportLine) => number): number {
  return lines.reduce((sum, line) => sum + of(line), 0);
}

function worstFirst(a: ReportLine, b: ReportLine): number {
  return (
    missedOf(b) - missedOf(a) ||
    b.verdicts["at-risk"] - a.verdicts["at-risk"] ||
    compareText(a.account, b.account)
  );
}

function nameOf({ accounts }: Config, account: string): string {
  return accounts.find(({ id }) => id === account)?.name ?? account;
}

async function readStored(
  db: Queryable,
  stored: readonly {
    readonly month: string;
    readonly account: string;
    readonly revision: number;
  }[],
): Promise<Map<string, Summary>> {
  const known = kept.get(db) ?? new Map<string, Summary>();
  kept.set(db, known);
  const found = new Map<string, Summary>();
  for (const { month, account, revision } of stored) {
    const key = `${month} ${revision} ${account}`;
    const summary = known.get(key) ?? (await readSummary(db, { month, account, revision }));
    if (summary === null) continue;
    if (known.size >= MOST_KEPT) known.clear();
    known.set(key, summary);
    found.set(account, summary);
  }
  return found;
}

async function readSummary(
  db: Queryable,
  query: { readonly month: string; readonly account: string; readonly revision: number },
): Promise<Summary | null> {
  const body = await findReportBody(db, query);
  return body === null ? null : summaryOf(readReport(body), query.revision);
}

type Counted = {
  readonly month: string;
  readonly version: string;
  readonly config: Config;
  readonly accounts: Map<string, Summary>;
};
const counts = new WeakMap<Queryable, readonly Counted[]>();

/** As it stands: counted once for all who look before more is settled. */
async function countAccounts(deps: ReportsDeps, month: string): Promise<Map<string, Summary>> {
  const { db, config } = deps;
  const version = await findFiguresVersion(db);
  const fresh = (counts.get(db) ?? []).filter(
    (one) => one.version === version && one.config === config,
  );
  const known = fresh.find((one) => one.month === month);
  if (known !== undefined) return known.accounts;
  const figures = await readMonth(deps, { month });
  const malfunctions = await listMonthMalfunctions(db, figures.bounds);
  const accounts = new Map<string, Summary>();
  for (const account of new Set(figures.evaluated.map(({ subject }) => subject.account))) {
    const evaluated = figures.evaluated.filter(({ subject }) => subject.account === account);
    const report = buildReport({
      ...figures,
      evaluated,
      status: "running",
      revision: 0,
      account,
      closing: null,
      proof: UNSIGNED,
      malfunctions: nameMalfunctions(malfunctions, {
        month,
        bounds: figures.bounds,
        account,
        evaluated,
      }),
    });
    accounts.set(account, summaryOf(report, 0));
  }
  counts.set(db, [...fresh, { month, version, config, accounts }]);
  return accounts;
}

const NONE: Readonly<Record<Verdict, number>> = {
  met: 0,
  missed: 0,
  "insufficient-data": 0,
  "on-track": 0,
  "at-risk": 0,
  "already-missed": 0,
};

function summaryOf(report: Report, revision: number): Summary {
  const verdicts = { ...NONE };
  for (const { verdict } of report.subjects) verdicts[verdict] += 1;
  const missed = report.subjects
    .filter(({ verdict }) => verdict === "missed" || verdict === "already-missed")
    .slice(0, MOST_MISSED)
    .map((subject) => missedLine(subject, report));
  return { revision, subjects: report.subjects.length, verdicts, missed };
}

function missedLine(subject: ReportSubject, { malfunctions = [] }: Report): MissedLine {
  const { agreement, id, objectivePercent, availabilityPercent, outages } = subject;
  const struck = malfunctions.filter(({ subjects }) =>
    subjects.some((one) => one.agreement === agreement && one.subject === id),
  );
  const told = struck.find(({ cause }) => cause !== null) ?? struck[0];
  return {
    agreement,
    id,
    objectivePercent,
    availabilityPercent,
    outages: outages.length,
    longest: longestOf(outages),
    malfunction: told === undefined ? null : { id: told.id, cause: told.cause },
  };
}

function longestOf(outages: readonly ReportOutage[]): ReportOutage | null {
  return outages.reduce<ReportOutage | null>(
    (longest, one) => (longest === null || one.slots > longest.slots ? one : longest),
    null,
  );
}

/** Summed by state and currency, in the order in which claims go. */
function creditsOf(claims: readonly StoredClaim[]): CreditLine[] {
  return CLAIM_STATES.filter((state) => state !== "withdrawn").flatMap((state) => {
    const inState = claims.filter((one) => one.state === state);
    const currencies = [...new Set(inState.map(({ currency }) => currency))];
    return currencies.map((currency): CreditLine => {
      const some = inState.filter((one) => one.currency === currency);
      const amounts = some
        .map((one) => (state === "credited" ? one.creditedMinor : one.amountMinor))
        .filter((minor) => minor !== null);
      return {
        state,
        currency,
        amount:
          amounts.length === 0
            ? null
            : formatAmount(
                amounts.reduce((sum, minor) => sum + minor, 0n),
                currency,
              ),
        claims: some.length,
        claimFromMs: Math.min(...some.map(({ claimFromMs }) => claimFromMs)),
        claimUntilMs: Math.min(...some.map(({ claimUntilMs }) => claimUntilMs)),
      };
    });
  });
}
