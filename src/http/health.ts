import { z } from "zod";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { within } from "../within.ts";
import type { OpsDeps } from "./deps.ts";

/** Who asks for readiness wants to know now: a database that hangs is one that is away. */
const READY_MS = 3_000;

/** Liveness and readiness: open to everybody, and they say nothing else. */
export const healthRoutes =
  (deps: OpsDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/healthz",
      {
        schema: {
          tags: ["health"],
          summary: "The process lives",
          response: { 200: z.strictObject({ status: z.literal("ok") }) },
        },
      },
      () => ({ status: "ok" }) as const,
    );

    app.get(
      "/readyz",
      {
        schema: {
          tags: ["health"],
          summary: "Database and queue answer",
          response: {
            200: z.strictObject({ status: z.literal("ready") }),
            503: z.strictObject({ status: z.literal("not ready") }),
          },
        },
      },
      async (request, reply) => {
        try {
          await within(READY_MS, deps.checkReady());
          return { status: "ready" } as const;
        } catch (error) {
          request.log.warn({ err: error }, "not ready");
          return reply.code(503).send({ status: "not ready" });
        }
      },
    );
  };
