import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Config } from "../config.ts";
import type { Actor } from "../core/access.ts";
import { monthAt } from "../core/month.ts";
import type { OverviewModel } from "../core/views.ts";
import { findFiguresVersion } from "../store/unsettled.ts";
import { viewOverview, type ViewDeps } from "../view-overview.ts";
import { viewTarget } from "../view-target.ts";
import { chooseLang } from "../web/lang.ts";
import { renderOverview } from "../web/overview.tsx";
import { stylesheet } from "../web/style.ts";
import { renderTarget } from "../web/target.tsx";
import { actorOf, targetFor } from "./actor.ts";
import { readerOf } from "./page.ts";
import { isLocalActor } from "./authenticate.ts";
import type { HttpDeps } from "./deps.ts";
import { monthSchema, productSchema, wordSchema } from "./schemas.ts";

const HTML = "text/html; charset=utf-8";
const langSchema = z.string().optional();

/** The pages that people look at. */
export const pageRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const overview = createOverviews(deps);

    app.get(
      "/",
      {
        schema: {
          hide: true,
          querystring: z.object({
            month: monthSchema.optional(),
            product: productSchema.optional(),
            region: wordSchema.optional(),
            lang: langSchema,
          }),
        },
      },
      async (request, reply) => {
        const { month = presentMonth(deps), product = null, region = null, lang } = request.query;
        const query = { month, filter: { product, region } };
        const model = await overview(query, actorOf(request));
        const chosen = chooseLang(lang, request.headers["accept-language"]);
        const reader = await readerOf(deps, request);
        return reply.type(HTML).send(renderOverview(model, chosen, reader));
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
        const actor = actorOf(request);
        const { id } = targetFor(actor, deps.config(), request.params.id);
        const model = await viewTarget(viewDepsOf(deps, actor), { id, month });
        const chosen = chooseLang(lang, request.headers["accept-language"]);
        const reader = await readerOf(deps, request);
        return reply.type(HTML).send(renderTarget(model, chosen, reader));
      },
    );

    app.get(stylesheet.path, { schema: { hide: true } }, (_request, reply) =>
      reply
        .type("text/css; charset=utf-8")
        .header("cache-control", "public, max-age=31536000, immutable")
        .send(stylesheet.text),
    );
  };

/** How long an overview is shown again; what is down now may be this old. */
const OVERVIEW_MS = 5_000;

type OverviewQuery = Parameters<typeof viewOverview>[1];
type Kept = {
  readonly config: Config;
  readonly version: string;
  readonly atMs: number;
  readonly model: Promise<OverviewModel>;
};

/**
 * Gives the function that makes overviews. With ten thousand targets one takes a second of this
 * process, which may be measuring too: readers who come together, and see the same accounts, get
 * the same one.
 */
function createOverviews(
  deps: HttpDeps,
): (query: OverviewQuery, actor: Actor) => Promise<OverviewModel> {
  const kept = new Map<string, Kept>();
  return async (query, actor) => {
    const key = JSON.stringify([query, actor.accounts, isLocalActor(actor)]);
    const config = deps.config();
    const atMs = deps.clock.monotonicMs();
    const version = await findFiguresVersion(deps.store.db);
    for (const [other, one] of kept) if (atMs - one.atMs > OVERVIEW_MS) kept.delete(other);
    const known = kept.get(key);
    if (known !== undefined && known.config === config && known.version === version) {
      return known.model;
    }
    const model = viewOverview(viewDepsOf(deps, actor), query);
    kept.set(key, { config, version, atMs, model });
    // A failure is told to those who wait for it, and forgotten.
    model.catch(() => kept.delete(key));
    return model;
  };
}

function viewDepsOf({ store, clock, config, notes }: HttpDeps, actor: Actor): ViewDeps {
  return {
    db: store.db,
    clock,
    config: config(),
    accounts: actor.accounts,
    notes: { ...notes(), openAccess: isLocalActor(actor) },
  };
}

function presentMonth({ clock, config }: HttpDeps): string {
  return monthAt(clock.nowMs(), config().timeZone);
}
