import type { Queryable } from "./connect.ts";
import { sha256Text } from "./sha256.ts";

/** A closed month as it was signed; `account` is "" for the report of all accounts. */
export type StoredReport = {
  readonly month: string;
  readonly account: string;
  readonly revision: number;
  readonly closedAtMs: number;
  readonly closedBy: string;
  readonly reason: string;
  /** The signed report as canonical JSON. */
  readonly body: string;
  /** What it was counted with: `writeInputs` of core/closed-inputs.ts. */
  readonly inputs: string;
};

const COLUMNS = `month, account, revision, closed_at as "closedAtMs", closed_by as "closedBy",
  reason, body, inputs`;

type RevisionQuery = {
  readonly month: string;
  readonly account: string;
  readonly revision?: number;
};

/** A revision of a month's report, the newest unless one is named; null when there is none. */
export async function findReport(
  db: Queryable,
  query: RevisionQuery,
): Promise<StoredReport | null> {
  const { rows } = await db.query<StoredReport>(
    `select ${COLUMNS} from report
     where month = $1 and account = $2 and ($3::int is null or revision = $3)
     order by revision desc limit 1`,
    [query.month, query.account, query.revision ?? null],
  );
  return rows[0] ?? null;
}

/** The same without what it was counted with, which may be longer: its text alone. */
export async function findReportBody(db: Queryable, query: RevisionQuery): Promise<string | null> {
  const { rows } = await db.query<{ body: string }>(
    `select body from report
     where month = $1 and account = $2 and ($3::int is null or revision = $3)
     order by revision desc limit 1`,
    [query.month, query.account, query.revision ?? null],
  );
  return rows[0]?.body ?? null;
}

/** Whether an account has a closed month, also when the configuration does not have it any more. */
export async function hasReports(db: Queryable, account: string): Promise<boolean> {
  const { rows } = await db.query<{ some: boolean }>(
    `select exists (select from report where account = $1) as some`,
    [account],
  );
  return rows[0]?.some === true;
}

/** The newest revision of each of a month's reports, by account. */
export async function listNewestReports(
  db: Queryable,
  month: string,
): Promise<Map<string, StoredReport>> {
  const { rows } = await db.query<StoredReport>(
    `select distinct on (account) ${COLUMNS} from report
     where month = $1 order by account, revision desc`,
    [month],
  );
  return new Map(rows.map((row) => [row.account, row]));
}

/** All revisions of all reports of a month, by account and revision. */
export async function listReports(db: Queryable, month: string): Promise<StoredReport[]> {
  const { rows } = await db.query<StoredReport>(
    `select ${COLUMNS} from report where month = $1 order by account, revision`,
    [month],
  );
  return rows;
}

/** What is told of each revision without opening it, oldest first. */
export async function listRevisions(
  db: Queryable,
  { month, account }: { readonly month: string; readonly account: string },
): Promise<Omit<StoredReport, "body" | "inputs">[]> {
  const { rows } = await db.query<Omit<StoredReport, "body" | "inputs">>(
    `select month, account, revision, closed_at as "closedAtMs", closed_by as "closedBy", reason
     from report where month = $1 and account = $2 order by revision`,
    [month, account],
  );
  return rows;
}

/** The newest revision's number of a month's reports; 0 when there is none. */
export async function findNewestRevision(
  db: Queryable,
  { month, account }: { readonly month: string; readonly account: string },
): Promise<number> {
  const { rows } = await db.query<{ revision: number }>(
    `select coalesce(max(revision), 0) as revision from report where month = $1 and account = $2`,
    [month, account],
  );
  return rows[0]?.revision ?? 0;
}

export async function insertReport(tx: Queryable, report: StoredReport): Promise<void> {
  await tx.query(
    `insert into report (month, account, revision, closed_at, closed_by, reason, body, inputs)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      report.month,
      report.account,
      report.revision,
      new Date(report.closedAtMs).toISOString(),
      report.closedBy,
      report.reason,
      report.body,
      report.inputs,
    ],
  );
}

/** What the audit log says of each stored report. */
export function closingFacts({ month, account, revision, ...report }: StoredReport) {
  return {
    item: `report:${month}/${account}/${revision}`,
    digest: sha256Text(report.body),
    inputs: sha256Text(report.inputs),
    reason: report.reason,
  };
}

/** The same of all reports of all months; their texts are read one month after the other. */
export async function listClosingFacts(db: Queryable): Promise<ReturnType<typeof closingFacts>[]> {
  const { rows } = await db.query<{ month: string }>(
    `select distinct month from report order by 1`,
  );
  const facts: ReturnType<typeof closingFacts>[] = [];
  for (const { month } of rows) facts.push(...(await listReports(db, month)).map(closingFacts));
  return facts;
}

/** The newest revision of each account's report of each closed month; without that of all accounts. */
export async function listClosedAccounts(
  db: Queryable,
): Promise<Pick<StoredReport, "month" | "account" | "revision">[]> {
  const { rows } = await db.query<Pick<StoredReport, "month" | "account" | "revision">>(
    `select month, account, max(revision) as revision from report where account <> ''
     group by month, account order by month, account collate "C"`,
  );
  return rows;
}
