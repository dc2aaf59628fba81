import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { may } from "../core/access.ts";
import { viewMonitor } from "../view-monitor.ts";
import { renderMonitor } from "../web/monitor.tsx";
import { requireMay } from "./actor.ts";
import type { HttpDeps } from "./deps.ts";
import { HTML, langSchema, readerOf } from "./page.ts";
import { langOf } from "./page-lang.ts";

/** The monitor's own health, for those who may see every account. */
export const monitorPages =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/monitor",
      { schema: { hide: true, querystring: z.object({ lang: langSchema }) } },
      async (request, reply) => {
        const actor = requireMay(request, "read-all");
        const { store, clock, config, queueCounts } = deps;
        const model = await viewMonitor(
          { db: store.db, clock, config: config(), queueCounts },
          {
            hasQueuePage: deps.boardQueues !== null && may(actor, "manage-access"),
            sandbox: deps.notes().sandbox,
          },
        );
        const reader = await readerOf(deps, request);
        return reply.type(HTML).send(renderMonitor(model, langOf(request), reader));
      },
    );
  };
