import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { LANGS } from "../core/views.ts";
import { shareReportFiles } from "../report-file.ts";
import { FORMAT_NAMES } from "../reports/index.ts";
import { accountFor, actorOf } from "./actor.ts";
import { problems, reportAnswer } from "./answers.ts";
import type { HttpDeps } from "./deps.ts";
import { sendReportFile } from "./report-answer.ts";
import { monthSchema, revisionSchema, wordSchema } from "./schemas.ts";

const bytes = z.any().meta({ type: "string", format: "binary" });

/** A month's report in each of its formats. */
export const reportRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const readReportFile = shareReportFiles();
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
        const making = {
          db: deps.store.db,
          clock: deps.clock,
          config: deps.config(),
          render: deps.render,
        };
        const file = await readReportFile(making, { month, account, revision }, { format, lang });
        const disposition = format === "json" ? "inline" : "attachment";
        return sendReportFile({ request, reply }, file, { month, account, format, disposition });
      },
    );
  };
