import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { may, type Actor } from "./core/access.ts";
import { UNTOUCHED } from "./core/advance-malfunction.ts";
import type { Level, Malfunction, MalfunctionNote } from "./core/malfunction.ts";
import { readOpening, type Opening } from "./core/malfunction-opening.ts";
import { parseInstant } from "./core/results-ndjson.ts";
import { isStorable } from "./core/text.ts";
import { ConflictError, ForbiddenError, InvalidInputError, NotFoundError } from "./errors.ts";
import { appendAudit } from "./store/audit.ts";
import { withTransaction, type Db, type Queryable } from "./store/connect.ts";
import {
  findMalfunction,
  findMalfunctionByReference,
  insertMalfunction,
  insertMalfunctionNote,
  listMalfunctionOutages,
  lockOpening,
  malfunctionJson,
  malfunctionNoteJson,
  saveMalfunction,
} from "./store/malfunctions.ts";
import { tellMalfunction } from "./tell-malfunction.ts";

export type MalfunctionDeps = {
  readonly db: Db;
  readonly clock: Pick<Clock, "nowMs">;
  readonly config: Pick<Config, "malfunctions" | "accounts" | "targets">;
};

const LONGEST_NOTE = 20_000;
const LONGEST_NAME = 100;

/** What people do about a malfunction that is there. */
export type MalfunctionStep =
  | { readonly verb: "acknowledge" }
  | { readonly verb: "assign"; readonly owner: string }
  | { readonly verb: "note"; readonly text: string }
  | { readonly verb: "level"; readonly level: Level }
  /** `at`: an RFC 3339 instant, now by default. */
  | { readonly verb: "restore"; readonly at?: string | undefined }
  | ({ readonly verb: "review" } & Review)
  | { readonly verb: "close" }
  | { readonly verb: "reopen"; readonly note: string };

/** Markdown. What is not given stays; an empty text is taken out. */
export type Review = {
  readonly cause?: string | undefined;
  readonly impact?: string | undefined;
  readonly resolution?: string | undefined;
  readonly followUps?: string | undefined;
};

/**
 * Opens a malfunction by hand or, with a reference, for a ticket system: the same reference gives
 * the same one, which is not changed. Throws ForbiddenError, InvalidInputError.
 */
export async function openMalfunction(
  deps: MalfunctionDeps,
  input: Opening,
  actor: Actor,
): Promise<{ readonly malfunction: Malfunction; readonly isNew: boolean }> {
  requireHandling(actor);
  const nowMs = deps.clock.nowMs();
  const read = readOpening(input, { ...deps.config, nowMs });
  if ("problems" in read) throw new InvalidInputError(read.problems);
  const { opening } = read;
  const { level, reference } = opening;
  return withTransaction(deps.db, async (tx) => {
    if (reference !== null) {
      await lockOpening(tx);
      const known = await findMalfunctionByReference(tx, reference);
      if (known !== null) return { malfunction: known, isNew: false };
    }
    const malfunction = await insertMalfunction(tx, {
      ...opening,
      origin: reference === null ? "hand" : "ticket",
      levelBy: actor.name,
      state: "open",
      openedAtMs: nowMs,
      openedBy: actor.name,
      respondByMs: nowMs + deps.config.malfunctions.respondWithinMs[level],
      ...UNTOUCHED,
    });
    const step = { verb: "open", before: null, after: malfunction, actor, atMs: nowMs };
    await keepStep(tx, step, "malfunction");
    return { malfunction, isNew: true };
  });
}

type Handling = {
  readonly tx: Queryable;
  readonly config: MalfunctionDeps["config"];
  readonly before: Malfunction;
  readonly actor: Actor;
  readonly nowMs: number;
};

/**
 * Takes a malfunction one step further and returns it. Throws ForbiddenError, NotFoundError,
 * ConflictError when its state does not lead there, InvalidInputError.
 */
