import type { InboxLetter, InboxModel } from "../core/inbox-view.ts";
import type { Message } from "../core/message.ts";
import type { Lang, Reader } from "../core/views.ts";
import { renderDocument, Time, type Speech } from "./document.tsx";
import { FilterForm, Pairs, PostForm } from "./form-parts.tsx";
import { zoneLabel } from "./format.ts";
import { Badge, type IconName, type Tone } from "./icons.tsx";
import { inboxText, type InboxText } from "./inbox-text.ts";
import { malfunctionHref, pageHref } from "./links.ts";
import { messages } from "./text.ts";

type Parts = {
  readonly model: InboxModel;
  readonly speech: Speech;
  readonly words: InboxText;
  readonly reader: Reader;
};

/** What the address keeps of the filter. */
export function inboxQuery({ topic, unread }: InboxModel["filter"]) {
  return { ...(topic === null ? {} : { topic }), ...(unread ? { unread: "true" } : {}) };
}

/** The page at `/inbox`: letters that are new to the reader first. */
export function renderInbox(model: InboxModel, lang: Lang, reader: Reader): string {
  const { nowMs, timeZone, filter, letters, unread, last } = model;
  const speech: Speech = { lang, t: messages[lang] };
  const words = inboxText[lang];
  const parts: Parts = { model, speech, words, reader };
  const query = inboxQuery(filter);
  const names: Readonly<Record<string, string>> = words.topics;
  const isNarrow = filter.topic !== null || filter.unread;
  return renderDocument({
    reader,
    path: "/inbox",
    speech,
    title: words.inbox,
    otherHref: pageHref("/inbox", lang === "en" ? "zh" : "en", query),
    month: null,
    timeZoneNote: speech.t.zoneNote(zoneLabel(timeZone, nowMs)),
    children: (
      <>
        <div class="page-head">
          <div>
            <h1>{words.inbox}</h1>
            <p class="quiet">{`${words.lead} ${words.unreadCount(unread)}`}</p>
          </div>
          {unread === 0 ? null : (
            <div class="page-tools">
              <PostForm path="/inbox/read" lang={lang} reader={reader} class="plain-form">
                <Kept query={query} />
                <input type="hidden" name="last" value={String(last)} />
                <button type="submit" class="button">
                  {words.markAll}
                </button>
              </PostForm>
            </div>
          )}
        </div>
        <Tabs {...parts} />
        {model.topics.length < 2 && filter.topic === null ? null : (
          <FilterForm
            path="/inbox"
            lang={lang}
            keep={inboxQuery({ ...filter, topic: null })}
            filters={[
              {
                name: "topic",
                label: words.topic,
                value: filter.topic,
                choices: model.topics.map((value) => ({ value, text: names[value] ?? value })),
              },
            ]}
          />
        )}
        {letters.length === 0 ? (
          <p class="card empty">{isNarrow || unread > 0 ? words.none : words.noneAtAll}</p>
        ) : (
          <ul class="card letters">
            {letters.map((letter) => (
              <Letter {...{ ...parts, letter }} />
            ))}
          </ul>
        )}
        {model.isCut ? <p class="quiet small">{words.cut}</p> : null}
      </>
    ),
  });
}

/** What the page that follows is narrowed down by. */
function Kept({ query }: { readonly query: Readonly<Record<string, string>> }) {
  return (
    <>
      {Object.entries(query).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
    </>
  );
}

function Tabs({ model, speech, words }: Parts) {
  const { filter, unread } = model;
  const tabHref = (isNew: boolean) =>
    pageHref("/inbox", speech.lang, inboxQuery({ ...filter, unread: isNew }));
  return (
    <nav class="tabs" aria-label={words.inbox}>
      <a href={tabHref(false)} aria-current={filter.unread ? undefined : "page"}>
        {words.all}
      </a>
      <a href={tabHref(true)} aria-current={filter.unread ? "page" : undefined}>
        {`${words.onlyNew} (${unread})`}
      </a>
    </nav>
  );
}

const TONES: Readonly<
  Record<Message["severity"], { readonly icon: IconName; readonly tone: Tone }>
> = {
  critical: { icon: "missed", tone: "missed" },
  warning: { icon: "warn", tone: "minor" },
  info: { icon: "dash", tone: "quiet" },
};

function Letter(props: Parts & { readonly letter: InboxLetter }) {
  const { letter, model, speech, words, reader } = props;
  const { id, atMs, isNew, message } = letter;
  const isOver = message.status === "resolved";
  const look = isOver ? ({ icon: "check", tone: "good" } as const) : TONES[message.severity];
  const href = hrefOf(message, speech.lang);
  const kind = `${words.topics[message.topic]}, ${words.statuses[message.status]}`;
  return (
    <li class={isNew ? "letter new" : "letter"} id={`letter-${id}`}>
      <h2 lang={message.lang === "zh" ? "zh-CN" : "en"}>
        {isNew ? <span class="hidden">{`${words.isNew}: `}</span> : null}
        {href === null ? message.title : <a href={href}>{message.title}</a>}
      </h2>
      <p class="about">
        <Badge {...look} text={`${kind}${message.level === null ? "" : `, ${message.level}`}`} />
        <Time ms={atMs} zone={model.timeZone} />
      </p>
      <div class="letter-body">
        <p lang={message.lang === "zh" ? "zh-CN" : "en"}>{message.summary}</p>
        <Details {...props} />
      </div>
      {isNew ? (
        <div class="letter-tools">
          <PostForm
            path={`/inbox/${id}/read`}
            lang={speech.lang}
            reader={reader}
            class="plain-form"
          >
            <Kept query={inboxQuery(model.filter)} />
            <button type="submit" class="button" aria-label={`${words.markRead}: ${message.title}`}>
              {words.markRead}
            </button>
          </PostForm>
        </div>
      ) : null}
    </li>
  );
}

function Details({ letter, model, words }: Parts & { readonly letter: InboxLetter }) {
  const { message } = letter;
  const { facts, members, more } = message;
  const time = (text: string) => <Time ms={Date.parse(text)} zone={model.timeZone} />;
  const rows = [
    ...facts.map(({ label, value }) => [label, value] as const),
    [words.since, time(message.since)] as const,
    ...(message.until === null ? [] : [[words.until, time(message.until)] as const]),
  ];
  return (
    <details>
      <summary>
        {words.details}
        <span class="hidden">{`: ${message.title}`}</span>
      </summary>
      <Pairs rows={rows} />
      {members.length === 0 ? null : (
        <>
          <p class="small strong">{words.members}</p>
          <ul class="members-list">
            {members.map((member) => (
              <li class="wrap">{member}</li>
            ))}
            {more > 0 ? <li class="quiet">{words.more(more)}</li> : null}
          </ul>
        </>
      )}
    </details>
  );
}

/** The page that a letter is about; without the service's address, what its labels lead to. */
function hrefOf({ url, labels }: Message, lang: Lang): string | null {
  if (url !== null && /^https?:\/\//iu.test(url)) return url;
  const malfunction = labels["malfunction"] ?? "";
  return /^\d{1,9}$/u.test(malfunction) ? malfunctionHref(lang, Number(malfunction)) : null;
}
