import { systemClock, type Clock } from "../clock.ts";
import type { Actor } from "../core/access.ts";
import { InvalidInputError } from "../errors.ts";
import { tokenActor, userActor } from "../grant.ts";
import type { Queryable } from "../store/connect.ts";
import { findToken } from "../store/tokens.ts";
import { findUser } from "../store/users.ts";

/** Whoever reaches the database may do all; `--by` says who it was. */
export const OPERATOR: Actor = { name: "local", role: "admin", accounts: null, origin: "cli" };

/**
 * The person or program that a verb acts as: the name of a user or of a token that is in force,
 * also with its kind before it, "user:li" or "token:ci". Throws InvalidInputError for any other.
 */
export async function actorBy(
  db: Queryable,
  name: string,
  clock: Pick<Clock, "nowMs"> = systemClock,
): Promise<Actor> {
  const [, kind, bare = name] = /^(user|token):(.*)$/su.exec(name) ?? [];
  const user = kind === "token" ? null : await findUser(db, bare);
  const token = kind === "user" ? null : await findToken(db, bare);
  const found = [
    user === null ? null : userActor(user, "cli"),
    token === null ? null : tokenActor(token, { origin: "cli", nowMs: clock.nowMs() }),
  ].filter((actor) => actor !== null);
  const [actor, other] = found;
  if (actor !== undefined && other === undefined) return actor;
  throw new InvalidInputError([{ place: "--by", message: refusal(name, found.length) }]);
}

function refusal(name: string, count: number): string {
  if (count > 1) return `"${name}" is both a user and a token: write user:${name} or token:${name}`;
  return `"${name}" is no user or token in force; see \`nines user list\` and \`nines token list\`, or add one with \`nines user add\``;
}