export async function handleMalfunction(
  deps: MalfunctionDeps,
  asked: { readonly id: number; readonly step: MalfunctionStep },
  actor: Actor,
): Promise<Malfunction> {
  requireHandling(actor);
  const { id, step } = asked;
  const nowMs = deps.clock.nowMs();
  return withTransaction(deps.db, async (tx) => {
    const before = await findMalfunction(tx, id, { lock: true });
    if (before === null) throw new NotFoundError(`no malfunction ${id}`);
    return takeStep({ tx, config: deps.config, before, actor, nowMs }, step);
  });
}

async function takeStep(handling: Handling, step: MalfunctionStep): Promise<Malfunction> {
  const { before, actor, nowMs } = handling;
  switch (step.verb) {
    case "acknowledge":
      return acknowledge(handling);
    case "assign": {
      requireNotClosed(before, "assign");
      const owner = requireText("owner", step.owner, LONGEST_NAME);
      return keepChange(handling, { verb: "assign", changes: { owner } });
    }
    case "note":
      await keepNote(handling, step.text, "text");
      return before;
    case "level":
      return setLevel(handling, step.level);
    case "restore":
      return restore(handling, step.at);
    case "review":
      requireNotClosed(before, "review");
      return keepChange(handling, { verb: "review", changes: readReview(step, before) });
    case "close": {
      requireReviewed(before);
      const changes = { state: "closed", closedAtMs: nowMs, closedBy: actor.name } as const;
      return keepChange(handling, { verb: "close", changes, event: "malfunction-closed" });
    }
    case "reopen": {
      if (before.state !== "closed") throw conflict(before, "to reopen it must be closed");
      await keepNote(handling, step.note, "note");
      const changes = { state: "restored", closedAtMs: null, closedBy: null } as const;
      return keepChange(handling, { verb: "reopen", changes });
    }
  }
}

async function acknowledge(handling: Handling): Promise<Malfunction> {
  const { before, actor, nowMs } = handling;
  requireNotClosed(before, "acknowledge");
  if (before.acknowledgedAtMs !== null) {
    throw new ConflictError(
      `malfunction ${before.id} was acknowledged by ${before.acknowledgedBy} already`,
    );
  }
  const changes = {
    acknowledgedAtMs: nowMs,
    acknowledgedBy: actor.name,
    owner: before.owner ?? actor.name,
  };
  return keepChange(handling, { verb: "acknowledge", changes, event: "malfunction-acknowledged" });
}

/** From now on rules leave the level alone. Who has not answered yet has the new level's time. */
async function setLevel(handling: Handling, level: Level): Promise<Malfunction> {
  const { before, actor, config } = handling;
  requireNotClosed(before, "set its level");
  const { acknowledgedAtMs, respondByMs } = before;
  const { respondWithinMs } = config.malfunctions;
  const isOther = level !== before.level;
  const changes = {
    level,
    levelBy: actor.name,
    respondByMs:
      isOther && acknowledgedAtMs === null
        ? respondByMs - respondWithinMs[before.level] + respondWithinMs[level]
        : respondByMs,
  };
  const step = { verb: "level", changes };
  return keepChange(handling, isOther ? { ...step, event: "malfunction-changed" } : step);
}

/** One of outages is over when they are: the measurement says so. */
async function restore(handling: Handling, at: string | undefined): Promise<Malfunction> {
  const { tx, before, nowMs } = handling;
  if (before.state !== "open") throw conflict(before, "to restore it must be open");
  if (before.origin === "outage") {
    throw new ConflictError(`malfunction ${before.id} is restored when its outages are over`);
  }
  const outages = await listMalfunctionOutages(tx, [before.id]);
  if (outages.some(({ untilMs }) => untilMs === null)) {
    throw new ConflictError(`malfunction ${before.id} has outages that still last`);
  }
  const restoredAtMs = at === undefined ? nowMs : parseInstant(at);
  if (restoredAtMs === null || restoredAtMs > nowMs || restoredAtMs < before.beganAtMs) {
    const message = `must be an RFC 3339 instant from ${new Date(before.beganAtMs).toISOString()} until now`;
    throw new InvalidInputError([{ place: "at", message }]);
  }
  const changes = { state: "restored", restoredAtMs } as const;
  return keepChange(handling, { verb: "restore", changes, event: "malfunction-over" });
}

