import { Readable } from "node:stream";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { reviseMonths } from "../close-due.ts";
import { formatResultLine } from "../core/results-ndjson.ts";
import { BusyError, InvalidInputError } from "../errors.ts";
import { createGate } from "../gate.ts";
import { importResults } from "../import-results.ts";
import { settle } from "../settle.ts";
import { pageResults } from "../store/results.ts";
import { actorOf, requireMay, targetFor } from "./actor.ts";
import { importAnswer, problems, resultLine, textOf } from "./answers.ts";
import { isLocalActor } from "./authenticate.ts";
import type { HttpDeps } from "./deps.ts";
import { idParams, resultsQuery } from "./schemas.ts";

const NDJSON = "application/x-ndjson";
const MAX_BODY_BYTES = 1024 * 1024 * 1024;
/**
 * Each holds a connection to the database while its sender sends, and takes a second one to store:
 * more of them would leave none to anybody else.
 */
const IMPORTS = { atOnce: 3, waiting: 50 };

/** Single results, in and out. */
export const resultRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const gate = createGate(IMPORTS);
    // The body is read as it comes; it may be larger than memory. Nothing else is taken.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(NDJSON, { bodyLimit: MAX_BODY_BYTES }, (_request, payload, done) =>
      done(null, payload),
    );

    app.get(
      "/api/v1/targets/:id/results",
      {
        schema: {
          tags: ["results"],
          summary: "Single results as NDJSON",
          params: idParams,
          querystring: resultsQuery,
          response: { 200: textOf(NDJSON, resultLine), ...problems },
        },
      },
      async (request, reply) => {
        const { id } = targetFor(actorOf(request), deps.config(), request.params.id);
        const { from, until } = request.query;
        const lines = writeLines(deps, id, { fromMs: from, untilMs: until });
        return reply.header("content-type", NDJSON).send(Readable.from(lines));
      },
    );

    app.post(
      "/api/v1/results",
      {
        schema: {
          tags: ["results"],
          summary: "Stores results given as NDJSON: all of them, or none when one is wrong",
          consumes: [NDJSON],
          querystring: z.strictObject({
            keepGoing: z.stringbool().default(false).meta({ description: "Store the good lines" }),
          }),
          response: { 200: importAnswer, ...problems },
        },
      },
      async (request) => {
        const by = actorOf(request);
        if (!isLocalActor(by)) requireMay(request, "import-results");
        const { keepGoing } = request.query;
        const done = await gate.run(() =>
          importResults(
            { store: deps.store, clock: deps.clock, config: deps.config(), by },
            decode(request.body),
            { keepGoing },
          ),
        );
        if (done === null) throw new BusyError("too many imports wait: send it again later");
        const { result: outcome } = done;
        if (outcome.bad > 0 && !keepGoing) throw new InvalidInputError(outcome.problems);
        await bringUpToDate(deps);
        return outcome;
      },
    );
  };

/** The results are stored: what fails from here on is made up for by the schedule. */
async function bringUpToDate({ store: { db }, clock, signer, config, log }: HttpDeps) {
  try {
    await settle({ db, clock });
    const everything = { fromMs: 0, untilMs: clock.nowMs() };
    await reviseMonths({ db, clock, signer, config: config() }, everything);
  } catch (error) {
    log.error({ err: error }, "results were imported, and closed months were not revised");
  }
}

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
