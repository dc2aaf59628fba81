import type { Clock } from "./clock.ts";
import { isAccessName } from "./manage-access.ts";
import { isPassword } from "./passwords.ts";
import { digestOf, newSessionToken } from "./secrets.ts";
import { appendAudit } from "./store/audit.ts";
import { withTransaction, type Db } from "./store/connect.ts";
import { deleteSession, insertSession } from "./store/sessions.ts";
import { findUser, lockUser } from "./store/users.ts";

type Deps = { readonly db: Db; readonly clock: Pick<Clock, "nowMs"> };

const SESSION_MS = 12 * 3_600_000;

/**
 * Logs a user in: the token of a session of twelve hours. Null when name or password is wrong or
 * the user is disabled, which nobody can tell apart; that is noted in the audit log.
 */
export async function logIn(
  { db, clock }: Deps,
  given: { readonly name: string; readonly password: string; readonly origin: string },
): Promise<{ readonly token: string; readonly expiresAtMs: number } | null> {
  const user = isAccessName(given.name) ? await findUser(db, given.name) : null;
  const isRight = await isPassword(given.password, user?.passwordHash ?? null);
  const nowMs = clock.nowMs();
  const item = itemOf(given.name);
  const step = { atMs: nowMs, item, before: null, after: null };
  const { origin } = given;
  return withTransaction(db, async (tx) => {
    // Again, and held: it may have been disabled, or got another password, meanwhile.
    const now = isRight ? await lockUser(tx, given.name) : null;
    if (now === null || now.disabledAtMs !== null || now.passwordHash !== user?.passwordHash) {
      await appendAudit(tx, { ...step, actor: { name: "unknown", origin }, action: "login.fail" });
      return null;
    }
    const token = newSessionToken();
    const expiresAtMs = nowMs + SESSION_MS;
    await insertSession(tx, {
      hash: digestOf(token),
      userName: now.name,
      createdAtMs: nowMs,
      expiresAtMs,
    });
    await appendAudit(tx, { ...step, actor: { name: item, origin }, action: "login.begin" });
    return { token, expiresAtMs };
  });
}

/** Ends the login that the token stands for; false when it stands for none. */
export async function logOut(
  { db, clock }: Deps,
  {
    token,
    name,
    origin,
  }: { readonly token: string; readonly name: string; readonly origin: string },
): Promise<boolean> {
  return withTransaction(db, async (tx) => {
    if (!(await deleteSession(tx, digestOf(token)))) return false;
    const step = { atMs: clock.nowMs(), actor: { name, origin }, item: name };
    await appendAudit(tx, { ...step, action: "login.end", before: null, after: null });
    return true;
  });
}

/** What was typed as a name may be anything: characters that no name has are not written down. */
function itemOf(name: string): string {
  const shown = isAccessName(name) ? name : name.replaceAll(/[^a-z0-9._@+-]/giu, "?");
  return `user:${shown}`.slice(0, 100);
}
