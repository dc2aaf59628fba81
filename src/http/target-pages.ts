import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { isMonth } from "../core/month.ts";
import { SHOWN_RESULTS } from "../core/results-view.ts";
import { viewLatency } from "../view-latency.ts";
import { viewDay, viewResults } from "../view-slots.ts";
import { viewTarget, type LastResult } from "../view-target.ts";
import { renderDay } from "../web/slots.tsx";
import { renderResults } from "../web/target-results.tsx";
import { renderTarget } from "../web/target.tsx";
import { actorOf, targetFor } from "./actor.ts";
import type { HttpDeps } from "./deps.ts";
import { langSchema, presentMonth, viewDepsOf, sendPage } from "./page.ts";
import { idParams, instantSchema, monthSchema, wordSchema } from "./schemas.ts";

const DAY_FORM = "must be a day such as 2026-10-01";
const daySchema = z
  .string({ error: DAY_FORM })
  .refine((text) => z.iso.date().safeParse(text).success && isMonth(text.slice(0, 7)), {
    error: DAY_FORM,
  });

const MAX_RANGE_MS = 32 * 86_400_000;
const range = z
  .object({
    from: instantSchema,
    until: instantSchema,
    show: z.enum(SHOWN_RESULTS).default("all"),
    lang: langSchema,
  })
  .refine(({ from, until }) => until > from, { error: "must be after from", path: ["until"] })
  .refine(({ from, until }) => until - from <= MAX_RANGE_MS, {
    error: "must be at most 32 days after from",
    path: ["until"],
  });

/** A target: its month, a day of it, its single results, and its latency as data for the chart. */
export const targetPages =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const lastResult = createLastResult(deps);

    app.get(
      "/targets/:id",
      {
        schema: {
          hide: true,
          params: idParams,
          querystring: z.object({ month: monthSchema.optional(), lang: langSchema }),
        },
      },
      async (request, reply) => {
        const { month = presentMonth(deps) } = request.query;
        const actor = actorOf(request);
        const { id } = targetFor(actor, deps.config(), request.params.id);
        const viewing = { ...viewDepsOf(deps, actor), lastResult };
        const model = await viewTarget(viewing, { id, month });
        return sendPage(deps, { request, reply }, { model, render: renderTarget });
      },
    );

    app.get(
      "/targets/:id/days/:day",
      {
        schema: {
          hide: true,
          params: idParams.extend({ day: daySchema }),
          querystring: z.object({
            agreement: wordSchema.optional(),
            hour: z.coerce.number().int().min(0).max(24).optional(),
            lang: langSchema,
          }),
        },
      },
      async (request, reply) => {
        const actor = actorOf(request);
        const { id } = targetFor(actor, deps.config(), request.params.id);
        const { agreement, hour } = request.query;
        const query = { id, day: request.params.day, agreement, hour };
        const model = await viewDay(viewDepsOf(deps, actor), query);
        return sendPage(deps, { request, reply }, { model, render: renderDay });
      },
    );

    await app.register(evidencePages(deps));
  };

const evidencePages =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/targets/:id/results",
      { schema: { hide: true, params: idParams, querystring: range } },
      async (request, reply) => {
        const actor = actorOf(request);
        const { id } = targetFor(actor, deps.config(), request.params.id);
        const { from, until, show } = request.query;
        const query = { id, fromMs: from, untilMs: until, show };
        const model = await viewResults(viewDepsOf(deps, actor), query);
        return sendPage(deps, { request, reply }, { model, render: renderResults });
      },
    );

    app.get(
      "/targets/:id/latency",
      { schema: { hide: true, params: idParams, querystring: range } },
      async (request) => {
        const { id } = targetFor(actorOf(request), deps.config(), request.params.id);
        const { from, until } = request.query;
        return viewLatency(deps.store.db, { id, fromMs: from, untilMs: until });
      },
    );
  };

/** What this process measured last itself; nothing where others measure. */
function createLastResult({ metrics }: HttpDeps): LastResult {
  return (id, vantage) => {
    const last = metrics.targets
      .list()
      .find((state) => state.target.id === id && state.vantage === vantage);
    return last?.result ?? null;
  };
}
