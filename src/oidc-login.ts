import type { Granted } from "./core/oidc-grant.ts";
import { beginSession, type From, type LoginDeps, type NewSession } from "./login.ts";
import { isAccessName, note } from "./manage-access.ts";
import { appendAudit } from "./store/audit.ts";
import { withTransaction, type Queryable } from "./store/connect.ts";
import { deleteSessionsOf } from "./store/sessions.ts";
import { insertUser, lockIdentity, saveUser, type StoredUser } from "./store/users.ts";

/** Somebody whom an OpenID provider has vouched for. */
export type Identity = {
  readonly issuer: string;
  readonly subject: string;
  /** What they want to be called here; null when the provider does not say. */
  readonly name: string | null;
  /** What the configuration gives them; null for nothing. */
  readonly granted: Granted | null;
  readonly idToken: string;
};

/** Why somebody with a login at the provider does not get in. */
export type Refusal = "no-grant" | "no-name" | "name-taken" | "disabled";

type Access = { readonly tx: Queryable; readonly nowMs: number; readonly from: From };

/**
 * Logs in whom the provider vouches for. They become a user at the first login, known from then on
 * by issuer and subject, since the provider may give a name to another; their role is what the
 * configuration gives them now. Who gets none loses the logins that they still have.
 */
export async function logInByOidc(
  { db, clock, config }: LoginDeps,
  identity: Identity,
  from: From,
): Promise<{ readonly session: NewSession } | { readonly refused: Refusal }> {
  const nowMs = clock.nowMs();
  return withTransaction(db, async (tx) => {
    const access = { tx, nowMs, from };
    const known = await lockIdentity(tx, identity);
    const user = await admit(access, identity, known);
    if (typeof user === "string") {
      if (known !== null) await deleteSessionsOf(tx, known.name);
      await noteRefusal(access, identity, { reason: user, name: known?.name ?? identity.name });
      return { refused: user };
    }
    const { idToken } = identity;
    const { loginIdleMs: idleMs } = config();
    const login = { userName: user.name, nowMs, idleMs, from, idToken };
    return { session: await beginSession(tx, login) };
  });
}

async function admit(
  access: Access,
  { granted, ...identity }: Identity,
  known: StoredUser | null,
): Promise<StoredUser | Refusal> {
  if (granted === null) return "no-grant";
  if (known !== null) return refresh(access, granted, known);
  const { name, issuer, subject } = identity;
  if (name === null || !isAccessName(name)) return "no-name";
  const { tx, nowMs, from } = access;
  const by = { name: "oidc", origin: from.origin };
  const user: StoredUser = {
    name,
    ...granted,
    passwordHash: null,
    issuer,
    subject,
    createdBy: by.name,
    createdAtMs: nowMs,
    disabledAtMs: null,
  };
  if (await insertUser(tx, user)) {
    await note(tx, "user.add", { by, nowMs, before: null, after: user });
    return user;
  }
  // They themselves, in another window a moment ago; or another, who stays.
  const meanwhile = await lockIdentity(tx, identity);
  return meanwhile === null ? "name-taken" : refresh(access, granted, meanwhile);
}

/** The user with what they get now. */
async function refresh(
  { tx, nowMs, from }: Access,
  granted: Granted,
  before: StoredUser,
): Promise<StoredUser | Refusal> {
  if (before.disabledAtMs !== null) return "disabled";
  const after = { ...before, ...granted };
  const isSame = after.role === before.role && String(after.accounts) === String(before.accounts);
  if (isSame) return before;
  await saveUser(tx, after);
  await note(tx, "user.update", {
    by: { name: "oidc", origin: from.origin },
    nowMs,
    before,
    after,
  });
  return after;
}

const MAX_CHARACTERS = 200;

const shown = (text: string) => text.replaceAll(/[^\x20-\x7e]/gu, "?").slice(0, MAX_CHARACTERS);

/** The entry is about the provider's login, and says nothing of a user here. */
async function noteRefusal(
  { tx, nowMs, from }: Access,
  { issuer, subject }: Identity,
  { reason, name }: { readonly reason: Refusal; readonly name: string | null },
): Promise<void> {
  await appendAudit(tx, {
    atMs: nowMs,
    actor: { name: "unknown", origin: from.origin },
    action: "login.refuse",
    item: `oidc:${shown(subject)}`,
    before: null,
    after: { issuer, subject: shown(subject), name: name === null ? null : shown(name), reason },
  });
}
