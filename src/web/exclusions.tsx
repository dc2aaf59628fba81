import { may } from "../core/access.ts";
import { EXCLUSION_STATES, type Exclusion } from "../core/exclusion.ts";
import type { CalendarDay, CalendarItem, ExclusionsModel } from "../core/exclusion-views.ts";
import { nextMonth, previousMonth } from "../core/month.ts";
import type { Lang, Reader } from "../core/views.ts";
import { renderDocument, type Speech } from "./document.tsx";
import { Recurs, scopeText, Span, StateBadge } from "./exclusions-parts.tsx";
import { exclusionsText, type ExclusionsText } from "./exclusions-text.ts";
import { FilterForm, ListHead } from "./form-parts.tsx";
import { instant, monthName, zoneLabel } from "./format.ts";
import { givenOf, pageHref } from "./links.ts";
import { placeFilters } from "./place-choices.ts";
import { messages } from "./text.ts";

type Parts = {
  readonly model: ExclusionsModel;
  readonly speech: Speech;
  readonly words: ExclusionsText;
};

export function exclusionHref(lang: Lang, id: number): string {
  return pageHref(`/exclusions/${id}`, lang);
}

/** The page at `/exclusions`: what is planned, a month's calendar, and the list by state. */
export function renderExclusions(model: ExclusionsModel, lang: Lang, reader: Reader): string {
  const { nowMs, timeZone, filter, choices } = model;
  const speech: Speech = { lang, t: messages[lang] };
  const words = exclusionsText[lang];
  const { month, target, state } = filter;
  const parts: Parts = { model, speech, words };
  return renderDocument({
    reader,
    path: "/exclusions",
    speech,
    title: words.exclusions,
    otherHref: pageHref("/exclusions", lang === "en" ? "zh" : "en", givenOf(filter)),
    month: null,
    timeZoneNote: speech.t.zoneNote(zoneLabel(timeZone, nowMs)),
    children: (
      <>
        <div class="page-head">
          <div>
            <h1>{words.exclusions}</h1>
            <p class="quiet">{words.lead}</p>
          </div>
          {may({ ...reader, origin: "" }, "propose-exclusion") ? (
            <div class="page-tools">
              <a class="button primary" href={pageHref("/exclusions/new", lang)}>
                {words.propose}
              </a>
            </div>
          ) : null}
        </div>
        <FilterForm
          path="/exclusions"
          lang={lang}
          filters={placeFilters(choices, filter, lang)}
          keep={givenOf({ month, target, state })}
        />
        <Waiting {...parts} reader={reader} />
        <ComingPart {...parts} />
        <Calendar {...parts} />
        <List {...parts} />
      </>
    ),
  });
}

/** What somebody must decide goes first, for who may. */
function Waiting({ model, speech, words, reader }: Parts & { readonly reader: Reader }) {
  const { counts, filter } = model;
  const isListed = filter.state === "proposed";
  if (counts.proposed === 0 || isListed || !may({ ...reader, origin: "" }, "approve-exclusion")) {
    return null;
  }
  const href = pageHref("/exclusions", speech.lang, givenOf({ ...filter, state: "proposed" }));
  return (
    <p class="told">
      <a href={`${href}#list-title`}>
        {words.titleOf(words.states.proposed, String(counts.proposed))}
      </a>
    </p>
  );
}

