import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { viewSearch } from "../view-search.ts";
import { renderSearch } from "../web/search.tsx";
import { actorOf } from "./actor.ts";
import type { HttpDeps } from "./deps.ts";
import { langSchema, viewDepsOf, sendPage } from "./page.ts";

const MAX_QUERY = 200;

/** The search over targets. */
export const searchPages =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/search",
      {
        schema: {
          hide: true,
          querystring: z.object({ q: z.string().max(MAX_QUERY).optional(), lang: langSchema }),
        },
      },
      async (request, reply) => {
        const query = (request.query.q ?? "").trim();
        const model = await viewSearch(viewDepsOf(deps, actorOf(request)), query);
        return sendPage(deps, { request, reply }, { model, render: renderSearch });
      },
    );
  };
