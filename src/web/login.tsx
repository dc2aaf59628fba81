import type { ComponentChildren } from "preact";
import type { Lang } from "../core/views.ts";
import { renderDocument } from "./document.tsx";
import { pageHref } from "./links.ts";
import { Alert, FIRST_ADMIN, SecretField } from "./login-fields.tsx";
import { loginText, type LoginText } from "./login-text.ts";
import { loginScript } from "./scripts.ts";
import { messages } from "./text.ts";

export type LoginModel = {
  /** A path of ours. */
  readonly next: string;
  /** There was a login, which is over. */
  readonly ended: boolean;
  /** As it was typed. */
  readonly name: string;
  readonly refused: "wrong" | "failed" | "busy" | null;
  /** Until it may be tried again. */
  readonly seconds: number;
  /** What the OpenID provider is called; null without one. */
  readonly provider: string | null;
  /** Nobody has access yet: set up from here, or elsewhere. */
  readonly first: "here" | "elsewhere" | null;
};

const otherOf = (lang: Lang): Lang => (lang === "en" ? "zh" : "en");
const nextOf = ({ next }: Pick<LoginModel, "next">) => (next === "/" ? {} : { next });

/** The page at `/login`. */
export function renderLogin(model: LoginModel, lang: Lang): string {
  const t = loginText[lang];
  const { provider, first } = model;
  return narrowPage({
    lang,
    title: t.title,
    otherHref: pageHref("/login", otherOf(lang), nextOf(model)),
    scripts: provider === null ? [] : [loginScript.path],
    children: (
      <>
        {model.ended ? <p class="told">{t.ended}</p> : null}
        {first === null ? null : <First first={first} lang={lang} />}
        {provider === null ? null : (
          <>
            <a
              class="button primary wide-button"
              href={pageHref("/login/oidc", lang, nextOf(model))}
            >
              {t.provider(provider)}
            </a>
            <p class="or quiet">{t.or}</p>
          </>
        )}
        <Alert text={refusalOf(model, t)} />
        {/* Without an action it goes to this very address, with the place on the page behind "#". */}
        <form class="form" method="post">
          <SecretField id="name" name="name" label={t.name} kind="username" value={model.name} />
          <SecretField id="password" name="password" label={t.password} kind="current-password" />
          <button type="submit" class={provider === null ? "button primary" : "button"}>
            {t.enter}
          </button>
        </form>
        <p class="quiet small">{t.forgotten}</p>
      </>
    ),
  });
}

function refusalOf({ refused, seconds }: LoginModel, t: LoginText): string | null {
  if (refused === "failed") return t.failed(Math.max(1, Math.ceil(seconds / 60)));
  return refused === null ? null : t[refused];
}

function First({ first, lang }: { readonly first: "here" | "elsewhere"; readonly lang: Lang }) {
  const t = loginText[lang];
  if (first === "here") {
    return (
      <p class="told">
        {t.firstHere} <a href={pageHref("/setup", lang)}>{t.firstLink}</a>
      </p>
    );
  }
  return (
    <div class="told">
      <p>{t.firstElsewhere}</p>
      <p>
        <code>{FIRST_ADMIN}</code>
      </p>
    </div>
  );
}

/** After the way out, while the provider's login is ended too. */
export function renderLoggedOut(
  { href, label }: { readonly href: string; readonly label: string },
  lang: Lang,
): string {
  const t = loginText[lang];
  return narrowPage({
    lang,
    title: t.outTitle,
    otherHref: pageHref("/login", otherOf(lang)),
    children: (
      <>
        <p>{t.outNote(label)}</p>
        <p>
          <a class="button primary" href={href}>
            {t.outLink(label)}
          </a>
        </p>
      </>
    ),
  });
}

export type OidcRefusal = keyof LoginText["refusals"];

/** Somebody came from the provider, or should have gone there, and did not get in. */
export function renderOidcRefusal(
  { why, label }: { readonly why: OidcRefusal; readonly label: string },
  lang: Lang,
): string {
  const t = loginText[lang];
  return narrowPage({
    lang,
    title: t.refusedTitle,
    otherHref: pageHref("/login", otherOf(lang)),
    children: (
      <>
        <p role="alert">{t.refusals[why](label)}</p>
        <p>
          <a class="button primary" href={pageHref("/login", lang)}>
            {t.again}
          </a>
        </p>
      </>
    ),
  });
}

/** A page of one narrow column, for who is nobody yet. */
export function narrowPage(page: {
  readonly lang: Lang;
  readonly title: string;
  readonly otherHref: string;
  readonly scripts?: readonly string[];
  readonly children: ComponentChildren;
}): string {
  const { lang, title, otherHref, scripts = [], children } = page;
  return renderDocument({
    reader: null,
    path: "",
    speech: { lang, t: messages[lang] },
    title,
    otherHref,
    scripts,
    month: null,
    timeZoneNote: null,
    children: (
      <div class="login card pad">
        <h1>{title}</h1>
        {children}
      </div>
    ),
  });
}
