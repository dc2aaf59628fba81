import { SYSTEM } from "./core/access.ts";
import {
  advanceMalfunction,
  isOverdue,
  newMalfunction,
  type MalfunctionAdvance,
} from "./core/advance-malfunction.ts";
import { classifyOutages, type ClassifiedOutage } from "./core/classify-malfunction.ts";
import { createMalfunctionFinder, groupOutages, outageKey } from "./core/join-outages.ts";
import type {
  Level,
  Malfunction,
  MalfunctionOutage,
  MalfunctionRules,
} from "./core/malfunction.ts";
import { malfunctionEvent, type ToldMalfunction } from "./malfunction-event.ts";
import { appendAudit, findAuditHead } from "./store/audit.ts";
import type { Queryable } from "./store/connect.ts";
import type { NewEvent } from "./store/events.ts";
import { listEventKeys } from "./store/open-outages.ts";
import { listRecentMalfunctionOutages } from "./store/malfunction-outages.ts";
import {
  insertMalfunction,
  listMalfunctionOutages,
  lockMalfunctions,
  malfunctionJson,
  saveMalfunction,
  saveMalfunctionOutages,
} from "./store/malfunctions.ts";

/**
 * A run of slots of a subject that are bad enough, as it is by now: `untilMs` is its end so far,
 * `isOpen` whether it lasts.
 */
export type TrackedOutage = ClassifiedOutage & {
  readonly agreement: string;
  readonly subject: string;
  readonly account: string;
  readonly reason: string;
  readonly isOpen: boolean;
  /** Its subject is no longer configured, or nothing of it is left: it only ends. */
  readonly isGone: boolean;
};

/** A malfunction while it is worked on. */
type Work = {
  malfunction: Malfunction;
  /** Those that last or ended lately. */
  readonly outages: Map<string, MalfunctionOutage>;
  /** Those to be written. */
  readonly changed: Map<string, MalfunctionOutage>;
  joined: number;
};

type Tracking = {
  readonly tx: Queryable;
  readonly nowMs: number;
  readonly rules: MalfunctionRules;
  readonly live: ReadonlyMap<string, TrackedOutage>;
};

/**
 * Joins outages to malfunctions, or makes new ones of them, and takes each a step further: worse,
 * over, open again. `known`: those that were in one and lasted, as they are by now; `began`: all
 * others of the present. Writes them with their audit entries and gives the events, which are the
 * caller's to write in the same transaction.
 */
export async function trackMalfunctions(
  tx: Queryable,
  outages: { readonly began: readonly TrackedOutage[]; readonly known: readonly TrackedOutage[] },
  { nowMs, rules }: { readonly nowMs: number; readonly rules: MalfunctionRules },
): Promise<NewEvent[]> {
  const firstMs = outages.began.reduce((least, { fromMs }) => Math.min(least, fromMs), nowMs);
  const sinceMs = firstMs - rules.joinWithinMs;
  const named = outages.began;
  const malfunctions = await lockMalfunctions(tx, { restoredSinceMs: sinceMs, outages: named });
  const ids = malfunctions.map(({ id }) => id);
  const stored = await listRecentMalfunctionOutages(tx, ids, { sinceMs, named });
  const closed = new Set(
    malfunctions.filter(({ state }) => state === "closed").map(({ id }) => id),
  );
  const reviewed = stored.filter(({ malfunction }) => closed.has(malfunction));
  const began = withoutReviewed(outages.began, reviewed);
  const live = new Map([...outages.known, ...began].map((one) => [outageKey(one), one]));
  const tracking = { tx, nowMs, rules, live };
  const works = openWorks(
    malfunctions.filter(({ id }) => !closed.has(id)),
    stored,
    live,
  );
  const events: NewEvent[] = [];
  for (const group of joinKnown(tracking, began, works)) {
    const level = classifyOutages(group, rules);
    if (level === null) continue;
    const { work, event } = await openNew(tracking, group, level);
    works.push(work);
    events.push(event);
  }
  const changed = works.flatMap((work) => [...work.changed.values()]);
  if (changed.length > 0) await saveMalfunctionOutages(tx, changed);
  for (const work of works) events.push(...(await advance(tracking, work)));
  return events;
}

/**
 * Leaves what was reviewed as it is. Of an outage that lasts once more, as when an exclusion is
 * withdrawn, what follows is an outage of its own.
 */
