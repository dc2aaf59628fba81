import { syncClaims } from "./claim.ts";
import type { Actor } from "./core/access.ts";
import { buildReport, type Evaluated } from "./core/build-report.ts";
import { canonicalJson } from "./core/canonical-json.ts";
import { readInputs, writeInputs, type ClosedInputs } from "./core/closed-inputs.ts";
import { contentOf, evidenceText, reasonOf, signedText, type Counted } from "./core/closing.ts";
import type { SeenMalfunction } from "./core/malfunction-view.ts";
import { nameMalfunctions } from "./core/name-malfunctions.ts";
import { readReport } from "./core/read-report.ts";
import { diffReports } from "./core/report-diff.ts";
import type { Report, ReportMalfunction, ReportProof, ReportSeal } from "./core/report.ts";
import type { MonthFigures } from "./read-month.ts";
import { targetsIn } from "./report-month.ts";
import { sha256Text } from "./store/sha256.ts";
import type { Signer } from "./signing.ts";
import { appendAudit } from "./store/audit.ts";
import type { Queryable } from "./store/connect.ts";
import { appendEvent } from "./store/events.ts";
import { listExclusions } from "./store/exclusions.ts";
import { findProof } from "./store/proof.ts";
import { closingFacts, insertReport, type StoredReport } from "./store/reports.ts";

export type Revision = Pick<StoredReport, "month" | "account" | "revision" | "reason">;

/** Stands in the place of an account in the report of all accounts. */
export const ALL = "";

/** What all reports of one closing have in common. */
export type Closing = {
  readonly month: string;
  readonly by: Actor;
  readonly reason: string | undefined;
  readonly nowMs: number;
  readonly signer: Signer;
  readonly seals: readonly ReportSeal[];
  readonly figures: MonthFigures;
  /** That overlap the month, with all their outages. */
  readonly malfunctions: readonly SeenMalfunction[];
  readonly audit: ReportProof["audit"];
  readonly timeZone: string;
};

/** One report of them. */
type Scope = {
  /** "" for that of all accounts. */
  readonly account: string;
  readonly evaluated: readonly Evaluated[];
  readonly before: StoredReport | null;
};

/** Stores the next revision of one account's report; null when nothing changed. */
export async function reviseReport(
  tx: Queryable,
  closing: Closing,
  scope: Scope,
): Promise<Revision | null> {
  const { month, by, nowMs, figures, signer } = closing;
  const { account, evaluated } = scope;
  const before = scope.before === null ? null : readReport(scope.before.body);
  const malfunctions = namedIn(closing, scope);
  const inputs: ClosedInputs = {
    month,
    timeZone: closing.timeZone,
    settledUntilMs: figures.settledUntilMs,
    terms: figures.terms,
    subjects: evaluated.map(({ subject, exclusions }) => ({ subject, exclusions })),
    malfunctions,
  };
  const inputsText = writeInputs(inputs);
  const targets = account === ALL ? null : targetsIn(evaluated);
  const { rounds } = await findProof(tx, figures.bounds, targets);
  const draft = buildReport({
    ...figures,
    account: account === ALL ? null : account,
    evaluated,
    malfunctions,
    status: "closed",
    revision: (before?.revision ?? 0) + 1,
    closing: null,
    proof: {
      rounds,
      digest: sha256Text(evidenceText(closing.seals)),
      inputs: sha256Text(inputsText),
      signature: null,
      key: signer.keyId,
      audit: closing.audit,
      seals: closing.seals,
    },
  });
  if (before !== null && contentOf(before) === contentOf(draft)) return null;
  const reason =
    closing.reason ?? (await whyNow(tx, scope.before, { inputs, seals: closing.seals }));
  const unsigned: Report = {
    ...draft,
    closing: {
      at: new Date(nowMs).toISOString(),
      by: by.name,
      reason,
      previous: scope.before === null ? null : sha256Text(scope.before.body),
      changes: before === null ? [] : diffReports(before, draft),
    },
  };
  const signature = signer.sign(signedText(unsigned));
  const report = { ...unsigned, proof: { ...unsigned.proof, signature } };
  const stored: StoredReport = {
    month,
    account,
    revision: report.revision,
    closedAtMs: nowMs,
    closedBy: by.name,
    reason,
    body: canonicalJson(report),
    inputs: inputsText,
  };
  await insertReport(tx, stored);
  await tellClosed(tx, { stored, report, by });
  if (account !== ALL) await syncClaims(tx, { report, account, nowMs });
  return { month, account, revision: report.revision, reason };
}

function namedIn(
  { month, figures, malfunctions }: Closing,
  { account, evaluated }: Scope,
): ReportMalfunction[] {
  return nameMalfunctions(malfunctions, {
    month,
    bounds: figures.bounds,
    account: account === ALL ? null : account,
    evaluated,
  });
}

async function whyNow(tx: Queryable, stored: StoredReport | null, after: Counted): Promise<string> {
  if (stored === null) return "the month is over";
  const before = {
    inputs: readInputs(stored.inputs),
    seals: readReport(stored.body).proof.seals,
  };
  const withdrawn = await listExclusions(tx, { state: "withdrawn" });
  const names = new Map(withdrawn.map(({ id, decidedBy }) => [id, decidedBy]));
  return reasonOf(before, after, (id) => names.get(id) ?? null);
}

/** In the audit log and, for each account, to those who wait for the month. */
async function tellClosed(
  tx: Queryable,
  { stored, report, by }: { stored: StoredReport; report: Report; by: Actor },
): Promise<void> {
  const { month, account, revision, reason, closedAtMs } = stored;
  const { item, ...facts } = closingFacts(stored);
  await appendAudit(tx, {
    atMs: closedAtMs,
    actor: by,
    action: "report.close",
    item,
    before: null,
    after: facts,
  });
  if (account === ALL) return;
  const verdicts = Object.fromEntries(
    report.subjects.map(({ agreement, id, verdict }) => [`${agreement} ${id}`, verdict]),
  );
  await appendEvent(tx, {
    atMs: closedAtMs,
    kind: "month-closed",
    key: `month-closed/${month}/${account}/${revision}`,
    month,
    account,
    data: { revision, reason, digest: facts.digest, verdicts },
  });
}
