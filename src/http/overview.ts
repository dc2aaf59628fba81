import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { monthAt } from "../core/month.ts";
import { reportMonth } from "../report-month.ts";
import type { HttpDeps } from "./deps.ts";
import { monthSchema } from "./schemas.ts";

/** The product x region matrix as data. */
export const overviewRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/api/v1/overview",
      {
        schema: {
          tags: ["overview"],
          summary: "Product x region matrix of the month",
          querystring: z.object({ month: monthSchema.optional() }),
        },
      },
      async (request) => {
        const config = deps.config();
        const month = request.query.month ?? monthAt(deps.clock.nowMs(), config.timeZone);
        const report = await reportMonth({ db: deps.store.db, config }, { month });
        const cells = report.rollups
          .filter(({ by }) => by === "product-region")
          .map(({ by: _by, ...rollup }) => {
            const subjects = report.subjects.filter(
              ({ product, region, slotSeconds }) =>
                product === rollup.product &&
                region === rollup.region &&
                slotSeconds === rollup.slotSeconds,
            );
            const count = (verdict: string) =>
              subjects.filter((subject) => subject.verdict === verdict).length;
            return {
              ...rollup,
              subjects: subjects.length,
              missed: count("missed") + count("already-missed"),
              atRisk: count("at-risk"),
              insufficientData: count("insufficient-data"),
            };
          });
        const { from, until, status, settledUntil } = report;
        return { month, from, until, status, settledUntil, cells };
      },
    );
  };
