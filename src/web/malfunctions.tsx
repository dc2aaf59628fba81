import type { ComponentChildren } from "preact";
import { SYSTEM } from "../core/access.ts";
import type { Incident } from "../core/incident.ts";
import { incidentTitle, responseText, scopeNames } from "../core/incident.ts";
import { LEVELS, type Malfunction, type MalfunctionRules } from "../core/malfunction.ts";
import { levelTexts } from "../core/malfunction-level-text.ts";
import { lengthText, malfunctionWords, type MalfunctionWords } from "../core/malfunction-text.ts";
import { malfunctionScope, type SeenMalfunction } from "../core/malfunction-view.ts";
import type { Lang, Reader } from "../core/views.ts";
import { renderDocument, Time, type Speech } from "./document.tsx";
import { ListHead } from "./form-parts.tsx";
import { zoneLabel } from "./format.ts";
import { Badge, type IconName, type Tone } from "./icons.tsx";
import { givenOf, incidentHref, malfunctionHref, malfunctionsHref, pageHref } from "./links.ts";
import { MalfunctionFilters, OpenLink, type MalfunctionList } from "./malfunctions-filters.tsx";
import { malfunctionFormText } from "./malfunctions-form-text.ts";
import { MalfunctionOutages } from "./malfunctions-outages.tsx";
import { MalfunctionSteps, NO_STEP, type TypedStep } from "./malfunctions-steps.tsx";
import { reportsText } from "./reports-text.ts";
import { messages } from "./text.ts";

type Clockwork = {
  readonly nowMs: number;
  readonly timeZone: string;
  /** What makes a level; absent where it is not told. */
  readonly rules?: MalfunctionRules;
};
type Words = { readonly words: MalfunctionWords; readonly speech: Speech } & Clockwork;

/** More would make a page that nobody reads. */
const MOST_ROWS = 500;

type ListModel = Clockwork & {
  readonly malfunctions: readonly SeenMalfunction[];
  /** Absent where nothing can be chosen. */
  readonly list?: MalfunctionList;
};

/** The page at `/malfunctions`: those that are not over first, the worst before the others. */
export function renderMalfunctions(
  model: ListModel,
  lang: Lang,
  reader: Reader | null = null,
): string {
  const { nowMs, timeZone } = model;
  const speech: Speech = { lang, t: messages[lang] };
  const words = malfunctionWords[lang];
  const all = model.malfunctions.toSorted((a, b) => rankOf(a) - rankOf(b));
  const shown = all.slice(0, MOST_ROWS);
  const more = all.length - shown.length;
  const isNarrow = Object.keys(givenOf(model.list?.filter ?? {})).length > 0;
  return renderDocument({
    reader,
    path: "/malfunctions",
    speech,
    title: words.malfunctions,
    otherHref: pageHref(
      "/malfunctions",
      lang === "en" ? "zh" : "en",
      givenOf(model.list?.filter ?? {}),
    ),
    month: null,
    timeZoneNote: speech.t.zoneNote(zoneLabel(timeZone, nowMs)),
    children: (
      <>
        <div class="page-head">
          <h1>{words.malfunctions}</h1>
          <OpenLink reader={reader} lang={lang} />
        </div>
        {model.list === undefined ? null : <MalfunctionFilters list={model.list} lang={lang} />}
        <section aria-label={words.malfunctions}>
          {shown.length === 0 ? (
            <p class="card empty">{isNarrow ? malfunctionFormText[lang].noneHere : words.none}</p>
          ) : (
            <MalfunctionTable {...{ shown, words, speech, nowMs, timeZone }} />
          )}
          {more > 0 ? <p class="quiet">{words.more(more)}</p> : null}
        </section>
        <LevelsNote rules={model.rules} lang={lang} />
      </>
    ),
  });
}

const RANKS = { open: 0, restored: 1, closed: 2 } as const;
const rankOf = ({ malfunction: { state, level } }: SeenMalfunction) =>
  RANKS[state] * LEVELS.length + (state === "open" ? LEVELS.indexOf(level) : 0);

