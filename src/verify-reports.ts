import { checkCounted, checkSigned } from "./core/check-report.ts";
import { readInputs } from "./core/closed-inputs.ts";
import { monthSpan } from "./core/closing.ts";
import { readReport } from "./core/read-report.ts";
import type { ReportProof, ReportSeal } from "./core/report.ts";
import { evidenceTargets } from "./core/subject.ts";
import { readEvidence } from "./read-month.ts";
import { toSeal } from "./seal.ts";
import { isSignedBy, keyIdOf } from "./signature.ts";
import { sha256Text } from "./store/sha256.ts";
import { findAuditHash } from "./store/audit.ts";
import type { Queryable } from "./store/connect.ts";
import { listExclusions } from "./store/exclusions.ts";
import { listReports, type StoredReport } from "./store/reports.ts";
import { findSeal, listNewestSeals, listUnsealedDays } from "./store/seals.ts";
import { listKeys } from "./store/signing-keys.ts";

export type ReportVerification = {
  readonly reports: number;
  /** Ids of the keys that signed them. */
  readonly keys: readonly string[];
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
  const sealOf = createSealOf(tx);
  for (const [index, report] of reports.entries()) {
    const last = reports[index - 1];
    const before = last?.account === report.account ? last : null;
    const wrong =
      checkSigned(report, before, tools) ??
      checkColumns(report) ??
      (await checkProof({ tx, sealOf }, readReport(report.body).proof));
    if (wrong !== null) return broken(index, `${nameOf(report)}: ${wrong}`);
  }
  const wrong = await checkNewest(tx, reports);
  const isWaiting = wrong !== null && (await isBehind(tx, month, reports));
  const used = new Set(reports.map(({ body }) => readReport(body).proof.key ?? ""));
  return {
    reports: reports.length,
    keys: [...used],
    isWaiting,
    broken: isWaiting ? null : wrong,
  };
}

function broken(reports: number, what: string): ReportVerification {
  return { reports, keys: [], isWaiting: false, broken: what };
}

/** What stands beside the body says the same as the body. */
function checkColumns(stored: StoredReport): string | null {
  const { month, account, revision, closing } = readReport(stored.body);
  const isSame =
    stored.month === month &&
    stored.account === (account ?? "") &&
    stored.revision === revision &&
    stored.closedAtMs === Date.parse(closing?.at ?? "") &&
    stored.closedBy === closing?.by &&
    stored.reason === closing.reason;
  return isSame ? null : "its row says other than the report";
}

type SealOf = (day: string, revision: number) => Promise<ReportSeal | null>;

/** The reports of a month name the same seals for the most part: each is read once. */
function createSealOf(tx: Queryable): SealOf {
  const known = new Map<string, ReportSeal | null>();
  return async (day, revision) => {
    const key = `${day} ${revision}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const row = await findSeal(tx, Date.parse(day) / DAY_MS, revision);
    const seal = row === null ? null : toSeal(row);
    known.set(key, seal);
    return seal;
  };
}

/** The seals and the audit entry that a report names are there and the same. */
async function checkProof(
  { tx, sealOf }: { readonly tx: Queryable; readonly sealOf: SealOf },
  { seals, audit }: ReportProof,
): Promise<string | null> {
  if (audit !== null && (await findAuditHash(tx, audit.entry)) !== audit.hash) {
    return `audit entry ${audit.entry} is not the one that it names`;
  }
  for (const { day, revision, root, hash } of seals) {
    const seal = await sealOf(day, revision);
    if (seal?.root !== root || seal.hash !== hash) {
      return `the seal of ${day}, revision ${revision}, is not the one that it names`;
    }
  }
  return null;
}

/**
 * Whether there is more than the newest revision names: a newer seal, results that no seal
 * covers, exclusions decided since. Then the next revision is due, and this one is not broken.
 */
async function isBehind(
  tx: Queryable,
  month: string,
  reports: readonly StoredReport[],
): Promise<boolean> {
  const whole = reports.findLast(({ account }) => account === "");
  if (whole === undefined) return false;
  const { subjects } = readInputs(whole.inputs);
  const span = monthSpan(
    month,
    subjects.map(({ subject }) => subject),
  );
  if (span === null) return false;
  const days = {
    fromDay: Math.floor(span.fromMs / DAY_MS),
    untilDay: Math.ceil(span.untilMs / DAY_MS),
  };
  if ((await listUnsealedDays(tx, days)).length > 0) return true;
  const named = new Map(
    readReport(whole.body).proof.seals.map(({ day, revision }) => [day, revision]),
  );
  const newest = (await listNewestSeals(tx, days)).map(toSeal);
  if (newest.some(({ day, revision }) => named.get(day) !== revision)) return true;
  const used = new Set(subjects.flatMap(({ exclusions }) => exclusions.map(({ id }) => id)));
  const approved = await listExclusions(tx, { state: "approved", interval: span });
  const ids = new Set(approved.map(({ id }) => id));
  return approved.some(({ id }) => !used.has(id)) || [...used].some((id) => !ids.has(id));
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
    const targets = subjects.flatMap(({ subject }) => evidenceTargets(subject));
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
