import { createHash, timingSafeEqual } from "node:crypto";
import type { Routes } from "./deps.ts";

/** `/metrics` in the Prometheus text format: open on loopback, elsewhere with `metricsToken`. */
export const metricsRoutes: Routes = (deps) => async (app) => {
  app.get("/metrics", { schema: { tags: ["metrics"] } }, async (request, reply) => {
    const token = deps.config().metricsToken;
    if (token !== null && !deps.isLoopback && !isBearer(request.headers.authorization, token)) {
      return reply
        .code(401)
        .header("www-authenticate", "Bearer")
        .type("application/problem+json")
        .send(JSON.stringify({ type: "about:blank", status: 401, title: "Token required" }));
    }
    await deps.refreshMetrics();
    return reply
      .type(deps.metrics.registry.contentType)
      .send(await deps.metrics.registry.metrics());
  });
};

/** Compares digests, so that neither length nor content shows in the time it takes. */
function isBearer(header: string | undefined, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(header ?? ""), digest(`Bearer ${token}`));
}
