import { joinRecent, type Recent } from "./core/recent-outages.ts";
import { compareOutages, describeOutage, type SeenOutage } from "./core/outage-changes.ts";
import { compareText, type Subject } from "./core/subject.ts";
import { presentMonths, readStandings } from "./standings.ts";
import { withTransaction, type Queryable } from "./store/connect.ts";
import { appendEvents, type NewEvent } from "./store/events.ts";
import { findMemo, saveMemo } from "./store/memo.ts";
import {
  listEventPlaces,
  listOpenOutages,
  saveOpenOutages,
  type OpenOutage,
} from "./store/open-outages.ts";
import { stateKey } from "./store/subject-states.ts";
import { findSettledUntil } from "./store/unsettled.ts";
import { trackMalfunctions, type TrackedOutage } from "./track-malfunctions.ts";
import { isAlone, type WatchDeps } from "./watch-months.ts";

const DAY_MS = 86_400_000;
/** What is settled before the instant in this memo was looked at. */
const WATCHED_MEMO = "outages-watched-until";

/**
 * Writes an event for each outage that began or ended since the last watch, and makes malfunctions
 * of them; gives the number of events. All is written together or not at all, by one watch at a
 * time. What is past at the first watch is never told.
 */
export async function watchOutages(deps: WatchDeps): Promise<number> {
  const { db, clock } = deps;
  const config = deps.config();
  return withTransaction(db, async (tx) => {
    if (!(await isAlone(tx))) return 0;
    const settledUntilMs = await findSettledUntil(tx);
    if (settledUntilMs === null) return 0;
    const present = await readPresentOutages({ db, config }, settledUntilMs);
    const memo = await findMemo(tx, WATCHED_MEMO);
    const watchedUntilMs = memo === null ? null : Date.parse(memo);
    const told = await listOpenOutages(tx);
    const nowMs = clock.nowMs();
    const changes = compareAll(present.subjects, { told, watchedUntilMs });
    const gone = await endGone(tx, changes.gone, watchedUntilMs);
    const outages = [...changes.open.map(trackedOutage), ...changes.ended.map(trackedOutage)];
    const events = [
      ...changes.began.map((outage) => beginEvent(outage, nowMs)),
      ...[...outages.filter(({ isOpen }) => !isOpen), ...gone].map((one) => endEvent(one, nowMs)),
    ];
    const rules = config.malfunctions;
    events.push(...(await trackMalfunctions(tx, [...outages, ...gone], { nowMs, rules })));
    await saveOpenOutages(tx, {
      over: [...changes.ended.map(openOutage), ...changes.gone],
      began: changes.began.filter(({ isOpen }) => isOpen).map(openOutage),
    });
    const untilText = new Date(present.settledUntilMs).toISOString();
    if (untilText !== memo) await saveMemo(tx, WATCHED_MEMO, untilText);
    return appendEvents(tx, events);
  });
}

type SubjectRecent = { readonly subject: Subject; readonly recent: Recent };

/** The outages of all subjects of the present; after the start of a month also those before it. */
async function readPresentOutages(
  deps: Parameters<typeof readStandings>[0],
  settledUntilMs: number,
): Promise<{ readonly settledUntilMs: number; readonly subjects: readonly SubjectRecent[] }> {
  const present = presentMonths(deps.config, settledUntilMs);
  const months = new Set([...presentMonths(deps.config, settledUntilMs - DAY_MS), ...present]);
  const subjects = new Map<string, SubjectRecent>();
  const isPresent = new Set<string>();
  let untilMs = Infinity;
  for (const month of [...months].toSorted()) {
    const { standings, ...facts } = await readStandings(deps, month);
    untilMs = Math.min(untilMs, facts.settledUntilMs);
    for (const { subject, recent } of standings) {
      const key = subjectKey(subject);
      const earlier = subjects.get(key)?.recent;
      const both = earlier === undefined ? recent : joinRecent(earlier, recent);
      subjects.set(key, { subject, recent: both });
      if (present.includes(month)) isPresent.add(key);
    }
  }
  const known = [...subjects].filter(([key]) => isPresent.has(key)).map(([, one]) => one);
  return { settledUntilMs: untilMs, subjects: known };
}

