import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { viewYear } from "../view-year.ts";
import { yearHref } from "../web/links.ts";
import { renderYear } from "../web/year.tsx";
import { accountFor, actorOf } from "./actor.ts";
import { caseDepsOf, type HttpDeps } from "./deps.ts";
import { langSchema, sendPage } from "./page.ts";
import { langOf } from "./page-lang.ts";
import { wordSchema } from "./schemas.ts";
import { yearSchema } from "./years.ts";

/** The page of a year of reports. */
export const yearPages =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/years/:year",
      {
        schema: {
          hide: true,
          params: z.object({ year: yearSchema }),
          querystring: z.object({ account: wordSchema.optional(), lang: langSchema }),
        },
      },
      async (request, reply) => {
        const actor = actorOf(request);
        const { year } = request.params;
        const [first, ...others] = actor.accounts ?? [];
        // Who sees several accounts begins with the first, and chooses on the page.
        if (request.query.account === undefined && first !== undefined && others.length > 0) {
          return reply.redirect(yearHref(langOf(request), year, { account: first }), 303);
        }
        const account = accountFor(actor, request.query.account);
        const model = await viewYear(caseDepsOf(deps), { year, account }, actor);
        return sendPage(deps, { request, reply }, { model, render: renderYear });
      },
    );
  };
