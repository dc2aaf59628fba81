import type { Json } from "./canonical-json.ts";
import {
  distinct,
  fact,
  foldEvents,
  instantAt,
  joinSentences,
  lastAtMs,
  listAt,
  nameWithin,
  numberAt,
  placeLabels,
  placeText,
  single,
  textAt,
  type Draft,
  type Fold,
  type Speech,
} from "./message-draft.ts";
import type { MessageFacts, ToldFacts } from "./message.ts";

/** What an event does to a thread: an objective that is missed ends a burn. */
type Turn = "burns" | "missed" | "over";

/** A subject whose budget burns, or whose objective is missed, as the last event has it. */
type Stood = {
  readonly fold: Fold;
  readonly event: ToldFacts;
  readonly turn: Turn;
  readonly isOver: boolean;
  /** "web-1 (ecs)" */
  readonly name: string;
  /** "99.95 %" */
  readonly objective: string | null;
  readonly availability: string | null;
  readonly month: string | null;
  readonly leftSeconds: number | null;
  /** How it stands now; null when nobody says. */
  readonly to: string | null;
};

/** What is told of burning budgets and of missed objectives. */
export function draftStanding(facts: MessageFacts, speech: Speech): Draft {
  const folds = foldEvents(facts.events, ({ month, agreement, subject }) =>
    JSON.stringify([month, agreement, subject]),
  );
  const isBreach = facts.topic === "breach";
  const turn = ({ kind }: ToldFacts) => turnOf(kind, isBreach);
  const stood = folds.map((fold) => stoodOf(fold, turn(fold.last), speech));
  const open = stood.filter(({ isOver }) => !isOver);
  const isOver = open.length === 0;
  const isBlip = isOver && stood.every(({ fold }) => turn(fold.first) !== "over");
  const shown = isOver ? stood : open;
  const words = wordsOf({ shown, isOver, isBreach }, speech);
  const [only] = shown;
  const one = shown.length === 1 ? only : undefined;
  // An end says since when it is over, not since when it was so.
  const sinces = stood.map(({ fold: { first } }) =>
    turn(first) === "over" ? facts.openedAtMs : (instantAt(first.data, "since") ?? first.atMs),
  );
  return {
    title: isBlip && stood.length > 0 ? speech.t.alreadyOver(words) : words,
    summary: summaryOf({ one, isOver, waiting: facts.openMembers.length }, speech),
    facts: factsOf(stood, speech),
    members: stood.map((entry) => memberOf(entry, speech)),
    path: pathOf(facts.events, one),
    labels: placeLabels(facts.events),
    sinceMs: sinces.length === 0 ? facts.openedAtMs : Math.min(...sinces.slice(0, MOST_SINCES)),
    untilMs: isOver ? lastAtMs(facts) : null,
  };
}

/** More are not spread into one call. */
const MOST_SINCES = 10_000;

function turnOf(kind: string, isBreach: boolean): Turn {
  if (isBreach) return kind === "breach" ? "missed" : "over";
  // What is missed no more may burn on.
  return kind === "burn" || kind === "breach-over" ? "burns" : "over";
}

function stoodOf(fold: Fold, turn: Turn, { t }: Speech): Stood {
  const event = fold.last;
  const { data, month, product, subject } = event;
  const percentAt = (key: string) => {
    const percent = textAt(data, key);
    return percent === null ? null : t.percent(percent);
  };
  const id = subject ?? t.unnamed;
  return {
    fold,
    event,
    turn,
    isOver: turn === "over",
    // A group's name says its product already.
    name: id.includes("/") ? id : t.of(id, product ?? ""),
    objective: percentAt("objectivePercent"),
    availability: percentAt("availabilityPercent"),
    month,
    leftSeconds: numberAt(data, "mayStillLoseSeconds"),
    to: textAt(data, "to"),
  };
}

type Shown = {
  readonly shown: readonly Stood[];
  readonly isOver: boolean;
  readonly isBreach: boolean;
};

function wordsOf({ shown, isOver, isBreach }: Shown, speech: Speech): string {
  const { t } = speech;
  const [only] = shown;
  if (only !== undefined && shown.length === 1) {
    if (isBreach) return isOver ? breachOver(only, speech) : missed(only, speech);
    if (!isOver) return burns(only, speech);
    if (isMissed(only)) return burnMissed(only, speech);
    return only.to === "removed" ? t.removed(only.name) : t.burnOver(only.name);
  }
  const place = placeText(
    {
      products: distinct(shown.map(({ event }) => event.product)),
      regions: distinct(shown.map(({ event }) => event.region)),
    },
    t,
  );
  const subjects = t.of(t.subjects(shown.length), place);
  const month = single(shown.map((one) => one.month)) ?? t.theMonth;
  if (isBreach) return isOver ? t.manyBreachOver(subjects, month) : t.manyMissed(subjects, month);
  const missing = shown.filter(isMissed).length;
  if (isOver) return missing > 0 ? t.manyBurnMissed(subjects, missing) : t.manyBurnOver(subjects);
  const least = shown.reduce<Stood | undefined>(
    (best, one) =>
      one.leftSeconds !== null && one.leftSeconds < (best?.leftSeconds ?? Infinity) ? one : best,
    undefined,
  );
  return t.manyBurn(subjects, least === undefined ? "" : burns(least, speech));
}

