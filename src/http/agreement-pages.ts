import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { viewAgreements } from "../view-agreements.ts";
import { renderAgreements } from "../web/agreements.tsx";
import { actorOf } from "./actor.ts";
import type { HttpDeps } from "./deps.ts";
import { langSchema, sendPage } from "./page.ts";

/** The page of the terms that months are counted by. */
export const agreementPages =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/agreements",
      { schema: { hide: true, querystring: z.object({ lang: langSchema }) } },
      async (request, reply) => {
        const { clock } = deps;
        const model = viewAgreements({ config: deps.config(), clock }, actorOf(request));
        return sendPage(deps, { request, reply }, { model, render: renderAgreements });
      },
    );
  };
