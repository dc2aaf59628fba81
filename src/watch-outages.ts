import { joinRecent, type Recent, type RecentOutage } from "./core/recent-outages.ts";
import {
  compareOutages,
  describeOutage,
  type LastWatch,
  type SeenOutage,
} from "./core/outage-changes.ts";
import { compareText, type Subject } from "./core/subject.ts";
import { presentMonths, readStandings } from "./standings.ts";
import { withTransaction, type Queryable } from "./store/connect.ts";
import { appendEvents, type NewEvent } from "./store/events.ts";
import { listOpenMalfunctionOutages } from "./store/malfunction-outages.ts";
import { findMemo, saveMemo } from "./store/memo.ts";
import {
  listEventKeys,
  listOpenOutages,
  listToldPlaces,
  saveOpenOutages,
  type EventPlace,
  type OpenOutage,
} from "./store/open-outages.ts";
import { stateKey } from "./store/subject-states.ts";
import { findSettledUntil } from "./store/unsettled.ts";
import { trackMalfunctions, type TrackedOutage } from "./track-malfunctions.ts";
import { isAlone, type WatchDeps } from "./watch-months.ts";

const DAY_MS = 86_400_000;
/** At the first watch an outage is of the present when it was seen in the last minutes. */
const FIRST_MS = 5 * 60_000;
/** What is settled before the instant in this memo was looked at. */
const WATCHED_MEMO = "outages-watched-until";

/**
 * Writes an event for each outage that began or ended since the last watch, and makes malfunctions
 * of what is bad enough in them; gives the number of events. All is written together or not at
 * all, by one watch at a time. What is past at the first watch is never told.
 */
