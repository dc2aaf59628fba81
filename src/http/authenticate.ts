import type { FastifyRequest } from "fastify";
import { authenticate } from "../authenticate.ts";
import type { Actor } from "../core/access.ts";
import { UnauthorizedError } from "../errors.ts";
import { hasAccess } from "../store/users.ts";
import { stylesheet } from "../web/style.ts";
import { addressOf, setActor } from "./actor.ts";
import { STATUS_URLS } from "./status.ts";
import { isLoopbackName, type App, type HttpDeps, type OpsDeps } from "./deps.ts";

/** Open to everybody: they tell nothing of anybody. Those below `/docs` too. */
const OPEN = new Set([
  "/healthz",
  "/readyz",
  "/openapi.json",
  "/docs",
  stylesheet.path,
  "/api/v1/login",
  ...STATUS_URLS,
]);
/** Have a rule of their own. */
const METRICS = new Set(["/metrics", "/probe"]);

/**
 * Before any route: who asks? Everything but what is open wants a token, unless nobody was ever
 * given access; then this machine may read.
 */
export function addAuthentication(app: App, deps: HttpDeps): void {
  const isUnclaimed = createUnclaimed(deps);
  app.addHook("onRequest", async (request, reply) => {
    const { url } = request.routeOptions;
    // What is not there is not there for anybody.
    if (url === undefined || METRICS.has(url) || isOpen(url)) return;
    const credentials = request.headers.authorization;
    if (credentials !== undefined) {
      const actor = await actorOfBearer(deps, request);
      if (actor !== null) return setActor(request, actor);
      void reply.header("www-authenticate", 'Bearer error="invalid_token"');
      throw new UnauthorizedError("the token is not known here, or no longer in force");
    }
    if (isLocal(deps, request) && (await isUnclaimed())) {
      return setActor(request, { ...LOCAL, origin: addressOf(request) });
    }
    throw new UnauthorizedError("send a token: Authorization: Bearer TOKEN");
  });
}

const LOCAL: Omit<Actor, "origin"> = { name: "local", role: "viewer", accounts: null };

/** The one on this machine, while nobody was given access: may read, and import results. */
export function isLocalActor({ name }: Pick<Actor, "name">): boolean {
  return name === LOCAL.name;
}

/** The token that a request brings along; null for none. */
export function bearerOf(request: FastifyRequest): string | null {
  return /^bearer +([^\s]+)$/iu.exec(request.headers.authorization ?? "")?.[1] ?? null;
}

/** Who the request's token stands for; null when it is wrong or there is none. */
export async function actorOfBearer(
  { store, clock }: Pick<HttpDeps, "store" | "clock">,
  request: FastifyRequest,
): Promise<Actor | null> {
  const text = bearerOf(request);
  if (text === null) return null;
  return authenticate(store.db, text, { origin: addressOf(request), nowMs: clock.nowMs() });
}

/**
 * Whether somebody on this machine asks: by the address we listen on, by the name we were asked
 * under, and not on behalf of another, as a proxy on this machine does.
 */
export function isLocal({ isLoopback }: OpsDeps, { hostname, headers }: FastifyRequest): boolean {
  const isForwarded = FORWARDED.some((name) => headers[name] !== undefined);
  return isLoopback && isLoopbackName(hostname) && !isForwarded;
}

const FORWARDED = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

/** Once anybody was given access it stays so: rows are never deleted. */
function createUnclaimed({ store }: HttpDeps): () => Promise<boolean> {
  let isClaimed = false;
  return async () => {
    isClaimed ||= await hasAccess(store.db);
    return !isClaimed;
  };
}

function isOpen(url: string): boolean {
  return OPEN.has(url) || url.startsWith("/docs/");
}
