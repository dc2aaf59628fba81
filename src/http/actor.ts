import { isIP } from "node:net";
import type { FastifyRequest } from "fastify";
import { may, seesAccount, type Actor, type Permission } from "../core/access.ts";
import type { Config } from "../config.ts";
import type { Target } from "../core/target.ts";
import { ForbiddenError, InvalidInputError, NotFoundError, UnauthorizedError } from "../errors.ts";
import { getTarget } from "../view-target.ts";

/** Who asks, by request; set before any route runs. */
const actors = new WeakMap<FastifyRequest, Actor>();

export function setActor(request: FastifyRequest, actor: Actor): void {
  actors.set(request, actor);
}

/** Whether it is known who asks. */
export function hasActor(request: FastifyRequest): boolean {
  return actors.has(request);
}

/** Who asks. Throws UnauthorizedError when nobody we know does. */
export function actorOf(request: FastifyRequest): Actor {
  const actor = actors.get(request);
  if (actor === undefined) {
    throw new UnauthorizedError("send a token: Authorization: Bearer TOKEN");
  }
  return actor;
}

/**
 * The address that a request came from, as the proxies say whom the configuration trusts; what is
 * no address counts for nothing.
 */
export function addressOf({ ip, socket }: FastifyRequest): string {
  return isIP(ip) === 0 ? (socket.remoteAddress ?? "unknown") : ip;
}

/** Who asks, when they may; throws UnauthorizedError or ForbiddenError. */
export function requireMay(request: FastifyRequest, permission: Permission): Actor {
  const actor = actorOf(request);
  if (may(actor, permission)) return actor;
  throw new ForbiddenError(`the role ${actor.role} may not ${permission.replaceAll("-", " ")}`);
}

/** An account that the actor may not see does not exist for them. Throws NotFoundError. */
export function requireSees(actor: Actor, account: string | undefined): void {
  if (account === undefined || seesAccount(actor, account)) return;
  throw new NotFoundError(`no account "${account}" in the configuration`);
}

/**
 * The account whose report the actor gets: the one asked for, or the only one they see; undefined
 * for all. Throws NotFoundError, and InvalidInputError for one who must choose among theirs.
 */
export function accountFor(actor: Actor, asked: string | undefined): string | undefined {
  requireSees(actor, asked);
  if (asked !== undefined || actor.accounts === null) return asked;
  const [only, ...others] = actor.accounts;
  if (only !== undefined && others.length === 0) return only;
  const message = `name one of your accounts: ${actor.accounts.join(", ")}`;
  throw new InvalidInputError([{ place: "querystring.account", message }]);
}

/** The target with this id. Throws NotFoundError, also for one of an account they do not see. */
export function targetFor(actor: Actor, config: Config, id: string): Target {
  const targets = config.targets.filter(({ account }) => seesAccount(actor, account));
  return getTarget({ ...config, targets }, id);
}
