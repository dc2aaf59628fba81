import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { ROLES } from "../core/access.ts";
import { ConflictError, UnauthorizedError } from "../errors.ts";
import { logIn, logOut } from "../login.ts";
import { createOidc } from "../oidc.ts";
import { MAX_PASSWORD_CHARACTERS } from "../passwords.ts";
import { actorOf, addressOf } from "./actor.ts";
import { problems } from "./answers.ts";
import { bearerOf } from "./authenticate.ts";
import { cookieSessionOf } from "./csrf.ts";
import type { HttpDeps } from "./deps.ts";
import { fromOf, loginPages } from "./login-pages.ts";
import { createTries, REFUSED_TEXTS, type TryPassword } from "./login-tries.ts";
import { oidcPages } from "./oidc.ts";
import { ownLoginPages } from "./own-login-pages.ts";
import { sendProblem } from "./problems.ts";
import { setupPages } from "./setup-pages.ts";

const loginBody = z.strictObject({
  name: z.string().min(1).max(1_000),
  password: z.string().max(4 * MAX_PASSWORD_CHARACTERS),
});

const loginAnswer = z
  .strictObject({
    token: z.string().meta({ description: "Send it as a bearer token" }),
    expiresAt: z.iso
      .datetime()
      .meta({ description: "At the latest: not used for `login.idle`, it ends sooner" }),
  })
  .meta({ id: "Login" });

const meAnswer = z
  .strictObject({
    name: z.string().meta({ example: "user:li" }),
    role: z.enum(ROLES),
    accounts: z.array(z.string()).readonly().nullable().meta({
      description: "The only ones that an account manager sees; null for all",
    }),
  })
  .meta({ id: "Me" });

/** Logging in and out, by pages and by the API, and who one is. */
export const loginRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    // One count of failures: pages are no way around the API's, nor the other way round.
    const tryPassword = createTries(deps.clock);
    const oidc = createOidc(deps.clock);
    await app.register(loginApi(deps, tryPassword));
    await app.register(loginPages({ ...deps, oidc, tryPassword }));
    await app.register(ownLoginPages({ ...deps, tryPassword }));
    await app.register(oidcPages({ ...deps, oidc }));
    await app.register(setupPages(deps));
  };

const loginApi =
  (deps: HttpDeps, tryPassword: TryPassword): FastifyPluginAsyncZod =>
  async (app) => {
    const access = { db: deps.store.db, clock: deps.clock, config: deps.config };

    app.post(
      "/api/v1/login",
      {
        schema: {
          tags: ["access"],
          summary: "Gives a token for twelve hours at most for name and password",
          security: [],
          body: loginBody,
          response: { 200: loginAnswer, ...problems },
        },
      },
      async (request, reply) => {
        const from = fromOf(request);
        const login = { name: request.body.name, address: from.origin };
        const tried = await tryPassword(login, () => logIn(access, request.body, from));
        if ("refused" in tried) {
          void reply.header("retry-after", String(tried.seconds));
          const detail = `${REFUSED_TEXTS[tried.refused]}: try again in ${tried.seconds} s`;
          return sendProblem(request, reply, { status: 429, detail });
        }
        const { result: session } = tried;
        if (session === null) throw new UnauthorizedError("name or password is wrong");
        const expiresAt = new Date(session.expiresAtMs).toISOString();
        return reply.header("cache-control", "no-store").send({ token: session.token, expiresAt });
      },
    );

    app.post(
      "/api/v1/logout",
      {
        schema: {
          tags: ["access"],
          summary: "Ends the login that the token was given for",
          response: { 200: z.strictObject({ status: z.literal("ended") }), ...problems },
        },
      },
      async (request) => {
        const { name } = actorOf(request);
        const origin = addressOf(request);
        const token = cookieSessionOf(request) ?? bearerOf(request) ?? "";
        const ended = await logOut(access, { token, name, origin });
        if (ended !== null) return { status: "ended" } as const;
        throw new ConflictError("this is no login: a token lasts until it is revoked");
      },
    );

    app.get(
      "/api/v1/me",
      {
        schema: {
          tags: ["access"],
          summary: "Whom the token stands for",
          response: { 200: meAnswer, ...problems },
        },
      },
      (request) => {
        const { name, role, accounts } = actorOf(request);
        return { name, role, accounts };
      },
    );
  };
