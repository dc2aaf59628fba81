import type { Clock } from "./clock.ts";
import { SYSTEM, type Actor } from "./core/access.ts";
import { formatAmount, parseAmount } from "./core/money.ts";
import type { Report, ReportCredit, ReportSubject } from "./core/report.ts";
import { appendAudit } from "./store/audit.ts";
import {
  claimJson,
  insertClaim,
  listClaims,
  listOverdue,
  lockClaimChanges,
  updateClaim,
  type StoredClaim,
} from "./store/claims.ts";
import { withTransaction, type Db, type Queryable } from "./store/connect.ts";
import { appendEvent } from "./store/events.ts";

/** What a revision gives a subject for which somebody owes something. */
type Owed = { readonly subject: ReportSubject; readonly credit: ReportCredit };

/**
 * Brings the claims in line with a closed report, in the transaction that stores it. A new credit
 * is owed; a claim that nobody has submitted follows the revision, or is withdrawn when there is
 * no credit any more; one that was submitted stays as it is, with a note. `account` is the one
 * that the report is for, null for all. The same report twice changes nothing.
 */
export async function syncClaims(
  tx: Queryable,
  input: { readonly report: Report; readonly account: string | null; readonly nowMs: number },
): Promise<void> {
  const { report, account, nowMs } = input;
  if (report.status !== "closed") throw new Error("claims follow from closed months alone");
  await lockClaimChanges(tx);
  const known = new Map(
    (
      await listClaims(tx, { month: report.month, accounts: account === null ? null : [account] })
    ).map((claim) => [keyOf(claim.agreement, claim.subject), claim]),
  );
  for (const subject of report.subjects) {
    const { credit } = subject;
    const key = keyOf(subject.agreement, subject.id);
    const claim = known.get(key);
    known.delete(key);
    if (credit !== null && !isNothing(credit)) {
      const owed = { subject, credit };
      if (claim === undefined) await owe(tx, owed, { report, nowMs });
      else await followRevision(tx, { claim, owed }, { report, nowMs });
    } else if (claim !== undefined) {
      await followNothing(tx, { claim, why: whyNothing(subject) }, { report, nowMs });
    }
  }
  for (const claim of known.values()) {
    await followNothing(tx, { claim, why: "not in the report" }, { report, nowMs });
  }
}

type ClosedReport = { readonly report: Report; readonly nowMs: number };

function keyOf(agreement: string, subject: string): string {
  return JSON.stringify([agreement, subject]);
}

/** The fees are credited under other agreements, or there is none to pay. */
function isNothing({ amount, currency }: ReportCredit): boolean {
  return amount !== null && parseAmount(amount, currency) === 0n;
}

function whyNothing({ credit, creditNote }: ReportSubject): string {
  if (credit === null) return creditNote ?? "no credit";
  return credit.yieldsTo.length === 0 ? "no fee" : `credited under ${credit.yieldsTo.join(", ")}`;
}

/** Percent, amount and window as a revision gives them. */
function termsOf({ credit }: Owed, { report }: ClosedReport) {
  return {
    revision: report.revision,
    percent: String(credit.percent),
    amountMinor: credit.amount === null ? null : parseAmount(credit.amount, credit.currency),
    currency: credit.currency,
    claimFromMs: Date.parse(credit.claimFrom),
    claimUntilMs: Date.parse(credit.claimUntil),
  };
}

async function owe(tx: Queryable, owed: Owed, closing: ClosedReport): Promise<void> {
  const { subject } = owed;
  const terms = termsOf(owed, closing);
  // A month closed long after its end may give what nobody can claim any more.
  const isLate = terms.claimUntilMs <= closing.nowMs;
  const claim = await insertClaim(tx, {
    month: closing.report.month,
    agreement: subject.agreement,
    subject: subject.id,
    account: subject.account,
    product: subject.product,
    ...terms,
    state: isLate ? "lapsed" : "owed",
    reference: null,
    submittedOn: null,
    creditedMinor: null,
    refusal: null,
    note: null,
  });
  await audit(tx, { action: "claim.owe", before: null, after: claim, nowMs: closing.nowMs });
  if (!isLate) await tellOwed(tx, { claim, region: subject.region, nowMs: closing.nowMs });
}

