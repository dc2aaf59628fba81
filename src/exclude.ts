import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { may, seesAccount, type Actor } from "./core/access.ts";
import {
  coversTarget,
  isSamePerson,
  occurrences,
  reachOf,
  type Exclusion,
  type ExclusionScope,
  type ExclusionState,
} from "./core/exclusion.ts";
import { readProposal, readReach } from "./core/exclusion-proposal.ts";
import { monthBounds, type Interval } from "./core/month.ts";
import type { Target } from "./core/target.ts";
import { isStorable } from "./core/text.ts";
import { ConflictError, ForbiddenError, InvalidInputError, NotFoundError } from "./errors.ts";
import { listKnownPlaces } from "./known-places.ts";
import { appendAudit } from "./store/audit.ts";
import { withTransaction, type Db, type Queryable } from "./store/connect.ts";
import { appendEvent } from "./store/events.ts";
import {
  decideExclusion,
  exclusionJson,
  findExclusion,
  insertExclusion,
  listExclusions,
} from "./store/exclusions.ts";
import { findPersonBehind } from "./store/tokens.ts";
import { markFiguresChanged } from "./store/unsettled.ts";

export type ExcludeDeps = {
  readonly db: Db;
  readonly clock: Pick<Clock, "nowMs">;
  readonly config: Config;
};

/** An exclusion that was decided. */
export type Decided = {
  readonly exclusion: Exclusion;
  /** The past in which figures changed with it; null when none did. */
  readonly touched: Interval | null;
};

const LONGEST_NOTE = 2_000;

/**
 * Stores a proposal, given in its JSON form. Throws ForbiddenError, and InvalidInputError with
 * everything that is wrong with it.
 */
export async function proposeExclusion(
  deps: ExcludeDeps,
  input: unknown,
  actor: Actor,
): Promise<Exclusion> {
  if (!may(actor, "propose-exclusion")) throw forbidden(actor, "propose exclusions");
  const read = await readKnown(deps, input);
  if ("problems" in read) throw new InvalidInputError(read.problems);
  const atMs = deps.clock.nowMs();
  return withTransaction(deps.db, async (tx) => {
    const after = await insertExclusion(tx, read.proposal, { by: actor.name, atMs });
    await noteStep(tx, { actor, atMs, verb: "propose", before: null, after });
    return after;
  });
}

/** What the configuration does not have any more may be in a month that was closed with it. */
async function readKnown(
  deps: ExcludeDeps,
  input: unknown,
): Promise<ReturnType<typeof readProposal>> {
  const read = readProposal(input, deps.config);
  const reach = "problems" in read ? readReach(input) : null;
  return reach === null ? read : readProposal(input, await listKnownPlaces(deps, reach));
}

type Step = { readonly id: number; readonly note?: string | null | undefined };

/**
 * Approves a proposal: from now on what it covers is excluded. Throws NotFoundError,
 * ForbiddenError (also for the person who proposed it, whatever the role or token), ConflictError when it was decided
 * already, InvalidInputError.
 */
export async function approveExclusion(
  deps: ExcludeDeps,
  step: Step,
  actor: Actor,
): Promise<Decided> {
  if (!may(actor, "approve-exclusion")) throw forbidden(actor, "approve exclusions");
  const note = readNote(step.note);
  const decision = { ...step, note, verb: "approve", state: "approved", actor } as const;
  return decide(deps, decision, async (before, tx) => {
    await requireAnother(tx, before, actor);
    return before.state === "proposed";
  });
}

/**
 * Four eyes: the approver is neither the proposer, nor a token made by the proposer or by the
 * same person as the proposer's, nor the one who made the proposer's token. Throws ForbiddenError.
 */
async function requireAnother(
  tx: Queryable,
  { id, proposedBy }: Exclusion,
  { name }: Actor,
): Promise<void> {
  const proposer = await findPersonBehind(tx, proposedBy);
  const approver = await findPersonBehind(tx, name);
  if (!isSamePerson(proposedBy, name) && !isSamePerson(proposer, approver)) return;
  throw new ForbiddenError(`${proposer} proposed exclusion ${id}: another approves it`);
}

