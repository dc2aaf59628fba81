import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Actor } from "../core/access.ts";
import { monthAt } from "../core/month.ts";
import type { Lang, Reader } from "../core/views.ts";
import { countUnread } from "../store/letters.ts";
import type { ViewDeps } from "../view-overview.ts";
import { actorOf, hasActor, setActor } from "./actor.ts";
import { createWhoAsks, isLocalActor, keepPrivate } from "./authenticate.ts";
import { csrfOf } from "./csrf.ts";
import type { HttpDeps } from "./deps.ts";
import { langOf } from "./page-lang.ts";
import type { ReaderOfError } from "./problems.ts";

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
  return { ...readerAlone(request), unread: await countUnread(store.db, actorOf(request)) };
}

export type Asked = { readonly request: FastifyRequest; readonly reply: FastifyReply };

/** Answers with a page, for who asks and in their language. */
export async function sendPage<Model>(
  deps: HttpDeps,
  { request, reply }: Asked,
  page: {
    readonly model: Model;
    readonly render: (model: Model, lang: Lang, reader: Reader) => string;
  },
) {
  const reader = await readerOf(deps, request);
  return reply.type(HTML).send(page.render(page.model, langOf(request), reader));
}

function readerAlone(request: FastifyRequest): Omit<Reader, "unread"> {
  const { name, role, accounts } = actorOf(request);
  return { name, role, accounts, csrf: csrfOf(request) };
}

/**
 * Gives the function that says who reads the page about an error; null where that is not known.
 * Where nothing is, nobody was asked who they are.
 */
export function createErrorReader(deps: HttpDeps): ReaderOfError {
  const whoAsks = createWhoAsks(deps);
  return async ({ request, reply }, status) => {
    // What went wrong may be the database: nothing more is asked of it.
    if (status >= 500) return hasActor(request) ? { ...readerAlone(request), unread: 0 } : null;
    try {
      const actor = hasActor(request) ? actorOf(request) : await whoAsks(request);
      if (actor === null) return null;
      setActor(request, actor);
      keepPrivate(reply);
      return await readerOf(deps, request);
    } catch (error) {
      deps.log.warn({ err: error }, "who reads of an error could not be found out");
      return null;
    }
  };
}