function ComingPart({ model, speech, words }: Parts) {
  const { coming, nowMs, timeZone } = model;
  return (
    <section aria-labelledby="coming-title">
      <div class="section-head">
        <h2 id="coming-title">{words.coming}</h2>
      </div>
      {coming.length === 0 ? (
        <p class="quiet">{words.comingNone}</p>
      ) : (
        <div class="card pad">
          <ul class="upcoming">
            {coming.map(({ exclusion, fromMs, untilMs }) => (
              <li>
                <Span fromMs={fromMs} untilMs={untilMs} zone={timeZone} />
                <a href={exclusionHref(speech.lang, exclusion.id)}>{exclusion.reason}</a>
                <span class="quiet">{scopeText(exclusion.scope, speech)}</span>
                <Recurs exclusion={exclusion} words={words} />
                {fromMs <= nowMs ? <span class="t-minor strong">{words.now}</span> : null}
                {exclusion.state === "proposed" ? (
                  <span class="t-minor">{words.proposedOnly}</span>
                ) : null}
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function Calendar(props: Parts) {
  const { model, speech, words } = props;
  const { month, filter, weeks } = model;
  const { t, lang } = speech;
  const hrefOf = (other: string) =>
    `${pageHref("/exclusions", lang, { ...givenOf(filter), month: other })}#calendar`;
  const name = monthName(month, t);
  const [before, after] = [previousMonth(month), nextMonth(month)];
  return (
    <section aria-labelledby="calendar-title" id="calendar">
      <div class="section-head">
        <h2 id="calendar-title">{words.calendar(name)}</h2>
        <span class="quiet">{words.calendarNote}</span>
        <nav class="months" aria-label={t.months}>
          <a class="step" href={hrefOf(before)} aria-label={t.previousMonth(monthName(before, t))}>
            ‹
          </a>
          <a class="step" href={hrefOf(after)} aria-label={t.nextMonth(monthName(after, t))}>
            ›
          </a>
        </nav>
      </div>
      <div class="card">
        <table class="calendar">
          <thead>
            <tr>
              {t.weekdays.map((weekday) => (
                <th scope="col">{weekday}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {weeks.map((week) => (
              <tr>
                {week.map((day, index) => (
                  <Day {...{ ...props, day, weekday: t.weekdays[index] ?? "" }} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {weeks.every((week) => week.every(({ items }) => items.length === 0)) ? (
          <p class="more quiet">{words.none}</p>
        ) : null}
      </div>
    </section>
  );
}

const MOST_OF_DAY = 4;

function Day(props: Parts & { readonly day: CalendarDay; readonly weekday: string }) {
  const { day, weekday, words } = props;
  const { items, isInMonth, isToday } = day;
  const more = items.length - MOST_OF_DAY;
  const looks = [
    isInMonth ? "" : "out",
    isToday ? "today" : "",
    items.length === 0 ? "free" : "",
  ].filter((look) => look !== "");
  return (
    <td class={looks.join(" ")} aria-current={isToday ? "date" : undefined}>
      <span class="date">
        {isInMonth ? Number(day.day.slice(8)) : ""}
        <span class="weekday"> {weekday}</span>
      </span>
      {items.length === 0 ? null : (
        <ul>
          {items.slice(0, MOST_OF_DAY).map((item) => (
            <Item {...{ ...props, item }} />
          ))}
          {more > 0 ? <li class="quiet small">{words.more(more)}</li> : null}
        </ul>
      )}
    </td>
  );
}

function Item(props: Parts & { readonly item: CalendarItem }) {
  const { item, model, speech, words } = props;
  const { exclusion, fromMs, untilMs, isWholeDay, times } = item;
  const clock = (ms: number) => instant(ms, model.timeZone).slice(11);
  const until = clock(untilMs) === "00:00" ? "24:00" : clock(untilMs);
  const when = isWholeDay ? words.wholeDay : `${clock(fromMs)}–${until}`;
  return (
    <li class={exclusion.state}>
      <a
        href={exclusionHref(speech.lang, exclusion.id)}
        title={`${exclusion.reason} (${words.states[exclusion.state]})`}
      >
        <span class="strong">{times > 1 ? words.times(times) : when}</span>{" "}
        {scopeText(exclusion.scope, speech, 1)}
      </a>
    </li>
  );
}

function List(props: Parts) {
  const { model, speech, words } = props;
  const { exclusions, counts, filter, more, timeZone } = model;
  const { lang } = speech;
  const rest = { ...filter, state: null };
  const all = EXCLUSION_STATES.reduce((sum, state) => sum + counts[state], 0);
  const head = [words.when, words.kind, words.scope, words.reason, words.state, words.by];
  return (
    <section aria-labelledby="list-title">
      <div class="section-head">
        <h2 id="list-title">{words.list}</h2>
      </div>
      <nav class="tabs" aria-label={words.state}>
        <a
          href={pageHref("/exclusions", lang, givenOf(rest))}
          aria-current={filter.state === null ? "page" : undefined}
        >
          {`${words.all} (${all})`}
        </a>
        {EXCLUSION_STATES.map((state) => (
          <a
            href={pageHref("/exclusions", lang, givenOf({ ...rest, state }))}
            aria-current={filter.state === state ? "page" : undefined}
          >
            {`${words.states[state]} (${counts[state]})`}
          </a>
        ))}
      </nav>
      {exclusions.length === 0 ? (
        <p class="card empty">{all === 0 ? words.noneAtAll : words.none}</p>
      ) : (
        <div class="card">
          <table class="list" role="table">
            <ListHead texts={head} />
            <tbody role="rowgroup">
              {exclusions.map((exclusion) => (
                <Row {...{ exclusion, speech, words, timeZone }} />
              ))}
            </tbody>
          </table>
          {more > 0 ? <p class="more quiet">{words.more(more)}</p> : null}
        </div>
      )}
    </section>
  );
}

function Row(
  props: Omit<Parts, "model"> & { readonly exclusion: Exclusion; readonly timeZone: string },
) {
  const { exclusion, speech, words, timeZone } = props;
  const { id, kind, scope, fromMs, untilMs, reason, state, proposedBy } = exclusion;
  return (
    <tr role="row">
      <td role="cell">
        <a class="name" href={exclusionHref(speech.lang, id)}>
          <Span fromMs={fromMs} untilMs={untilMs} zone={timeZone} />
        </a>{" "}
        <Recurs exclusion={exclusion} words={words} />
      </td>
      <td role="cell">{words.kinds[kind]}</td>
      <td role="cell" class="wrap">
        {scopeText(scope, speech)}
      </td>
      <td role="cell" class="wrap">
        {reason.length > 160 ? `${reason.slice(0, 159)}…` : reason}
      </td>
      <td role="cell" class="badges">
        <StateBadge state={state} words={words} />
      </td>
      <td role="cell" data-label={words.by}>
        {proposedBy}
      </td>
    </tr>
  );
}
