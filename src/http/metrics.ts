import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { probesText } from "../blackbox-text.ts";
import { may, type Actor } from "../core/access.ts";
import { chooseForm, labelsText, TEXT_TYPES } from "../core/metrics-text.ts";
import { ForbiddenError, UnauthorizedError } from "../errors.ts";
import type { Metrics } from "../metrics.ts";
import { within } from "../within.ts";
import { problems, textOf } from "./answers.ts";
import { actorOfBearer, isLocal } from "./authenticate.ts";
import type { HttpDeps, OpsDeps } from "./deps.ts";

/** Below Prometheus' own limit of 10 s: what the process counts itself is better than nothing. */
const REFRESH_MS = 5_000;

/** Some megabytes, of which a tenth is left; OpenMetrics is no type that is known to be text. */
const COMPRESSED = {
  threshold: 4096,
  encodings: ["gzip" as const, "identity" as const],
  customTypes: /^(?:text\/plain|application\/openmetrics-text)/u,
};

/**
 * `/metrics` in the Prometheus text format, or as OpenMetrics for who asks for it: open on
 * loopback, elsewhere with `metricsToken`, or, where there is a database to look it up in, with
 * the token of somebody who sees every account.
 */
export const metricsRoutes =
  (deps: OpsDeps, api: HttpDeps | null): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/metrics",
      {
        schema: {
          tags: ["metrics"],
          summary: "Prometheus metrics; the last results under blackbox_exporter's names",
          querystring: z.strictObject({ compat: z.enum(["blackbox"]).optional() }),
          response: { 200: textOf("text/plain"), ...problems },
        },
        compress: COMPRESSED,
      },
      async (request, reply) => {
        await checkReader(request, deps, api);
        if (request.query.compat === "blackbox") {
          return reply.type(TEXT_TYPES.prometheus).send(lastResultsText(deps.metrics));
        }
        try {
          await within(REFRESH_MS, deps.refreshMetrics());
        } catch (error) {
          request.log.warn({ err: error }, "figures stand still");
        }
        const form = chooseForm(request.headers.accept);
        return reply.type(TEXT_TYPES[form]).send(await deps.metrics.text(form));
      },
    );
  };

/** Labels as dashboards made for blackbox_exporter ask for them, and ours. */
function lastResultsText({ targets }: Metrics): string {
  return probesText(
    targets.list().map(({ target, vantage, result }) => {
      const { id, product, region, account, probe } = target;
      const ours = { target: id, product, region, account, vantage };
      const labels = labelsText({ job: "nines", instance: id, ...ours });
      return { labels, kind: probe.kind, result };
    }),
  );
}

/** Who may read metrics: throws for everybody else. */
export async function checkReader(
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
