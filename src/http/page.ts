import type { FastifyRequest } from "fastify";
import type { Reader } from "../core/views.ts";
import { countUnread } from "../store/letters.ts";
import { actorOf } from "./actor.ts";
import { csrfOf } from "./csrf.ts";
import type { HttpDeps } from "./deps.ts";

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