/** Rejects a proposal, with a note that says why. Throws as `approveExclusion` does. */
export async function rejectExclusion(
  deps: ExcludeDeps,
  step: Step,
  actor: Actor,
): Promise<Decided> {
  if (!may(actor, "approve-exclusion")) throw forbidden(actor, "reject exclusions");
  const note = requireNote(step.note, "say why it is rejected");
  const decision = { ...step, note, verb: "reject", state: "rejected", actor } as const;
  return decide(deps, decision, ({ state }) => state === "proposed");
}

/**
 * Withdraws a proposal, by who proposed it or an admin; or an approved one, by who may approve and
 * with a note: what it covers counts again. Throws as `approveExclusion` does.
 */
export async function withdrawExclusion(
  deps: ExcludeDeps,
  step: Step,
  actor: Actor,
): Promise<Decided> {
  if (!may(actor, "propose-exclusion")) throw forbidden(actor, "withdraw exclusions");
  const note = readNote(step.note);
  const decision = { ...step, note, verb: "withdraw", state: "withdrawn", actor } as const;
  return decide(deps, decision, (before) => {
    if (before.state === "approved") {
      if (!may(actor, "approve-exclusion")) throw forbidden(actor, "withdraw approved exclusions");
      requireNote(note, "say why an approved exclusion is withdrawn");
      return true;
    }
    const isTheirs = isSamePerson(before.proposedBy, actor.name) || actor.role === "admin";
    if (!isTheirs) throw new ForbiddenError(`exclusion ${before.id} was proposed by another`);
    return before.state === "proposed";
  });
}

type Decision = {
  readonly id: number;
  readonly verb: "approve" | "reject" | "withdraw";
  readonly state: ExclusionState;
  readonly note: string | null;
  readonly actor: Actor;
};

/** `isOpen` tells whether its state lets it be decided so, and throws when the actor may not. */
async function decide(
  deps: ExcludeDeps,
  { id, verb, state, note, actor }: Decision,
  isOpen: (before: Exclusion, tx: Queryable) => boolean | Promise<boolean>,
): Promise<Decided> {
  const atMs = deps.clock.nowMs();
  return withTransaction(deps.db, async (tx) => {
    const before = await findExclusion(tx, id);
    if (before === null) throw new NotFoundError(`no exclusion ${id}`);
    if (!(await isOpen(before, tx)))
      throw new ConflictError(`exclusion ${id} is ${before.state} already`);
    const decision = { state, decidedBy: actor.name, decidedAtMs: atMs, note };
    const after = await decideExclusion(tx, { id, expected: before.state }, decision);
    if (after === null) throw new ConflictError(`exclusion ${id} was decided by another just now`);
    const changesFigures = before.state === "approved" || state === "approved";
    if (changesFigures) await markFiguresChanged(tx);
    if (state === "approved" && after.kind === "maintenance") {
      await tellMaintenance(tx, after, { config: deps.config, atMs });
    }
    await noteStep(tx, { actor, atMs, verb, before, after });
    return { exclusion: after, touched: changesFigures ? pastOf(after, atMs) : null };
  });
}

/** An endless series has an end in the past: the present. */
function pastOf(exclusion: Exclusion, nowMs: number): Interval | null {
  const { fromMs, untilMs } = reachOf(exclusion);
  const past = { fromMs, untilMs: Math.min(untilMs ?? nowMs, nowMs) };
  return past.fromMs < past.untilMs ? past : null;
}

/** A notice is due to every account that the maintenance touches, of its own targets alone. */
async function tellMaintenance(
  tx: Queryable,
  exclusion: Exclusion,
  { config, atMs }: { readonly config: Config; readonly atMs: number },
): Promise<void> {
  for (const account of touchedAccounts(exclusion.scope, config)) {
    const { id, from, until, reason, recurrence } = exclusionJson(exclusion);
    const scope = scopeFor(exclusion.scope, config, (one) => one === account);
    await appendEvent(tx, {
      atMs,
      kind: "maintenance-planned",
      key: `maintenance-planned/${id}/${account}`,
      account,
      data: { exclusion: id, from, until, scope, reason, recurrence },
    });
  }
}

async function noteStep(
  tx: Queryable,
  step: {
    readonly actor: Actor;
    readonly atMs: number;
    readonly verb: string;
    readonly before: Exclusion | null;
    readonly after: Exclusion;
  },
): Promise<void> {
  const { actor, atMs, verb, before, after } = step;
  await appendAudit(tx, {
    atMs,
    actor,
    action: `exclusion.${verb}`,
    item: `exclusion:${after.id}`,
    before: before === null ? null : exclusionJson(before),
    after: exclusionJson(after),
  });
}

