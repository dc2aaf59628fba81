import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { may } from "../core/access.ts";
import { viewMonitor } from "../view-monitor.ts";
import { renderMonitor } from "../web/monitor.tsx";
import { requireMay } from "./actor.ts";
import { caseDepsOf, type HttpDeps } from "./deps.ts";
import { langSchema, sendPage } from "./page.ts";

/** The monitor's own health, for those who may see every account. */
export const monitorPages =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/monitor",
      { schema: { hide: true, querystring: z.object({ lang: langSchema }) } },
      async (request, reply) => {
        const actor = requireMay(request, "read-all");
        const model = await viewMonitor(
          { ...caseDepsOf(deps), queueCounts: deps.queueCounts },
          {
            hasQueuePage: deps.boardQueues !== null && may(actor, "manage-access"),
            sandbox: deps.notes().sandbox,
          },
        );
        return sendPage(deps, { request, reply }, { model, render: renderMonitor });
      },
    );
  };
