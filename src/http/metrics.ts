import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { may, type Actor } from "../core/access.ts";
import { ForbiddenError, UnauthorizedError } from "../errors.ts";
import { within } from "../within.ts";
import { problems, textOf } from "./answers.ts";
import { actorOfBearer, isLocal } from "./authenticate.ts";
import type { HttpDeps, OpsDeps } from "./deps.ts";

/** Below Prometheus' own limit of 10 s: what the process counts itself is better than nothing. */
const REFRESH_MS = 5_000;

/**
 * `/metrics` in the Prometheus text format: open on loopback, elsewhere with `metricsToken`, or,
 * where there is a database to look it up in, with the token of somebody who sees every account.
 */
export const metricsRoutes =
  (deps: OpsDeps, api: HttpDeps | null): FastifyPluginAsyncZod =>
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
        await checkReader(request, deps, api);
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

async function checkReader(
  request: FastifyRequest,
  deps: OpsDeps,
  api: HttpDeps | null,
): Promise<void> {
  const { authorization } = request.headers;
  if (isBearer(authorization, deps.config().metricsToken)) return;
  if (authorization === undefined && isLocal(deps, request)) return;
  const actor: Actor | null = api === null ? null : await actorOfBearer(api, request);
  if (actor === null) {
    throw new UnauthorizedError("send the configuration's metricsToken as a bearer token");
  }
  // They tell of every account, and Prometheus keeps them for whoever may look there.
  if (!may(actor, "read-all")) throw new ForbiddenError(`the role ${actor.role} may not read all`);
}

/** Compares digests, so that neither length nor content shows in the time it takes. */
function isBearer(header: string | undefined, token: string | null): boolean {
  if (token === null) return false;
  return timingSafeEqual(digest(header ?? ""), digest(`Bearer ${token}`));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
