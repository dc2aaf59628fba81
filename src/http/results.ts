import { Readable } from "node:stream";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { formatResultLine } from "../core/results-ndjson.ts";
import { InvalidInputError } from "../errors.ts";
import { importResults } from "../import-results.ts";
import { settle } from "../settle.ts";
import { pageResults } from "../store/results.ts";
import { getTarget } from "../view-target.ts";
import type { HttpDeps } from "./deps.ts";
import { rangeSchema } from "./schemas.ts";

const NDJSON = "application/x-ndjson";
const MAX_BODY_BYTES = 1024 * 1024 * 1024;

/** Single results, in and out. */
export const resultRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    // The body is read as it comes; it may be larger than memory.
    app.addContentTypeParser(NDJSON, { bodyLimit: MAX_BODY_BYTES }, (_request, payload, done) =>
      done(null, payload),
    );

    app.get(
      "/api/v1/targets/:id/results",
      {
        schema: {
          tags: ["results"],
          summary: "Single results as NDJSON",
          params: z.object({ id: z.string() }),
          querystring: rangeSchema,
        },
      },
      async (request, reply) => {
        const { id } = getTarget(deps.config(), request.params.id);
        const { from, until } = request.query;
        const lines = writeLines(deps, id, { fromMs: from, untilMs: until });
        return reply.type(NDJSON).send(Readable.from(lines));
      },
    );

    app.post(
      "/api/v1/results",
      {
        schema: {
          tags: ["results"],
          summary: "Stores results given as NDJSON: all of them, or none when one is wrong",
          consumes: [NDJSON],
          querystring: z.object({ keepGoing: z.stringbool().default(false) }),
        },
      },
      async (request, reply) => {
        if (!deps.isLoopback) {
          return reply.code(403).type("application/problem+json").send(
            JSON.stringify({
              type: "about:blank",
              status: 403,
              title: "Writing is for this machine alone",
              detail: "bind HOST to a loopback address, or import with `nines import`",
            }),
          );
        }
        const { keepGoing } = request.query;
        const outcome = await importResults(
          { store: deps.store, clock: deps.clock, config: deps.config() },
          decode(request.body),
          { keepGoing },
        );
        if (outcome.bad > 0 && !keepGoing) throw new InvalidInputError(outcome.problems);
        await settle({ db: deps.store.db, clock: deps.clock });
        return outcome;
      },
    );
  };

async function* writeLines(
  deps: HttpDeps,
  id: string,
  range: { readonly fromMs: number; readonly untilMs: number },
): AsyncGenerator<string> {
  for await (const page of pageResults(deps.store.db, id, range)) {
    yield `${page.map(formatResultLine).join("\n")}\n`;
  }
}

async function* decode(body: unknown): AsyncGenerator<string> {
  if (!(body instanceof Readable)) {
    throw new InvalidInputError([{ place: "body", message: `send ${NDJSON}` }]);
  }
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    if (chunk instanceof Uint8Array) yield decoder.decode(chunk, { stream: true });
  }
  yield decoder.decode();
}
