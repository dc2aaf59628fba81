import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { LANGS } from "../core/views.ts";
import { FORMAT_NAMES, reportFormats } from "../reports/index.ts";
import { readDocument } from "../month-document.ts";
import { accountFor, actorOf } from "./actor.ts";
import { problems, reportAnswer } from "./answers.ts";
import type { HttpDeps } from "./deps.ts";
import { monthSchema, revisionSchema, wordSchema } from "./schemas.ts";

const bytes = z.any().meta({ type: "string", format: "binary" });

/** A month's report in each of its formats. */
export const reportRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/api/v1/reports/:month",
      {
        schema: {
          tags: ["reports"],
          summary: "A month's report",
          params: z.object({ month: monthSchema }),
          querystring: z.strictObject({
            account: wordSchema.optional(),
            format: z.enum(FORMAT_NAMES).default("json"),
            lang: z.enum(LANGS).default("en"),
            revision: revisionSchema.optional(),
          }),
          response: {
            200: {
              description: "The report",
              content: {
                "application/json": { schema: reportAnswer },
                "text/csv": { schema: z.string() },
                "text/html": { schema: z.string() },
                "application/pdf": { schema: bytes },
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
                  schema: bytes,
                },
                "application/zip": { schema: bytes },
              },
            },
            ...problems,
          },
        },
      },
      async (request, reply) => {
        const { month } = request.params;
        const { format, lang, revision } = request.query;
        const account = accountFor(actorOf(request), request.query.account);
        const config = deps.config();
        const { db } = deps.store;
        const document = await readDocument({ db, config }, { month, account, revision });
        const { contentType, extension, render } = reportFormats[format];
        const name = `sla-${month}${account === undefined ? "" : `-${account}`}.${extension}`;
        const disposition = format === "json" ? "inline" : "attachment";
        // A string is sent as it is: with ten thousand targets it is large.
        return reply
          .header("content-type", contentType)
          .header("content-disposition", `${disposition}; filename="${name}"`)
          .send(await render(document, lang));
      },
    );
  };
