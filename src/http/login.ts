import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { ROLES } from "../core/access.ts";
import { ConflictError, UnauthorizedError } from "../errors.ts";
import { createGate } from "../gate.ts";
import { createLoginLimit } from "../login-limit.ts";
import { logIn, logOut } from "../login.ts";
import { MAX_PASSWORD_CHARACTERS } from "../passwords.ts";
import { actorOf, addressOf } from "./actor.ts";
import { problems } from "./answers.ts";
import { bearerOf } from "./authenticate.ts";
import type { HttpDeps } from "./deps.ts";
import { sendProblem } from "./problems.ts";

/** Looking at a password takes 32 MiB and a processor, and anybody may ask for it. */
const CHECKS = { atOnce: 2, waiting: 20 };
const BUSY_SECONDS = 2;

const loginBody = z.strictObject({
  name: z.string().min(1).max(1_000),
  password: z.string().max(4 * MAX_PASSWORD_CHARACTERS),
});

const loginAnswer = z
  .strictObject({
    token: z.string().meta({ description: "Send it as a bearer token" }),
    expiresAt: z.iso.datetime(),
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

/** Logging in and out, and who one is. */
export const loginRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const access = { db: deps.store.db, clock: deps.clock };
    const tryLogin = createLogin(deps);

    app.post(
      "/api/v1/login",
      {
        schema: {
          tags: ["access"],
          summary: "Gives a token for twelve hours for name and password",
          security: [],
          body: loginBody,
          response: { 200: loginAnswer, ...problems },
        },
      },
      async (request, reply) => {
        const tried = await tryLogin(request.body, addressOf(request));
        if ("refused" in tried) {
          void reply.header("retry-after", String(tried.seconds));
          const detail = `${tried.refused}: try again in ${tried.seconds} s`;
          return sendProblem(request, reply, { status: 429, detail });
        }
        const { session } = tried;
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
        const { name, origin } = actorOf(request);
        const token = bearerOf(request) ?? "";
        if (await logOut(access, { token, name, origin })) return { status: "ended" } as const;
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

type Tried =
  | { readonly session: Awaited<ReturnType<typeof logIn>> }
  | { readonly refused: string; readonly seconds: number };

/** Logging in, for as many as may try. */
function createLogin(deps: HttpDeps) {
  const access = { db: deps.store.db, clock: deps.clock };
  const limit = createLoginLimit(deps.clock);
  const gate = createGate(CHECKS);
  return async (given: z.infer<typeof loginBody>, address: string): Promise<Tried> => {
    const login = { name: given.name, address };
    const seconds = limit.begin(login);
    if (seconds !== null) return { refused: "too many failed logins", seconds };
    let wasRight: boolean | null = null;
    try {
      const done = await gate.run(() => logIn(access, { ...given, origin: address }));
      if (done === null) return { refused: "too many logins at once", seconds: BUSY_SECONDS };
      wasRight = done.result !== null;
      return { session: done.result };
    } finally {
      limit.end(login, wasRight);
    }
  };
}