function MalfunctionTable(props: Words & { readonly shown: readonly SeenMalfunction[] }) {
  const { shown, words, speech, nowMs, timeZone } = props;
  const head = [
    words.no,
    words.level,
    words.state,
    words.what,
    words.from,
    words.length,
    words.owner,
  ];
  return (
    <div class="card">
      <table class="list" role="table">
        <ListHead texts={head} />
        <tbody role="rowgroup">
          {shown.map((seen) => {
            const { id, level, state, beganAtMs, restoredAtMs, owner } = seen.malfunction;
            return (
              <tr role="row">
                <td role="cell">{id}</td>
                <td role="cell" class="badges">
                  <Level level={level} words={words} />
                </td>
                <td role="cell" class="badges">
                  <State state={state} words={words} />
                </td>
                <td role="cell">
                  <a class="name" href={malfunctionHref(speech.lang, id)}>
                    {incidentTitle(seen, speech.lang)}
                  </a>{" "}
                  <span class="members quiet">{malfunctionScope(seen).accounts.join(", ")}</span>
                </td>
                <td role="cell">
                  <Time ms={beganAtMs} zone={timeZone} />
                </td>
                <td role="cell" data-label={words.length}>
                  {lengthText((restoredAtMs ?? nowMs) - beganAtMs, words)}
                </td>
                <td role="cell" data-label={owner === null ? undefined : words.owner}>
                  {owner ?? ""}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

const LEVEL_LOOK: Readonly<
  Record<Malfunction["level"], { readonly icon: IconName; readonly tone: Tone }>
> = {
  P1: { icon: "missed", tone: "missed" },
  P2: { icon: "missed", tone: "missed" },
  P3: { icon: "warn", tone: "minor" },
  P4: { icon: "warn", tone: "minor" },
};
const STATE_LOOK: Readonly<
  Record<Malfunction["state"], { readonly icon: IconName; readonly tone: Tone }>
> = {
  open: { icon: "down", tone: "missed" },
  restored: { icon: "check", tone: "good" },
  closed: { icon: "dash", tone: "quiet" },
};

/** What the letters and numbers mean, for who reads them for the first time. */
function LevelsNote(props: { readonly rules: MalfunctionRules | undefined; readonly lang: Lang }) {
  const { rules, lang } = props;
  if (rules === undefined) return null;
  const { title, note, levels } = levelTexts(rules, lang);
  return (
    <section aria-labelledby="levels-title">
      <h2 id="levels-title">{title}</h2>
      {note === null ? null : <p class="quiet small">{note}</p>}
      <dl class="levels">
        {levels.map(({ level, what, within }) => (
          <div>
            <dt>
              <Level level={level} words={malfunctionWords[lang]} />
            </dt>
            <dd>
              {what} <span class="quiet">· {within}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Level(props: { readonly level: Malfunction["level"]; readonly words: MalfunctionWords }) {
  return <Badge {...LEVEL_LOOK[props.level]} text={props.words.levels[props.level]} />;
}

function State(props: { readonly state: Malfunction["state"]; readonly words: MalfunctionWords }) {
  return <Badge {...STATE_LOOK[props.state]} text={props.words.states[props.state]} />;
}

/** What people wrote, as HTML that was made safe; null where it is not written. */
type ReviewHtml = Readonly<Record<"cause" | "impact" | "resolution" | "followUps", string | null>>;

export type MalfunctionModel = SeenMalfunction &
  Clockwork &
  Pick<Incident, "inTime"> & {
    readonly timeline: readonly (Incident["timeline"][number] & { readonly html: string | null })[];
    readonly related: readonly Malfunction[];
    readonly review: ReviewHtml;
    /** A step that was sent back. */
    readonly typed?: TypedStep;
  };

/** The page at `/malfunctions/7`. */
export function renderMalfunction(
  model: MalfunctionModel,
  lang: Lang,
  reader: Reader | null = null,
): string {
  const { nowMs, timeZone, malfunction } = model;
  const { id } = malfunction;
  const speech: Speech = { lang, t: messages[lang] };
  const words = malfunctionWords[lang];
  const title = incidentTitle(model, lang);
  const own = { words, speech, nowMs, timeZone };
  const isReviewed = REVIEW_PARTS.some((part) => model.review[part] !== null);
  return renderDocument({
    reader,
    path: "/malfunctions",
    speech,
    title: `${words.name(id)}${lang === "zh" ? "：" : ": "}${title}`,
    otherHref: malfunctionHref(lang === "en" ? "zh" : "en", id),
    month: null,
    timeZoneNote: speech.t.zoneNote(zoneLabel(timeZone, nowMs)),
    children: (
      <>
        <p class="crumbs">
          <a href={malfunctionsHref(lang)}>{words.all}</a>
          <span class="fact">{words.name(id)}</span>
          <span class="fact">
            <Level level={malfunction.level} words={words} />
          </span>
          <span class="fact">
            <State state={malfunction.state} words={words} />
          </span>
        </p>
        <div class="page-head">
          <h1>{title}</h1>
          <div class="page-tools">
            <span class="quiet">{words.download}</span>
            {(["html", "md", "json"] as const).map((format) => (
              <a class="button" href={incidentHref(lang, id, format)}>
                {FORMAT_NAMES[format]}
              </a>
            ))}
          </div>
        </div>
        <div class="columns act-first">
          <div class="stack">
            {isReviewed ? <Review model={model} words={words} /> : null}
            <MalfunctionOutages outages={model.outages} {...own} reader={reader} />
            <Timeline model={model} {...own} />
            {isReviewed ? null : <Review model={model} words={words} />}
          </div>
          <div class="stack">
            {reader === null ? null : (
              <MalfunctionSteps {...{ malfunction, lang, reader, typed: model.typed ?? NO_STEP }} />
            )}
            <Facts model={model} {...own} />
            <Related model={model} {...own} />
          </div>
        </div>
      </>
    ),
  });
}

const FORMAT_NAMES = { html: "HTML", md: "Markdown", json: "JSON" } as const;

function Facts({
  model,
  words,
  speech,
  nowMs,
  timeZone,
}: Words & { readonly model: MalfunctionModel }) {
  const { malfunction } = model;
  const { beganAtMs, restoredAtMs, respondByMs, reference, owner } = malfunction;
  const { accounts } = malfunctionScope(model);
  const { products, regions } = scopeNames(model, speech.lang);
  const rows: readonly (readonly [string, ComponentChildren])[] = [
    [words.level, levelText(model, speech.lang)],
    [words.from, <Time ms={beganAtMs} zone={timeZone} />],
    [words.until, restoredAtMs === null ? words.lasts : <Time ms={restoredAtMs} zone={timeZone} />],
    [words.length, lengthText((restoredAtMs ?? nowMs) - beganAtMs, words)],
    [words.respondBy, <Time ms={respondByMs} zone={timeZone} />],
    [words.acknowledged, responseText(model, words)],
    [words.owner, owner ?? words.nobody],
    [words.origin, words.origins[malfunction.origin]],
    ...(reference === null ? [] : [[words.reference, reference] as const]),
    [words.accounts, listText(accounts, words)],
    [words.products, listText(products, words)],
    [words.regions, listText(regions, words)],
  ];
  return (
    <section class="card pad" aria-labelledby="facts-title">
      <h2 id="facts-title">{words.scope}</h2>
      <dl class="pairs">
        {rows.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** "P4: any other outage", or who set it. */
function levelText({ malfunction, rules }: MalfunctionModel, lang: Lang): string {
  const { level, levelBy } = malfunction;
  if (levelBy !== "rules") return malfunctionWords[lang].levelSetBy(level, levelBy);
  const told = rules && levelTexts(rules, lang).levels.find((one) => one.level === level);
  return told === undefined ? level : `${level}${lang === "zh" ? "：" : ": "}${told.what}`;
}

function listText(names: readonly string[], { comma }: MalfunctionWords): string {
  return names.length === 0 ? "–" : names.join(comma);
}

const REVIEW_PARTS = ["cause", "impact", "resolution", "followUps"] as const;

function Review({ model, words }: Pick<Words, "words"> & { readonly model: MalfunctionModel }) {
  const isEmpty = REVIEW_PARTS.every((part) => model.review[part] === null);
  return (
    <section class="card pad" aria-labelledby="review-title">
      <h2 id="review-title">{words.review}</h2>
      {isEmpty ? <p class="quiet">{words.notWritten}</p> : null}
      {(isEmpty ? [] : REVIEW_PARTS).map((part) => (
        <div class="review-part">
          <h3>{words[part]}</h3>
          <Prose html={model.review[part]} otherwise={words.notWritten} />
        </div>
      ))}
    </section>
  );
}

function Prose(props: { readonly html: string | null; readonly otherwise: string }) {
  if (props.html === null) return <p class="quiet">{props.otherwise}</p>;
  // Made by markdown-it from Markdown, without the writer's own HTML.
  return <div class="prose" dangerouslySetInnerHTML={{ __html: props.html }} />;
}

function Timeline({
  model,
  words,
  speech,
  timeZone,
}: Words & { readonly model: MalfunctionModel }) {
  return (
    <section class="card pad" aria-labelledby="timeline-title">
      <h2 id="timeline-title">{words.timeline}</h2>
      <ol class="steps">
        {model.timeline.map(({ atMs, kind, by, text, html }) => (
          <li>
            <span class="quiet">
              <Time ms={atMs} zone={timeZone} seconds />
            </span>
            <div>
              <span class="strong">{words.kinds[kind]}</span>
              {html === null && text !== null ? ` ${text}` : ""}
              {by === null ? null : (
                <span class="quiet">
                  {" "}
                  {by === SYSTEM.name ? reportsText[speech.lang].bySystem : by}
                </span>
              )}
              {html === null ? null : <Prose html={html} otherwise="" />}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Related({ model, words, speech }: Words & { readonly model: MalfunctionModel }) {
  if (model.related.length === 0) return null;
  return (
    <section class="card pad" aria-labelledby="related-title">
      <h2 id="related-title">{words.related}</h2>
      <ul>
        {model.related.slice(0, MOST_ROWS).map(({ id, level, title }) => (
          <li>
            <a href={malfunctionHref(speech.lang, id)}>{title ?? words.name(id)}</a>{" "}
            <Level level={level} words={words} />
          </li>
        ))}
      </ul>
    </section>
  );
}
