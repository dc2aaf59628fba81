import type { Lang, Reader } from "../core/views.ts";
import { RoleFields } from "./access-fields.tsx";
import { Tokens, Users } from "./access-lists.tsx";
import type { AccessModel, AccessShown } from "./access-model.ts";
import { accessText } from "./access-text.ts";
import { renderDocument, type Speech } from "./document.tsx";
import { PostForm, Refusal, TextField } from "./form-parts.tsx";
import { zoneLabel } from "./format.ts";
import { pageHref } from "./links.ts";
import { SecretField } from "./login-fields.tsx";
import { messages } from "./text.ts";

/** The page at `/access`: users and tokens. */
export function renderAccess(model: AccessModel, lang: Lang, reader: Reader): string {
  const t = accessText[lang];
  const speech: Speech = { lang, t: messages[lang] };
  const shown = { model, lang, reader, t };
  return renderDocument({
    reader,
    path: "/access",
    speech,
    title: t.title,
    otherHref: pageHref("/access", lang === "en" ? "zh" : "en"),
    month: null,
    timeZoneNote: speech.t.zoneNote(zoneLabel(model.timeZone, model.nowMs)),
    children: (
      <>
        <div class="page-head">
          <div>
            <h1>{t.title}</h1>
            <p class="quiet">{t.lead}</p>
          </div>
        </div>
        <Secret {...shown} />
        <div class="columns">
          <div class="stack">
            <Users {...shown} />
            <Tokens {...shown} />
          </div>
          <div class="stack">
            <AddUser {...shown} />
            <AddToken {...shown} />
          </div>
        </div>
      </>
    ),
  });
}

function Secret({ model: { secret }, t }: AccessShown) {
  if (secret === null) return null;
  const { kind, name, text } = secret;
  const notes = { user: t.secretUser, password: t.secretPassword, token: t.secretToken };
  return (
    <section class="card pad" role="status" aria-labelledby="secret-title">
      <h2 id="secret-title">{t.secretTitle}</h2>
      <p>{notes[kind](name)}</p>
      <code class="secret">{text}</code>
    </section>
  );
}

const USER_PLACES = ["name", "role", "accounts", "password"];
const TOKEN_PLACES = ["name", "role", "accounts", "expires"];

function AddUser({ model: { user: typed }, lang, reader, t }: AccessShown) {
  const field = { typed, lang };
  const wrong = typed.problems.filter(({ place }) => place === "password");
  return (
    <section class="card pad" aria-labelledby="add-user-title" id="add-user">
      <h2 id="add-user-title">{t.addUser}</h2>
      <Refusal {...field} places={USER_PLACES} />
      <PostForm path="/access/users" {...{ lang, reader }}>
        <TextField
          {...field}
          id="user-name"
          name="name"
          label={t.name}
          hint={t.nameHint}
          required
        />
        <RoleFields {...field} id="user" t={t} />
        <SecretField
          id="user-password"
          name="password"
          label={t.password}
          kind="new-password"
          hint={t.passwordHint}
          problem={wrong.length === 0 ? null : t.passwordHint}
          required={false}
        />
        <div class="actions">
          <button type="submit" class="button primary">
            {t.add}
          </button>
        </div>
      </PostForm>
    </section>
  );
}

function AddToken({ model: { token: typed }, lang, reader, t }: AccessShown) {
  const field = { typed, lang };
  return (
    <section class="card pad" aria-labelledby="add-token-title" id="add-token">
      <h2 id="add-token-title">{t.addToken}</h2>
      <Refusal {...field} places={TOKEN_PLACES} />
      <PostForm path="/access/tokens" {...{ lang, reader }}>
        <TextField {...field} id="token-name" name="name" label={t.name} hint={t.tokenNameHint} />
        <RoleFields {...field} id="token" t={t} />
        <TextField
          {...field}
          id="token-expires"
          name="expires"
          label={t.expires}
          hint={t.expiresHint}
          value="90d"
        />
        <div class="actions">
          <button type="submit" class="button primary">
            {t.make}
          </button>
        </div>
      </PostForm>
    </section>
  );
}
