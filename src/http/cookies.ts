import type { FastifyReply, FastifyRequest } from "fastify";
import type { NewSession } from "../login.ts";
import { isSessionToken } from "../secrets.ts";
import type { HttpDeps } from "./deps.ts";

type Deps = Pick<HttpDeps, "clock" | "config">;

/** Whether people reach us by https: by what the proxies say, or by what the configuration says. */
export function isSecure({ config }: Pick<HttpDeps, "config">, request: FastifyRequest): boolean {
  return request.protocol === "https" || (config().publicUrl?.startsWith("https:") ?? false);
}

/**
 * Browsers take a name with this prefix from this very host over https alone, so that no other one
 * can plant a cookie of its own; over plain http they do not take it at all.
 */
function nameOf(deps: Pick<HttpDeps, "config">, request: FastifyRequest, name: string): string {
  return isSecure(deps, request) ? `__Host-${name}` : name;
}

const SESSION = "nines";
const PENDING = "nines-oidc";

function optionsOf(deps: Pick<HttpDeps, "config">, request: FastifyRequest) {
  return { path: "/", httpOnly: true, sameSite: "lax", secure: isSecure(deps, request) } as const;
}

/** The token of the login that a browser sends along; null for none. Tokens of programs are none. */
export function sessionOf(deps: Pick<HttpDeps, "config">, request: FastifyRequest): string | null {
  const token = request.cookies[nameOf(deps, request, SESSION)];
  return token !== undefined && isSessionToken(token) ? token : null;
}

/** Gives the browser the login. The answer is for it alone. */
export function giveSession(
  deps: Deps,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  { token, expiresAtMs }: NewSession,
): void {
  const maxAge = Math.floor((expiresAtMs - deps.clock.nowMs()) / 1000);
  const options = { ...optionsOf(deps, request), maxAge };
  void reply.setCookie(nameOf(deps, request, SESSION), token, options);
  void reply.header("cache-control", "no-store");
}

export function takeSession(deps: Deps, request: FastifyRequest, reply: FastifyReply): void {
  void reply.clearCookie(nameOf(deps, request, SESSION), optionsOf(deps, request));
}

/** What a browser must bring back from the provider; it lives as long as one may take there. */
export function pendingOf(deps: Deps, request: FastifyRequest): string | null {
  return request.cookies[nameOf(deps, request, PENDING)] ?? null;
}

export function givePending(
  deps: Deps,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  { text, maxAge }: { readonly text: string; readonly maxAge: number },
): void {
  const options = { ...optionsOf(deps, request), maxAge };
  void reply.setCookie(nameOf(deps, request, PENDING), text, options);
  void reply.header("cache-control", "no-store");
}

export function takePending(deps: Deps, request: FastifyRequest, reply: FastifyReply): void {
  void reply.clearCookie(nameOf(deps, request, PENDING), optionsOf(deps, request));
}
