import type { FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { ConflictError } from "../errors.ts";
import { logIn, logOut, type From } from "../login.ts";
import { oidcFailure, type Oidc } from "../oidc.ts";
import { hasAccess } from "../store/users.ts";
import { loginHref } from "../web/links.ts";
import { renderLoggedOut, renderLogin, type LoginModel } from "../web/login.tsx";
import { actorOf, addressOf } from "./actor.ts";
import { actorOfCookie, isLocal } from "./authenticate.ts";
import { giveSession, sessionOf, takeSession } from "./cookies.ts";
import { cookieSessionOf } from "./csrf.ts";
import type { HttpDeps } from "./deps.ts";
import { formBody, textIn } from "./form-body.ts";
import type { TryPassword } from "./login-tries.ts";
import { langOf } from "./page-lang.ts";
import { safePath } from "./safe-path.ts";

const HTML = "text/html; charset=utf-8";
const text = z.string().optional();
const querystring = z.object({ next: text, ended: text, lang: text });
/** As long as the API takes. */
const MAX_CHARACTERS = 2_048;

/** Where a login comes from. */
export function fromOf(request: FastifyRequest): From {
  return { origin: addressOf(request), agent: request.headers["user-agent"] ?? "" };
}

type LoginDeps = HttpDeps & { readonly oidc: Oidc; readonly tryPassword: TryPassword };

/** The form by which people log in, and the way out. */
export const loginPages =
  (deps: LoginDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get("/login", { schema: { hide: true, querystring } }, async (request, reply) => {
      const next = safePath(request.query.next);
      if ((await actorOfCookie(deps, request)) !== null) return reply.redirect(next, 303);
      const ended = request.query.ended === "yes";
      return showLogin(deps, { request, reply }, { next, ended });
    });

    app.post(
      "/login",
      { schema: { hide: true, querystring, body: formBody } },
      async (request, reply) => {
        const next = safePath(request.query.next);
        const [name, password] = [textIn(request.body, "name"), textIn(request.body, "password")];
        const told = { next, name };
        if (name === "" || password === "" || name.length + password.length > MAX_CHARACTERS) {
          return showLogin(deps, { request, reply }, { ...told, refused: "wrong" });
        }
        const from = fromOf(request);
        const access = { db: deps.store.db, clock: deps.clock, config: deps.config };
        const tried = await deps.tryPassword({ name, address: from.origin }, () =>
          logIn(access, { name, password }, from),
        );
        if ("refused" in tried) return showLogin(deps, { request, reply }, { ...told, ...tried });
        const { result: session } = tried;
        if (session === null) {
          return showLogin(deps, { request, reply }, { ...told, refused: "wrong" });
        }
        await endFormer(deps, request);
        giveSession(deps, { request, reply }, session);
        return reply.redirect(next, 303);
      },
    );

    app.post("/logout", { schema: { hide: true } }, async (request, reply) => {
      const session = cookieSessionOf(request);
      if (session === null) {
        throw new ConflictError("this is no login: a token lasts until it is revoked");
      }
      const { name, origin } = actorOf(request);
      const access = { db: deps.store.db, clock: deps.clock, config: deps.config };
      const ended = await logOut(access, { token: session, name, origin });
      takeSession(deps, request, reply);
      void reply.header("cache-control", "no-store");
      const lang = langOf(request);
      const href = await providerEnd(deps, ended?.idToken ?? null);
      if (href === null) return reply.redirect(loginHref(lang), 303);
      // Not by redirect: what a form leads to must be ours. The page itself goes on.
      const label = deps.config().oidc?.label ?? "";
      void reply.header("refresh", `0; url=${href}`);
      return reply.type(HTML).send(renderLoggedOut({ href, label }, lang));
    });
  };

type Exchange = { readonly request: FastifyRequest; readonly reply: FastifyReply };
type Shown = Pick<LoginModel, "next"> &
  Partial<Pick<LoginModel, "ended" | "name" | "refused" | "seconds">>;

/** Shows the form, or says how the first one gets in. */
export async function showLogin(deps: HttpDeps, { request, reply }: Exchange, shown: Shown) {
  const isKnown = await hasAccess(deps.store.db);
  const { refused = null, seconds = 0, ended = false, name = "", next } = shown;
  const model: LoginModel = {
    next,
    ended,
    name,
    refused,
    seconds,
    provider: deps.config().oidc?.label ?? null,
    first: isKnown ? null : isLocal(deps, request) ? "here" : "elsewhere",
  };
  if (refused === "wrong") void reply.code(401).header("www-authenticate", "Bearer");
  else if (refused === "failed" || refused === "busy") {
    void reply.code(429).header("retry-after", String(seconds));
  }
  void reply.header("cache-control", "no-store");
  return reply.type(HTML).send(renderLogin(model, langOf(request)));
}

/** A browser has one login: with a new one that of before ends. */
export async function endFormer(deps: HttpDeps, request: FastifyRequest): Promise<void> {
  const token = sessionOf(deps, request);
  const actor = token === null ? null : await actorOfCookie(deps, request);
  if (token === null || actor === null) return;
  const { name, origin } = actor;
  await logOut({ db: deps.store.db, clock: deps.clock }, { token, name, origin });
}

/** Where a login at the provider ends; null when it is not ended, or nobody can say where. */
async function providerEnd(
  { config, oidc, log }: LoginDeps,
  idToken: string | null,
): Promise<string | null> {
  const { oidc: settings, publicUrl } = config();
  if (idToken === null || settings === null || publicUrl === null) return null;
  try {
    return await oidc.endUrl(settings, { idToken, returnUri: `${publicUrl}/login` });
  } catch (error) {
    const failure = oidcFailure(error);
    if (failure === null) throw error;
    log.warn(
      { issuer: settings.issuer, reason: failure.reason },
      "cannot say where the provider's login ends",
    );
    return null;
  }
}
