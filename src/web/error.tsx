import type { Lang, Reader } from "../core/views.ts";
import { renderDocument } from "./document.tsx";
import { inLang, loginHref, overviewHref, pageHref } from "./links.ts";
import { NOBODY } from "./nav.tsx";
import { navText } from "./nav-text.ts";
import { problemText } from "./problem-text.ts";
import { messages } from "./text.ts";

export type ShownError = {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** The path that was asked for, with its query. */
  readonly here?: string;
};

/**
 * A page for an error; known statuses have a title of their own in both languages. To a reader who
 * is known it shows the way to the other pages.
 */
export function renderError(error: ShownError, lang: Lang, reader: Reader | null = null): string {
  const t = messages[lang];
  const title = t.errorTitles[error.status] ?? error.title;
  // While nobody has access there is nobody to log in as.
  const isUnset = reader?.name === NOBODY && (error.status === 403 || error.status === 409);
  const help = isUnset ? navText[lang].unset : t.errorHelp[error.status];
  const said = problemText(error.detail, lang);
  return renderDocument({
    reader,
    path: "",
    speech: { lang, t },
    title,
    otherHref: inLang(error.here ?? "/", lang === "en" ? "zh" : "en"),
    month: null,
    timeZoneNote: null,
    children: (
      <div class="error">
        <p class="error-status">{t.statusCode(error.status)}</p>
        <h1>{title}</h1>
        {help === undefined ? null : <p>{help}</p>}
        {error.detail === "" || error.status >= 500 || isUnset ? null : (
          <p class="quiet small" lang={said.lang}>
            {said.text}
          </p>
        )}
        <p class="page-tools">
          {error.status === 401 ? (
            <a class="button primary" href={loginHref(lang)}>
              {navText[lang].logIn}
            </a>
          ) : null}
          {isUnset ? (
            <a class="button primary" href={pageHref("/setup", lang)}>
              {navText[lang].setUp}
            </a>
          ) : null}
          <a class="button" href={overviewHref(lang)}>
            {t.backToOverview}
          </a>
          {reader !== null && error.status === 404 ? (
            <a class="button" href={pageHref("/search", lang)}>
              {navText[lang].search}
            </a>
          ) : null}
        </p>
      </div>
    ),
  });
}
