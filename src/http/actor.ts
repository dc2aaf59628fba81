import type { FastifyRequest } from "fastify";
import { may, seesAccount, type Actor, type Permission } from "../core/access.ts";
import { ForbiddenError, NotFoundError, UnauthorizedError } from "../errors.ts";

/** Who asks, by request; set before any route runs. */
const actors = new WeakMap<FastifyRequest, Actor>();

export function setActor(request: FastifyRequest, actor: Actor): void {
  actors.set(request, actor);
}

/** Who asks. Throws UnauthorizedError when nobody we know does. */
export function actorOf(request: FastifyRequest): Actor {
  const actor = actors.get(request);
  if (actor === undefined) {
    throw new UnauthorizedError("send a token: Authorization: Bearer TOKEN");
  }
  return actor;
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
