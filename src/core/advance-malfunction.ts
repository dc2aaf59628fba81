import { worseLevel } from "./classify-malfunction.ts";
import type { Level, Malfunction, MalfunctionOutage, MalfunctionRules } from "./malfunction.ts";

/** A step that the measurement takes by itself; `again`: it was restored and is open once more. */
export type MalfunctionAdvance = {
  readonly verb: "join" | "again" | "level" | "restore";
  readonly before: Malfunction;
  readonly after: Malfunction;
};

/**
 * What follows for a malfunction from its outages as they are by now, step by step: outages have
 * joined it, it is open again, the rules find it worse, all of it is over. One that is closed, or
 * has no outages, stays as it is.
 */
export function advanceMalfunction(
  malfunction: Malfunction,
  found: {
    /** Its outages: all that last, and for its begin and its end all others too. */
    readonly outages: readonly MalfunctionOutage[];
    /** How many of them are new in it. */
    readonly joined: number;
    /** What the rules give them. */
    readonly level: Level | null;
    readonly nowMs: number;
  },
  { respondWithinMs }: Pick<MalfunctionRules, "respondWithinMs">,
): MalfunctionAdvance[] {
  const { outages, joined } = found;
  const steps: MalfunctionAdvance[] = [];
  let now = malfunction;
  const step = (verb: MalfunctionAdvance["verb"], changes: Partial<Malfunction>): void => {
    const after = { ...now, ...changes };
    steps.push({ verb, before: now, after });
    now = after;
  };
  if (now.state === "closed" || outages.length === 0) return steps;
  if (joined > 0) {
    const firstMs = outages.reduce((least, { fromMs }) => Math.min(least, fromMs), now.beganAtMs);
    step("join", { beganAtMs: firstMs });
  }
  const isOver = outages.every(({ untilMs }) => untilMs !== null);
  if (now.state === "restored" && (joined > 0 || !isOver)) {
    // Those who did not respond while it lasted have their time anew.
    const isAnswered = now.acknowledgedAtMs !== null;
    const respondByMs = isAnswered ? now.respondByMs : found.nowMs + respondWithinMs[now.level];
    step("again", { state: "open", restoredAtMs: null, respondByMs });
  }
  const level = now.levelBy === BY_RULES ? worseLevel(now.level, found.level) : now.level;
  if (now.state === "open" && level !== now.level) {
    const soonerMs = Math.max(0, respondWithinMs[now.level] - respondWithinMs[level]);
    const isLate = now.respondByMs <= found.nowMs;
    step("level", { level, respondByMs: isLate ? now.respondByMs : now.respondByMs - soonerMs });
  }
  if (now.state === "open" && isOver) {
    const restoredAtMs = outages.reduce(
      (last, { untilMs }) => Math.max(last, untilMs ?? 0),
      now.beganAtMs,
    );
    step("restore", { state: "restored", restoredAtMs });
  }
  return steps;
}

/** In `levelBy`, as long as no person has set the level. */
const BY_RULES = "rules";

/** What nobody has done yet about one that is opened. */
export const UNTOUCHED = {
  acknowledgedAtMs: null,
  acknowledgedBy: null,
  owner: null,
  restoredAtMs: null,
  closedAtMs: null,
  closedBy: null,
  cause: null,
  impact: null,
  resolution: null,
  followUps: null,
};

/** One of outages, as it is opened; what its outages lead to besides follows by its steps. */
export function newMalfunction(
  outages: readonly { readonly fromMs: number }[],
  { level, nowMs }: { readonly level: Level; readonly nowMs: number },
  { respondWithinMs }: Pick<MalfunctionRules, "respondWithinMs">,
): Omit<Malfunction, "id"> {
  return {
    origin: "outage",
    reference: null,
    title: null,
    account: null,
    product: null,
    region: null,
    level,
    levelBy: BY_RULES,
    state: "open",
    beganAtMs: outages.reduce((least, { fromMs }) => Math.min(least, fromMs), nowMs),
    openedAtMs: nowMs,
    openedBy: "system",
    respondByMs: nowMs + respondWithinMs[level],
    ...UNTOUCHED,
  };
}

/** Nobody has acknowledged it in time, and it still lasts. */
export function isOverdue(malfunction: Malfunction, nowMs: number): boolean {
  const { state, acknowledgedAtMs, respondByMs } = malfunction;
  return state === "open" && acknowledgedAtMs === null && respondByMs <= nowMs;
}