async function followRevision(
  tx: Queryable,
  { claim, owed }: { readonly claim: StoredClaim; readonly owed: Owed },
  closing: ClosedReport,
): Promise<void> {
  const { nowMs } = closing;
  const terms = termsOf(owed, closing);
  const gives = `revision ${terms.revision} gives ${amountText(terms)}`;
  if (claim.state === "owed" || claim.state === "acknowledged") {
    const isSame = claim.amountMinor === terms.amountMinor && claim.percent === terms.percent;
    const note = isSame ? claim.note : addLine(claim.note, gives);
    await changeClaim(tx, {
      action: "claim.revise",
      claim,
      after: { ...claim, ...terms, note },
      nowMs,
    });
  } else if (claim.state === "withdrawn") {
    const isLate = terms.claimUntilMs <= nowMs;
    const state = isLate ? "lapsed" : "owed";
    const after = { ...claim, ...terms, state, note: addLine(claim.note, gives) };
    await changeClaim(tx, { action: "claim.owe", claim, after, nowMs });
    if (!isLate) await tellOwed(tx, { claim: after, region: owed.subject.region, nowMs });
  } else if (claim.amountMinor !== terms.amountMinor || claim.note !== null) {
    const note = addLine(claim.note, gives);
    await changeClaim(tx, { action: "claim.note", claim, after: { ...claim, note }, nowMs });
  }
}

async function followNothing(
  tx: Queryable,
  { claim, why }: { readonly claim: StoredClaim; readonly why: string },
  { report, nowMs }: ClosedReport,
): Promise<void> {
  if (claim.state === "withdrawn") return;
  const note = addLine(claim.note, `revision ${report.revision} gives nothing: ${why}`);
  const isOpen = claim.state === "owed" || claim.state === "acknowledged";
  const after = isOpen ? { ...claim, state: "withdrawn", note } : { ...claim, note };
  const action = isOpen ? "claim.withdraw" : "claim.note";
  await changeClaim(tx, { action, claim, after, nowMs });
}

function addLine(note: string | null, line: string): string {
  if (note === null) return line;
  return note.split("\n").includes(line) ? note : `${note}\n${line}`;
}

function amountText(claim: Pick<StoredClaim, "amountMinor" | "currency" | "percent">): string {
  const { amountMinor, currency, percent } = claim;
  if (amountMinor === null) return `${percent} % of a fee that is not known`;
  return `${formatAmount(amountMinor, currency)} ${currency}`;
}

/** Stores and logs what a claim has become, if anything. */
export async function changeClaim(
  tx: Queryable,
  step: {
    readonly action: string;
    readonly claim: StoredClaim;
    readonly after: StoredClaim;
    readonly nowMs: number;
    readonly actor?: Actor;
  },
): Promise<void> {
  const { claim: before, after } = step;
  if (JSON.stringify(claimJson(before)) === JSON.stringify(claimJson(after))) return;
  await updateClaim(tx, after);
  await audit(tx, { ...step, before });
}

async function audit(
  tx: Queryable,
  step: {
    readonly action: string;
    readonly before: StoredClaim | null;
    readonly after: StoredClaim;
    readonly nowMs: number;
    readonly actor?: Actor;
  },
): Promise<void> {
  await appendAudit(tx, {
    atMs: step.nowMs,
    actor: step.actor ?? SYSTEM,
    action: step.action,
    item: `claim:${step.after.id}`,
    before: step.before === null ? null : claimJson(step.before),
    after: claimJson(step.after),
  });
}

async function tellOwed(
  tx: Queryable,
  told: { readonly claim: StoredClaim; readonly region: string; readonly nowMs: number },
): Promise<void> {
  const { claim, region, nowMs } = told;
  const { id, month, agreement, subject, account, product, revision, currency } = claim;
  await appendEvent(tx, {
    atMs: nowMs,
    kind: "credit-owed",
    key: `credit-owed/${month}/${account}/${agreement}/${subject}/${revision}`,
    month,
    account,
    product,
    region,
    agreement,
    subject,
    data: {
      claim: id,
      revision,
      currency,
      percent: Number(claim.percent),
      amount: claim.amountMinor === null ? null : formatAmount(claim.amountMinor, currency),
      claimFrom: new Date(claim.claimFromMs).toISOString(),
      claimUntil: new Date(claim.claimUntilMs).toISOString(),
    },
  });
}

/** Lets the claims lapse whose window closed before they were submitted; returns how many. */
export async function lapseClaims(deps: {
  readonly db: Db;
  readonly clock: Pick<Clock, "nowMs">;
}): Promise<number> {
  const nowMs = deps.clock.nowMs();
  // Almost always there are none: the audit log's lock is for when there are.
  if ((await listOverdue(deps.db, nowMs)).length === 0) return 0;
  return withTransaction(deps.db, async (tx) => {
    await lockClaimChanges(tx);
    const overdue = await listOverdue(tx, nowMs);
    for (const claim of overdue) {
      await changeClaim(tx, {
        action: "claim.lapse",
        claim,
        after: { ...claim, state: "lapsed" },
        nowMs,
      });
    }
    return overdue.length;
  });
}
