import { timingSafeEqual } from "node:crypto";
import type { Actor } from "./core/access.ts";
import { tokenActor, userActor } from "./grant.ts";
import { sessionEnd } from "./login.ts";
import { digestOf, isSessionToken } from "./secrets.ts";
import type { Queryable } from "./store/connect.ts";
import { findSession, moveSessionEnd } from "./store/sessions.ts";
import { findTokenByHash } from "./store/tokens.ts";

/** Each page and each open line asks: that a login is used is written down this often at most. */
const NOTED_MS = 3 * 60_000;

/**
 * Who a token or the token of a login stands for; null when it is wrong, over or taken back.
 * Looked up each time, so that what is taken back is worth nothing at once, everywhere. A login is
 * used by that, and ends `idleMs` later.
 */
export async function authenticate(
  db: Queryable,
  text: string,
  from: { readonly origin: string; readonly nowMs: number; readonly idleMs: number },
): Promise<Actor | null> {
  const hash = digestOf(text);
  if (isSessionToken(text)) {
    const session = await findSession(db, hash);
    if (session === null || session.expiresAtMs <= from.nowMs) return null;
    const actor = userActor(session, from.origin);
    const { expiresAtMs: fromMs, begunAtMs } = session;
    const toMs = sessionEnd({ ...from, begunAtMs });
    if (actor !== null && Math.abs(toMs - fromMs) >= NOTED_MS) {
      await moveSessionEnd(db, hash, { fromMs, toMs });
    }
    return actor;
  }
  const token = await findTokenByHash(db, hash);
  if (token === null || !timingSafeEqual(token.hash, hash)) return null;
  return tokenActor(token, from);
}
