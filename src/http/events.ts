import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { requireKnownAccount } from "../known-account.ts";
import { listEvents, type StoredEvent } from "../store/events.ts";
import { actorOf, requireSees } from "./actor.ts";
import { problems } from "./answers.ts";
import type { HttpDeps } from "./deps.ts";
import { wordSchema } from "./schemas.ts";

const MAX_LIMIT = 1_000;

const eventAnswer = z
  .strictObject({
    id: z.int(),
    at: z.iso.datetime(),
    kind: z.string().meta({ example: "breach" }),
    month: z.string().nullable(),
    account: z.string().nullable(),
    product: z.string().nullable(),
    region: z.string().nullable(),
    agreement: z.string().nullable(),
    subject: z.string().nullable(),
    data: z.unknown().meta({ description: "What the kind of event has to say" }),
  })
  .meta({ id: "Event" });

export const eventsAnswer = z
  .strictObject({
    events: z.array(eventAnswer),
    last: z.int().meta({ description: "What to ask on after" }),
  })
  .meta({ id: "Events" });

/** What people are told of, for programs that tell them in their own way. */
export const eventRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/api/v1/events",
      {
        schema: {
          tags: ["events"],
          summary: "Events in the order in which they happened: ask again after the last one seen",
          querystring: z.strictObject({
            after: z.coerce.number().int().min(0).default(0).meta({ description: "An event's id" }),
            kind: wordSchema.optional(),
            account: wordSchema.optional(),
            limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(100),
          }),
          response: { 200: eventsAnswer, ...problems },
        },
      },
      async (request) => {
        const actor = actorOf(request);
        const { after, kind, account, limit } = request.query;
        requireSees(actor, account);
        await requireKnownAccount({ db: deps.store.db, config: deps.config() }, account);
        const accounts = account === undefined ? (actor.accounts ?? undefined) : [account];
        const found = await listEvents(deps.store.db, { after, kind, accounts, limit });
        return { events: found.map(describeEvent), last: found.at(-1)?.id ?? after };
      },
    );
  };

function describeEvent({ atMs, data, ...event }: StoredEvent) {
  const said: unknown = JSON.parse(data);
  return { ...event, at: new Date(atMs).toISOString(), data: said };
}
