import type { Json } from "./canonical-json.ts";
import {
  distinct,
  fact,
  foldEvents,
  instantAt,
  joinSentences,
  lastAtMs,
  single,
  textAt,
  type Draft,
  type Fold,
  type Speech,
} from "./message-draft.ts";
import type { MessageFacts, ToldFacts } from "./message.ts";
import { toldEvent } from "./topic.ts";

/** A part of the monitor that fails, or works again. */
type Part = {
  readonly fold: Fold;
  readonly name: string;
  readonly sinceMs: number;
  /** Null while it fails. */
  readonly untilMs: number | null;
};

/** What is told of vantages that see nothing and of channels that deliver nothing. */
export function draftWatch(facts: MessageFacts, speech: Speech): Draft {
  const { t, time } = speech;
  const isChannel = facts.topic === "channel";
  const key = isChannel ? "channel" : "vantage";
  const parts = foldEvents(facts.events, (event) => nameOf(event, key) ?? "").map((fold) =>
    partOf(fold, fold.key === "" ? t.unnamed : fold.key, facts),
  );
  const open = parts.filter(({ untilMs }) => untilMs === null);
  const isOver = open.length === 0;
  const shown = isOver ? parts : open;
  const sinceMs = shown.reduce((least, part) => Math.min(least, part.sinceMs), Infinity);
  const began = Number.isFinite(sinceMs) ? sinceMs : facts.openedAtMs;
  const isBlip =
    parts.length > 0 &&
    isOver &&
    parts.every(({ fold }) => toldEvent(fold.first.kind)?.phase === "begin");
  const words = wordsOf({ shown, isOver, isChannel, began }, speech);
  const { data } = facts.events.at(-1) ?? { data: null };
  const untilMs = isOver ? lastAtMs(facts) : null;
  const names = distinct(parts.map(({ name }) => name));
  const says = isChannel
    ? { failing: t.deadSummary, over: t.aliveSummary }
    : { failing: t.blindSummary, over: t.seesSummary };
  return {
    title: isBlip ? t.alreadyOver(words) : words,
    summary: joinSentences(isOver ? [says.over] : [whyOf(data, speech), says.failing], speech),
    facts: [
      fact(isChannel ? t.labels.channel : t.labels.vantage, t.list(names.slice(0, 20))),
      fact(t.labels.began, time(began)),
      fact(t.labels.ended, untilMs === null ? null : time(untilMs)),
      fact(t.labels.detail, textAt(data, "detail") ?? textAt(data, "reason")),
    ],
    members: parts.map((part) =>
      t.member(
        part.name,
        part.untilMs === null
          ? t.since(speech.clock(part.sinceMs))
          : t.span(speech.clock(part.sinceMs), speech.clock(part.untilMs)),
        "",
      ),
    ),
    path: "/monitor",
    labels: { [key]: single(names) },
    sinceMs: began,
    untilMs,
  };
}

/** Why a vantage is blind, when it is known. */
function whyOf(data: Json, { t }: Speech): string {
  const why = textAt(data, "why");
  return why === "silent" ? t.silent : why === "unknown" ? t.tellsNothing : "";
}

function nameOf({ subject, data }: ToldFacts, key: string): string | null {
  return textAt(data, key) ?? subject;
}

function partOf(fold: Fold, name: string, { openedAtMs }: MessageFacts): Part {
  const { first, last } = fold;
  const began = toldEvent(first.kind)?.phase === "begin" ? first.atMs : openedAtMs;
  const isOver = toldEvent(last.kind)?.phase === "over";
  return {
    fold,
    name,
    sinceMs: instantAt(first.data, "since") ?? instantAt(first.data, "from") ?? began,
    untilMs: isOver ? (instantAt(last.data, "until") ?? last.atMs) : null,
  };
}

function wordsOf(
  input: {
    readonly shown: readonly Part[];
    readonly isOver: boolean;
    readonly isChannel: boolean;
    readonly began: number;
  },
  { t, clock, length }: Speech,
): string {
  const { shown, isOver, isChannel, began } = input;
  const [only] = shown;
  if (only === undefined || shown.length > 1) {
    const n = shown.length;
    if (isOver) return isChannel ? t.manyAlive(n) : t.manySee(n);
    return isChannel ? t.manyDead(n, clock(began)) : t.manyBlind(n, clock(began));
  }
  const { name, sinceMs, untilMs } = only;
  if (untilMs !== null) {
    const lasted = length((untilMs - sinceMs) / 1000);
    return isChannel ? t.alive(name, lasted) : t.sees(name, lasted);
  }
  return isChannel ? t.dead(name, clock(sinceMs)) : t.blind(name, clock(sinceMs));
}
