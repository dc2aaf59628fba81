import type { FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Config } from "../config.ts";
import { stateOfAll, type StatusModel } from "../core/status-view.ts";
import { NotFoundError } from "../errors.ts";
import { readStatusMonth, viewStatus, type StatusMonth } from "../view-status.ts";
import { figure } from "../web/format.ts";
import { chooseLang } from "../web/lang.ts";
import { renderBadge } from "../web/status-badge.tsx";
import { renderFeed } from "../web/status-feed.tsx";
import { statusText } from "../web/status-text.ts";
import { renderStatus } from "../web/status.tsx";
import { problems, textOf } from "./answers.ts";
import type { HttpDeps } from "./deps.ts";
import { productSchema, wordSchema } from "./schemas.ts";

/** Open to everybody, as far as the configuration's `statusPage` says so. */
export const STATUS_URLS = ["/status", "/status.json", "/status.atom", "/status.svg"] as const;

/** How old what is shown may be: the whole world may ask for it. */
const KEEP_MS = 15_000;
/** The month's figures change by the minute, and cost the most. */
const KEEP_MONTH_MS = 60_000;

const instant = z.iso.datetime();
const names = z.array(z.string());
const stateSchema = z.enum(["up", "partly", "down", "unknown"]);
const statusAnswer = z
  .strictObject({
    title: z.string(),
    account: z.string().nullable(),
    state: stateSchema,
    at: instant,
    month: z.string(),
    services: z.array(
      z.strictObject({
        product: z.string(),
        region: z.string(),
        state: stateSchema,
        availabilityPercent: z.string().nullable().meta({ description: "Of the month so far" }),
        days: z.array(
          z.strictObject({ day: z.string(), state: z.string(), badSeconds: z.number() }),
        ),
      }),
    ),
    malfunctions: z.array(
      z.strictObject({
        id: z.int(),
        from: instant,
        until: instant.nullable(),
        products: names,
        regions: names,
      }),
    ),
    maintenance: z.array(
      z.strictObject({
        from: instant,
        until: instant,
        products: names,
        regions: names,
        reason: z.string(),
      }),
    ),
  })
  .meta({ id: "Status" });

const account = wordSchema
  .optional()
  .meta({ description: "One of the configuration's `statusPage.accounts`; without: of all" });
const query = z.object({ account, lang: z.string().optional() });
const badgeQuery = query.extend({
  product: productSchema.optional(),
  region: wordSchema.optional(),
  show: z.enum(["state", "uptime"]).default("state"),
});

/** The public page, its data, its feed and its badges. */
export const statusRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const read = createStatuses(deps);
    const tags = ["status"];
    app.get("/status", { schema: { hide: true, querystring: query } }, async (request, reply) => {
      const model = await read(request.query.account);
      return reply.type("text/html; charset=utf-8").send(renderStatus(model, langOf(request)));
    });

    app.get(
      "/status.json",
      {
        schema: {
          tags,
          summary: "The public status: present state, 90 days, malfunctions, maintenance",
          security: [],
          querystring: query,
          response: { 200: statusAnswer, ...problems },
        },
      },
      async (request) => statusJson(await read(request.query.account)),
    );

    app.get(
      "/status.atom",
      {
        schema: {
          tags,
          summary: "Malfunctions and planned maintenance as an Atom feed",
          security: [],
          querystring: query,
          response: { 200: textOf("application/atom+xml"), ...problems },
        },
      },
      async (request, reply) => {
        const model = await read(request.query.account);
        const baseUrl = deps.config().publicUrl ?? `${request.protocol}://${request.host}`;
        const feed = renderFeed(model, { lang: langOf(request), baseUrl });
        return reply.type("application/atom+xml; charset=utf-8").send(feed);
      },
    );

    app.get(
      "/status.svg",
      {
        schema: {
          tags,
          summary: "A badge: the present state, or the month's availability so far",
          security: [],
          querystring: badgeQuery,
          response: { 200: textOf("image/svg+xml"), ...problems },
        },
      },
      async (request, reply) => {
        const model = await read(request.query.account);
        const badge = badgeOf(model, { ...request.query, lang: langOf(request) });
        return (
          reply
            .type("image/svg+xml; charset=utf-8")
            .header("cache-control", "public, max-age=60")
            // It is made to stand on pages elsewhere.
            .header("cross-origin-resource-policy", "cross-origin")
            .send(badge)
        );
      },
    );
  };

