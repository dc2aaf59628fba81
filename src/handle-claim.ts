import type { Clock } from "./clock.ts";
import { changeClaim } from "./claim.ts";
import { may, seesAccount, type Actor } from "./core/access.ts";
import {
  CLAIM_STATES,
  claimDays,
  statesBefore,
  type ClaimState,
  type ClaimStep,
} from "./core/claim.ts";
import { readInputs } from "./core/closed-inputs.ts";
import { currencyPlaces, formatAmount, parseAmount } from "./core/money.ts";
import { dayStart } from "./core/month.ts";
import type { Subject } from "./core/subject.ts";
import { isStorable } from "./core/text.ts";
import { wallReading } from "./core/wall-time.ts";
import { ConflictError, ForbiddenError, InvalidInputError, NotFoundError } from "./errors.ts";
import { findClaim, lockClaimChanges, type StoredClaim } from "./store/claims.ts";
import { withTransaction, type Db, type Queryable } from "./store/connect.ts";
import { findReport } from "./store/reports.ts";

export type ClaimDeps = {
  readonly db: Db;
  readonly clock: Pick<Clock, "nowMs">;
};

/** A claim, as far as it exists for the actor. Throws NotFoundError. */
export async function requireClaim(db: Queryable, id: number, actor: Actor): Promise<StoredClaim> {
  const claim = await findClaim(db, id);
  if (claim !== null && seesAccount(actor, claim.account)) return claim;
  throw new NotFoundError(`no claim ${id}`);
}

/**
 * Takes a claim one step further and returns it. Throws ForbiddenError, NotFoundError for a claim
 * that does not exist for the actor, ConflictError when its state does not lead there,
 * InvalidInputError.
 */
export async function handleClaim(
  deps: ClaimDeps,
  asked: { readonly id: number; readonly step: ClaimStep; readonly actor: Actor },
): Promise<StoredClaim> {
  const { id, step, actor } = asked;
  if (!may(actor, "handle-claim")) {
    throw new ForbiddenError(`the role ${actor.role} may not handle claims`);
  }
  const nowMs = deps.clock.nowMs();
  return withTransaction(deps.db, async (tx) => {
    await lockClaimChanges(tx);
    const claim = await requireClaim(tx, id, actor);
    const before = statesBefore(step.verb);
    if (!before.includes(claim.state)) {
      const needed = before.join(" or ");
      throw new ConflictError(
        `claim ${id} is ${claim.state}; to ${step.verb} it must be ${needed}`,
      );
    }
    const after = { ...claim, ...(await changeOf(tx, { step, claim, nowMs })) };
    await changeClaim(tx, { action: `claim.${step.verb}`, claim, after, nowMs, actor });
    return after;
  });
}

/** What a step changes. Throws InvalidInputError for what cannot be. */
async function changeOf(
  tx: Queryable,
  { step, claim, nowMs }: { step: ClaimStep; claim: StoredClaim; nowMs: number },
): Promise<Partial<StoredClaim>> {
  switch (step.verb) {
    case "acknowledge":
      return { state: "acknowledged" };
    case "submit": {
      const reference = requireText("reference", step.reference);
      await requireDay(tx, step.on, { claim, nowMs });
      return { state: "submitted", reference, submittedOn: step.on };
    }
    case "credit":
      return {
        state: "credited",
        creditedMinor: requireAmount(step.amount, claim.currency),
        refusal: null,
      };
    case "refuse":
      return { state: "refused", refusal: requireText("reason", step.reason) };
  }
}

function requireText(place: string, text: string): string {
  if (!isStorable(text)) {
    throw new InvalidInputError([{ place, message: "has characters that cannot be stored" }]);
  }
  if (text.trim() !== "") return text.trim();
  throw new InvalidInputError([{ place, message: "is empty; write what the provider gave" }]);
}

function requireAmount(text: string, currency: string): bigint {
  const minor = parseAmount(text, currency);
  if (minor !== null) return minor;
  const example = formatAmount(12_000n, currency);
  const message = `"${text}" is no amount in ${currency}, which has ${currencyPlaces(currency)} decimals; write one such as ${example}`;
  throw new InvalidInputError([{ place: "amount", message }]);
}

/** A claim is submitted on a day of its window, and not in the future. */
async function requireDay(
  tx: Queryable,
  on: string,
  { claim, nowMs }: { readonly claim: StoredClaim; readonly nowMs: number },
): Promise<void> {
  const place = "on";
  if (!isDay(on)) {
    const message = `"${on}" is no day of the calendar; write one like 2026-11-09`;
    throw new InvalidInputError([{ place, message }]);
  }
  const { timeZone } = (await readClosed(tx, claim)).subject.agreement;
  const atMs = dayStart(on, timeZone);
  const problem =
    atMs > nowMs
      ? "is in the future"
      : atMs < claim.claimFromMs
        ? `is before the claim's window, which opens on ${dayIn(claim.claimFromMs, timeZone)}`
        : atMs >= claim.claimUntilMs
          ? "is after the claim's window"
          : null;
  if (problem === null) return;
  throw new InvalidInputError([{ place, message: `${on} ${problem}; write the day of the claim` }]);
}

function dayIn(atMs: number, timeZone: string): string {
  return new Date(wallReading(atMs, timeZone)).toISOString().slice(0, 10);
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/u.test(text)) return false;
  const atMs = Date.parse(text);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(text);
}

/** The closed report that gives what is claimed, and the subject as it was counted there. */
export async function readClosed(
  db: Queryable,
  { id, month, account, agreement, subject, revision }: StoredClaim,
): Promise<{ readonly body: string; readonly subject: Subject }> {
  const stored = await findReport(db, { month, account, revision });
  if (stored === null) throw new Error(`claim ${id} rests on a report that is not there`);
  const found = readInputs(stored.inputs).subjects.find(
    (one) => one.subject.agreement.id === agreement && one.subject.id === subject,
  );
  if (found === undefined) throw new Error(`claim ${id} rests on a report without its subject`);
  return { body: stored.body, subject: found.subject };
}

function stateOf({ id, state }: StoredClaim): ClaimState {
  const known = CLAIM_STATES.find((one) => one === state);
  if (known === undefined) throw new Error(`claim ${id} has the state "${state}", which is none`);
  return known;
}

/** A claim as the API and the command line show it. */
export function describeClaim(claim: StoredClaim, nowMs: number) {
  const { amountMinor, creditedMinor, claimFromMs, claimUntilMs, ...rest } = claim;
  const amountOf = (minor: bigint | null): string | null =>
    minor === null ? null : formatAmount(minor, claim.currency);
  return {
    ...rest,
    state: stateOf(claim),
    percent: Number(claim.percent),
    amount: amountOf(amountMinor),
    credited: amountOf(creditedMinor),
    claimFrom: new Date(claimFromMs).toISOString(),
    claimUntil: new Date(claimUntilMs).toISOString(),
    ...claimDays(claim, nowMs),
  };
}
