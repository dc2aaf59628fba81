import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Config } from "../config.ts";
import { overviewOf, type OverviewInput } from "../core/overview-view.ts";
import { readBands } from "../day-bands.ts";
import { findFiguresVersion } from "../store/unsettled.ts";
import { readOverview } from "../view-overview.ts";
import { viewProduct } from "../view-product.ts";
import { viewTroubles } from "../view-troubles.ts";
import { renderOverview } from "../web/overview.tsx";
import { renderProduct } from "../web/product.tsx";
import { assets } from "../web/scripts.ts";
import type { Actor } from "../core/access.ts";
import { actorOf, requireSees } from "./actor.ts";
import { isLocalActor } from "./authenticate.ts";
import type { HttpDeps } from "./deps.ts";
import { langSchema, presentMonth, viewDepsOf, sendPage } from "./page.ts";
import { filterShape, monthSchema, productSchema, wordSchema } from "./schemas.ts";

/** The overview, the page of a product, and the files that pages load. */
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
            ...filterShape,
            lang: langSchema,
          }),
        },
      },
      async (request, reply) => {
        const actor = actorOf(request);
        const { month = presentMonth(deps), account = null, ...places } = request.query;
        const { product = null, region = null } = places;
        requireSees(actor, account ?? undefined);
        const input = await overview({ month, account }, actor);
        const isPresent = month === presentMonth(deps);
        const { db } = deps.store;
        const troubles = isPresent
          ? await viewTroubles({ db, config: deps.config() }, account, actor)
          : null;
        const model = overviewOf({ ...input, troubles, filter: { account, product, region } });
        return sendPage(deps, { request, reply }, { model, render: renderOverview });
      },
    );

    app.get(
      "/products/:product",
      {
        schema: {
          hide: true,
          params: z.object({ product: productSchema }),
          querystring: z.object({
            month: monthSchema.optional(),
            account: wordSchema.optional(),
            region: wordSchema.optional(),
            lang: langSchema,
          }),
        },
      },
      async (request, reply) => {
        const actor = actorOf(request);
        const { month = presentMonth(deps), account = null, region = null } = request.query;
        requireSees(actor, account ?? undefined);
        const input = await overview({ month, account }, actor);
        const query = { product: request.params.product, account, region };
        const model = await viewProduct(viewDepsOf(deps, actor), input, query);
        return sendPage(deps, { request, reply }, { model, render: renderProduct });
      },
    );

    for (const { path, type, text } of assets) {
      app.get(path, { schema: { hide: true } }, (_request, reply) =>
        reply.type(type).header("cache-control", "public, max-age=31536000, immutable").send(text),
      );
    }
  };

/** How long an overview is shown again; what is down now may be this old. */
const OVERVIEW_MS = 5_000;

type OverviewQuery = Parameters<typeof readOverview>[1];
type Kept = {
  readonly config: Config;
  readonly version: string;
  readonly atMs: number;
  readonly input: Promise<Omit<OverviewInput, "filter">>;
};

/**
 * Gives the function that reads what overviews are made of. With ten thousand targets that takes a
 * second of this process, which may be measuring too: readers who come together, and see the same
 * accounts, share it, whatever they narrow it down to.
 */
function createOverviews(
  deps: HttpDeps,
): (query: OverviewQuery, actor: Actor) => Promise<Omit<OverviewInput, "filter">> {
  const kept = new Map<string, Kept>();
  const bandsOf = createBands(deps);
  return async (query, actor) => {
    const key = JSON.stringify([query, actor.accounts, isLocalActor(actor)]);
    const config = deps.config();
    const atMs = deps.clock.monotonicMs();
    const version = await findFiguresVersion(deps.store.db);
    for (const [other, one] of kept) if (atMs - one.atMs > OVERVIEW_MS) kept.delete(other);
    const known = kept.get(key);
    if (known !== undefined && known.config === config && known.version === version) {
      return known.input;
    }
    const input = readOverview(viewDepsOf(deps, actor), query, bandsOf(key));
    kept.set(key, { config, version, atMs, input });
    // A failure is told to those who wait for it, and forgotten.
    input.catch(() => kept.delete(key));
    return input;
  };
}

/** How old the bars of the last 90 days may be: they are for looking at, and take as long as the figures. */
const BANDS_MS = 120_000;
/** While the past is being filled in they change from second to second. */
const FILLING_BANDS_MS = 5_000;

type Bands = ReturnType<typeof readBands>;

/** Gives, by what is looked at, the function that reads its bars: the same ones for a while. */
function createBands({ clock, config, notes }: HttpDeps): (key: string) => typeof readBands {
  const kept = new Map<string, { config: Config; untilMs: number; bands: Bands }>();
  let wasFilling = false;
  return (key) => async (deps, input) => {
    const nowMs = clock.monotonicMs();
    const isFilling = notes().filling !== null;
    if (wasFilling && !isFilling) kept.clear();
    wasFilling = isFilling;
    for (const [other, one] of kept) if (nowMs > one.untilMs) kept.delete(other);
    const known = kept.get(key);
    if (known?.config === config()) return known.bands;
    const bands = readBands(deps, input);
    const untilMs = nowMs + (isFilling ? FILLING_BANDS_MS : BANDS_MS);
    kept.set(key, { config: config(), untilMs, bands });
    bands.catch(() => kept.delete(key));
    return bands;
  };
}
