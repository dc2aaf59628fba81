import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { Actor } from "./core/access.ts";
import { buildReport, type Evaluated } from "./core/build-report.ts";
import { canonicalJson } from "./core/canonical-json.ts";
import { readInputs, writeInputs, type ClosedInputs } from "./core/closed-inputs.ts";
import { contentOf, evidenceText, monthSpan, reasonOf, signedText } from "./core/closing.ts";
import { creditTermsOf } from "./core/credit.ts";
import { readReport } from "./core/read-report.ts";
import type { Interval } from "./core/month.ts";
import { diffReports } from "./core/report-diff.ts";
import type { Report, ReportProof, ReportSeal } from "./core/report.ts";
import { compareText, type Subject } from "./core/subject.ts";
import { ConflictError, InvalidInputError } from "./errors.ts";
import { syncClaims } from "./claim.ts";
import { monthSubjects, readSubjects, type MonthFigures } from "./read-month.ts";
import { sealRange, toSeal } from "./seal.ts";
import type { Signer } from "./signing.ts";
import { appendAudit, findAuditHead } from "./store/audit.ts";
import { lockClosing, readBasis, saveCompared } from "./store/closing.ts";
import { withTransaction, type Db, type Queryable } from "./store/connect.ts";
import { appendEvent } from "./store/events.ts";
import { findProof } from "./store/proof.ts";
import { listSeals, listUnsealedDays } from "./store/seals.ts";
import { insertReport, listNewestReports, type StoredReport } from "./store/reports.ts";
import { sha256Text } from "./signature.ts";
import { findSettledUntil } from "./store/unsettled.ts";

export type CloseDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly config: Config;
  readonly signer: () => Promise<Signer>;
};

export type CloseOrder = {
  /** "2026-10" */
  readonly month: string;
  readonly by: Actor;
  /** Why; what changed is said by itself when this is not given. */
  readonly reason?: string | undefined;
  /** Counts what is closed already by the present configuration, not by the terms it was closed with. */
  readonly afresh: boolean;
};

export type Revision = Pick<StoredReport, "month" | "account" | "revision" | "reason">;

const DAY_MS = 86_400_000;
/** The report over all accounts. */
const ALL = "";

/**
 * Closes a month: stores the signed report of each account and that of all, or their next
 * revision where the content changed. May run twice and side by side: what is the same is not
 * stored again. Returns what was stored. Throws ConflictError for a month whose time has not
 * come, InvalidInputError for one in which the configuration has nothing to count.
 */