function readNote(note: string | null | undefined): string | null {
  const text = note?.trim() ?? "";
  if (text.length <= LONGEST_NOTE && isStorable(text)) return text === "" ? null : text;
  const message = `must be a text of up to ${LONGEST_NOTE} characters`;
  throw new InvalidInputError([{ place: "note", message }]);
}

function requireNote(note: string | null | undefined, message: string): string {
  const text = readNote(note);
  if (text === null) throw new InvalidInputError([{ place: "note", message }]);
  return text;
}

function forbidden({ role }: Actor, what: string): ForbiddenError {
  return new ForbiddenError(`the role ${role} may not ${what}`);
}

export type ExclusionQuery = {
  readonly state?: ExclusionState | undefined;
  /** "2026-10": those with an occurrence in it. */
  readonly month?: string | undefined;
  readonly account?: string | undefined;
  readonly target?: string | undefined;
  readonly product?: string | undefined;
  readonly region?: string | undefined;
};

type ReadDeps = { readonly db: Queryable; readonly config: Config };

/** Exclusions, newest first, as the actor may see them: those that touch their accounts. */
export async function readExclusions(
  { db, config }: ReadDeps,
  query: ExclusionQuery,
  actor: Actor,
): Promise<Exclusion[]> {
  const { state, month } = query;
  const interval = month === undefined ? undefined : monthBounds(month, config.timeZone);
  const found = await listExclusions(db, { state, interval });
  return found
    .filter((one) => interval === undefined || occurrences(one, interval).length > 0)
    .filter(({ scope }) => touches(scope, query, config))
    .map((exclusion) => asSeenBy(actor, exclusion, config))
    .filter((exclusion) => exclusion !== null);
}

/** One exclusion, as the actor may see it. Throws NotFoundError. */
export async function readExclusion(
  { db, config }: ReadDeps,
  id: number,
  actor: Actor,
): Promise<Exclusion> {
  const found = await findExclusion(db, id);
  const seen = found === null ? null : asSeenBy(actor, found, config);
  if (seen === null) throw new NotFoundError(`no exclusion ${id}`);
  return seen;
}

function touches(
  scope: ExclusionScope,
  { account, target, product, region }: ExclusionQuery,
  config: Config,
): boolean {
  if (account !== undefined && !touchedAccounts(scope, config).has(account)) return false;
  if (target === undefined && product === undefined && region === undefined) return true;
  return config.targets.some(
    (one) =>
      (target === undefined || one.id === target) &&
      (account === undefined || one.account === account) &&
      (product === undefined || one.product === product) &&
      (region === undefined || one.region === region) &&
      coversTarget(scope, one),
  );
}

/** Null for one that touches none of their accounts. Of lists they see what is theirs. */
function asSeenBy(actor: Actor, exclusion: Exclusion, config: Config): Exclusion | null {
  if (actor.accounts === null) return exclusion;
  const sees = (account: string) => seesAccount(actor, account);
  if (![...touchedAccounts(exclusion.scope, config)].some(sees)) return null;
  return { ...exclusion, scope: scopeFor(exclusion.scope, config, sees) };
}

/** Of what a scope lists, what has to do with targets of the accounts seen. */
function scopeFor(
  scope: ExclusionScope,
  config: Config,
  sees: (account: string) => boolean,
): ExclusionScope {
  if ("account" in scope || "all" in scope) return scope;
  const seen = config.targets.filter(
    (target) => sees(target.account) && coversTarget(scope, target),
  );
  const keep = (listed: readonly string[], of: (target: Target) => string) => {
    const known = new Set(seen.map(of));
    return listed.filter((one) => known.has(one));
  };
  if ("targets" in scope) return { targets: keep(scope.targets, ({ id }) => id) };
  const { products, regions } = scope;
  return {
    ...(products === undefined ? {} : { products: keep(products, ({ product }) => product) }),
    ...(regions === undefined ? {} : { regions: keep(regions, ({ region }) => region) }),
  };
}

function touchedAccounts(scope: ExclusionScope, { targets, accounts }: Config): Set<string> {
  if ("account" in scope) return new Set([scope.account]);
  if ("all" in scope) return new Set(accounts.map(({ id }) => id));
  const covered = targets.filter((target) => coversTarget(scope, target));
  return new Set(covered.map(({ account }) => account));
}
