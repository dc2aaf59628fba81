import type { MessageStatus } from "./message.ts";
import { afterQuietHours } from "./quiet-hours.ts";
import { uniteAccounts, type Chosen, type Route } from "./route.ts";
import type { Phase, Topic } from "./topic.ts";

/** What a channel is told about one thing, from its begin to its end. */
export type Thread = {
  readonly channel: string;
  readonly topic: Topic;
  /** What it is about, such as "malfunction/7". */
  readonly about: string;
  /** The only accounts that may be told of; null for all. */
  readonly accounts: readonly string[] | null;
  /** For whom it is not over yet. */
  readonly openMembers: readonly string[];
  readonly intervalMs: number;
  readonly openedAtMs: number;
  readonly overAtMs: number | null;
  /** When others are told too unless somebody has acknowledged. */
  readonly escalateAtMs: number | null;
  readonly escalateTo: readonly string[];
};

/** A message that nobody has tried to send yet: it takes up what happens until it is due. */
export type WaitingMessage = {
  readonly status: MessageStatus;
  /** Ids of events, in their order. */
  readonly events: readonly number[];
  readonly dueAtMs: number;
};

export type Telling = {
  readonly thread: Thread;
  readonly waiting: WaitingMessage | null;
  /** Whether there are messages before the waiting one. */
  readonly hasEarlier: boolean;
  readonly lastSentAtMs: number | null;
};

/** An event as a thread takes it. */
export type Step = {
  readonly event: number;
  readonly atMs: number;
  readonly phase: Phase;
  readonly topic: Topic;
  readonly about: string;
  readonly channel: string;
  /** Whom it concerns; null for a notice, which nothing ends. */
  readonly member: string | null;
  /** Null when no route of the channel fits. */
  readonly chosen: Chosen | null;
  readonly nowMs: number;
};

/** What a channel is told after an event; the same object when the event changes nothing. */
export function takeStep(telling: Telling | null, step: Step): Telling | null {
  if (telling === null || isGone(telling)) {
    return step.phase === "over" || step.chosen === null ? telling : openThread(step, step.chosen);
  }
  const { thread } = telling;
  if (step.phase === "over") {
    const { member } = step;
    if (member === null || !thread.openMembers.includes(member)) return telling;
    const openMembers = thread.openMembers.filter((one) => one !== member);
    const overAtMs = openMembers.length === 0 ? step.atMs : null;
    return addEvent(telling, { ...thread, openMembers, overAtMs }, step);
  }
  // What is over and not told yet begins again: one story, so that its end comes last.
  if (thread.overAtMs !== null && step.phase !== "begin") return telling;
  if (step.chosen === null) return telling;
  const accounts = uniteAccounts(thread.accounts, step.chosen.accounts);
  const openMembers = withMember(thread.openMembers, step.member);
  // A level that has risen may be the first one whose route escalates.
  const escalation = thread.escalateTo.length > 0 ? {} : escalationOf(step, step.chosen.route);
  const next = { ...thread, ...escalation, accounts, openMembers, overAtMs: null };
  return addEvent(telling, next, step);
}

/** Over, and its end is on its way. */
function isGone({ thread, waiting }: Telling): boolean {
  return thread.overAtMs !== null && waiting === null;
}

function openThread(step: Step, { route, accounts }: Chosen): Telling {
  const { channel, topic, about, atMs, member } = step;
  const { intervalMs, delayMs, quietHours } = route;
  const thread: Thread = {
    channel,
    topic,
    about,
    accounts,
    openMembers: withMember([], member),
    intervalMs,
    openedAtMs: atMs,
    overAtMs: null,
    ...escalationOf(step, route),
  };
  const waiting: WaitingMessage = {
    status: step.phase === "notice" ? "notice" : "opened",
    events: [step.event],
    dueAtMs: afterQuietHours(atMs + delayMs, quietHours),
  };
  return { thread, waiting, hasEarlier: false, lastSentAtMs: null };
}

function escalationOf({ topic, atMs }: Step, { escalate }: Route) {
  return topic !== "outage" || escalate === null
    ? { escalateAtMs: null, escalateTo: [] }
    : { escalateAtMs: atMs + escalate.afterMs, escalateTo: escalate.channels };
}

function withMember(members: readonly string[], member: string | null): readonly string[] {
  return member === null || members.includes(member) ? members : [...members, member];
}

function addEvent(telling: Telling, thread: Thread, step: Step): Telling {
  const { waiting } = telling;
  const isOver = thread.overAtMs !== null;
  if (waiting !== null) {
    const events = [...waiting.events, step.event];
    const status = isOver ? "resolved" : goingOn(telling, waiting.status);
    // A level that has risen does not wait for what a lower one may wait for.
    const dueAtMs =
      step.chosen === null ? waiting.dueAtMs : Math.min(waiting.dueAtMs, nextDueMs(telling, step));
    return { ...telling, thread, waiting: { status, events, dueAtMs } };
  }
  const status = isOver ? "resolved" : step.phase === "notice" ? "notice" : "update";
  return {
    ...telling,
    thread,
    waiting: { status, events: [step.event], dueAtMs: nextDueMs(telling, step) },
    hasEarlier: true,
  };
}

/** A waiting message that has told of the end tells of a thing that goes on. */
function goingOn({ hasEarlier }: Telling, status: MessageStatus): MessageStatus {
  if (status !== "resolved") return status;
  return hasEarlier ? "update" : "opened";
}

/** Openings and notices wait for others of their kind; what follows an opening does not. */
function nextDueMs({ thread, hasEarlier, lastSentAtMs }: Telling, step: Step): number {
  const route: Route | null = step.chosen?.route ?? null;
  const delayMs = step.phase === "notice" || !hasEarlier ? (route?.delayMs ?? 0) : 0;
  // A clock that was ahead may have sent it in the future.
  const lastMs = Math.min(lastSentAtMs ?? -Infinity, step.nowMs);
  const restedMs = lastMs + (route?.intervalMs ?? thread.intervalMs);
  const dueMs = Math.max(step.nowMs, step.atMs + delayMs, restedMs);
  return afterQuietHours(dueMs, route?.quietHours ?? null);
}
