import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import { stageOf } from "../core/month-stage.ts";
import type { Frame, Lang, Reader } from "../core/views.ts";
import { instant, monthName, zoneLabel } from "./format.ts";
import { Icon } from "./icons.tsx";
import { overviewHref, pageHref, reportHref } from "./links.ts";
import { LiveMark } from "./live-part.tsx";
import type { Messages } from "./messages.ts";
import { Nav, ReaderTools, Search } from "./nav.tsx";
import { menuScript } from "./scripts.ts";
import { stylesheet } from "./style.ts";

/** What every part of a page needs to speak. */
export type Speech = { readonly lang: Lang; readonly t: Messages };

/** The mark: four bars, one of them short. */
const MARK = "M2 3h3v14H2zM7 3h3v14H7zM12 11h3v6h-3zM17 3h3v14h-3z";
const ICON_HREF = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 22 20"><path fill="#2f8f66" d="${MARK}"/></svg>`,
)}`;

type PageProps = {
  readonly speech: Speech;
  readonly reader: Reader | null;
  readonly path: string;
  readonly title: string;
  readonly otherHref: string;
  readonly month: string | null;
  readonly timeZoneNote: string | null;
  /** Addresses of modules that make the page more; without them nothing is missed. */
  readonly scripts?: readonly string[];
  /** After how long it is asked for again where no scripts run. */
  readonly refreshSeconds?: number;
  /** Of style sheets beside the one of all pages. */
  readonly styles?: readonly string[];
  readonly children: ComponentChildren;
};

/**
 * A complete document. `otherHref`: the same page in the other language; `path`: its entry in the
 * navigation; `reader`: null for a page that is shown without a login.
 */
export function renderDocument(page: PageProps): string {
  const { t } = page.speech;
  const html = (
    <html lang={t.htmlLang}>
      <Head page={page} />
      <body>
        <a class="skip" href="#main">
          {t.skip}
        </a>
        <Top page={page} />
        <main id="main" class="wide" tabIndex={-1}>
          {page.children}
        </main>
        {page.timeZoneNote === null ? null : (
          <footer class="wide foot">
            <p>{`${t.cutNote} ${page.timeZoneNote}`}</p>
          </footer>
        )}
      </body>
    </html>
  );
  return `<!doctype html>${renderToString(html)}`;
}

function Head({ page }: { readonly page: PageProps }) {
  const scripts = [...(page.reader === null ? [] : [menuScript.path]), ...(page.scripts ?? [])];
  return (
    <head>
      <meta charset="utf-8" />
      <title>{`${page.title} · nines`}</title>
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <Refresh seconds={page.refreshSeconds} />
      <link rel="icon" href={ICON_HREF} />
      <link rel="stylesheet" href={stylesheet.path} />
      {page.styles?.map((path) => (
        <link rel="stylesheet" href={path} />
      ))}
      {scripts.map((path) => (
        <script type="module" src={path} />
      ))}
    </head>
  );
}

/** The mark, what belongs to the reader, and the way to the other pages. */
function Top({ page }: { readonly page: PageProps }) {
  const { speech, reader } = page;
  const { lang, t } = speech;
  const home = overviewHref(lang, page.month === null ? {} : { month: page.month });
  return (
    <header class="top">
      <div class="wide top-row">
        <a class="brand" href={home}>
          <svg viewBox="0 0 22 20" width="22" height="20" aria-hidden="true">
            <path class="s-good" fill="currentColor" d={MARK} />
          </svg>
          nines
        </a>
        <span class="tagline">{t.tagline}</span>
        {reader === null ? null : <Search reader={reader} lang={lang} />}
        <div class="top-links">
          {reader === null ? null : <ReaderTools reader={reader} lang={lang} />}
          <a href="/docs">{t.apiDocs}</a>
          <a href={page.otherHref} lang={lang === "en" ? "zh-CN" : "en"}>
            {t.otherLanguage}
          </a>
        </div>
      </div>
      {reader === null ? null : <Nav reader={reader} lang={lang} path={page.path} />}
    </header>
  );
}

function Refresh({ seconds }: { readonly seconds: number | undefined }) {
  if (seconds === undefined) return null;
  return (
    <noscript>
      <meta http-equiv="refresh" content={String(seconds)} />
    </noscript>
  );
}

export function Notices({ frame, speech }: { readonly frame: Frame; readonly speech: Speech }) {
  const { t } = speech;
  const { filling } = frame;
  const notices = [
    frame.sandbox ? t.sandbox : "",
    frame.openAccess ? t.openAccess : "",
    filling === null ? "" : t.filling(filling.done, filling.total),
  ].filter((text) => text !== "");
  if (notices.length === 0) return null;
  return (
    <aside class="notice" aria-label={notices[0]?.split(/[:：]/)[0] ?? ""}>
      {notices.map((text) => (
        <p>{text}</p>
      ))}
      {filling === null ? null : (
        <progress
          max={filling.total}
          value={filling.done}
          aria-label={t.filling(filling.done, filling.total)}
        />
      )}
    </aside>
  );
}

/** Month, neighbours and picker; `hrefOf` gives the page of another month. */
export function MonthNav(props: {
  readonly frame: Frame;
  readonly speech: Speech;
  readonly hrefOf: (month: string) => string;
}) {
  const { frame, speech, hrefOf } = props;
  const { t } = speech;
  const months = frame.months.toSorted().toReversed();
  const previous = months.find((month) => month < frame.month);
  const next = months.findLast((month) => month > frame.month);
  return (
    <nav class="months" aria-label={t.months}>
      <Step month={previous} label={t.previousMonth} {...{ t, hrefOf }} mark="‹" />
      <details class="picker">
        <summary>
          <span class="hidden">{t.chooseMonth}: </span>
          {monthName(frame.month, t)}
        </summary>
        <ul>
          {months.map((month) => (
            <li>
              <a href={hrefOf(month)} aria-current={month === frame.month ? "page" : undefined}>
                {monthName(month, t)}
              </a>
            </li>
          ))}
        </ul>
      </details>
      <Step month={next} label={t.nextMonth} {...{ t, hrefOf }} mark="›" />
    </nav>
  );
}

function Step(props: {
  readonly month: string | undefined;
  readonly label: (month: string) => string;
  readonly t: Messages;
  readonly hrefOf: (month: string) => string;
  readonly mark: string;
}) {
  const { month, label, t, hrefOf, mark } = props;
  if (month === undefined) {
    return (
      <span class="step off" aria-hidden="true">
        {mark}
      </span>
    );
  }
  const text = label(monthName(month, t));
  return (
    <a class="step" href={hrefOf(month)} aria-label={text} title={text}>
      {mark}
    </a>
  );
}

/** "Running month · settled until … · times in …"; of a month that is over no later instant tells. */
export function MonthState({ frame, speech }: { readonly frame: Frame; readonly speech: Speech }) {
  const { t } = speech;
  const stage = stageOf(frame);
  const state = stage === "closed" ? t.closed(frame.revision) : t.stages[stage];
  return (
    <p class="state-line">
      <span class={`pill ${stage}`}>{state}</span>{" "}
      {stage === "running" ? (
        <span>
          {t.settledUntil} <Time ms={frame.settledUntilMs} zone={frame.timeZone} />
        </span>
      ) : null}{" "}
      <span>{t.timesIn(zoneLabel(frame.timeZone, frame.settledUntilMs))}</span>{" "}
      <LiveMark lang={speech.lang} />
    </p>
  );
}

export function Time(props: {
  readonly ms: number;
  readonly zone: string;
  readonly seconds?: boolean;
}) {
  return (
    <time dateTime={new Date(props.ms).toISOString()}>
      {instant(props.ms, props.zone, props.seconds)}
    </time>
  );
}

export function ReportLinks(props: {
  readonly speech: Speech;
  readonly month: string;
  readonly account?: string;
}) {
  const { lang, t } = props.speech;
  const query = props.account === undefined ? {} : { account: props.account };
  // Without an account the list: not everybody may read the report of all.
  const page =
    props.account === undefined
      ? pageHref("/reports", lang, { month: props.month })
      : pageHref(`/reports/${props.month}`, lang, query);
  return (
    <>
      <a class="button" href={page} title={t.reportPageNote}>
        {t.reportPage}
      </a>
      <a class="button aside" href={reportHref(props.month, { format: "json", ...query })}>
        {t.reportAs("JSON")}
      </a>
      <a class="button aside" href={reportHref(props.month, { format: "csv", ...query })}>
        {t.reportAs("CSV")}
      </a>
    </>
  );
}

export function Good({ text }: { readonly text: string }) {
  return (
    <p class="all-good">
      <span class="t-good">
        <Icon name="check" />
      </span>{" "}
      {text}
    </p>
  );
}
