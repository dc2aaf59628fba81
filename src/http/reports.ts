import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { FORMAT_NAMES, reportFormats } from "../reports/index.ts";
import { reportMonth } from "../report-month.ts";
import type { HttpDeps } from "./deps.ts";
import { monthSchema } from "./schemas.ts";

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
          querystring: z.object({
            account: z.string().optional(),
            format: z.enum(FORMAT_NAMES).default("json"),
            lang: z.enum(["en", "zh"]).default("en"),
          }),
        },
      },
      async (request, reply) => {
        const { month } = request.params;
        const { account, format } = request.query;
        const config = deps.config();
        const report = await reportMonth({ db: deps.store.db, config }, { month, account });
        const { contentType, extension, render } = reportFormats[format];
        const name = `sla-${month}${account === undefined ? "" : `-${account}`}.${extension}`;
        return reply
          .type(contentType)
          .header("content-disposition", `${format === "json" ? "inline" : "attachment"}; filename="${name}"`)
          .send(render(report));
      },
    );
  };
