import { ROLES, type Actor } from "./core/access.ts";
import type { StoredToken } from "./store/tokens.ts";
import type { StoredUser } from "./store/users.ts";

/** Who acts with a token; null when it is not in force. */
export function tokenActor(
  token: StoredToken,
  from: { readonly origin: string; readonly nowMs: number },
): Actor | null {
  const isOver = token.expiresAtMs !== null && token.expiresAtMs <= from.nowMs;
  if (token.revokedAtMs !== null || isOver) return null;
  return grant({ ...token, name: `token:${token.name}` }, from.origin);
}

/** Who acts as a user; null when the user is disabled. */
export function userActor(user: StoredUser, origin: string): Actor | null {
  return user.disabledAtMs === null ? grant({ ...user, name: `user:${user.name}` }, origin) : null;
}

/** A role that we do not know gives nothing. */
function grant(
  row: { readonly name: string; readonly role: string; readonly accounts: readonly string[] },
  origin: string,
): Actor | null {
  const role = ROLES.find((known) => known === row.role);
  if (role === undefined) return null;
  const accounts = role === "account-manager" ? row.accounts : null;
  return { name: row.name, role, accounts, origin };
}
