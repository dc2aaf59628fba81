import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { Actor } from "../core/access.ts";
import { monthAt } from "../core/month.ts";
import type { Reader } from "../core/views.ts";
import { countUnread } from "../store/letters.ts";
import type { ViewDeps } from "../view-overview.ts";
import { actorOf } from "./actor.ts";
import { isLocalActor } from "./authenticate.ts";
import { csrfOf } from "./csrf.ts";
import type { HttpDeps } from "./deps.ts";

export const HTML = "text/html; charset=utf-8";
export const langSchema = z.string().optional();

/** What the models of pages are made from, for who looks. */
export function viewDepsOf({ store, clock, config, notes }: HttpDeps, actor: Actor): ViewDeps {
  return {
    db: store.db,
    clock,
    config: config(),
    accounts: actor.accounts,
    notes: { ...notes(), openAccess: isLocalActor(actor) },
  };
}

/** The month that a page shows when none is asked for. */
export function presentMonth({ clock, config }: HttpDeps): string {
  return monthAt(clock.nowMs(), config().timeZone);
}

/** Who reads the page that a request asks for. */
export async function readerOf({ store }: HttpDeps, request: FastifyRequest): Promise<Reader> {
  const actor = actorOf(request);
  const { name, role, accounts } = actor;
  return {
    name,
    role,
    accounts,
    csrf: csrfOf(request),
    unread: await countUnread(store.db, actor),
  };
}