function burns({ name, leftSeconds }: Stood, { t, length }: Speech): string {
  if (leftSeconds === null) return t.burns(name);
  return leftSeconds <= 0 ? t.nothingLeft(name) : t.mayStillLose(name, length(leftSeconds));
}

function isMissed({ event }: Stood): boolean {
  return event.kind === "breach";
}

function burnMissed({ name, objective, month }: Stood, { t }: Speech): string {
  return t.burnMissed(name, objective ?? t.theObjective, month ?? t.theMonth);
}

function missed({ name, objective, month }: Stood, { t }: Speech): string {
  return t.missed(name, objective ?? t.theObjective, month ?? t.theMonth);
}

function breachOver({ name, objective, month, to }: Stood, { t }: Speech): string {
  const [goal, of] = [objective ?? t.theObjective, month ?? t.theMonth];
  if (to === "removed") return t.removed(name);
  if (to === "met") return t.isMet(name, goal, of);
  if (to === "insufficient-data") return t.tooLittleData(name, of);
  return t.canBeMet(name, goal, of);
}

function summaryOf(
  input: {
    readonly one: Stood | undefined;
    readonly isOver: boolean;
    /** Subjects for which it is not over. */
    readonly waiting: number;
  },
  speech: Speech,
): string {
  const { one, isOver, waiting } = input;
  const { t } = speech;
  const sentences: string[] = [];
  if (one !== undefined) sentences.push(...sentencesOf(one, speech));
  if (isOver && waiting > 0) sentences.push(t.stillOpen(waiting));
  return joinSentences(sentences, speech);
}

function sentencesOf(one: Stood, { t, length }: Speech): string[] {
  const { event, turn, objective, availability, leftSeconds } = one;
  const sentences: string[] = [];
  if (availability !== null && objective !== null) {
    sentences.push(t.breachSummary(availability, objective));
  }
  const goal = objective ?? t.theObjective;
  if (turn === "burns") {
    sentences.push(
      leftSeconds === null ? t.burnSummaryOnly(goal) : t.burnSummary(goal, length(leftSeconds)),
    );
  }
  if (turn === "missed") {
    const revision = numberAt(event.data, "revision");
    if (one.to === "already-missed") sentences.push(t.runningBreach);
    else if (revision !== null) sentences.push(t.closedBreach(revision));
  }
  return sentences;
}

function factsOf(stood: readonly Stood[], speech: Speech): Draft["facts"] {
  const { t } = speech;
  const { labels } = t;
  const [only] = stood;
  const one = stood.length === 1 ? only : undefined;
  const events = stood.map(({ event }) => event);
  const place = placeLabels(events);
  const left = one?.leftSeconds ?? null;
  const region = place["region"] ?? null;
  return [
    fact(labels.month, single(events.map(({ month }) => month))),
    fact(labels.objective, single(stood.map(({ objective }) => objective))),
    fact(labels.availability, one?.availability ?? null),
    fact(labels.left, left === null ? null : speech.length(left)),
    fact(labels.rate, one === undefined ? null : ratesOf(one.event.data)),
    fact(labels.revision, one === undefined ? null : numberAt(one.event.data, "revision")),
    fact(labels.product, place["product"] ?? null),
    fact(labels.region, region === null ? null : speech.region(region)),
    fact(labels.account, place["account"] ?? null),
    fact(labels.agreement, place["agreement"] ?? null),
  ];
}

/** "5m 800.000, 1h 66.666" */
function ratesOf(data: Json): string {
  return listAt(data, "burn")
    .flatMap((window) => {
      const [name, rate] = [textAt(window, "window"), textAt(window, "rate")];
      return name === null || rate === null ? [] : [`${name} ${rate}`];
    })
    .join(", ");
}

function memberOf(entry: Stood, { t, length }: Speech): string {
  const { event, turn, name, availability, objective, leftSeconds, to } = entry;
  const states: Readonly<Record<string, string>> = t.states;
  const state = to === null ? null : (states[to] ?? null);
  const words = [
    state ?? "",
    availability !== null && objective !== null ? t.ofObjective(availability, objective) : "",
    leftSeconds === null || turn !== "burns" ? "" : t.left(length(leftSeconds)),
  ].filter((word) => word !== "");
  const who = nameWithin(name, event.account);
  return words.length === 0 ? who : t.stands(who, words);
}

/** A target has a page of its own; anything else is found on the overview. */
function pathOf(events: readonly ToldFacts[], one: Stood | undefined): string {
  const query = new URLSearchParams();
  const month = single(events.map((event) => event.month));
  if (month !== null) query.set("month", month);
  const subject = one?.event.subject ?? "";
  if (subject !== "" && !subject.includes("/") && one?.to !== "removed") {
    return `/targets/${encodeURIComponent(subject)}${query.size === 0 ? "" : `?${query}`}`;
  }
  const { product, region } = placeLabels(events);
  if (product) query.set("product", product);
  if (region) query.set("region", region);
  return `/${query.size === 0 ? "" : `?${query}`}`;
}
