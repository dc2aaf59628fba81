import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { monthBounds, previousMonth } from "./core/month.ts";
import { readReport } from "./core/read-report.ts";
import {
  eventOf,
  isTrouble,
  type Stand,
  type Standing,
  standOf,
  standsOfReport,
  type SubjectState,
} from "./core/standing.ts";
import { compareText } from "./core/subject.ts";
import { presentMonths, readStandings, type Standings } from "./standings.ts";
import { lockClass, lockKeys } from "./store/advisory-locks.ts";
import { withTransaction, type Db, type Queryable } from "./store/connect.ts";
import { appendEvents, findLastEvent, type NewEvent } from "./store/events.ts";
import { findMemo, saveMemo } from "./store/memo.ts";
import { findReport } from "./store/reports.ts";
import {
  listClosedMonths,
  listSubjectStates,
  saveSubjectStates,
  stateKey,
  type StoredState,
} from "./store/subject-states.ts";
import { findSettledUntil } from "./store/unsettled.ts";

export type WatchDeps = { readonly db: Db; readonly clock: Clock; readonly config: () => Config };

/** A month as it stands now. */
type MonthStand = {
  readonly month: string;
  /** The states hold by what was settled, or closed, until this instant. */
  readonly sinceMs: number;
  readonly stands: readonly Stand[];
  /** Subjects that the month knows, with those whose month has not begun. */
  readonly known: ReadonlySet<string>;
  /** Long over: only what changes from now on is told. */
  readonly isHistory: boolean;
};

/** What this process last saw of a database: while all of it is the same, so are the states. */
const seen = new WeakMap<Db, { readonly config: Config; readonly versions: Versions }>();
type Versions = ReadonlyMap<string, string>;

/**
 * Writes one event for each change of a subject's state, in the present months and in those
 * before until they are closed; of a closed month once for each revision of its report. Gives
 * the number of events. State and event are written together or not at all, by one watch at a
 * time: another one that comes meanwhile leaves it be.
 */
export async function watchMonths(deps: WatchDeps): Promise<number> {
  const { db } = deps;
  const config = deps.config();
  const last = seen.get(db);
  const versions = new Map<string, string>();
  const told = await withTransaction(db, async (tx) => {
    if (!(await isAlone(tx))) return null;
    const settledUntilMs = await findSettledUntil(tx);
    if (settledUntilMs === null) return null;
    const closed = await listClosedMonths(tx);
    const watched = watchedMonths(config, settledUntilMs);
    const isHistory = (month: string) => !watched.includes(month);
    const months = watched.filter((month) => !closed.some((one) => one.month === month));
    // All is counted before anything is written, which others wait for.
    const changed: Standings[] = [];
    for (const month of months) {
      const standings = await readStandings({ db, config }, month);
      versions.set(month, standings.version);
      const isSame = last?.config === config && last.versions.get(month) === standings.version;
      if (!isSame) changed.push(standings);
    }
    let events = 0;
    for (const one of closed) {
      events += await tellClosedMonth(deps, tx, { ...one, isHistory: isHistory(one.month) });
    }
    for (const one of changed) events += await tellChanges(deps, tx, monthStand(one));
    return events;
  });
  if (told === null) return 0;
  seen.set(db, { config, versions });
  return told;
}

/** Held until the end of the transaction, and by a process that is killed no longer than it lives. */
export async function isAlone(tx: Queryable): Promise<boolean> {
  const { rows } = await tx.query<{ alone: boolean }>(
    `select pg_try_advisory_xact_lock($1, $2) as alone`,
    [lockClass, lockKeys.watch],
  );
  return rows[0]?.alone === true;
}

/** The earliest first, so that what ended is told before what began. */
function watchedMonths(config: Config, settledUntilMs: number): string[] {
  const present = presentMonths(config, settledUntilMs);
  return [...new Set([...present.map(previousMonth), ...present])].toSorted();
}