export async function watchOutages(deps: WatchDeps): Promise<number> {
  const { db, clock } = deps;
  const config = deps.config();
  return withTransaction(db, async (tx) => {
    if (!(await isAlone(tx))) return 0;
    const settledUntilMs = await findSettledUntil(tx);
    if (settledUntilMs === null) return 0;
    const { subjects, ...present } = await readPresentOutages({ db, config }, settledUntilMs);
    const memo = await findMemo(tx, WATCHED_MEMO);
    const watchedUntilMs = memo === null ? present.settledUntilMs - FIRST_MS : Date.parse(memo);
    const last = { watchedUntilMs, isFirst: memo === null };
    const nowMs = clock.nowMs();
    const told = await listOpenOutages(tx);
    const outages = compareAll(subjects, { ...last, told, pick: (recent) => recent.outages });
    const joined = await listOpenMalfunctionOutages(tx);
    const runs = compareAll(subjects, { ...last, told: joined, pick: (recent) => recent.grave });
    const events = [
      ...(await outageEvents(tx, outages, { nowMs, watchedUntilMs })),
      ...(await trackMalfunctions(
        tx,
        {
          began: runs.began.map(trackedOutage),
          known: [
            ...runs.told.map(trackedOutage),
            ...runs.gone.map((one) => ({
              ...one,
              ...NOTHING,
              untilMs: endOf(one, watchedUntilMs),
            })),
          ],
        },
        { nowMs, rules: config.malfunctions },
      )),
    ];
    await saveOpenOutages(tx, {
      over: [...outages.told.filter(isOver).map(openOutage), ...outages.gone],
      began: outages.began.filter(({ isOpen }) => isOpen).map(openOutage),
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
  const { config } = deps;
  const present = presentMonths(config, settledUntilMs);
  const longestMs = Math.max(0, ...config.agreements.map(({ slotMs }) => slotMs));
  // Two slots: the last one of the month before may be settled long after the month's end.
  const lookBackMs = Math.max(DAY_MS, 2 * longestMs);
  const months = new Set([...presentMonths(config, settledUntilMs - lookBackMs), ...present]);
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

type Changes<Told> = {
  /** Told before; as they are by now. */
  readonly told: readonly SeenOutage[];
  readonly began: readonly SeenOutage[];
  /** Told outages of subjects that are there no more. */
  readonly gone: readonly Told[];
};

/** What has changed over all subjects in the outages that `pick` takes. */
function compareAll<Told extends OpenOutage>(
  subjects: readonly SubjectRecent[],
  last: LastWatch & {
    readonly told: readonly Told[];
    readonly pick: (recent: Recent) => readonly RecentOutage[];
  },
): Changes<Told> {
  const left = new Map(last.told.map((outage) => [stateKey(outage), outage]));
  const told: SeenOutage[] = [];
  const began: SeenOutage[] = [];
  for (const { subject, recent } of subjects) {
    const key = subjectKey(subject);
    const toldMs = left.get(key)?.fromMs ?? null;
    left.delete(key);
    const outages = last.pick(recent);
    if (toldMs === null && outages.length === 0) continue;
    const { seenUntilMs } = recent;
    const changes = compareOutages(subject, { seenUntilMs, outages }, { ...last, toldMs });
    if (changes.told !== null) told.push(changes.told);
    began.push(...changes.began);
  }
  const gone = [...left.values()].toSorted((a, b) => compareText(stateKey(a), stateKey(b)));
  return { told, began, gone };
}

const isOver = ({ isOpen }: SeenOutage): boolean => !isOpen;

/** What is gone ends with what was looked at last. */
function endOf({ fromMs }: OpenOutage, watchedUntilMs: number): number {
  return Math.max(fromMs, watchedUntilMs);
}

function openOutage({ subject, fromMs }: SeenOutage): OpenOutage {
  return { agreement: subject.agreement.id, subject: subject.id, fromMs };
}

const NOTHING = { reason: "", num: 0, den: 1, isOpen: false, isGone: true, targets: [] };

function trackedOutage(outage: SeenOutage): TrackedOutage {
  const { subject, ...rest } = outage;
  const { account, product, region } = subject;
  const place = { ...openOutage(outage), account, product, region };
  return { ...rest, ...place, isGone: outage.untilMs === outage.fromMs };
}

/** Each begin and each end; those who were told that it began are told that it is over. */
async function outageEvents(
  tx: Queryable,
  { told, began, gone }: Changes<OpenOutage>,
  { nowMs, watchedUntilMs }: { readonly nowMs: number; readonly watchedUntilMs: number },
): Promise<NewEvent[]> {
  const ended = [
    ...told.filter(isOver).map((one) => ({ ...openOutage(one), untilMs: one.untilMs })),
    ...gone.map((one) => ({ ...one, untilMs: endOf(one, watchedUntilMs) })),
  ];
  const places = await listToldPlaces(tx, ended);
  const begins = began.map((one) => beginEvent(one, nowMs));
  const ends = ended.map((one) => endEvent(one, places.get(stateKey(one)) ?? NOWHERE, nowMs));
  // An outage that an exclusion ended is back with the same begin when the exclusion is withdrawn.
  const known = await listEventKeys(tx, [...begins, ...ends]);
  const anew = (event: NewEvent): NewEvent =>
    known.has(event.key) ? { ...event, key: `${event.key}/${nowMs}` } : event;
  return [
    ...begins.map((event, index) => (began[index]?.isOpen === true ? anew(event) : event)),
    ...ends.map(anew),
    ...began
      .filter(isOver)
      .map((one) => endEvent({ ...openOutage(one), untilMs: one.untilMs }, one.subject, nowMs)),
  ];
}

const NOWHERE: EventPlace = { account: null, product: null, region: null };

function beginEvent(outage: SeenOutage, atMs: number): NewEvent {
  const { agreement, subject, fromMs } = openOutage(outage);
  const { account, product, region } = outage.subject;
  const key = `outage/${agreement}/${subject}/${fromMs}`;
  const place = { account, product, region, agreement, subject };
  return { atMs, kind: "outage", key, ...place, data: describeOutage(outage) };
}

function endEvent(
  { agreement, subject, fromMs, untilMs }: OpenOutage & { readonly untilMs: number },
  { account, product, region }: EventPlace,
  atMs: number,
): NewEvent {
  return {
    atMs,
    kind: "outage-over",
    key: `outage-over/${agreement}/${subject}/${fromMs}/${untilMs}`,
    account: account ?? undefined,
    product: product ?? undefined,
    region: region ?? undefined,
    agreement,
    subject,
    data: {
      from: new Date(fromMs).toISOString(),
      until: new Date(untilMs).toISOString(),
      lastedSeconds: (untilMs - fromMs) / 1000,
    },
  };
}
