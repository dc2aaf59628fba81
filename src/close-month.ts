import type { Clock } from "./clock.ts";
import { findClosed } from "./closed-terms.ts";
import type { Config } from "./config.ts";
import type { Actor } from "./core/access.ts";
import type { Evaluated } from "./core/build-report.ts";
import type { ClosedInputs } from "./core/closed-inputs.ts";
import { monthSpan } from "./core/closing.ts";
import { creditTermsOf } from "./core/credit.ts";
import type { Interval } from "./core/month.ts";
import type { ReportSeal } from "./core/report.ts";
import { compareText, type Subject } from "./core/subject.ts";
import { ConflictError, InvalidInputError } from "./errors.ts";
import { monthSubjects, readSubjects } from "./read-month.ts";
import { ALL, reviseReport, type Closing, type Revision } from "./revise-report.ts";
import { sealRange, toSeal } from "./seal.ts";
import { settle, settleableUntil } from "./settle.ts";
import type { Signer } from "./signing.ts";
import { findAuditHead } from "./store/audit.ts";
import { lockClosing, readBasis, saveClosing } from "./store/closing.ts";
import { withTransaction, type Db, type Queryable } from "./store/connect.ts";
import { listMonthMalfunctions } from "./view-malfunction.ts";
import { findDroppedUntil } from "./store/partitions.ts";
import { listNewestReports } from "./store/reports.ts";
import { listNewestSeals, listUnsealedDays } from "./store/seals.ts";
import { findSettledUntil, hasUnsettled } from "./store/unsettled.ts";

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

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Closes a month: stores the signed report of each account and that of all, or their next
 * revision where the content changed. May run twice and side by side: what is the same is not
 * stored again. Returns what was stored. Throws ConflictError for a month whose time has not
 * come, InvalidInputError for one in which the configuration has nothing to count.
 */
export async function closeMonth(deps: CloseDeps, order: CloseOrder): Promise<Revision[]> {
  const { db, config } = deps;
  const { month } = order;
  const plan = await planClosing(db, config, order);
  const span = monthSpan(month, plan.subjects);
  if (span === null) {
    const message = `no target of the configuration has an agreement in ${month}`;
    throw new InvalidInputError([{ place: month, message }]);
  }
  if (!plan.isClosed) await requireDue(db, month, span.closesAtMs);
  const signer = await deps.signer();
  for (let attempt = 1; ; attempt += 1) {
    // What is sealed must be counted too, or the report would name evidence that it left out.
    await settle(deps);
    await sealRange(deps, span);
    try {
      return await closeSealed(deps, order, signer);
    } catch (error) {
      if (!(error instanceof StillComing) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Results came between the sealing and the counting: figure and seals would not be of one evidence. */
class StillComing extends ConflictError {
  override readonly message = "results of the month keep coming in: close it when they are stored";
}
const ATTEMPTS = 5;

async function closeSealed(
  deps: CloseDeps,
  order: CloseOrder,
  signer: Signer,
): Promise<Revision[]> {
  const { month } = order;
  return withTransaction(deps.db, async (tx) => {
    await lockClosing(tx);
    const plan = await planClosing(tx, deps.config, order);
    const span = monthSpan(month, plan.subjects);
    if (span === null) return [];
    const basis = await readBasis(tx, span);
    const seals = await readSeals(tx, span);
    await requireQuiet(tx, deps.clock, span);
    const figures = await readSubjects(tx, { month, ...plan });
    await requireQuiet(tx, deps.clock, span);
    if (basis !== (await readBasis(tx, span))) throw new StillComing();
    const closing: Closing = {
      month,
      by: order.by,
      reason: order.reason,
      nowMs: deps.clock.nowMs(),
      signer,
      seals,
      figures,
      malfunctions: await listMonthMalfunctions(tx, figures.bounds),
      audit: await findAuditHead(tx),
      timeZone: plan.timeZone,
    };
    const before = await listNewestReports(tx, month);
    const stored: Revision[] = [];
    for (const [account, evaluated] of byAccount(figures.evaluated, [...before.keys()])) {
      const one = { account, evaluated, before: before.get(account) ?? null };
      const revision = await reviseReport(tx, closing, one);
      if (revision !== null) stored.push(revision);
    }
    await saveClosing(tx, month, { ...span, basis });
    return stored;
  });
}

async function requireDue(db: Queryable, month: string, closesAtMs: number): Promise<void> {
  const settledUntilMs = (await findSettledUntil(db)) ?? 0;
  if (settledUntilMs >= closesAtMs) return;
  const from = new Date(closesAtMs).toISOString();
  throw new ConflictError(`${month} is not over: it can be closed when ${from} is settled`);
}

/** What is counted, and by which terms. */
type ClosingPlan = Pick<ClosedInputs, "terms" | "timeZone"> & {
  readonly subjects: readonly Subject[];
  readonly isClosed: boolean;
};

/** By the present configuration, or by what the month was closed with. */
async function planClosing(
  db: Queryable,
  config: Config,
  { month, afresh }: CloseOrder,
): Promise<ClosingPlan> {
  const closed = await findClosed(db, month);
  const isClosed = closed !== null;
  if (closed !== null && !afresh) return { ...closed, isClosed };
  const { timeZone } = config;
  const subjects = monthSubjects(config, { month });
  return { subjects, terms: creditTermsOf(config), timeZone, isClosed };
}

async function readSeals(tx: Queryable, span: Interval): Promise<ReportSeal[]> {
  const rows = await listNewestSeals(tx, daysOf(span));
  return rows.map(toSeal).map(({ day, revision, root, hash }) => ({ day, revision, root, hash }));
}

/** Throws StillComing while results of the interval wait to be counted or sealed. */
async function requireQuiet(tx: Queryable, clock: Clock, span: Interval): Promise<void> {
  const nowMs = clock.nowMs();
  const { fromDay, untilDay } = daysOf(span);
  const firstKept = Math.ceil((await findDroppedUntil(tx)) / DAY_MS);
  const unsealed = await listUnsealedDays(tx, {
    fromDay: Math.max(fromDay, firstKept),
    // A day that has not ended goes on.
    untilDay: Math.min(untilDay, Math.floor(nowMs / DAY_MS)),
  });
  const minutes = {
    from: Math.floor(span.fromMs / MINUTE_MS),
    until: Math.min(Math.ceil(span.untilMs / MINUTE_MS), settleableUntil(nowMs)),
  };
  if (unsealed.length > 0 || (await hasUnsettled(tx, minutes))) throw new StillComing();
}

function daysOf({ fromMs, untilMs }: Interval) {
  return { fromDay: Math.floor(fromMs / DAY_MS), untilDay: Math.ceil(untilMs / DAY_MS) };
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
