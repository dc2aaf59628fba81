import type { AccessShown, ShownToken, ShownUser } from "./access-model.ts";
import { Time } from "./document.tsx";
import { RoleFields } from "./access-fields.tsx";
import { ListHead, NOTHING_TYPED, PostForm, Refusal, type Typed } from "./form-parts.tsx";
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

function UserRow(props: UserProps) {
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
        <span class="members quiet">{t.by(user.createdBy.replace(/^user:/u, ""))}</span>
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

type UserProps = AccessShown & { readonly user: ShownUser };

/** Oneself one changes at one's own page: who is shut out cannot let oneself in again. */
function UserActs(props: UserProps & { readonly isSelf: boolean }) {
  const { user, isSelf, model, lang, reader, t } = props;
  if (isSelf) return <a href={pageHref("/login/mine", lang)}>{t.yours}</a>;
  const { name, issuer } = user;
  const typed = model.rights.name === name ? model.rights : NOTHING_TYPED;
  return (
    <details class="row-acts" open={name === model.rights.name || name === model.password.name}>
      <summary>{t.changeUser(name)}</summary>
      <Refusal {...{ typed, lang }} places={["role", "accounts"]} />
      {issuer === null ? (
        <>
          <Rights {...props} typed={typed} />
          <Password {...props} />
        </>
      ) : (
        <p class="hint">{t.rightsElsewhere(issuer)}</p>
      )}
      <PostForm path={pathOf(user, "disable")} {...{ lang, reader }}>
        <p class="hint">{t.disableHint}</p>
        <button type="submit" class="button danger">
          {t.disable}
        </button>
      </PostForm>
    </details>
  );
}

function pathOf({ name }: ShownUser, act: string): string {
  return `/access/users/${encodeURIComponent(name)}/${act}`;
}

function Rights({ user, typed, lang, reader, t }: UserProps & { readonly typed: Typed }) {
  return (
    <PostForm path={pathOf(user, "update")} {...{ lang, reader }}>
      <RoleFields id={`user-${user.name}`} {...{ typed, lang, t }} present={user} />
      <p class="hint">{t.setRightsHint}</p>
      <button type="submit" class="button">
        {t.setRights}
      </button>
    </PostForm>
  );
}

function Password({ user, model: { password }, lang, reader, t }: UserProps) {
  const [wrong] = password.name === user.name ? password.problems : [];
  return (
    <PostForm path={pathOf(user, "password")} {...{ lang, reader }}>
      <Alert text={wrong === undefined ? null : problemText(wrong.message, lang).text} />
      {/* For password managers: whose it is. */}
      <input type="text" value={user.name} autocomplete="username" hidden />
      <SecretField
        id={`password-${user.name}`}
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
  );
}

function Enable({ user, lang, reader, t }: UserProps) {
  return (
    <PostForm
      path={pathOf(user, "enable")}
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
        <span class="members quiet">{t.by(token.createdBy.replace(/^user:/u, ""))}</span>
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
