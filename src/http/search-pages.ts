import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { PRODUCTS, type Product } from "../core/target.ts";
import { viewSearch } from "../view-search.ts";
import { renderSearch } from "../web/search.tsx";
import { messages } from "../web/text.ts";
import { actorOf } from "./actor.ts";
import type { HttpDeps } from "./deps.ts";
import { HTML, langSchema, readerOf, viewDepsOf } from "./page.ts";
import { langOf } from "./page-lang.ts";

const MAX_QUERY = 200;

/** The search over targets. */
export const searchPages =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const productNames = namesOfProducts();
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
        const viewing = viewDepsOf(deps, actorOf(request));
        const model = await viewSearch(viewing, { query, productNames });
        const reader = await readerOf(deps, request);
        return reply.type(HTML).send(renderSearch(model, langOf(request), reader));
      },
    );
  };

/** In both languages: a reader may think of a product by either. */
function namesOf(product: Product): readonly string[] {
  return [...messages.en.productNames[product], ...messages.zh.productNames[product]];
}

function namesOfProducts(): Record<Product, readonly string[]> {
  const [ecs, slb, oss, rds, cdn, vpc, security] = PRODUCTS;
  return {
    [ecs]: namesOf(ecs),
    [slb]: namesOf(slb),
    [oss]: namesOf(oss),
    [rds]: namesOf(rds),
    [cdn]: namesOf(cdn),
    [vpc]: namesOf(vpc),
    [security]: namesOf(security),
  };
}
