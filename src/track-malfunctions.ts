import { SYSTEM } from "./core/access.ts";
import {
  advanceMalfunction,
  isOverdue,
  newMalfunction,
  type MalfunctionAdvance,
} from "./core/advance-malfunction.ts";
import {
  classifyOutages,
  isBadEnough,
  type ClassifiedOutage,
} from "./core/classify-malfunction.ts";
import { createMalfunctionFinder, groupOutages, outageKey } from "./core/join-outages.ts";
import type {
  Level,
  Malfunction,
  MalfunctionOutage,
  MalfunctionRules,
} from "./core/malfunction.ts";
import { malfunctionScope } from "./core/malfunction-view.ts";
import type { ToldEvent } from "./core/topic.ts";
import { appendAudit, findAuditHead } from "./store/audit.ts";
import type { Queryable } from "./store/connect.ts";
import type { NewEvent } from "./store/events.ts";
import {
  insertMalfunction,
  listMalfunctionOutages,
  lockMalfunctions,
  malfunctionJson,
  saveMalfunction,
  saveMalfunctionOutages,
} from "./store/malfunctions.ts";

/** An outage as it is by now: `untilMs` is its end so far, `isOpen` whether it lasts. */
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
 * over, open again. Writes them with their audit entries and gives the events, which are the
 * caller's to write in the same transaction.
 */
export async function trackMalfunctions(
  tx: Queryable,
  outages: readonly TrackedOutage[],
  { nowMs, rules }: { readonly nowMs: number; readonly rules: MalfunctionRules },
): Promise<NewEvent[]> {
  const live = new Map(outages.map((outage) => [outageKey(outage), outage]));
  const tracking = { tx, nowMs, rules, live };
  const works = await openWorks(tracking);
  const events: NewEvent[] = [];
  for (const group of joinKnown(tracking, works)) {
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

/** The malfunctions that are there, with their outages as they are by now. */
async function openWorks({ tx, rules, live }: Tracking): Promise<Work[]> {
  const outages = [...live.values()];
  const firstMs = outages.reduce((least, { fromMs }) => Math.min(least, fromMs), LATEST_MS);
  const restoredSinceMs = firstMs - rules.joinWithinMs;
  const malfunctions = await lockMalfunctions(tx, { restoredSinceMs, outages });
  const works = new Map<number, Work>();
  for (const malfunction of malfunctions) {
    const work = { malfunction, outages: new Map(), changed: new Map(), joined: 0 };
    works.set(malfunction.id, work);
  }
  const ids = [...works.keys()];
  for (const before of ids.length === 0 ? [] : await listMalfunctionOutages(tx, ids)) {
    const work = works.get(before.malfunction);
    const key = outageKey(before);
    const outage = live.get(key);
    const after = outage === undefined ? before : refresh(before, outage);
    work?.outages.set(key, after);
    if (after !== before) work?.changed.set(key, after);
  }
  return [...works.values()];
}

/** Later than any restoration. */
const LATEST_MS = Date.parse("9000-01-01T00:00:00Z");

/** The stored outage as it is by now; the same object when nothing has changed. */
function refresh(before: MalfunctionOutage, outage: TrackedOutage): MalfunctionOutage {
  const untilMs = outage.isOpen ? null : outage.untilMs;
  const reason = outage.isGone ? before.reason : outage.reason;
  const more = outage.isGone ? [] : outage.targets.filter((id) => !before.targets.includes(id));
  const isSame = untilMs === before.untilMs && reason === before.reason && more.length === 0;
  return isSame ? before : { ...before, untilMs, reason, targets: [...before.targets, ...more] };
}

/** Puts the outages that are in no malfunction into those they belong to; gives the other groups. */
function joinKnown({ rules, live }: Tracking, works: readonly Work[]): TrackedOutage[][] {
  const known = new Set(works.flatMap((work) => [...work.outages.keys()]));
  const fresh = [...live].flatMap(([key, outage]) =>
    known.has(key) || outage.isGone || !isBadEnough(outage, rules) ? [] : [outage],
  );
  if (fresh.length === 0) return [];
  const byId = new Map(
    works.flatMap((work) =>
      work.malfunction.state === "closed" ? [] : [[work.malfunction.id, work] as const],
    ),
  );
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
  return { work, event: eventOf("malfunction", { work, atMs: nowMs, entry }) };
}

/** Takes one malfunction as far as its outages lead it. */
async function advance({ tx, nowMs, rules, live }: Tracking, work: Work): Promise<NewEvent[]> {
  const before = work.malfunction;
  const outages = [...work.outages.values()];
  const mayChange = before.state === "open" || work.joined > 0 || work.changed.size > 0;
  const level = mayChange
    ? classifyOutages(
        outages.map((one) => classified(one, live)),
        rules,
      )
    : null;
  const found = { outages, joined: work.joined, level };
  const steps = advanceMalfunction(before, found, rules);
  const events: NewEvent[] = [];
  for (const [index, step] of steps.entries()) {
    work.malfunction = step.after;
    const entry = await keepEntry(tx, step, nowMs);
    const kind = toldStep(steps, index);
    if (kind === null) continue;
    const change = { from: before.level, to: step.after.level };
    events.push(eventOf(kind, { work, atMs: nowMs, entry, change }));
  }
  if (steps.length > 0) await saveMalfunction(tx, work.malfunction);
  if (isOverdue(work.malfunction, nowMs)) {
    events.push(eventOf("malfunction-overdue", { work, atMs: nowMs, entry: null }));
  }
  return events;
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

type ToldMalfunction = ToldEvent & `malfunction${string}`;

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

function eventOf(
  kind: ToldMalfunction,
  told: {
    readonly work: Work;
    readonly atMs: number;
    /** Of the audit log, which tells the events of a kind apart; null for what is told once. */
    readonly entry: number | null;
    readonly change?: { readonly from: Level; readonly to: Level };
  },
): NewEvent {
  const { malfunction, outages } = told.work;
  const { id, level, state, origin, title, beganAtMs } = malfunction;
  const scope = malfunctionScope({ malfunction, outages: [...outages.values()] });
  const { accounts, products, regions, targets } = scope;
  return {
    atMs: told.atMs,
    kind,
    key: told.entry === null ? `${kind}/${id}` : `${kind}/${id}/${told.entry}`,
    account: onlyOf(accounts),
    product: onlyOf(products),
    region: onlyOf(regions),
    data: {
      malfunction: id,
      level,
      state,
      origin,
      title,
      began: new Date(beganAtMs).toISOString(),
      accounts,
      products,
      regions,
      targets: targets.length,
      outages: outages.size,
      ...told.change,
    },
  };
}

function onlyOf(names: readonly string[]): string | undefined {
  return names.length === 1 ? names[0] : undefined;
}
