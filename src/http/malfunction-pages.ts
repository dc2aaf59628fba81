import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { proseHtml } from "../reports/markdown.ts";
import { readMalfunction, readMalfunctions } from "../view-malfunction.ts";
import { chooseLang } from "../web/lang.ts";
import { renderMalfunction, renderMalfunctions } from "../web/malfunctions.tsx";
import { actorOf } from "./actor.ts";
import type { HttpDeps } from "./deps.ts";
import { readerOf } from "./page.ts";
import { MAX_NUMBER } from "./schemas.ts";

const HTML = "text/html; charset=utf-8";
const querystring = z.object({ lang: z.string().optional() });

/** The pages about malfunctions, to read; messages link to them. */
export const malfunctionPages =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get("/malfunctions", { schema: { hide: true, querystring } }, async (request, reply) => {
      const malfunctions = await readMalfunctions(readingOf(deps), {}, actorOf(request));
      const lang = chooseLang(request.query.lang, request.headers["accept-language"]);
      return reply
        .type(HTML)
        .send(
          renderMalfunctions(
            { malfunctions, ...frameOf(deps) },
            lang,
            await readerOf(deps, request),
          ),
        );
    });

    app.get(
      "/malfunctions/:id",
      {
        schema: {
          hide: true,
          params: z.object({ id: z.coerce.number().int().min(1).max(MAX_NUMBER) }),
          querystring,
        },
      },
      async (request, reply) => {
        const view = await readMalfunction(readingOf(deps), request.params.id, actorOf(request));
        const { cause, impact, resolution, followUps } = view.malfunction;
        const review = {
          cause: htmlOf(cause),
          impact: htmlOf(impact),
          resolution: htmlOf(resolution),
          followUps: htmlOf(followUps),
        };
        const timeline = view.timeline.map((entry) => ({
          ...entry,
          html: entry.kind === "note" ? htmlOf(entry.text) : null,
        }));
        const lang = chooseLang(request.query.lang, request.headers["accept-language"]);
        const model = { ...view, timeline, review, ...frameOf(deps) };
        return reply.type(HTML).send(renderMalfunction(model, lang, await readerOf(deps, request)));
      },
    );
  };

function readingOf({ store, clock, config }: HttpDeps) {
  return { db: store.db, clock, config: config() };
}

function frameOf({ clock, config }: HttpDeps) {
  return { nowMs: clock.nowMs(), timeZone: config().timeZone };
}

function htmlOf(text: string | null): string | null {
  return text === null ? null : proseHtml(text);
}
