import { checkCounted, checkSigned } from "./core/check-report.ts";
import { readInputs } from "./core/closed-inputs.ts";
import { monthSpan } from "./core/closing.ts";
import { readReport } from "./core/read-report.ts";
import type { ReportProof } from "./core/report.ts";
import { readEvidence } from "./read-month.ts";
import { isSignedBy, keyIdOf, sha256Text } from "./signature.ts";
import { findAuditHash } from "./store/audit.ts";
import { listCompared, readBasis } from "./store/closing.ts";
import type { Queryable } from "./store/connect.ts";
import { listReports, type StoredReport } from "./store/reports.ts";
import { findSeal } from "./store/seals.ts";
import { listKeys } from "./store/signing-keys.ts";
import { canonicalJson } from "./core/canonical-json.ts";

export type ReportVerification = {
  readonly reports: number;
  /** Late results or exclusions wait for the next revision: the newest does not follow from them. */
  readonly isWaiting: boolean;
  /** The first thing that is wrong; null when all holds. */
  readonly broken: string | null;
};

const DAY_MS = 86_400_000;
const nameOf = ({ month, account, revision }: StoredReport) =>
  `report ${month} of ${account === "" ? "all accounts" : account}, revision ${revision}`;

/**
 * Checks a month's reports: signatures, what each names, the order of revisions, and, counted
 * again from the derived counts, the newest ones. That the counts follow from the rounds, and
 * the seals from theirs, is for others to check. Everything is read from one snapshot.
 */
export async function verifyReports(tx: Queryable, month: string): Promise<ReportVerification> {
  const keys = new Map<string, string>();
  for (const { id, publicKey } of await listKeys(tx)) {
    if (keyIdOf(publicKey) !== id) return broken(0, `key ${id}: it has another's id`);
    keys.set(id, publicKey);
  }
  const reports = await listReports(tx, month);
  const tools = {
    digest: sha256Text,
    isSigned: (signed: { text: string; signature: string }, keyId: string) => {
      const key = keys.get(keyId);
      return key === undefined ? null : isSignedBy(signed, key);
    },
  };
  for (const [index, report] of reports.entries()) {
    const last = reports[index - 1];
    const before = last?.account === report.account ? last : null;
    const wrong =
      checkSigned(report, before, tools) ??
      checkColumns(report) ??
      (await checkProof(tx, readReport(report.body).proof));
    if (wrong !== null) return broken(index, `${nameOf(report)}: ${wrong}`);
  }
  const wrong = await checkNewest(tx, reports);
  const isWaiting = wrong !== null && !(await restsOnAll(tx, month, reports));
  return { reports: reports.length, isWaiting, broken: isWaiting ? null : wrong };
}

function broken(reports: number, what: string): ReportVerification {
  return { reports, isWaiting: false, broken: what };
}

/** What stands beside the body says the same as the body. */
function checkColumns(stored: StoredReport): string | null {
  const { month, revision, closing } = readReport(stored.body);
  const { subject } = readInputs(stored.inputs).subjects[0] ?? {};
  const isSame =
    stored.month === month &&
    stored.revision === revision &&
    stored.closedAtMs === Date.parse(closing?.at ?? "") &&
    stored.closedBy === closing?.by &&
    stored.reason === closing.reason &&
    (stored.account === "" || subject === undefined || stored.account === subject.account);
  return isSame ? null : "its row says other than the report";
}

/** The seals and the audit entry that a report names are there and the same. */
async function checkProof(tx: Queryable, { seals, audit }: ReportProof): Promise<string | null> {
  if (audit !== null && (await findAuditHash(tx, audit.entry)) !== audit.hash) {
    return `audit entry ${audit.entry} is not the one that it names`;
  }
  for (const { day, revision, root } of seals) {
    const seal = await findSeal(tx, Date.parse(day) / DAY_MS, revision);
    if (seal === null || `sha256:${seal.root.toString("hex")}` !== root) {
      return `the seal of ${day}, revision ${revision}, is not the one that it names`;
    }
  }
  return null;
}

/** Whether nothing came since the month was last compared that would make the next revision. */
async function restsOnAll(
  tx: Queryable,
  month: string,
  reports: readonly StoredReport[],
): Promise<boolean> {
  const compared = (await listCompared(tx)).get(month);
  const subjects = reports
    .filter(({ account }) => account === "")
    .flatMap(({ inputs }) => readInputs(inputs).subjects.map(({ subject }) => subject));
  const span = monthSpan(month, subjects);
  if (span === null || compared === undefined) return false;
  return compared === canonicalJson(await readBasis(tx, span));
}

async function checkNewest(
  tx: Queryable,
  reports: readonly StoredReport[],
): Promise<string | null> {
  const newest = new Map(reports.map((report) => [report.account, report]));
  for (const report of newest.values()) {
    const { month, subjects } = readInputs(report.inputs);
    const span = monthSpan(
      month,
      subjects.map(({ subject }) => subject),
    );
    if (span === null) continue;
    const targets = subjects.flatMap(({ subject }) => [...subject.targets, ...subject.siblings]);
    const evidence = await readEvidence(tx, targets, span);
    const byId = new Map(targets.map((target) => [target.id, target]));
    const wrong = checkCounted(report, (id) => {
      const target = byId.get(id);
      return target === undefined ? new Map() : evidence(target).counts;
    });
    if (wrong !== null) return `${nameOf(report)}: ${wrong}`;
  }
  return null;
}
