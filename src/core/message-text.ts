import type { Level } from "./malfunction.ts";
import {
  lastAtMs,
  numberAt,
  oneLine,
  placeLabels,
  single,
  speechOf,
  type Draft,
  type Speech,
} from "./message-draft.ts";
import { draftCreditOwed, draftMaintenance, draftMonthClosed } from "./message-notice.ts";
import { draftOutage, levelOf } from "./message-outage.ts";
import { draftStanding } from "./message-standing.ts";
import { en } from "./message-text-en.ts";
import { zh } from "./message-text-zh.ts";
import { draftWatch } from "./message-watch.ts";
import {
  SEVERITIES,
  type Lang,
  type Message,
  type MessageFacts,
  type MessageStatus,
  type Severity,
  type ToldFacts,
} from "./message.ts";
import { toldEvent, type Topic } from "./topic.ts";

/**
 * How bad each thing is. The same from its begin to its end, so that receivers that know an alert
 * by its severity too can end it; only a malfunction changes it, with its level.
 */
const SEVERITIES_OF = {
  outage: { P1: "critical", P2: "critical", P3: "warning", P4: "info" },
  burn: "warning",
  breach: "critical",
  "month-closed": "info",
  "credit-owed": "info",
  maintenance: "info",
  blind: "critical",
  channel: "warning",
} as const satisfies Record<Topic, Severity | Record<Level, Severity>>;
/** Of a malfunction whose level nobody says. */
const NO_LEVEL = "warning";

const TEXTS = { en, zh } as const;

/** Every topic's texts. */
const DRAFTS = {
  outage: draftOutage,
  burn: draftStanding,
  breach: draftStanding,
  "month-closed": draftMonthClosed,
  "credit-owed": draftCreditOwed,
  maintenance: draftMaintenance,
  blind: draftWatch,
  channel: draftWatch,
} as const satisfies Record<Topic, (facts: MessageFacts, speech: Speech) => Draft>;

const LONGEST_TITLE = 120;
const LONGEST_SUMMARY = 1_000;
const LONGEST_VALUE = 500;
const LONGEST_MEMBER = 200;
const MOST_MEMBERS = 20;

/**
 * The message that tells of some events, in one language. It names nobody but whom `facts` name.
 * What an event lacks is left out: nothing throws.
 */
export function messageOf(facts: MessageFacts, lang: Lang): Message {
  const speech = speechOf(
    { lang, t: TEXTS[lang] },
    { timeZone: facts.timeZone, atMs: lastAtMs(facts) },
  );
  const draft = facts.status === "digest" ? draftDigest(facts, speech) : draftOf(facts, speech);
  return {
    id: `nines-message-${facts.id}`,
    thread: `nines-thread-${facts.thread}`,
    status: statusOf(facts, draft),
    topic: facts.topic,
    severity: facts.status === "digest" ? worstSeverity(facts) : severityOf(facts),
    level: facts.topic === "outage" ? levelOf(facts) : null,
    lang,
    ...shapeOf(draft, { facts, speech }),
  };
}

/** A message that tells nothing, so that somebody sees whether a channel works. */
export function testMessageOf(
  input: {
    readonly channel: string;
    readonly atMs: number;
    readonly publicUrl: string | null;
    readonly timeZone: string;
  },
  lang: Lang,
): Message {
  const { channel, atMs, publicUrl, timeZone } = input;
  const { t, time } = speechOf({ lang, t: TEXTS[lang] }, { timeZone, atMs });
  const id = `nines-test-${atMs}`;
  const at = instantOf(atMs);
  return {
    id,
    thread: id,
    status: "test",
    topic: "test",
    severity: "info",
    level: null,
    lang,
    title: oneLine(t.test(channel), LONGEST_TITLE),
    summary: `${t.testSummary}${lang === "zh" ? "" : " "}${t.happened(time(atMs))}`,
    facts: [{ label: t.labels.channel, value: channel }],
    members: [],
    more: 0,
    url: publicUrl === null ? null : `${publicUrl}/`,
    at,
    since: at,
    until: null,
    labels: { channel },
  };
}