function subjectKey({ agreement, id }: Subject): string {
  return stateKey({ agreement: agreement.id, subject: id });
}

/** What has changed over all subjects; `gone`: told outages of subjects that are there no more. */
function compareAll(
  subjects: readonly SubjectRecent[],
  last: { readonly told: readonly OpenOutage[]; readonly watchedUntilMs: number | null },
) {
  const told = new Map(last.told.map((outage) => [stateKey(outage), outage]));
  const open: SeenOutage[] = [];
  const began: SeenOutage[] = [];
  const ended: SeenOutage[] = [];
  for (const { subject, recent } of subjects) {
    const key = subjectKey(subject);
    const toldMs = told.get(key)?.fromMs ?? null;
    told.delete(key);
    if (toldMs === null && recent.outages.length === 0) continue;
    const { watchedUntilMs } = last;
    const changes = compareOutages(subject, recent, { toldMs, watchedUntilMs });
    if (changes.open !== null) open.push(changes.open);
    began.push(...changes.began);
    ended.push(...changes.ended);
  }
  const gone = [...told.values()].toSorted((a, b) => compareText(stateKey(a), stateKey(b)));
  return { open, began, ended, gone };
}

/** They end with what was looked at last; those who were told of them are told. */
async function endGone(
  tx: Queryable,
  gone: readonly OpenOutage[],
  watchedUntilMs: number | null,
): Promise<TrackedOutage[]> {
  if (gone.length === 0) return [];
  const places = await listEventPlaces(tx, gone.map(beginKey));
  return gone.map((outage) => {
    const place = places.get(beginKey(outage));
    return {
      ...outage,
      account: place?.account ?? "",
      product: place?.product ?? "",
      region: place?.region ?? "",
      untilMs: Math.max(outage.fromMs, watchedUntilMs ?? 0),
      targets: [],
      reason: "",
      num: 0,
      den: 1,
      isOpen: false,
      isGone: true,
    };
  });
}

function openOutage({ subject, fromMs }: SeenOutage): OpenOutage {
  return { agreement: subject.agreement.id, subject: subject.id, fromMs };
}

function trackedOutage(outage: SeenOutage): TrackedOutage {
  const { subject, ...rest } = outage;
  const { account, product, region } = subject;
  const place = { ...openOutage(outage), account, product, region };
  return { ...rest, ...place, isGone: outage.untilMs === outage.fromMs };
}

function beginKey({ agreement, subject, fromMs }: OpenOutage): string {
  return `outage/${agreement}/${subject}/${fromMs}`;
}

function beginEvent(outage: SeenOutage, atMs: number): NewEvent {
  const { account, product, region } = outage.subject;
  const { agreement, subject, fromMs } = openOutage(outage);
  const key = beginKey({ agreement, subject, fromMs });
  const place = { account, product, region, agreement, subject };
  return { atMs, kind: "outage", key, ...place, data: describeOutage(outage) };
}

function endEvent(outage: TrackedOutage, atMs: number): NewEvent {
  const { agreement, subject, account, product, region, fromMs, untilMs } = outage;
  return {
    atMs,
    kind: "outage-over",
    key: `outage-over/${agreement}/${subject}/${fromMs}/${untilMs}`,
    account: account === "" ? undefined : account,
    product: product === "" ? undefined : product,
    region: region === "" ? undefined : region,
    agreement,
    subject,
    data: {
      from: new Date(fromMs).toISOString(),
      until: new Date(untilMs).toISOString(),
      lastedSeconds: (untilMs - fromMs) / 1000,
    },
  };
}
