import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { readMonth } from "../read-month.ts";
import type { HttpDeps } from "./deps.ts";
import { monthSchema, productSchema } from "./schemas.ts";

/** Outages of a month: maximal runs of bad slots. */
export const outageRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/api/v1/outages",
      {
        schema: {
          tags: ["outages"],
          summary: "Outages of a month, newest first",
          querystring: z.object({
            month: monthSchema,
            product: productSchema.optional(),
            region: z.string().optional(),
            account: z.string().optional(),
          }),
        },
      },
      async (request) => {
        const { month, product, region, account } = request.query;
        const { evaluated } = await readMonth(
          { db: deps.store.db, config: deps.config() },
          {
            month,
            keep: (target) =>
              (product === undefined || target.product === product) &&
              (region === undefined || target.region === region) &&
              (account === undefined || target.account === account),
          },
        );
        const outages = evaluated.flatMap(({ subject, figure }) =>
          figure.outages.map((outage) => ({
            agreement: subject.agreement.id,
            subject: subject.id,
            targets: subject.targets.map(({ id }) => id),
            product: subject.product,
            region: subject.region,
            account: subject.account,
            from: new Date(outage.fromMs).toISOString(),
            until: new Date(outage.untilMs).toISOString(),
            slots: outage.slots,
            slotSeconds: figure.slotMs / 1000,
            reason: outage.reason,
          })),
        );
        outages.sort((a, b) => (a.from === b.from ? 0 : a.from < b.from ? 1 : -1));
        return { month, outages };
      },
    );
  };
