import type { Level, Malfunction, MalfunctionOutage } from "./malfunction.ts";
import { LEVELS } from "./malfunction.ts";
import {
  distinct,
  fact,
  instantAt,
  joinSentences,
  lastAtMs,
  nameWithin,
  numberAt,
  oneLine,
  placeText,
  single,
  textAt,
  type Draft,
  type Speech,
} from "./message-draft.ts";
import type { MessageFacts } from "./message.ts";
import { reasonText } from "./reason-text.ts";
import { compareText } from "./subject.ts";
import { toldEvent } from "./topic.ts";

/** What is told of a malfunction. */
type Turn = "began" | "again" | "changed" | "acknowledged" | "overdue" | "over" | "blip" | "closed";

/** A malfunction as far as the reader sees it. */
type Seen = {
  readonly id: number | null;
  readonly level: Level | null;
  readonly title: string | null;
  /** Null when only its events are known. */
  readonly malfunction: Malfunction | null;
  readonly outages: readonly MalfunctionOutage[];
  readonly products: readonly string[];
  readonly regions: readonly string[];
  readonly accounts: readonly string[];
  readonly beganAtMs: number;
  readonly overAtMs: number | null;
  /** Its level before the change that is told. */
  readonly levelBefore: Level | null;
};

/** What is told of a malfunction, by its outages that the reader may see, or else by its events. */
export function draftOutage(facts: MessageFacts, speech: Speech): Draft {
  const turn = turnOf(facts);
  const seen = seenOf(facts, turn);
  const { id, accounts, products, regions, outages } = seen;
  return {
    title: titleOf(turn, seen, speech),
    summary: summaryOf(turn, seen, speech),
    facts: factsOf(seen, speech),
    members: membersOf(seen, speech),
    path: id === null ? "/" : `/malfunctions/${id}`,
    labels: {
      malfunction: id === null ? null : String(id),
      agreement: single(outages.map(({ agreement }) => agreement)),
      product: single(products),
      region: single(regions),
      account: single(accounts),
      subject: single(outages.map(({ subject }) => subject)),
    },
    sinceMs: seen.beganAtMs,
    untilMs: seen.overAtMs,
  };
}

/** How bad it is; null when nobody says. */
export function levelOf({ malfunction, events }: MessageFacts): Level | null {
  if (malfunction !== null) return malfunction.malfunction.level;
  const said = events.map(({ data }) => textAt(data, "level")).findLast((one) => one !== null);
  return asLevel(said);
}

function asLevel(text: string | null | undefined): Level | null {
  return LEVELS.find((level) => level === text) ?? null;
}

function turnOf({ events, status }: MessageFacts): Turn {
  const kinds = events.map(({ kind }) => kind);
  const swings = kinds.filter((kind) => {
    const phase = toldEvent(kind)?.phase;
    return phase === "begin" || phase === "over";
  });
  const swing = swings.at(-1);
  if (swing === "malfunction-closed") return "closed";
  if (swing === "malfunction-over" || status === "resolved") {
    return swings[0] === "malfunction" ? "blip" : "over";
  }
  if (swing !== undefined) return swing === "malfunction-again" ? "again" : "began";
  const last = kinds.at(-1);
  if (last === "malfunction-acknowledged") return "acknowledged";
  if (last === "malfunction-overdue") return "overdue";
  return status === "update" ? "changed" : "began";
}

function seenOf(facts: MessageFacts, turn: Turn): Seen {
  const { malfunction: known, events } = facts;
  // For who sees some accounts only, theirs may be over while others go on.
  const isOverForThem = turn === "changed" && (known?.malfunction.restoredAtMs ?? null) !== null;
  const isOver = turn === "over" || turn === "blip" || turn === "closed" || isOverForThem;
  const level = levelOf(facts);
  const before = asLevel(
    events.map(({ data }) => textAt(data, "from")).find((one) => one !== null),
  );
  const levelBefore = before === level ? null : before;
  if (known === null) {
    const ids = events.map(({ data }) => numberAt(data, "malfunction"));
    const began = events.map(({ data }) => instantAt(data, "began"));
    return {
      id: ids.find((id) => id !== null) ?? null,
      level,
      title: null,
      malfunction: null,
      outages: [],
      products: distinct(events.map(({ product }) => product)),
      regions: distinct(events.map(({ region }) => region)),
      accounts: distinct(events.map(({ account }) => account)),
      beganAtMs: began.find((ms) => ms !== null) ?? facts.openedAtMs,
      overAtMs: isOver ? lastAtMs(facts) : null,
      levelBefore,
    };
  }
  const { malfunction, outages } = known;
  const { id, title, beganAtMs, restoredAtMs, closedAtMs } = malfunction;
  return {
    id,
    level,
    title: title === null ? null : oneLine(title, 200),
    malfunction,
    outages,
    products: measuredOr(malfunction.product, outages, ({ product }) => product),
    regions: measuredOr(malfunction.region, outages, ({ region }) => region),
    accounts: measuredOr(malfunction.account, outages, ({ account }) => account),
    beganAtMs,
    overAtMs: isOver ? (restoredAtMs ?? closedAtMs ?? lastAtMs(facts)) : null,
    levelBefore,
  };
}

