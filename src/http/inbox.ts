import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { NotFoundError } from "../errors.ts";
import { countUnread, listLetters, markRead, type Letter } from "../store/letters.ts";
import { requireMay } from "./actor.ts";
import { problems } from "./answers.ts";
import type { HttpDeps } from "./deps.ts";
import { messageAnswer } from "./message-answer.ts";
import { MAX_NUMBER, rowIdSchema } from "./schemas.ts";

const MAX_LIMIT = 1_000;

const letterAnswer = z
  .strictObject({
    id: z.int(),
    channel: z.string(),
    at: z.iso.datetime(),
    readAt: z.iso.datetime().nullable().meta({ description: "Null while it is new to who asks" }),
    message: messageAnswer,
  })
  .meta({ id: "Letter" });

const inboxAnswer = z
  .strictObject({
    letters: z.array(letterAnswer).readonly(),
    unread: z.int().meta({ description: "Of all letters that who asks may read" }),
    last: z.int().meta({ description: "What to ask on after" }),
  })
  .meta({ id: "Inbox" });

const id = rowIdSchema;

/** The letters of channels of the kind inbox; everybody has read their own. */
export const inboxRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const { db } = deps.store;
    const tags = ["messages"];

    app.get(
      "/api/v1/inbox",
      {
        schema: {
          tags,
          summary: "Letters in the order in which they came: the newest, or those after one",
          querystring: z.strictObject({
            unread: z.enum(["true", "false"]).default("false"),
            after: z.coerce
              .number()
              .int()
              .min(0)
              .max(MAX_NUMBER)
              .optional()
              .meta({ description: "A letter's id" }),
            limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(100),
          }),
          response: { 200: inboxAnswer, ...problems },
        },
      },
      async (request) => {
        const actor = requireMay(request, "read");
        const { unread, after, limit } = request.query;
        const query = { unread: unread === "true", after, limit };
        const letters = await listLetters(db, actor, query);
        return {
          letters: letters.map(describeLetter),
          unread: await countUnread(db, actor),
          last: letters.at(-1)?.id ?? after ?? 0,
        };
      },
    );

    app.post(
      "/api/v1/inbox/:id/read",
      {
        schema: {
          tags,
          summary: "Notes that who asks has read a letter; the first time counts",
          params: z.object({ id: id.meta({ description: "Id of a letter" }) }),
          body: z.strictObject({}).nullish(),
          response: { 200: letterAnswer, ...problems },
        },
      },
      async (request) => {
        const actor = requireMay(request, "read");
        const asked = { id: request.params.id, atMs: deps.clock.nowMs() };
        const letter = await markRead(db, actor, asked);
        if (letter === null) throw new NotFoundError(`no letter ${asked.id}`);
        return describeLetter(letter);
      },
    );
  };

function describeLetter({ atMs, readAtMs, ...letter }: Letter) {
  return {
    ...letter,
    at: new Date(atMs).toISOString(),
    readAt: readAtMs === null ? null : new Date(readAtMs).toISOString(),
  };
}