function withoutReviewed(
  began: readonly TrackedOutage[],
  reviewed: readonly MalfunctionOutage[],
): TrackedOutage[] {
  const ends = new Map(reviewed.map((one) => [outageKey(one), one.untilMs ?? one.fromMs]));
  return began.flatMap((outage) => {
    const endMs = ends.get(outageKey(outage));
    if (endMs === undefined) return [outage];
    return outage.isOpen && endMs < outage.untilMs ? [{ ...outage, fromMs: endMs }] : [];
  });
}

/** The malfunctions that are there, with their outages as they are by now. */
function openWorks(
  malfunctions: readonly Malfunction[],
  stored: readonly MalfunctionOutage[],
  live: Tracking["live"],
): Work[] {
  const works = new Map<number, Work>();
  for (const malfunction of malfunctions) {
    const work = { malfunction, outages: new Map(), changed: new Map(), joined: 0 };
    works.set(malfunction.id, work);
  }
  for (const before of stored) {
    const work = works.get(before.malfunction);
    const key = outageKey(before);
    const outage = live.get(key);
    const after = outage === undefined ? before : refresh(before, outage);
    work?.outages.set(key, after);
    if (after !== before) work?.changed.set(key, after);
  }
  return [...works.values()];
}

/** The stored outage as it is by now; the same object when nothing has changed. */
function refresh(before: MalfunctionOutage, outage: TrackedOutage): MalfunctionOutage {
  const untilMs = outage.isOpen ? null : outage.untilMs;
  const reason = outage.isGone ? before.reason : outage.reason;
  const more = outage.isGone ? [] : outage.targets.filter((id) => !before.targets.includes(id));
  const isSame = untilMs === before.untilMs && reason === before.reason && more.length === 0;
  return isSame ? before : { ...before, untilMs, reason, targets: [...before.targets, ...more] };
}

/** Puts the outages that are in no malfunction into those they belong to; gives the other groups. */
function joinKnown(
  { rules }: Tracking,
  began: readonly TrackedOutage[],
  works: readonly Work[],
): TrackedOutage[][] {
  const known = new Set(works.flatMap((work) => [...work.outages.keys()]));
  const fresh = began.filter((outage) => !outage.isGone && !known.has(outageKey(outage)));
  if (fresh.length === 0) return [];
  const byId = new Map(works.map((work) => [work.malfunction.id, work]));
  const members = [...byId.values()].flatMap((work) => [...work.outages.values()]);
  const find = createMalfunctionFinder(members, rules.joinWithinMs);
  const joinable = fresh.map((outage) => ({
    ...outage,
    outage,
    untilMs: outage.isOpen ? null : outage.untilMs,
  }));
  const others: TrackedOutage[][] = [];
  for (const group of groupOutages(joinable, rules.joinWithinMs)) {
    const ids = group.map(find).filter((id) => id !== null);
    const work = byId.get(ids.reduce((least, id) => Math.min(least, id), Infinity));
    if (work === undefined) {
      others.push(group.map(({ outage }) => outage));
      continue;
    }
    for (const { outage } of group) addOutage(work, outage);
    work.joined += group.length;
  }
  return others;
}

function addOutage({ malfunction, outages, changed }: Work, outage: TrackedOutage): void {
  const { agreement, subject, account, product, region, targets, fromMs, reason } = outage;
  const untilMs = outage.isOpen ? null : outage.untilMs;
  const place = { agreement, subject, account, product, region };
  const member = { malfunction: malfunction.id, ...place, targets, fromMs, untilMs, reason };
  const key = outageKey(member);
  outages.set(key, member);
  changed.set(key, member);
}

async function openNew(
  { tx, nowMs, rules }: Tracking,
  group: readonly TrackedOutage[],
  level: Level,
): Promise<{ readonly work: Work; readonly event: NewEvent }> {
  const malfunction = await insertMalfunction(tx, newMalfunction(group, { level, nowMs }, rules));
  const work: Work = { malfunction, outages: new Map(), changed: new Map(), joined: 0 };
  for (const outage of group) addOutage(work, outage);
  const entry = await keepEntry(tx, { verb: "open", before: null, after: malfunction }, nowMs);
  const key = `malfunction/${malfunction.id}/${entry}`;
  const outages = [...work.outages.values()];
  return {
    work,
    event: malfunctionEvent("malfunction", { malfunction, outages, atMs: nowMs, key }),
  };
}