function monthStand({ month, settledUntilMs, standings }: Standings): MonthStand {
  const starts = new Map<string, number>();
  const hasBegun = ({ subject }: Standing): boolean => {
    const { timeZone } = subject.agreement;
    const startMs = starts.get(timeZone) ?? monthBounds(month, timeZone).fromMs;
    starts.set(timeZone, startMs);
    return startMs <= settledUntilMs;
  };
  const keys = standings.map(({ subject }) =>
    stateKey({ agreement: subject.agreement.id, subject: subject.id }),
  );
  const stands = standings.filter(hasBegun).map(standOf);
  return { month, sinceMs: settledUntilMs, stands, known: new Set(keys), isHistory: false };
}

/** A closed month tells what its report says: the configuration may have changed since. */
async function tellClosedMonth(
  deps: WatchDeps,
  tx: Queryable,
  input: { readonly month: string; readonly revision: number; readonly isHistory: boolean },
): Promise<number> {
  const { month, revision, isHistory } = input;
  const memo = `watched-${month}`;
  if ((await findMemo(tx, memo)) === String(revision)) return 0;
  const report = await findReport(tx, { month, account: "", revision });
  if (report === null) return 0;
  const stands = standsOfReport(readReport(report.body));
  const known = new Set(stands.map(stateKey));
  const { closedAtMs: sinceMs } = report;
  const events = await tellChanges(deps, tx, { month, sinceMs, stands, known, isHistory });
  await saveMemo(tx, memo, String(revision));
  return events;
}

type Change = StoredState & {
  readonly from: string | null;
  readonly to: SubjectState;
  /** Null for a subject that is there no more. */
  readonly stand: Stand | null;
};

async function tellChanges(deps: WatchDeps, tx: Queryable, month: MonthStand): Promise<number> {
  const stored = await listSubjectStates(tx, month.month);
  const changes = [...changesOf(month, stored), ...removalsOf(month, stored)];
  const written = new Set(await saveSubjectStates(tx, month.month, changes));
  const events: NewEvent[] = [];
  for (const change of changes) {
    if (!written.has(change) || (month.isHistory && change.from === null)) continue;
    const event = await eventFor(deps, tx, { month: month.month, change });
    if (event !== null) events.push(event);
  }
  return appendEvents(tx, events);
}

function changesOf(month: MonthStand, stored: readonly StoredState[]): Change[] {
  const last = new Map(stored.map((state) => [stateKey(state), state]));
  return month.stands.flatMap((stand) => {
    const { agreement, subject, state } = stand;
    const before = last.get(stateKey(stand));
    if (before?.state === state) return [];
    const changes = before === undefined ? 0 : before.changes + 1;
    const from = before?.state ?? null;
    const { sinceMs } = month;
    return [{ agreement, subject, state, sinceMs, changes, from, to: state, stand }];
  });
}

/** Of a subject that is no longer configured, the trouble that people were told of is over. */
function removalsOf({ known, sinceMs }: MonthStand, stored: readonly StoredState[]): Change[] {
  return stored
    .filter((state) => isTrouble(state.state) && !known.has(stateKey(state)))
    .toSorted((a, b) => compareText(stateKey(a), stateKey(b)))
    .map(({ agreement, subject, state, changes }) => {
      const next = { state: "removed", sinceMs, changes: changes + 1 };
      return { agreement, subject, ...next, from: state, to: "removed", stand: null };
    });
}

/** What a change is told as; null when there is nothing to tell. */
async function eventFor(
  { clock }: WatchDeps,
  tx: Queryable,
  { month, change }: { readonly month: string; readonly change: Change },
): Promise<NewEvent | null> {
  const { agreement, subject, changes, from, to } = change;
  const kind = eventOf(from, to);
  if (kind === null) return null;
  const place = change.stand ?? (await findLastEvent(tx, { month, agreement, subject }));
  return {
    atMs: clock.nowMs(),
    kind,
    key: `state/${month}/${agreement}/${subject}/${changes}`,
    month,
    account: place?.account ?? undefined,
    product: place?.product ?? undefined,
    region: place?.region ?? undefined,
    agreement,
    subject,
    data: {
      from,
      to,
      since: new Date(change.sinceMs).toISOString(),
      ...change.stand?.describe(),
    },
  };
}
