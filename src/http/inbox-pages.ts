import type { FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { NotFoundError } from "../errors.ts";
import { markAllRead, markRead } from "../store/letters.ts";
import { viewInbox } from "../view-inbox.ts";
import { inboxQuery, renderInbox } from "../web/inbox.tsx";
import { pageHref } from "../web/links.ts";
import { actorOf, requireMay } from "./actor.ts";
import { caseDepsOf, type HttpDeps } from "./deps.ts";
import { formBody, textIn, type FormBody } from "./form-body.ts";
import { langSchema, sendPage } from "./page.ts";
import { langOf } from "./page-lang.ts";
import { MAX_NUMBER, wordSchema, rowIdSchema } from "./schemas.ts";

/** The letters of channels of the kind inbox, as a page. */
export const inboxPages =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const { db } = deps.store;

    app.get(
      "/inbox",
      {
        schema: {
          hide: true,
          querystring: z.object({
            unread: z.enum(["true", "false"]).default("false"),
            topic: wordSchema.optional(),
            lang: langSchema,
          }),
        },
      },
      async (request, reply) => {
        const { unread, topic = null } = request.query;
        const filter = { unread: unread === "true", topic };
        const model = await viewInbox(caseDepsOf(deps), filter, actorOf(request));
        return sendPage(deps, { request, reply }, { model, render: renderInbox });
      },
    );

    const common = { hide: true, querystring: z.object({ lang: langSchema }), body: formBody };

    app.post("/inbox/read", { schema: common }, async (request, reply) => {
      const actor = requireMay(request, "read");
      const given = Number(textIn(request.body, "last"));
      const last = Number.isInteger(given) && given > 0 ? Math.min(given, MAX_NUMBER) : 0;
      await markAllRead(db, actor, { last, atMs: deps.clock.nowMs() });
      return reply.redirect(backTo(request, request.body), 303);
    });

    app.post(
      "/inbox/:id/read",
      {
        schema: {
          ...common,
          params: z.object({ id: rowIdSchema }),
        },
      },
      async (request, reply) => {
        const actor = requireMay(request, "read");
        const { id } = request.params;
        const letter = await markRead(db, actor, { id, atMs: deps.clock.nowMs() });
        if (letter === null) throw new NotFoundError(`no letter ${id}`);
        return reply.redirect(backTo(request, request.body), 303);
      },
    );
  };

/** The list as it was narrowed down. */
function backTo(request: FastifyRequest, body: FormBody): string {
  const topic = textIn(body, "topic");
  const filter = { topic: topic === "" ? null : topic, unread: textIn(body, "unread") === "true" };
  return pageHref("/inbox", langOf(request), inboxQuery(filter));
}
