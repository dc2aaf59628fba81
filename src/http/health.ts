import type { Routes } from "./deps.ts";

/** Liveness and readiness: open to everybody, and they say nothing else. */
export const healthRoutes: Routes = (deps) => async (app) => {
  app.get("/healthz", { schema: { tags: ["health"] } }, () => ({ status: "ok" }));
  app.get("/readyz", { schema: { tags: ["health"] } }, async (request, reply) => {
    try {
      await deps.checkReady();
      return { status: "ready" };
    } catch (error) {
      request.log.warn({ err: error }, "not ready");
      return reply.code(503).send({ status: "not ready" });
    }
  });
};
