import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { addUser, changePassword, disableUser, enableUser, updateUser } from "../manage-access.ts";
import { listUsers, type StoredUser } from "../store/users.ts";
import { requireMay } from "./actor.ts";
import { problems } from "./answers.ts";
import type { HttpDeps } from "./deps.ts";
import { accountsSchema, nameParams, roleSchema } from "./schemas.ts";

const tags = ["access"];
const instant = z.iso.datetime();
const userAnswer = z
  .strictObject({
    name: z.string(),
    role: z.string(),
    accounts: z.array(z.string()).readonly(),
    createdBy: z.string().meta({ description: "As the audit log names them", example: "user:li" }),
    createdAt: instant,
    disabledAt: instant.nullable(),
  })
  .meta({ id: "User" });
const password = z
  .string()
  .optional()
  .meta({ description: "Of 12 characters; without, one is made" });
const generated = z
  .string()
  .nullable()
  .meta({ description: "Made because none was sent; shown this once. Else null" });

/** People who log in. For admins. */
export const userRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const base = { db: deps.store.db, clock: deps.clock };

    app.get(
      "/api/v1/users",
      {
        schema: {
          tags,
          summary: "All users",
          response: {
            200: z.strictObject({ users: z.array(userAnswer) }).meta({ id: "Users" }),
            ...problems,
          },
        },
      },
      async (request) => {
        requireMay(request, "manage-access");
        return { users: (await listUsers(base.db)).map(describeUser) };
      },
    );

    app.post(
      "/api/v1/users",
      {
        schema: {
          tags,
          summary: "Adds a user",
          body: z.strictObject({
            name: z.string(),
            role: roleSchema,
            accounts: accountsSchema,
            password,
          }),
          response: {
            200: z
              .strictObject({ ...userAnswer.shape, password: generated })
              .meta({ id: "NewUser" }),
            ...problems,
          },
        },
      },
      async (request, reply) => {
        const actor = requireMay(request, "manage-access");
        const added = await addUser({ ...base, config: deps.config() }, request.body, actor);
        void reply.header("cache-control", "no-store");
        return { ...describeUser(added.user), password: added.generated };
      },
    );

    await app.register(userChanges(deps));
  };

/** What may be done with a user who is there. */
const userChanges =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const base = { db: deps.store.db, clock: deps.clock };

    app.post(
      "/api/v1/users/:name/update",
      {
        schema: {
          tags,
          summary: "Gives the user another role or other accounts; every login of theirs ends",
          params: nameParams,
          body: z.strictObject({ role: roleSchema, accounts: accountsSchema }),
          response: { 200: userAnswer, ...problems },
        },
      },
      async (request) => {
        const actor = requireMay(request, "manage-access");
        const wish = { ...request.body, name: request.params.name };
        return describeUser(await updateUser({ ...base, config: deps.config() }, wish, actor));
      },
    );

    app.post(
      "/api/v1/users/:name/disable",
      {
        schema: {
          tags,
          summary: "The user may no longer log in, and every login of theirs ends",
          params: nameParams,
          response: { 200: userAnswer, ...problems },
        },
      },
      async (request) => {
        const actor = requireMay(request, "manage-access");
        return describeUser(await disableUser(base, request.params.name, actor));
      },
    );

    app.post(
      "/api/v1/users/:name/enable",
      {
        schema: {
          tags,
          summary: "A disabled user may log in again, with the role and the password of before",
          params: nameParams,
          response: { 200: userAnswer, ...problems },
        },
      },
      async (request) => {
        const actor = requireMay(request, "manage-access");
        return describeUser(await enableUser(base, request.params.name, actor));
      },
    );

    await app.register(passwordRoute(deps));
  };

const passwordRoute =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const base = { db: deps.store.db, clock: deps.clock };

    app.post(
      "/api/v1/users/:name/password",
      {
        schema: {
          tags,
          summary: "Gives the user another password; every login with the old one ends",
          params: nameParams,
          body: z.strictObject({ password }),
          response: {
            200: z.strictObject({ password: generated }).meta({ id: "NewPassword" }),
            ...problems,
          },
        },
      },
      async (request, reply) => {
        const actor = requireMay(request, "manage-access");
        const wish = { name: request.params.name, password: request.body.password };
        const changed = await changePassword(base, wish, actor);
        void reply.header("cache-control", "no-store");
        return { password: changed.generated };
      },
    );
  };

function describeUser(user: StoredUser) {
  return {
    name: user.name,
    role: user.role,
    accounts: user.accounts,
    createdBy: user.createdBy,
    createdAt: new Date(user.createdAtMs).toISOString(),
    disabledAt: user.disabledAtMs === null ? null : new Date(user.disabledAtMs).toISOString(),
  };
}
