import type { AccessShown, ShownToken, ShownUser } from "./access-model.ts";
import { Time } from "./document.tsx";
import { ListHead, PostForm } from "./form-parts.tsx";
import { pageHref } from "./links.ts";
import { Alert, SecretField } from "./login-fields.tsx";
import { roleWord } from "./login-text.ts";
import { problemText } from "./problem-text.ts";
import { Badge } from "./icons.tsx";

/** The users, and what may be done with each. */
export function Users(shown: AccessShown) {
  const { model, t } = shown;
  const head = [t.name, t.role, t.provenBy, t.added, t.state, t.act];
  return (
    <section aria-labelledby="users-title">
      <div class="section-head">
        <h2 id="users-title">{t.users}</h2>
      </div>
      {model.users.length === 0 ? (
        <p class="card empty">{t.noUsers}</p>
      ) : (
        <div class="card">
          <table class="list" role="table">
            <ListHead texts={head} />
            <tbody role="rowgroup">
              {model.users.map((user) => (
                <UserRow {...shown} user={user} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function UserRow(props: AccessShown & { readonly user: ShownUser }) {
  const { user, model, t, reader, lang } = props;
  const isOff = user.disabledAtMs !== null;
  const isSelf = reader.name === `user:${user.name}`;
  return (
    <tr role="row" class={isOff ? "off" : undefined}>
      <td role="cell">
        <span class="name">{user.name}</span> {isSelf ? <span class="pill">{t.you}</span> : null}
      </td>
      <td role="cell">
        {roleWord(user.role, lang)}
        <span class="members quiet">{user.accounts.join(", ")}</span>
      </td>
      <td role="cell" class={user.issuer === null ? undefined : "wrap"}>
        {user.issuer ?? t.password}
      </td>
      <td role="cell">
        <Time ms={user.createdAtMs} zone={model.timeZone} />
        <span class="members quiet">{t.by(user.createdBy)}</span>
      </td>
      <td role="cell">
        {isOff ? (
          <Badge icon="dash" tone="quiet" text={t.disabled} />
        ) : (
          <Badge icon="check" tone="good" text={t.inForce} />
        )}
      </td>
      <td role="cell">{isOff ? <Enable {...props} /> : <UserActs {...props} isSelf={isSelf} />}</td>
    </tr>
  );
}

/** Oneself one changes at one's own page: who is shut out cannot let oneself in again. */
function UserActs(props: AccessShown & { readonly user: ShownUser; readonly isSelf: boolean }) {
  const { user, isSelf, model, lang, reader, t } = props;
  if (isSelf) return <a href={pageHref("/login/mine", lang)}>{t.yours}</a>;
  const { name } = user;
  const { password } = model;
  const [wrong] = password.name === name ? password.problems : [];
  const path = `/access/users/${encodeURIComponent(name)}`;
  return (
    <details class="row-acts" open={wrong !== undefined}>
      <summary>{t.changeUser(name)}</summary>
      {user.issuer === null ? (
        <PostForm path={`${path}/password`} {...{ lang, reader }}>
          <Alert text={wrong === undefined ? null : problemText(wrong.message, lang).text} />
          <SecretField
            id={`password-${name}`}
            name="password"
            label={t.setPassword}
            kind="new-password"
            hint={t.setPasswordHint}
            required={false}
          />
          <button type="submit" class="button">
            {t.setPassword}
          </button>
        </PostForm>
      ) : null}
      <PostForm path={`${path}/disable`} {...{ lang, reader }}>
        <p class="hint">{t.disableHint}</p>
        <button type="submit" class="button danger">
          {t.disable}
        </button>
      </PostForm>
    </details>
  );
}

function Enable({ user, lang, reader, t }: AccessShown & { readonly user: ShownUser }) {
  return (
    <PostForm
      path={`/access/users/${encodeURIComponent(user.name)}/enable`}
      {...{ lang, reader, class: "inline", label: t.enableLabel(user.name) }}
    >
      <button type="submit" class="button" aria-label={t.enableLabel(user.name)}>
        {t.enable}
      </button>
    </PostForm>
  );
}

/** The tokens; their texts are known to who got them. */
export function Tokens(shown: AccessShown) {
  const { model, t } = shown;
  const head = [t.name, t.role, t.added, t.ends, t.state, t.act];
  return (
    <section aria-labelledby="tokens-title">
      <div class="section-head">
        <h2 id="tokens-title">{t.tokens}</h2>
      </div>
      {model.tokens.length === 0 ? (
        <p class="card empty">{t.noTokens}</p>
      ) : (
        <div class="card">
          <table class="list" role="table">
            <ListHead texts={head} />
            <tbody role="rowgroup">
              {model.tokens.map((token) => (
                <TokenRow {...shown} token={token} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function TokenRow({ token, model, lang, reader, t }: AccessShown & { readonly token: ShownToken }) {
  const { name, expiresAtMs, revokedAtMs } = token;
  const isOver = expiresAtMs !== null && expiresAtMs <= model.nowMs;
  const isOff = revokedAtMs !== null || isOver;
  return (
    <tr role="row" class={isOff ? "off" : undefined}>
      <td role="cell">
        <span class="name">{name}</span>
      </td>
      <td role="cell">
        {roleWord(token.role, lang)}
        <span class="members quiet">{token.accounts.join(", ")}</span>
      </td>
      <td role="cell">
        <Time ms={token.createdAtMs} zone={model.timeZone} />
        <span class="members quiet">{t.by(token.createdBy)}</span>
      </td>
      <td role="cell" data-label={t.ends}>
        {expiresAtMs === null ? t.never : <Time ms={expiresAtMs} zone={model.timeZone} />}
      </td>
      <td role="cell">
        {isOff ? (
          <Badge icon="dash" tone="quiet" text={revokedAtMs === null ? t.over : t.revoked} />
        ) : (
          <Badge icon="check" tone="good" text={t.inForce} />
        )}
      </td>
      <td role="cell">
        {isOff ? null : (
          <PostForm
            path={`/access/tokens/${encodeURIComponent(name)}/revoke`}
            {...{ lang, reader, class: "inline", label: t.revokeLabel(name) }}
          >
            <button type="submit" class="button" aria-label={t.revokeLabel(name)}>
              {t.revoke}
            </button>
          </PostForm>
        )}
      </td>
    </tr>
  );
}
