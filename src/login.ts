import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { isAccessName } from "./manage-access.ts";
import { isPassword } from "./passwords.ts";
import { digestOf, newSessionToken } from "./secrets.ts";
import { appendAudit } from "./store/audit.ts";
import { withTransaction, type Db, type Queryable } from "./store/connect.ts";
import { deleteSession, insertSession } from "./store/sessions.ts";
import { findUser, lockUser } from "./store/users.ts";

type Deps = { readonly db: Db; readonly clock: Pick<Clock, "nowMs"> };
/** Of the configuration: after how long without use a login ends. */
export type LoginDeps = Deps & { readonly config: () => Pick<Config, "loginIdleMs"> };

const SESSION_MS = 12 * 3_600_000;
const MAX_AGENT_CHARACTERS = 300;

/** Where somebody logs in from: the address, and what the browser or program calls itself. */
export type From = { readonly origin: string; readonly agent: string };

/** The token that stands for a login, and its end at the latest. */
export type NewSession = { readonly token: string; readonly expiresAtMs: number };

/**
 * Logs a user in: the token of a session of twelve hours, or until it is not used. Null when name or
 * password is wrong or the user is disabled, which nobody can tell apart; that is noted in the audit
 * log.
 */
export async function logIn(
  { db, clock, config }: LoginDeps,
  given: { readonly name: string; readonly password: string },
  from: From,
): Promise<NewSession | null> {
  const user = isAccessName(given.name) ? await findUser(db, given.name) : null;
  const isRight = await isPassword(given.password, user?.passwordHash ?? null);
  const nowMs = clock.nowMs();
  return withTransaction(db, async (tx) => {
    // Again, and held: it may have been disabled, or got another password, meanwhile.
    const now = isRight ? await lockUser(tx, given.name) : null;
    if (now === null || now.disabledAtMs !== null || now.passwordHash !== user?.passwordHash) {
      await noteFailure(tx, { name: user?.name ?? null, origin: from.origin, nowMs });
      return null;
    }
    const { loginIdleMs: idleMs } = config();
    return beginSession(tx, { userName: now.name, nowMs, idleMs, from, idToken: null });
  });
}

/** Begins a login of a user who has proved to be it, and notes it. */
export async function beginSession(
  tx: Queryable,
  login: {
    readonly userName: string;
    readonly nowMs: number;
    readonly idleMs: number;
    readonly from: From;
    readonly idToken: string | null;
  },
): Promise<NewSession> {
  const { userName, nowMs, from, idToken } = login;
  const token = newSessionToken();
  await insertSession(tx, {
    hash: digestOf(token),
    userName,
    createdAtMs: nowMs,
    expiresAtMs: sessionEnd({ ...login, begunAtMs: nowMs }),
    origin: from.origin,
    agent: agentOf(from.agent),
    idToken,
  });
  const item = `user:${userName}`;
  const actor = { name: item, origin: from.origin };
  const step = { atMs: nowMs, actor, item, before: null, after: null };
  await appendAudit(tx, { ...step, action: "login.begin" });
  return { token, expiresAtMs: nowMs + SESSION_MS };
}

/** When a login ends that is used now and then no more. */
export function sessionEnd({
  begunAtMs,
  nowMs,
  idleMs,
}: {
  readonly begunAtMs: number;
  readonly nowMs: number;
  readonly idleMs: number;
}): number {
  return Math.min(begunAtMs + SESSION_MS, nowMs + idleMs);
}

/**
 * Notes that somebody gave a wrong name or password. A name that is nobody's is not written down:
 * it may be a password that was typed into the wrong field, and the log is kept for ever.
 */
export async function noteFailure(
  tx: Queryable,
  given: { readonly name: string | null; readonly origin: string; readonly nowMs: number },
): Promise<void> {
  const { name, origin, nowMs } = given;
  const actor = { name: "unknown", origin };
  const step = { atMs: nowMs, actor, item: `user:${name ?? "?"}`, before: null, after: null };
  await appendAudit(tx, { ...step, action: "login.fail" });
}

/** Ends the login that the token stands for; null when it stands for none. */
export async function logOut(
  { db, clock }: Deps,
  {
    token,
    name,
    origin,
  }: { readonly token: string; readonly name: string; readonly origin: string },
): Promise<{ readonly idToken: string | null } | null> {
  return withTransaction(db, async (tx) => {
    const ended = await deleteSession(tx, digestOf(token));
    if (ended === null) return null;
    const step = { atMs: clock.nowMs(), actor: { name, origin }, item: name };
    await appendAudit(tx, { ...step, action: "login.end", before: null, after: null });
    return ended;
  });
}

/** The header may hold anything; a text of PostgreSQL may not. */
function agentOf(header: string): string {
  return header.replaceAll(/[^\x20-\x7e]/gu, "?").slice(0, MAX_AGENT_CHARACTERS);
}
