import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { monthAt } from "../core/month.ts";
import { viewOverview, type ViewDeps } from "../view-overview.ts";
import { viewTarget } from "../view-target.ts";
import { chooseLang } from "../web/lang.ts";
import { renderOverview } from "../web/overview.tsx";
import { stylesheet } from "../web/style.ts";
import { renderTarget } from "../web/target.tsx";
import type { HttpDeps } from "./deps.ts";
import { monthSchema, productSchema } from "./schemas.ts";

const HTML = "text/html; charset=utf-8";
const langSchema = z.string().optional();

/** The pages that people look at. */
export const pageRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/",
      {
        schema: {
          hide: true,
          querystring: z.object({
            month: monthSchema.optional(),
            product: productSchema.optional(),
            region: z.string().optional(),
            lang: langSchema,
          }),
        },
      },
      async (request, reply) => {
        const { month = presentMonth(deps), product = null, region = null, lang } = request.query;
        const model = await viewOverview(viewDepsOf(deps), { month, filter: { product, region } });
        const chosen = chooseLang(lang, request.headers["accept-language"]);
        return reply.type(HTML).send(renderOverview(model, chosen));
      },
    );

    app.get(
      "/targets/:id",
      {
        schema: {
          hide: true,
          params: z.object({ id: z.string() }),
          querystring: z.object({ month: monthSchema.optional(), lang: langSchema }),
        },
      },
      async (request, reply) => {
        const { month = presentMonth(deps), lang } = request.query;
        const model = await viewTarget(viewDepsOf(deps), { id: request.params.id, month });
        const chosen = chooseLang(lang, request.headers["accept-language"]);
        return reply.type(HTML).send(renderTarget(model, chosen));
      },
    );

    app.get(stylesheet.path, { schema: { hide: true } }, (_request, reply) =>
      reply
        .type("text/css; charset=utf-8")
        .header("cache-control", "public, max-age=31536000, immutable")
        .send(stylesheet.text),
    );
  };

function viewDepsOf({ store, clock, config, notes }: HttpDeps): ViewDeps {
  return { db: store.db, clock, config: config(), notes: notes() };
}

function presentMonth({ clock, config }: HttpDeps): string {
  return monthAt(clock.nowMs(), config().timeZone);
}
