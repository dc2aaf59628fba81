import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Evaluated } from "../core/build-report.ts";
import { requireKnownAccount } from "../known-account.ts";
import { readMonth } from "../read-month.ts";
import { actorOf, requireSees } from "./actor.ts";
import { outagesAnswer, problems } from "./answers.ts";
import type { HttpDeps } from "./deps.ts";
import { targetFilter } from "./filter.ts";
import { filterShape, monthSchema } from "./schemas.ts";

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
          querystring: z.strictObject({ month: monthSchema, ...filterShape }),
          response: { 200: outagesAnswer, ...problems },
        },
      },
      async (request) => {
        const { month, ...filter } = request.query;
        const config = deps.config();
        const actor = actorOf(request);
        const reading = { db: deps.store.db, config };
        requireSees(actor, filter.account);
        await requireKnownAccount(reading, filter.account);
        const keep = targetFilter(actor, filter);
        const { evaluated } = await readMonth(reading, { month, keep });
        const outages = evaluated.flatMap(describeOutages);
        outages.sort((a, b) => (a.from === b.from ? 0 : a.from < b.from ? 1 : -1));
        return { month, outages };
      },
    );
  };

function describeOutages({ subject, figure }: Evaluated) {
  return figure.outages.map(({ fromMs, untilMs, slots, reason }) => ({
    agreement: subject.agreement.id,
    subject: subject.id,
    targets: subject.targets.map(({ id }) => id),
    product: subject.product,
    region: subject.region,
    account: subject.account,
    from: new Date(fromMs).toISOString(),
    until: new Date(untilMs).toISOString(),
    slots,
    slotSeconds: figure.slotMs / 1000,
    reason,
  }));
}
