import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { monthAt } from "../core/month.ts";
import type { Report, ReportRollup } from "../core/report.ts";
import { reportMonth } from "../report-month.ts";
import { actorOf, requireSees } from "./actor.ts";
import { overviewAnswer, problems } from "./answers.ts";
import type { HttpDeps } from "./deps.ts";
import { monthSchema, wordSchema } from "./schemas.ts";

/** The product x region matrix as data. */
export const overviewRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/api/v1/overview",
      {
        schema: {
          tags: ["overview"],
          summary: "Product x region matrix of the month; slots of different length stay apart",
          querystring: z.strictObject({
            month: monthSchema.optional(),
            account: wordSchema.optional(),
          }),
          response: { 200: overviewAnswer, ...problems },
        },
      },
      async (request) => {
        const config = deps.config();
        const actor = actorOf(request);
        const { month = monthAt(deps.clock.nowMs(), config.timeZone), account } = request.query;
        requireSees(actor, account);
        const report = await reportMonth(
          { db: deps.store.db, config },
          { month, account, accounts: actor.accounts },
        );
        const { from, until, status, settledUntil, rollups } = report;
        const cells = rollups.flatMap((rollup) => describeCell(rollup, report));
        return { month, from, until, status, settledUntil, cells };
      },
    );
  };

function describeCell(rollup: ReportRollup, report: Report) {
  const { by, product, region, slotSeconds, availabilityPercent, worst } = rollup;
  if (by !== "product-region" || product === undefined || region === undefined) return [];
  const subjects = report.subjects.filter(
    (subject) =>
      subject.product === product &&
      subject.region === region &&
      subject.slotSeconds === slotSeconds,
  );
  const count = (verdict: string) =>
    subjects.filter((subject) => subject.verdict === verdict).length;
  return {
    product,
    region,
    availabilityPercent,
    slotSeconds,
    worst,
    subjects: subjects.length,
    missed: count("missed") + count("already-missed"),
    atRisk: count("at-risk"),
    insufficientData: count("insufficient-data"),
  };
}
