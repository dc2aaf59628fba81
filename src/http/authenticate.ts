import type { FastifyReply, FastifyRequest } from "fastify";
import { authenticate } from "../authenticate.ts";
import type { Actor } from "../core/access.ts";
import { UnauthorizedError } from "../errors.ts";
import { hasAccess } from "../store/users.ts";
import { loginHref } from "../web/links.ts";
import { assets } from "../web/scripts.ts";
import { addressOf, setActor } from "./actor.ts";
import { sessionOf, takeSession } from "./cookies.ts";
import { cookieSessionOf, setCookieSession } from "./csrf.ts";
import { STATUS_URLS } from "./status.ts";
import { isLoopbackName, type App, type HttpDeps, type OpsDeps } from "./deps.ts";
import { langOf } from "./page-lang.ts";
import { asksForPage } from "./problems.ts";
import { safePath } from "./safe-path.ts";

/** Open to everybody: they tell nothing of anybody. Those below `/docs` too. */
const OPEN = new Set([
  "/healthz",
  "/readyz",
  "/openapi.json",
  "/docs",
  ...assets.map(({ path }) => path),
  "/api/v1/login",
  "/login",
  "/login/oidc",
  "/login/oidc/back",
  "/setup",
  ...STATUS_URLS,
]);
/** Have a rule of their own. */
const METRICS = new Set(["/metrics", "/probe"]);

/**
 * Before any route: who asks? Everything but what is open wants a token, or the cookie of a login,
 * unless nobody was ever given access; then this machine may read.
 */
export function addAuthentication(app: App, deps: HttpDeps): void {
  const whoAsks = createWhoAsks(deps);
  app.addHook("onRequest", async (request, reply) => {
    const { url } = request.routeOptions;
    // What is not there is not there for anybody.
    if (url === undefined || METRICS.has(url) || isOpen(url)) return;
    const actor = await whoAsks(request);
    if (actor !== null) {
      if (cookieSessionOf(request) !== null) keepPrivate(reply);
      return setActor(request, actor);
    }
    if (request.headers.authorization !== undefined) {
      void reply.header("www-authenticate", 'Bearer error="invalid_token"');
      throw new UnauthorizedError("the token is not known here, or no longer in force");
    }
    if (asksForPage(request)) return sendToLogin(deps, request, reply);
    throw new UnauthorizedError("send a token: Authorization: Bearer TOKEN");
  });
}

/**
 * What one reader was shown is for nobody else, nor for a later one at the same browser: who goes
 * back after the way out would find it wherever it may be stored at all.
 */
export function keepPrivate(reply: FastifyReply): void {
  void reply.header("cache-control", "no-store");
}

/** Gives the function that says who asks, by token, by login, or from this machine; null: nobody known. */
export function createWhoAsks(deps: HttpDeps): (request: FastifyRequest) => Promise<Actor | null> {
  const isUnclaimed = createUnclaimed(deps);
  return async (request) => {
    if (request.headers.authorization !== undefined) return actorOfBearer(deps, request);
    const actor = await actorOfCookie(deps, request);
    if (actor !== null || !isLocal(deps, request) || !(await isUnclaimed())) return actor;
    return { ...LOCAL, origin: addressOf(request) };
  };
}

/** To the login, and from there to the page that was asked for, or whose form was sent. */
function sendToLogin(deps: HttpDeps, request: FastifyRequest, reply: FastifyReply) {
  const isRead = request.method === "GET" || request.method === "HEAD";
  const next = safePath(isRead ? request.url : refererPath(request));
  const ended = sessionOf(deps, request) !== null;
  if (ended) takeSession(deps, request, reply);
  return reply
    .header("cache-control", "no-store")
    .redirect(loginHref(langOf(request), { next, ended }), 303);
}

/** The page that a form was on; the path alone counts, for the host of it may be anything. */
function refererPath({ headers: { referer = "" } }: FastifyRequest): string | undefined {
  if (!URL.canParse(referer)) return undefined;
  const { pathname, search } = new URL(referer);
  return pathname + search;
}

/** Whose login the request's cookie stands for; null when it is over or there is none. */
export async function actorOfCookie(
  deps: HttpDeps,
  request: FastifyRequest,
): Promise<Actor | null> {
  const text = sessionOf(deps, request);
  if (text === null) return null;
  const actor = await authenticate(deps.store.db, text, fromOf(deps, request));
  if (actor !== null) setCookieSession(request, text);
  return actor;
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
  deps: Pick<HttpDeps, "store" | "clock" | "config">,
  request: FastifyRequest,
): Promise<Actor | null> {
  const text = bearerOf(request);
  return text === null ? null : authenticate(deps.store.db, text, fromOf(deps, request));
}

function fromOf({ clock, config }: Pick<HttpDeps, "clock" | "config">, request: FastifyRequest) {
  const { loginIdleMs: idleMs } = config();
  return { origin: addressOf(request), nowMs: clock.nowMs(), idleMs };
}

/**
 * Whether somebody on this machine asks: by the address we listen on, by the name we were asked
 * under, and not on behalf of another, as a proxy on this machine does.
 */
export function isLocal(
  { isLoopback }: OpsDeps,
  { hostname, headers, raw }: FastifyRequest,
): boolean {
  const isForwarded = Object.keys(headers).some(isForwardedBy);
  // nginx without a word of for whom it asks names itself and speaks HTTP/1.0, as nobody else does.
  return isLoopback && isLoopbackName(hostname) && !isForwarded && raw.httpVersion !== "1.0";
}

function isForwardedBy(header: string): boolean {
  return FORWARDED.has(header) || header.startsWith("x-forwarded-");
}

const FORWARDED = new Set(["forwarded", "x-real-ip", "via"]);

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
