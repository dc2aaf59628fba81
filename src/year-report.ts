import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { buildYear, yearPart } from "./core/build-year.ts";
import { CLAIM_STATES } from "./core/claim.ts";
import { formatAmount } from "./core/money.ts";
import { monthAt } from "./core/month.ts";
import { readReport } from "./core/read-report.ts";
import {
  monthsOf,
  type YearClaim,
  type YearDocument,
  type YearPart,
  type YearReport,
} from "./core/year-report.ts";
import { requireKnownAccount } from "./known-account.ts";
import { listMonths } from "./list-months.ts";
import { reportMonth } from "./report-month.ts";
import { listClaims, type StoredClaim } from "./store/claims.ts";
import type { Db } from "./store/connect.ts";
import { findNewestRevision, findReportBody } from "./store/reports.ts";

export type YearDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly config: Config;
};

export type YearQuery = {
  /** "2026" */
  readonly year: string;
  /** One account's subjects only; those of all by default. */
  readonly account?: string | undefined;
};

/**
 * A year of monthly reports: of each closed month the newest revision, of the others what they come
 * to as they stand. Throws NotFoundError for an account that there is not, RangeError for what is
 * no year.
 */
export async function readYear(deps: YearDeps, query: YearQuery): Promise<YearReport> {
  const { db, clock, config } = deps;
  const { year, account } = query;
  const months = monthsOf(year);
  await requireKnownAccount(deps, account);
  const presentMonth = monthAt(clock.nowMs(), config.timeZone);
  const measured = await listMonths(deps, account === undefined ? null : [account]);
  const reports: YearPart[] = [];
  for (const month of months) {
    // One after the other: only what the year needs of each is kept.
    const part = await readPart(deps, { month, account, isMeasured: measured.includes(month) });
    if (part !== null) reports.push(part);
  }
  const claims = await listClaims(db, { accounts: account === undefined ? null : [account] });
  return buildYear({
    year,
    account: account ?? null,
    reports,
    claims: claims.filter(({ month }) => months.includes(month)).flatMap(toClaim),
    presentMonth,
  });
}

/** The same with what its forms show beside it. Throws as `readYear` does. */
export async function readYearDocument(deps: YearDeps, query: YearQuery): Promise<YearDocument> {
  const report = await readYear(deps, query);
  const { config } = deps;
  const names = new Map(config.accounts.map(({ id, name }) => [id, name]));
  const { account, accounts } = report;
  return {
    report,
    accountName: account === null ? null : (names.get(account) ?? account),
    accountNames: Object.fromEntries(
      accounts.map((one) => [one.account, names.get(one.account) ?? one.account]),
    ),
    timeZone: config.timeZone,
  };
}

/** A month of the year; null when there is no report of it. */
async function readPart(
  deps: YearDeps,
  wanted: {
    readonly month: string;
    readonly account: string | undefined;
    readonly isMeasured: boolean;
  },
): Promise<YearPart | null> {
  const { month, account, isMeasured } = wanted;
  const closed = await readClosedPart(deps.db, { month, account: account ?? "" });
  if (closed !== null) return closed;
  const isConfigured =
    account === undefined || deps.config.accounts.some(({ id }) => id === account);
  // Closed without the account: it had nothing to be counted, and gets nothing now.
  const isClosed = (await findNewestRevision(deps.db, { month, account: "" })) > 0;
  if (isClosed || !isMeasured || !isConfigured) return null;
  const part = yearPart(await reportMonth(deps, { month, account }));
  // A month of which only an edge was measured, in another time zone's day, says nothing.
  const isTelling = part.subjects.some(({ verdict }) => verdict !== "insufficient-data");
  return part.status === "running" || isTelling ? part : null;
}

/** Revisions never change, and those of ten thousand subjects take a while to read: these are kept. */
const kept = new WeakMap<Db, Map<string, YearPart>>();
/** A year of ten thousand: some 40 MB. */
const MOST_SUBJECTS = 12 * 10_000;

/** By a month's newest revision; null when there is none. */
async function readClosedPart(
  db: Db,
  scope: { readonly month: string; readonly account: string },
): Promise<YearPart | null> {
  const revision = await findNewestRevision(db, scope);
  if (revision === 0) return null;
  const key = `${scope.month} ${revision} ${scope.account}`;
  const known = kept.get(db)?.get(key) ?? null;
  const part =
    known ?? yearPart(readReport((await findReportBody(db, { ...scope, revision })) ?? ""));
  keep(db, key, part);
  return part;
}

/** Those that were asked for last, as many as there is room for. */
function keep(db: Db, key: string, part: YearPart): void {
  const parts = kept.get(db) ?? new Map<string, YearPart>();
  kept.set(db, parts);
  parts.delete(key);
  parts.set(key, part);
  let subjects = 0;
  for (const one of parts.values()) subjects += one.subjects.length;
  for (const [oldest, one] of parts) {
    if (subjects <= MOST_SUBJECTS) break;
    parts.delete(oldest);
    subjects -= one.subjects.length;
  }
}

function toClaim(claim: StoredClaim): YearClaim[] {
  const state = CLAIM_STATES.find((one) => one === claim.state);
  if (state === undefined) return [];
  const { id, month, agreement, subject, currency, amountMinor, creditedMinor } = claim;
  const amountOf = (minor: bigint | null) =>
    minor === null ? null : formatAmount(minor, currency);
  return [
    {
      id,
      month,
      agreement,
      subject,
      state,
      percent: Number(claim.percent),
      currency,
      amount: amountOf(amountMinor),
      credited: amountOf(creditedMinor),
    },
  ];
}
