import type { Json } from "./canonical-json.ts";
import {
  distinct,
  fact,
  foldEvents,
  instantAt,
  joinSentences,
  lastAtMs,
  nameWithin,
  numberAt,
  placeLabels,
  single,
  textAt,
  textsAt,
  valueAt,
  type Draft,
  type Speech,
} from "./message-draft.ts";
import type { MessageFacts, ToldFacts } from "./message.ts";
import { formatAmount, parseAmount } from "./money.ts";

// What happened once: nothing of it lasts, and nothing ends.

type Verdict = { readonly account: string | null; readonly subject: string; readonly is: string };

/** What is told of a month that was closed, or closed anew. */
export function draftMonthClosed(facts: MessageFacts, speech: Speech): Draft {
  const { t } = speech;
  const { events } = facts;
  // The report of all accounts holds those of each.
  const ofAll = events.filter(({ account }) => account === null || account === "");
  const told = foldEvents(ofAll.length > 0 ? ofAll : events, ({ month, account }) =>
    JSON.stringify([month, account]),
  ).map(({ last }) => last);
  const account = single(told.map((event) => event.account));
  const verdicts = told.flatMap(verdictsOf);
  const of = (...kinds: readonly string[]) => verdicts.filter(({ is }) => kinds.includes(is));
  const [missed, undecided] = [of("missed"), of("insufficient-data")];
  const words = verdictWords({ all: verdicts.length, missed, undecided }, speech);
  const month = single(told.map((event) => event.month)) ?? t.theMonth;
  const revision = Math.max(1, ...told.slice(0, 100).map((event) => revisionOf(event)));
  const title = revision > 1 ? t.monthRevised(month, revision, words) : t.monthClosed(month, words);
  const states: Readonly<Record<string, string>> = t.states;
  return {
    title: account === null ? title : t.forAccount(title, account),
    summary: joinSentences(distinct(told.map(({ data }) => textAt(data, "reason"))), speech),
    facts: [
      fact(t.labels.month, month),
      fact(t.labels.revision, revision),
      fact(t.labels.account, account),
      fact(t.labels.met, of("met").length),
      fact(t.labels.missed, missed.length),
      fact(t.labels.undecided, undecided.length),
    ],
    members: [...missed, ...undecided].map(({ account: whose, subject, is }) =>
      t.stands(nameWithin(subject, whose), [states[is] ?? is]),
    ),
    path: reportPath(told),
    labels: placeLabels(told),
    ...once(facts),
  };
}

function revisionOf({ data }: ToldFacts): number {
  return numberAt(data, "revision") ?? 1;
}

function verdictsOf({ account, data }: ToldFacts): Verdict[] {
  const verdicts = valueAt(data, "verdicts");
  if (typeof verdicts !== "object" || verdicts === null) return [];
  return Object.entries(verdicts).flatMap(([key, is]) => {
    if (typeof is !== "string") return [];
    // "ecs web-1": its agreement, then its name.
    const [agreement = "", ...name] = key.split(" ");
    return [{ account, subject: name.length === 0 ? key : `${name.join(" ")} (${agreement})`, is }];
  });
}

function verdictWords(
  input: {
    readonly all: number;
    readonly missed: readonly unknown[];
    readonly undecided: readonly unknown[];
  },
  { t }: Speech,
): string {
  const { all, missed, undecided } = input;
  if (all === 0) return t.noVerdicts;
  if (missed.length > 0) return t.someMissed(missed.length, all);
  return undecided.length > 0 ? t.someUndecided(undecided.length, all) : t.allMet(all);
}

type Owed = {
  readonly event: ToldFacts;
  readonly name: string;
  /** "CNY 120.00", or a share when no fee is known. */
  readonly text: string;
  readonly currency: string;
  readonly amount: string | null;
};

/** What is told of credits that the provider owes. */
export function draftCreditOwed(facts: MessageFacts, speech: Speech): Draft {
  const { t, time } = speech;
  const owed = foldEvents(facts.events, ({ month, agreement, subject }) =>
    JSON.stringify([month, agreement, subject]),
  ).map(({ last }) => owedOf(last, speech));
  const events = owed.map(({ event }) => event);
  const [only] = owed;
  const month = single(events.map((event) => event.month)) ?? t.theMonth;
  const from = single(events.map(({ data }) => textAt(data, "claimFrom")));
  const until = single(events.map(({ data }) => textAt(data, "claimUntil")));
  const [fromMs, untilMs] = [from, until].map((text) => instantAt({ at: text }, "at"));
  const isWindowKnown = typeof fromMs === "number" && typeof untilMs === "number";
  const untils = events.map(({ data }) => instantAt(data, "claimUntil") ?? Infinity);
  const first = untils.reduce((a, b) => Math.min(a, b), Infinity);
  const closes = Number.isFinite(first) ? t.claimsSummary(time(first)) : "";
  const place = placeLabels(events);
  const claim = owed.length === 1 ? numberAt(only?.event.data ?? null, "claim") : null;
  return {
    title:
      only !== undefined && owed.length === 1
        ? t.creditOwed(only.text, only.name, month)
        : t.creditsOwed(owed.length, sumsOf(owed).join(" + "), month),
    summary: isWindowKnown ? t.claimSummary(time(fromMs), time(untilMs)) : closes,
    facts: [
      fact(t.labels.month, month),
      fact(t.labels.credit, sumsOf(owed).join(" + ")),
      fact(t.labels.account, place["account"] ?? null),
      fact(t.labels.product, place["product"] ?? null),
      fact(t.labels.agreement, place["agreement"] ?? null),
      fact(t.labels.claimFrom, isWindowKnown ? time(fromMs) : null),
      fact(t.labels.claimUntil, isWindowKnown ? time(untilMs) : null),
    ],
    members: owed.map(({ event, name, text }) => t.stands(nameWithin(name, event.account), [text])),
    path: `${reportPath(events)}#${claim === null ? "claims" : `claim-${claim}`}`,
    labels: place,
    ...once(facts),
  };
}

