import { timingSafeEqual } from "node:crypto";
import type { Actor } from "./core/access.ts";
import { tokenActor, userActor } from "./grant.ts";
import { digestOf, isSessionToken } from "./secrets.ts";
import type { Queryable } from "./store/connect.ts";
import { findSession } from "./store/sessions.ts";
import { findTokenByHash } from "./store/tokens.ts";

/**
 * Who a token or the token of a login stands for; null when it is wrong, over or taken back.
 * Looked up each time, so that what is taken back is worth nothing at once, everywhere.
 */
export async function authenticate(
  db: Queryable,
  text: string,
  from: { readonly origin: string; readonly nowMs: number },
): Promise<Actor | null> {
  const hash = digestOf(text);
  if (isSessionToken(text)) {
    const session = await findSession(db, hash);
    if (session === null || session.expiresAtMs <= from.nowMs) return null;
    return userActor(session, from.origin);
  }
  const token = await findTokenByHash(db, hash);
  if (token === null || !timingSafeEqual(token.hash, hash)) return null;
  return tokenActor(token, from);
}