/** Cut to size, in the form in which channels are given it. */
function shapeOf(
  draft: Draft,
  { facts, speech }: { readonly facts: MessageFacts; readonly speech: Speech },
) {
  const line = (text: string, longest: number) => oneLine(speech.t.close(text), longest);
  const title = line(draft.title, LONGEST_TITLE);
  return {
    title: title === "" ? facts.topic : title,
    summary:
      line(draft.summary, LONGEST_SUMMARY) || speech.t.happened(speech.time(lastAtMs(facts))),
    facts: draft.facts
      .filter((fact) => fact !== null)
      .map(({ label, value }) => ({ label, value: line(value, LONGEST_VALUE) })),
    members: draft.members.slice(0, MOST_MEMBERS).map((member) => line(member, LONGEST_MEMBER)),
    more: Math.max(0, draft.members.length - MOST_MEMBERS),
    url: facts.publicUrl === null ? null : facts.publicUrl + draft.path,
    at: instantOf(lastAtMs(facts)),
    since: instantOf(draft.sinceMs),
    until: draft.untilMs === null ? null : instantOf(draft.untilMs),
    labels: Object.fromEntries(
      Object.entries(draft.labels).flatMap(([key, value]) =>
        value === null || value === "" ? [] : [[key, value]],
      ),
    ),
  };
}

function draftOf(facts: MessageFacts, speech: Speech): Draft {
  const { events, topic } = facts;
  return events.length === 0 && facts.malfunction === null
    ? draftPlain(facts, speech)
    : DRAFTS[topic](facts, speech);
}

/** Of what has no texts of its own. */
function draftPlain({ topic, events, openedAtMs }: MessageFacts, { t, time }: Speech): Draft {
  const labels = placeLabels(events);
  return {
    title: t.plain(topic, labels["subject"] ?? ""),
    summary: t.happened(time(openedAtMs)),
    facts: [],
    members: [],
    path: "/",
    labels,
    sinceMs: openedAtMs,
    untilMs: null,
  };
}

/** Opened and over before anybody was told: it is told as over. */
function statusOf({ status, openMembers }: MessageFacts, { untilMs }: Draft): MessageStatus {
  return status === "opened" && untilMs !== null && openMembers.length === 0 ? "resolved" : status;
}

/** How bad it is, of anything but a digest. */
export function severityOf(facts: MessageFacts): Severity {
  if (facts.topic !== "outage") return SEVERITIES_OF[facts.topic];
  const level = levelOf(facts);
  return level === null ? NO_LEVEL : SEVERITIES_OF.outage[level];
}

/** The titles of all that goes into a digest, the first in its own title. */
function draftDigest(facts: MessageFacts, speech: Speech): Draft {
  const { t } = speech;
  const drafts = thingsOf(facts).map((thing) => draftOf(thing, speech));
  const titles = drafts.map(({ title }) => title);
  const [first = facts.topic] = titles;
  return {
    title: titles.length === 1 ? first : t.digest(titles.length, first),
    summary: t.digestSummary,
    facts: [],
    members: titles,
    path: single(drafts.map(({ path }) => path)) ?? "/",
    labels: placeLabels(facts.events),
    sinceMs: facts.events[0]?.atMs ?? facts.openedAtMs,
    untilMs: null,
  };
}

function worstSeverity(facts: MessageFacts): Severity {
  const severities = new Set(thingsOf(facts).map(severityOf));
  return SEVERITIES.find((severity) => severities.has(severity)) ?? "info";
}

/** The facts of each thing that a digest tells of: a malfunction, or what one topic has to say. */
function thingsOf(facts: MessageFacts): MessageFacts[] {
  const keyOf = ({ kind, data }: ToldFacts) => {
    const topic = toldEvent(kind)?.topic ?? facts.topic;
    return topic === "outage" ? `outage ${numberAt(data, "malfunction") ?? ""}` : topic;
  };
  const groups = new Map<string, ToldFacts[]>();
  for (const event of facts.events) {
    const group = groups.get(keyOf(event));
    if (group === undefined) groups.set(keyOf(event), [event]);
    else group.push(event);
  }
  return [...groups].map(([key, events]): MessageFacts => {
    const [one] = events;
    const { malfunction: known } = facts;
    const isKnown = known !== null && key === `outage ${known.malfunction.id}`;
    return {
      ...facts,
      status: "update",
      topic: (one === undefined ? null : toldEvent(one.kind)?.topic) ?? facts.topic,
      events,
      malfunction: isKnown ? known : null,
      openMembers: [],
      openedAtMs: one?.atMs ?? facts.openedAtMs,
    };
  });
}

/** RFC 3339, also of what is no instant. */
function instantOf(ms: number): string {
  return new Date(Math.abs(ms) <= LAST_MS ? ms : 0).toISOString();
}
const LAST_MS = 8.64e15;