/** What was said by hand stands only while nothing was measured. */
function measuredOr(
  said: string | null,
  outages: readonly MalfunctionOutage[],
  pick: (outage: MalfunctionOutage) => string,
): string[] {
  return distinct(outages.length === 0 ? [said] : outages.map(pick)).toSorted(compareText);
}

function titleOf(turn: Turn, seen: Seen, speech: Speech): string {
  const words = wordsOf(turn, seen, speech);
  return seen.level === null ? words : `[${seen.level}] ${words}`;
}

function wordsOf(turn: Turn, seen: Seen, speech: Speech): string {
  const { t } = speech;
  const { overAtMs, beganAtMs, malfunction } = seen;
  if (overAtMs !== null) {
    const what = failed(seen, speech);
    if (turn === "closed") return t.closed(what);
    const length = speech.length((overAtMs - beganAtMs) / 1000);
    return turn === "blip" ? t.blip(length, what) : t.over(length, what);
  }
  const what = failing(seen, speech);
  if (turn === "again") return t.again(what);
  const { levelBefore } = seen;
  if (turn === "changed") return levelBefore === null ? t.changed(what) : t.was(levelBefore, what);
  if (turn === "overdue") return t.overdue(what);
  if (turn !== "acknowledged") return what;
  return t.acknowledged(nameOf(malfunction?.acknowledgedBy, speech), failed(seen, speech));
}

/** "ecs in cn-hangzhou: 12 targets fail since 10:03" */
function failing(seen: Seen, speech: Speech): string {
  const { t } = speech;
  const since = speech.clock(seen.beganAtMs);
  const targets = failingTargets(seen);
  const place = placeText(seen, t);
  if (seen.title !== null && seen.title !== "") return t.lasts(seen.title, since);
  if (targets.length === 0) return t.lasts(t.of(t.malfunctionNo(seen.id), place), since);
  const [only] = targets;
  return only !== undefined && targets.length === 1
    ? t.oneFails(t.of(only.target, place), since)
    : t.manyFail(place, t.targets(targets.length), since);
}

/** "ecs in cn-hangzhou, 12 targets" */
function failed(seen: Seen, { t }: Speech): string {
  const targets = targetsOf(seen.outages);
  const place = placeText(seen, t);
  if (seen.title !== null && seen.title !== "") return seen.title;
  if (targets.length === 0) return t.of(t.malfunctionNo(seen.id), place);
  const [only] = targets;
  return only !== undefined && targets.length === 1
    ? t.of(only.target, place)
    : t.manyFailed(place, t.targets(targets.length));
}

function summaryOf(turn: Turn, seen: Seen, speech: Speech): string {
  const { t, time } = speech;
  const { malfunction, beganAtMs, overAtMs } = seen;
  const sentences: string[] = [];
  if (overAtMs === null) {
    const targets = failingTargets(seen);
    const accounts = distinct(targets.map(({ outage }) => outage.account)).length;
    sentences.push(
      targets.length === 0
        ? t.beganSummary(time(beganAtMs))
        : t.failSummary(t.targets(targets.length), t.accounts(accounts), time(beganAtMs)),
    );
  } else {
    sentences.push(t.overSummary(time(beganAtMs), time(overAtMs)));
  }
  if (turn === "blip") sentences.push(t.blipSummary);
  sentences.push(reasonSentence(seen, speech));
  if (malfunction === null) return joinSentences(sentences, speech);
  const { acknowledgedAtMs, acknowledgedBy, respondByMs, closedAtMs, closedBy } = malfunction;
  if (turn === "closed" && closedAtMs !== null) {
    sentences.push(t.closedSummary(nameOf(closedBy, speech), time(closedAtMs)));
  } else if (overAtMs !== null) {
    if (malfunction.state === "restored") sentences.push(t.reviewToCome);
  } else if (acknowledgedAtMs !== null) {
    sentences.push(t.acknowledgedAt(nameOf(acknowledgedBy, speech), time(acknowledgedAtMs)));
  } else {
    sentences.push(
      turn === "overdue" ? t.respondedLate(time(respondByMs)) : t.respondBy(time(respondByMs)),
    );
  }
  return joinSentences(sentences, speech);
}