function langOf({
  headers,
  query: { lang },
}: Pick<FastifyRequest<{ Querystring: { lang?: string | undefined } }>, "headers" | "query">) {
  return chooseLang(lang, headers["accept-language"]);
}

/**
 * Gives the function that makes the model of an account, or of all. Throws NotFoundError for what
 * is not public: no other answer may tell whether there is such an account.
 */
function createStatuses(deps: HttpDeps): (account: string | undefined) => Promise<StatusModel> {
  type Kept<Value> = {
    readonly config: Config;
    readonly atMs: number;
    readonly value: Promise<Value>;
  };
  const models = new Map<string, Kept<StatusModel>>();
  const months = new Map<string, Kept<StatusMonth>>();
  const keep = async <Value>(
    kept: Map<string, Kept<Value>>,
    { key, keepMs }: { readonly key: string; readonly keepMs: number },
    make: (config: Config) => Promise<Value>,
  ): Promise<Value> => {
    const config = deps.config();
    const atMs = deps.clock.monotonicMs();
    const known = kept.get(key);
    if (known !== undefined && known.config === config && atMs - known.atMs < keepMs) {
      return known.value;
    }
    const value = make(config);
    kept.set(key, { config, atMs, value });
    value.catch(() => kept.delete(key));
    return value;
  };
  return async (asked) => {
    const { statusPage } = deps.config();
    const isPublic =
      asked === undefined ? statusPage?.all : statusPage?.accounts.includes(asked) === true;
    if (isPublic !== true) throw new NotFoundError("there is no such page");
    const key = asked ?? "";
    return keep(models, { key, keepMs: KEEP_MS }, async (config) => {
      const reading = { db: deps.store.db, clock: deps.clock, config };
      const month = await keep(months, { key, keepMs: KEEP_MONTH_MS }, () =>
        readStatusMonth(reading, asked ?? null),
      );
      return viewStatus(reading, month);
    });
  };
}

const at = (ms: number) => new Date(ms).toISOString();

function statusJson(model: StatusModel): z.output<typeof statusAnswer> {
  return {
    title: model.title,
    account: model.account,
    state: model.state,
    at: at(model.atMs),
    month: model.month,
    services: model.places.map(({ product, region, state, availabilityPercent, band }) => ({
      product,
      region,
      state,
      availabilityPercent,
      days: band.map((day) => ({ ...day })),
    })),
    malfunctions: model.malfunctions.map(({ id, fromMs, untilMs, products, regions }) => ({
      id,
      from: at(fromMs),
      until: untilMs === null ? null : at(untilMs),
      products: [...products],
      regions: [...regions],
    })),
    maintenance: model.maintenance.map(({ fromMs, untilMs, products, regions, reason }) => ({
      from: at(fromMs),
      until: at(untilMs),
      products: [...products],
      regions: [...regions],
      reason,
    })),
  };
}

type BadgeQuery = Omit<z.output<typeof badgeQuery>, "lang"> & { readonly lang: "en" | "zh" };

/** Throws NotFoundError for a product or a region that is not measured. */
function badgeOf(model: StatusModel, { product, region, show, lang }: BadgeQuery): string {
  const t = statusText[lang];
  const places = model.places.filter(
    (place) =>
      (product === undefined || place.product === product) &&
      (region === undefined || place.region === region),
  );
  if (places.length === 0) throw new NotFoundError("nothing is measured there");
  const state = stateOfAll(places.map((place) => place.state));
  const place = [product?.toUpperCase(), region].filter((part) => part !== undefined).join(" ");
  if (show === "state")
    return renderBadge({ label: place || t.badgeState, value: t.states[state], state });
  // Of several places the worst: what is not pooled must not look better than it is.
  const [worst = null] = places
    .map(({ availabilityPercent }) => availabilityPercent)
    .filter((percent) => percent !== null)
    .toSorted((a, b) => Number(a) - Number(b));
  const label = place === "" ? t.badgeUptime(model.month) : `${place} ${model.month}`;
  return renderBadge({ label, value: figure(worst), state: worst === null ? "unknown" : state });
}
