import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { LANGS } from "../core/views.ts";
import { DELIVERY_OUTCOMES, listDeliveries, type StoredDelivery } from "../store/deliveries.ts";
import { CHANNEL_STATES, viewChannels, type ChannelView } from "../view-channels.ts";
import { requireMay } from "./actor.ts";
import { problems } from "./answers.ts";
import type { HttpDeps } from "./deps.ts";
import { wordSchema } from "./schemas.ts";

const MAX_LIMIT = 1_000;

const channelsAnswer = z
  .strictObject({
    channels: z
      .array(
        z.strictObject({
          id: z.string(),
          kind: z.string().meta({ example: "email" }),
          lang: z.enum(LANGS),
          fallback: z.string().nullable().meta({ description: "Takes over when it is dead" }),
          state: z
            .enum(CHANNEL_STATES)
            .meta({ description: "unknown: nothing has arrived by it yet" }),
          lastSentAt: z.iso.datetime().nullable(),
          waiting: z.int().meta({ description: "Messages that are not sent yet" }),
        }),
      )
      .readonly(),
  })
  .meta({ id: "Channels" });

const deliveriesAnswer = z
  .strictObject({
    deliveries: z
      .array(
        z.strictObject({
          id: z.int(),
          message: z.string().meta({ example: "nines-message-17" }),
          attempt: z.int(),
          at: z.iso.datetime(),
          channel: z.string(),
          outcome: z.enum(DELIVERY_OUTCOMES).meta({
            description: "temporary: it is tried again; permanent: another try is of no use",
          }),
          tookMs: z.int(),
          detail: z.string(),
          status: z.string().meta({ example: "opened" }),
          title: z.string().nullable(),
        }),
      )
      .readonly(),
    last: z.int().meta({ description: "What to ask on after" }),
  })
  .meta({ id: "Deliveries" });

/** By which ways people are told, and what became of each message. */
export const channelRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const { db } = deps.store;
    const tags = ["messages"];

    app.get(
      "/api/v1/channels",
      {
        schema: {
          tags,
          summary: "The channels, without their settings, and whether they work",
          response: { 200: channelsAnswer, ...problems },
        },
      },
      async (request) => {
        requireMay(request, "read-all");
        const channels = await viewChannels({ db, config: deps.config() });
        return { channels: channels.map(describeChannel) };
      },
    );

    app.get(
      "/api/v1/deliveries",
      {
        schema: {
          tags,
          summary: "Attempts to deliver messages, in their order: the newest, or those after one",
          querystring: z.strictObject({
            channel: wordSchema.optional(),
            outcome: z.enum(DELIVERY_OUTCOMES).optional(),
            after: z.coerce
              .number()
              .int()
              .min(0)
              .max(Number.MAX_SAFE_INTEGER)
              .optional()
              .meta({ description: "A delivery's id" }),
            limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(100),
          }),
          response: { 200: deliveriesAnswer, ...problems },
        },
      },
      async (request) => {
        // A message may hold the names of every account.
        requireMay(request, "read-all");
        const { channel, outcome, after, limit } = request.query;
        const found = await listDeliveries(db, { channel, outcome, after, limit });
        return {
          deliveries: found.map(describeDelivery),
          last: found.at(-1)?.id ?? after ?? 0,
        };
      },
    );
  };

function describeChannel(channel: ChannelView) {
  const { id, kind, lang, fallback, state, waiting, lastSentAtMs } = channel;
  const lastSentAt = lastSentAtMs === null ? null : new Date(lastSentAtMs).toISOString();
  return { id, kind, lang, fallback, state, lastSentAt, waiting };
}

function describeDelivery({ atMs, message, outcome, ...delivery }: StoredDelivery) {
  return {
    ...delivery,
    message: `nines-message-${message}`,
    at: new Date(atMs).toISOString(),
    outcome: DELIVERY_OUTCOMES.find((one) => one === outcome) ?? "temporary",
  };
}