function readReview(given: Review, before: Malfunction): Pick<Malfunction, keyof Review> {
  const problems: { readonly place: string; readonly message: string }[] = [];
  const read = (place: keyof Review): string | null => {
    const text = given[place];
    if (text === undefined) return before[place];
    if (text.length > LONGEST_NOTE || !isStorable(text)) {
      problems.push({ place, message: `must be a text of up to ${LONGEST_NOTE} characters` });
    }
    return text.trim() === "" ? null : text.trim();
  };
  const review = {
    cause: read("cause"),
    impact: read("impact"),
    resolution: read("resolution"),
    followUps: read("followUps"),
  };
  if (problems.length > 0) throw new InvalidInputError(problems);
  return review;
}

function requireReviewed(malfunction: Malfunction): void {
  if (malfunction.state !== "restored") {
    throw conflict(malfunction, "to close it must be restored");
  }
  const missing = (["cause", "impact", "resolution"] as const).filter(
    (part) => malfunction[part] === null,
  );
  if (missing.length === 0) return;
  const what = missing.join(", ");
  throw new ConflictError(`malfunction ${malfunction.id} lacks ${what}: write the review first`);
}

/** Writes what a step changes, with its audit entry and, where people are told, its event. */
async function keepChange(
  { tx, before, actor, nowMs }: Handling,
  step: {
    readonly verb: string;
    readonly changes: Partial<Malfunction>;
    readonly event?: Parameters<typeof tellMalfunction>[1]["kind"];
  },
): Promise<Malfunction> {
  const after = { ...before, ...step.changes };
  await saveMalfunction(tx, after);
  await keepStep(tx, { verb: step.verb, before, after, actor, atMs: nowMs }, step.event ?? null);
  return after;
}

async function keepStep(
  tx: Queryable,
  step: {
    readonly verb: string;
    readonly before: Malfunction | null;
    readonly after: Malfunction;
    readonly actor: Actor;
    readonly atMs: number;
  },
  event: Parameters<typeof tellMalfunction>[1]["kind"] | null,
): Promise<void> {
  const { verb, before, after, actor, atMs } = step;
  await appendAudit(tx, {
    atMs,
    actor,
    action: `malfunction.${verb}`,
    item: `malfunction:${after.id}`,
    before: before === null ? null : malfunctionJson(before),
    after: malfunctionJson(after),
  });
  if (event === null) return;
  const isOther = before !== null && before.level !== after.level;
  const change = isOther ? { from: before.level, to: after.level } : undefined;
  await tellMalfunction(tx, { kind: event, malfunction: after, atMs, change });
}

async function keepNote(
  { tx, before, actor, nowMs }: Handling,
  given: string,
  place: string,
): Promise<MalfunctionNote> {
  const text = requireText(place, given, LONGEST_NOTE);
  const note = await insertMalfunctionNote(tx, {
    malfunction: before.id,
    atMs: nowMs,
    by: actor.name,
    text,
  });
  await appendAudit(tx, {
    atMs: nowMs,
    actor,
    action: "malfunction.note",
    item: `malfunction-note:${note.id}`,
    before: null,
    after: malfunctionNoteJson(note),
  });
  return note;
}

function requireHandling(actor: Actor): void {
  if (may(actor, "handle-malfunction")) return;
  throw new ForbiddenError(`the role ${actor.role} may not handle malfunctions`);
}

function requireNotClosed(malfunction: Malfunction, doing: string): void {
  if (malfunction.state !== "closed") return;
  throw conflict(malfunction, `reopen it to ${doing}`);
}

function conflict({ id, state }: Malfunction, what: string): ConflictError {
  return new ConflictError(`malfunction ${id} is ${state}; ${what}`);
}

function requireText(place: string, given: string, longest: number): string {
  const text = given.trim();
  if (text !== "" && text.length <= longest && isStorable(text)) return text;
  const message = `must be a text of 1 to ${longest} characters`;
  throw new InvalidInputError([{ place, message }]);
}
