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
    const limit = createLoginLimit(deps.clock);
    const gate = createGate(CHECKS);
    const access = { db: deps.store.db, clock: deps.clock };

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
        const { name, password } = request.body;
        const login = { name, address: addressOf(request) };
        const refuse = (seconds: number, why: string) => {
          void reply.header("retry-after", String(seconds));
          const detail = `${why}: try again in ${seconds} s`;
          return sendProblem(request, reply, { status: 429, detail });
        };
        const waitSeconds = limit.begin(login);
        if (waitSeconds !== null) return refuse(waitSeconds, "too many failed logins");
        let wasRight: boolean | null = null;
        try {
          const given = { name, password, origin: login.address };
          const done = await gate.run(() => logIn(access, given));
          if (done === null) return refuse(BUSY_SECONDS, "too many logins at once");
          const session = done.result;
          wasRight = session !== null;
          if (session === null) throw new UnauthorizedError("name or password is wrong");
          const expiresAt = new Date(session.expiresAtMs).toISOString();
          return await reply.header("cache-control", "no-store").send({
            token: session.token,
            expiresAt,
          });
        } finally {
          limit.end(login, wasRight);
        }
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