/** Takes one malfunction as far as its outages lead it. */
async function advance(tracking: Tracking, work: Work): Promise<NewEvent[]> {
  const { tx, nowMs, rules } = tracking;
  const before = work.malfunction;
  const found = { joined: work.joined, level: levelOf(work, tracking), nowMs };
  const recent = [...work.outages.values()];
  const isMoved = advanceMalfunction(before, { ...found, outages: recent }, rules).length > 0;
  if (!isMoved && !(await mustTellOverdue(tx, before, nowMs))) return [];
  // What is written and told is of all its outages, however long they are over.
  const outages = await listMalfunctionOutages(tx, [before.id]);
  const steps = advanceMalfunction(before, { ...found, outages }, rules);
  const events: NewEvent[] = [];
  for (const [index, step] of steps.entries()) {
    work.malfunction = step.after;
    const entry = await keepEntry(tx, step, nowMs);
    const kind = toldStep(steps, index);
    if (kind === null) continue;
    const key = `${kind}/${before.id}/${entry}`;
    const change = { from: before.level, to: step.after.level };
    events.push(
      malfunctionEvent(kind, { malfunction: step.after, outages, atMs: nowMs, key, change }),
    );
  }
  const { malfunction } = work;
  if (steps.length > 0) await saveMalfunction(tx, malfunction);
  if (await mustTellOverdue(tx, malfunction, nowMs)) {
    const key = overdueKey(malfunction);
    events.push(
      malfunctionEvent("malfunction-overdue", { malfunction, outages, atMs: nowMs, key }),
    );
  }
  return events;
}

/** What the rules give it by what lasts or ended lately; null where nothing can have changed. */
function levelOf(work: Work, { live, nowMs, rules }: Tracking): Level | null {
  const mayChange = work.malfunction.state === "open" || work.joined > 0 || work.changed.size > 0;
  if (!mayChange) return null;
  const sinceMs = nowMs - rules.joinWithinMs;
  const recent = [...work.outages.values()].filter(({ untilMs }) => (untilMs ?? nowMs) >= sinceMs);
  return classifyOutages(
    recent.map((one) => classified(one, live)),
    rules,
  );
}

/** By the time to respond: who has a new one has it anew. */
function overdueKey({ id, respondByMs }: Malfunction): string {
  return `malfunction-overdue/${id}/${respondByMs}`;
}

async function mustTellOverdue(
  tx: Queryable,
  malfunction: Malfunction,
  nowMs: number,
): Promise<boolean> {
  if (!isOverdue(malfunction, nowMs)) return false;
  const key = overdueKey(malfunction);
  return !(await listEventKeys(tx, [{ key }])).has(key);
}

/** An outage of a malfunction, as rules look at it; how bad it was is known while it lasts. */
function classified(
  member: MalfunctionOutage,
  live: ReadonlyMap<string, TrackedOutage>,
): ClassifiedOutage {
  const { num, den, untilMs } = live.get(outageKey(member)) ?? { num: 0, den: 1, untilMs: null };
  return { ...member, num, den, untilMs: member.untilMs ?? untilMs ?? member.fromMs };
}

/** People are told once of joined outages and a new level together, or that it is open again. */
function toldStep(steps: readonly MalfunctionAdvance[], index: number): ToldMalfunction | null {
  const verb = steps[index]?.verb;
  if (verb === "restore") return "malfunction-over";
  const changes = steps.filter((step) => step.verb !== "restore");
  if (index !== changes.length - 1) return null;
  return changes.some((step) => step.verb === "again")
    ? "malfunction-again"
    : "malfunction-changed";
}

/** Gives the number of the audit entry. */
async function keepEntry(
  tx: Queryable,
  step: {
    readonly verb: string;
    readonly before: Malfunction | null;
    readonly after: Malfunction;
  },
  atMs: number,
): Promise<number> {
  const { verb, before, after } = step;
  await appendAudit(tx, {
    atMs,
    actor: SYSTEM,
    action: `malfunction.${verb}`,
    item: `malfunction:${after.id}`,
    before: before === null ? null : malfunctionJson(before),
    after: malfunctionJson(after),
  });
  return (await findAuditHead(tx))?.entry ?? 0;
}