function factsOf(seen: Seen, speech: Speech): Draft["facts"] {
  const { t, time } = speech;
  const { labels } = t;
  const { malfunction, products, regions, accounts, overAtMs, beganAtMs } = seen;
  const all = targetsOf(seen.outages).length;
  const waits = overAtMs === null && malfunction !== null && malfunction.acknowledgedAtMs === null;
  const acknowledgedBy = malfunction?.acknowledgedBy ?? null;
  return [
    fact(labels.level, seen.level),
    fact(labels.number, seen.id),
    fact(labels.reference, malfunction?.reference ?? null),
    fact(labels.targets, all === 0 ? null : all),
    fact(products.length === 1 ? labels.product : labels.products, t.list(products)),
    fact(
      regions.length === 1 ? labels.region : labels.regions,
      t.list(regions.map((region) => speech.region(region))),
    ),
    fact(accounts.length === 1 ? labels.account : labels.accounts, t.list(accounts)),
    fact(labels.began, time(beganAtMs)),
    fact(labels.ended, overAtMs === null ? null : time(overAtMs)),
    fact(labels.lasted, overAtMs === null ? null : speech.length((overAtMs - beganAtMs) / 1000)),
    fact(labels.respondBy, waits ? time(malfunction.respondByMs) : null),
    fact(labels.acknowledged, acknowledgedBy === null ? null : nameOf(acknowledgedBy, speech)),
    fact(labels.owner, malfunction?.owner ? nameOf(malfunction.owner, speech) : null),
  ];
}

function membersOf({ outages }: Seen, speech: Speech): string[] {
  const { t, clock } = speech;
  return targetsOf(outages).map(({ target, outage }) => {
    const who = t.of(
      nameWithin(target, outage.account),
      t.list(distinct([outage.product, outage.region])),
    );
    const { fromMs, untilMs, reason } = outage;
    const times = untilMs === null ? t.since(clock(fromMs)) : t.span(clock(fromMs), clock(untilMs));
    return t.member(who, times, reason === "" ? "" : reasonText(reason, speech.lang));
  });
}

type FailedTarget = { readonly target: string; readonly outage: MalfunctionOutage };

/** Those that still fail; when none does any more, those that did. */
function failingTargets({ outages }: Seen): FailedTarget[] {
  const open = outages.filter(({ untilMs }) => untilMs === null);
  return targetsOf(open.length > 0 ? open : outages);
}

/** Each target once, though several agreements may have an outage of it: what lasts goes first. */
function targetsOf(outages: readonly MalfunctionOutage[]): FailedTarget[] {
  const known = new Map<string, FailedTarget>();
  const sorted = outages.toSorted(
    (a, b) =>
      Number(a.untilMs !== null) - Number(b.untilMs !== null) ||
      a.fromMs - b.fromMs ||
      compareText(a.account, b.account) ||
      compareText(a.subject, b.subject),
  );
  for (const outage of sorted) {
    const targets = outage.targets.length === 0 ? [outage.subject] : outage.targets;
    for (const target of targets) {
      const key = JSON.stringify([outage.account, target]);
      if (!known.has(key)) known.set(key, { target, outage });
    }
  }
  return [...known.values()];
}

function reasonSentence(seen: Seen, { t, lang }: Speech): string {
  const counts = new Map<string, number>();
  for (const { outage } of failingTargets(seen)) {
    if (outage.reason === "") continue;
    counts.set(outage.reason, (counts.get(outage.reason) ?? 0) + 1);
  }
  const [most] = [...counts].toSorted(([a, n], [b, m]) => m - n || compareText(a, b));
  if (most === undefined) return "";
  const words = reasonText(most[0], lang);
  return counts.size === 1 ? t.because(words) : t.mostly(words);
}

/** "user:li" is li to people. */
function nameOf(actor: string | null | undefined, { t }: Speech): string {
  const name = (actor ?? "").replace(/^(?:user|token):/u, "");
  return name === "" ? t.somebody : name;
}
