import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { within } from "../within.ts";
import { problems, textOf } from "./answers.ts";
import type { OpsDeps } from "./deps.ts";
import { sendProblem } from "./problems.ts";

/** Below Prometheus' own limit of 10 s: what the process counts itself is better than nothing. */
const REFRESH_MS = 5_000;

/** `/metrics` in the Prometheus text format: open on loopback, elsewhere with `metricsToken`. */
export const metricsRoutes =
  (deps: OpsDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/metrics",
      {
        schema: {
          tags: ["metrics"],
          summary: "Prometheus metrics",
          response: { 200: textOf("text/plain"), ...problems },
        },
      },
      async (request, reply) => {
        const token = deps.config().metricsToken;
        if (!deps.isLoopback && !isBearer(request.headers.authorization, token)) {
          void reply.header("www-authenticate", "Bearer");
          const detail = "send the configuration's metricsToken as a bearer token";
          return sendProblem(request, reply, { status: 401, detail });
        }
        try {
          await within(REFRESH_MS, deps.refreshMetrics());
        } catch (error) {
          request.log.warn({ err: error }, "figures stand still");
        }
        const { registry } = deps.metrics;
        return reply.type(registry.contentType).send(await registry.metrics());
      },
    );
  };

/** Compares digests, so that neither length nor content shows in the time it takes. */
function isBearer(header: string | undefined, token: string | null): boolean {
  if (token === null) return false;
  return timingSafeEqual(digest(header ?? ""), digest(`Bearer ${token}`));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