function owedOf(event: ToldFacts, { t }: Speech): Owed {
  const { data, subject, product } = event;
  const [amount, currency] = [textAt(data, "amount"), textAt(data, "currency") ?? ""];
  const percent = numberAt(data, "percent");
  const share = percent === null ? "–" : t.ofFee(t.percent(String(percent)));
  const id = subject ?? t.unnamed;
  return {
    event,
    name: id.includes("/") ? id : t.of(id, product ?? ""),
    text: amount === null ? share : `${currency} ${amount}`.trim(),
    currency,
    amount,
  };
}

/** A sum for each currency; what has no amount stands by its share. */
function sumsOf(owed: readonly Owed[]): string[] {
  const sums = new Map<string, bigint>();
  const others: string[] = [];
  for (const { amount, currency, text } of owed) {
    const minor = amount === null ? null : parseAmount(amount, currency);
    if (minor === null) others.push(text);
    else sums.set(currency, (sums.get(currency) ?? 0n) + minor);
  }
  const amounts = [...sums].map(([currency, minor]) =>
    `${currency} ${formatAmount(minor, currency)}`.trim(),
  );
  return [...amounts, ...distinct(others)];
}

/** What is told of maintenance. */
export function draftMaintenance(facts: MessageFacts, speech: Speech): Draft {
  const { t } = speech;
  const { labels } = t;
  const { events } = facts;
  const folds = foldEvents(events, ({ atMs, account, data }) =>
    JSON.stringify([numberAt(data, "exclusion") ?? atMs, account]),
  );
  const told = folds.map(({ last }) => last);
  const exclusions = distinct(told.map(({ data }) => String(numberAt(data, "exclusion") ?? "")));
  const [first] = told;
  const data: Json = exclusions.length <= 1 ? (first?.data ?? null) : null;
  const [fromMs, untilMs] = [instantAt(data, "from"), instantAt(data, "until")];
  const recurs = valueAt(data, "recurrence") !== null;
  const isPast = !recurs && untilMs !== null && untilMs <= lastAtMs(facts);
  const scopes = distinct(told.map((event) => scopeText(event, speech)));
  const scope = t.list(scopes.slice(0, MOST_SCOPES));
  const span = fromMs === null || untilMs === null ? null : speech.span(fromMs, untilMs);
  const say = isPast ? t.maintenancePast : t.maintenancePlanned;
  return {
    title: span === null ? t.of(t.maintenances(exclusions.length || 1), scope) : say(span, scope),
    summary: joinSentences([recurs ? t.repeats : "", t.notCounted], speech),
    facts: [
      fact(labels.from, fromMs === null ? null : speech.time(fromMs)),
      fact(labels.until, untilMs === null ? null : speech.time(untilMs)),
      fact(labels.scope, scope),
      fact(labels.account, single(told.map(({ account }) => account))),
      fact(labels.reason, textAt(data, "reason")),
      fact(labels.exclusion, single(exclusions)),
    ],
    members: told.map((event) => memberOf(event, speech)),
    path: exclusions.length === 1 ? `/exclusions/${exclusions[0]}` : "/exclusions",
    labels: placeLabels(told),
    ...once(facts),
  };
}

const MOST_SCOPES = 3;

function memberOf(event: ToldFacts, speech: Speech): string {
  const { t } = speech;
  const [fromMs, untilMs] = [instantAt(event.data, "from"), instantAt(event.data, "until")];
  const span = fromMs === null || untilMs === null ? [] : [speech.span(fromMs, untilMs)];
  const scope = scopeText(event, speech);
  const { account } = event;
  const who = account === null || account === scope ? scope : t.of(account, scope);
  return span.length === 0 ? who : t.stands(who, span);
}

/** What it concerns of the event's account. */
function scopeText({ account, data }: ToldFacts, { t }: Speech): string {
  const scope = valueAt(data, "scope");
  const targets = textsAt(scope, "targets");
  if (targets.length > MOST_SCOPES) return t.targets(targets.length);
  if (targets.length > 0) return t.list(targets);
  const [products, regions] = [textsAt(scope, "products"), textsAt(scope, "regions")];
  if (products.length + regions.length > 0) return t.place(t.list(products), t.list(regions));
  return textAt(scope, "account") ?? account ?? t.everything;
}

function once(facts: MessageFacts): Pick<Draft, "sinceMs" | "untilMs"> {
  return { sinceMs: facts.events[0]?.atMs ?? facts.openedAtMs, untilMs: null };
}

/** The report that they tell of; of several accounts, the month's list. */
function reportPath(events: readonly ToldFacts[]): string {
  const month = single(events.map((event) => event.month));
  const account = single(events.map((event) => event.account));
  if (month === null) return "/reports";
  return account === null
    ? `/reports?${new URLSearchParams({ month })}`
    : `/reports/${month}?${new URLSearchParams({ account })}`;
}
