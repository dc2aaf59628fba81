import type { Lang, Reader } from "../core/views.ts";
import { renderDocument, Time, type Speech } from "./document.tsx";
import { ListHead, Pairs, PostForm } from "./form-parts.tsx";
import { zoneLabel } from "./format.ts";
import { pageHref } from "./links.ts";
import { Alert, NewPassword, SecretField } from "./login-fields.tsx";
import { loginText, roleWord, type LoginText } from "./login-text.ts";
import { messages } from "./text.ts";

export type MineModel = {
  readonly name: string;
  readonly role: string;
  /** Of an account manager; else empty. */
  readonly accounts: readonly string[];
  /** The provider; null for a password here. */
  readonly issuer: string | null;
  readonly timeZone: string;
  readonly nowMs: number;
  readonly sessions: readonly {
    readonly id: number;
    readonly createdAtMs: number;
    readonly expiresAtMs: number;
    readonly origin: string;
    readonly agent: string;
    readonly isThis: boolean;
  }[];
  readonly done: "password" | null;
  /** What is wrong with the other password. */
  readonly problem: "present" | "again" | "password" | "failed" | "busy" | null;
  readonly seconds: number;
};

type Shown = {
  readonly model: MineModel;
  readonly lang: Lang;
  readonly reader: Reader;
  readonly t: LoginText;
};

/** The page at `/login/mine`: one's own login. */
export function renderMine(model: MineModel, lang: Lang, reader: Reader): string {
  const t = loginText[lang];
  const speech: Speech = { lang, t: messages[lang] };
  const shown = { model, lang, reader, t };
  const rows = [
    [t.name, model.name],
    [t.role, roleWord(model.role, lang)],
    ...(model.role === "account-manager"
      ? ([[t.accounts, model.accounts.join(", ")]] as const)
      : []),
    [t.provenBy, model.issuer ?? t.ownPassword],
  ] as const;
  return renderDocument({
    reader,
    path: "/login/mine",
    speech,
    title: t.mineTitle,
    otherHref: pageHref("/login/mine", lang === "en" ? "zh" : "en"),
    month: null,
    timeZoneNote: speech.t.zoneNote(zoneLabel(model.timeZone, model.nowMs)),
    children: (
      <>
        <div class="page-head">
          <h1>{t.mineTitle}</h1>
        </div>
        {model.done === null ? null : (
          <p class="told" role="status">
            {t.changed}
          </p>
        )}
        <div class="columns">
          <div class="stack">
            <Sessions {...shown} />
          </div>
          <div class="stack">
            <section class="card pad" aria-labelledby="who-title">
              <h2 id="who-title">{t.who}</h2>
              <Pairs rows={rows} />
            </section>
            <Password {...shown} />
          </div>
        </div>
      </>
    ),
  });
}

function Sessions({ model, lang, reader, t }: Shown) {
  const { timeZone, sessions } = model;
  return (
    <section aria-labelledby="sessions-title">
      <div class="section-head">
        <h2 id="sessions-title">{t.sessions}</h2>
      </div>
      <div class="card">
        <table class="list" role="table">
          <ListHead texts={[t.begun, t.until, t.origin, t.agent, t.act]} />
          <tbody role="rowgroup">
            {sessions.map(({ id, createdAtMs, expiresAtMs, origin, agent, isThis }) => (
              <tr role="row">
                <td role="cell">
                  <Time ms={createdAtMs} zone={timeZone} />
                </td>
                <td role="cell" data-label={t.until}>
                  <Time ms={expiresAtMs} zone={timeZone} />
                </td>
                <td role="cell">
                  {origin} {isThis ? <span class="pill">{t.thisOne}</span> : null}
                </td>
                <td role="cell" class="wrap quiet small">
                  {agent}
                </td>
                <td role="cell">
                  {isThis ? null : (
                    <PostForm
                      path={`/login/mine/end/${id}`}
                      {...{ lang, reader, class: "inline", label: t.endLabel(origin) }}
                    >
                      <button type="submit" class="button" aria-label={t.endLabel(origin)}>
                        {t.end}
                      </button>
                    </PostForm>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <div class="more">
          <PostForm path="/login/mine/end-all" {...{ lang, reader, class: "actions" }}>
            <button type="submit" class="button danger">
              {t.endAll}
            </button>
            <span class="quiet small">{t.endAllNote}</span>
          </PostForm>
        </div>
      </div>
    </section>
  );
}

function Password({ model, lang, reader, t }: Shown) {
  const { issuer, name, problem, seconds } = model;
  const general =
    problem === "failed"
      ? t.failed(Math.max(1, Math.ceil(seconds / 60)))
      : problem === "busy"
        ? t.busy
        : null;
  const wrong = problem === "password" || problem === "again" ? problem : null;
  return (
    <section class="card pad" aria-labelledby="password-title">
      <h2 id="password-title">{t.changeTitle}</h2>
      {issuer === null ? (
        <>
          <p class="quiet small">{t.changeNote}</p>
          <Alert text={general} />
          <PostForm path="/login/mine/password" {...{ lang, reader }}>
            <input type="text" name="username" value={name} autocomplete="username" hidden />
            <SecretField
              id="present"
              name="present"
              label={t.present}
              kind="current-password"
              problem={problem === "present" ? t.badPresent : null}
            />
            <NewPassword t={t} label={t.fresh} wrong={wrong} />
            <div class="actions">
              <button type="submit" class="button primary">
                {t.change}
              </button>
            </div>
          </PostForm>
        </>
      ) : (
        <p>{t.changeElsewhere(issuer)}</p>
      )}
    </section>
  );
}