export async function closeMonth(deps: CloseDeps, order: CloseOrder): Promise<Revision[]> {
  const { db, config } = deps;
  const { month } = order;
  const configured = monthSubjects(config, { month });
  const known = await listNewestReports(db, month);
  const span = monthSpan(month, [...configured, ...frozenSubjects(known)]);
  if (span === null) {
    const message = `no target of the configuration has an agreement in ${month}`;
    throw new InvalidInputError([{ place: month, message }]);
  }
  await requireDue(db, month, span.closesAtMs);
  const signer = await deps.signer();
  for (let attempt = 1; ; attempt += 1) {
    await sealRange(deps, span);
    try {
      return await closeSealed(deps, order, { configured, span, signer });
    } catch (error) {
      if (!(error instanceof SealedTooEarly) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Results came between the sealing and the counting: the figure would rest on what no seal covers. */
class SealedTooEarly extends Error {
  override readonly message = "results of the month keep coming in: close it when they are stored";
}
const ATTEMPTS = 5;

async function closeSealed(
  deps: CloseDeps,
  order: CloseOrder,
  input: {
    readonly configured: readonly Subject[];
    readonly span: Interval;
    readonly signer: Signer;
  },
): Promise<Revision[]> {
  const { db, config, clock } = deps;
  const { month } = order;
  const { configured, span, signer } = input;
  const days = {
    fromDay: Math.floor(span.fromMs / DAY_MS),
    untilDay: Math.ceil(span.untilMs / DAY_MS),
  };
  return withTransaction(db, async (tx) => {
    await lockClosing(tx);
    const before = await listNewestReports(tx, month);
    const basis = await readBasis(tx, span);
    const newest = new Map((await listSeals(tx, days)).map((row) => [row.day, toSeal(row)]));
    const seals = [...newest.values()].map(({ day, revision, root }) => ({ day, revision, root }));
    const plan = order.afresh || before.size === 0 ? { subjects: configured } : frozenPlan(before);
    const figures = await readSubjects(tx, { month, timeZone: config.timeZone, ...plan });
    const untilDay = Math.min(days.untilDay, Math.floor(clock.nowMs() / DAY_MS));
    if ((await listUnsealedDays(tx, { ...days, untilDay })).length > 0) throw new SealedTooEarly();
    const closing: Closing = {
      deps,
      order,
      signer,
      seals,
      figures,
      rounds: (await findProof(tx, figures.bounds)).rounds,
      audit: await findAuditHead(tx),
      terms: plan.terms ?? creditTermsOf(config),
      timeZone: plan.timeZone ?? config.timeZone,
    };
    const stored: Revision[] = [];
    for (const [account, evaluated] of byAccount(figures.evaluated, [...before.keys()])) {
      const one = { account, evaluated, before: before.get(account) ?? null };
      const revision = await revise(tx, closing, one);
      if (revision !== null) stored.push(revision);
    }
    await saveCompared(tx, month, canonicalJson(basis));
    return stored;
  });
}

async function requireDue(db: Queryable, month: string, closesAtMs: number): Promise<void> {
  const settledUntilMs = (await findSettledUntil(db)) ?? 0;
  if (settledUntilMs >= closesAtMs) return;
  const from = new Date(closesAtMs).toISOString();
  throw new ConflictError(`${month} is not over: it can be closed when ${from} is settled`);
}

type Plan = {
  readonly subjects: readonly Subject[];
  readonly terms?: ClosedInputs["terms"];
  readonly timeZone?: string;
};

/** The subjects and terms that the month was closed with. */
function frozenPlan(reports: ReadonlyMap<string, StoredReport>): Plan {
  const whole = reports.get(ALL);
  if (whole === undefined) throw new Error("a closed month without the report of all accounts");
  const { subjects, terms, timeZone } = readInputs(whole.inputs);
  return { subjects: subjects.map(({ subject }) => subject), terms, timeZone };
}

function frozenSubjects(reports: ReadonlyMap<string, StoredReport>): readonly Subject[] {
  return reports.size === 0 ? [] : frozenPlan(reports).subjects;
}

/**
 * All of them under "", and each account's; none for an account that has a report and no subject
 * any more. In the order of ids, as reports have it.
 */
function byAccount(
  evaluated: readonly Evaluated[],
  known: readonly string[],
): Map<string, Evaluated[]> {
  const accounts = new Map(known.map((account): [string, Evaluated[]] => [account, []]));
  accounts.set(ALL, [...evaluated]);
  for (const one of evaluated) {
    const { account } = one.subject;
    const mine = accounts.get(account);
    if (mine === undefined) accounts.set(account, [one]);
    else mine.push(one);
  }
  return new Map([...accounts].toSorted(([a], [b]) => compareText(a, b)));
}

type Closing = {
  readonly deps: CloseDeps;
  readonly order: CloseOrder;
  readonly signer: Signer;
  readonly seals: readonly ReportSeal[];
  readonly figures: MonthFigures;
  readonly rounds: number;
  readonly audit: ReportProof["audit"];
  readonly terms: ClosedInputs["terms"];
  readonly timeZone: string;
};

type Scope = {
  readonly account: string;
  readonly evaluated: readonly Evaluated[];
  readonly before: StoredReport | null;
};

/** Stores the next revision of one account's report; null when nothing changed. */
async function revise(tx: Queryable, closing: Closing, scope: Scope): Promise<Revision | null> {
  const { deps, order, figures, signer } = closing;
  const { account, evaluated } = scope;
  const before = scope.before === null ? null : readReport(scope.before.body);
  const nowMs = deps.clock.nowMs();
  const { month } = order;
  const inputs: ClosedInputs = {
    month,
    timeZone: closing.timeZone,
    settledUntilMs: figures.settledUntilMs,
    terms: closing.terms,
    subjects: evaluated.map(({ subject, exclusions }) => ({ subject, exclusions })),
  };
  const inputsText = writeInputs(inputs);
  const draft = buildReport({
    ...figures,
    evaluated,
    status: "closed",
    revision: (before?.revision ?? 0) + 1,
    terms: closing.terms,
    closing: null,
    proof: {
      rounds: closing.rounds,
      digest: sha256Text(evidenceText(closing.seals)),
      inputs: sha256Text(inputsText),
      signature: null,
      key: signer.keyId,
      audit: closing.audit,
      seals: closing.seals,
    },
  });
  if (before !== null && contentOf(before) === contentOf(draft)) return null;
  const reason = order.reason ?? whyNow(scope.before, before, { inputs, seals: closing.seals });
  const unsigned: Report = {
    ...draft,
    closing: {
      at: new Date(nowMs).toISOString(),
      by: order.by.name,
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
    closedBy: order.by.name,
    reason,
    body: canonicalJson(report),
    inputs: inputsText,
  };
  await insertReport(tx, stored);
  await tellClosed(tx, { stored, report, by: order.by });
  if (account !== ALL) await syncClaims(tx, { report, account, nowMs });
  return { month, account, revision: report.revision, reason };
}

function whyNow(
  stored: StoredReport | null,
  before: Report | null,
  after: Parameters<typeof reasonOf>[1],
): string {
  if (stored === null || before === null) return "the month is over";
  return reasonOf({ inputs: readInputs(stored.inputs), seals: before.proof.seals }, after);
}

/** In the audit log and, for each account, to those who wait for the month. */
async function tellClosed(
  tx: Queryable,
  { stored, report, by }: { stored: StoredReport; report: Report; by: Actor },
): Promise<void> {
  const { month, account, revision, reason, closedAtMs } = stored;
  const digest = sha256Text(stored.body);
  await appendAudit(tx, {
    atMs: closedAtMs,
    actor: by,
    action: "report.close",
    item: `report:${month}/${account}/${revision}`,
    before: report.closing?.previous ?? null,
    after: { digest, inputs: report.proof.inputs, reason },
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
    data: { revision, reason, digest, verdicts },
  });
}
