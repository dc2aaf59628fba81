import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { viewAgreements } from "../view-agreements.ts";
import { renderAgreements } from "../web/agreements.tsx";
import { actorOf } from "./actor.ts";
import type { HttpDeps } from "./deps.ts";
import { readerOf } from "./page.ts";
import { langOf } from "./page-lang.ts";

/** The page of the terms that months are counted by. */
export const agreementPages =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/agreements",
      { schema: { hide: true, querystring: z.object({ lang: z.string().optional() }) } },
      async (request, reply) => {
        const { clock } = deps;
        const model = viewAgreements({ config: deps.config(), clock }, actorOf(request));
        const reader = await readerOf(deps, request);
        return reply
          .type("text/html; charset=utf-8")
          .send(renderAgreements(model, langOf(request), reader));
      },
    );
  };
