import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { createToken, revokeToken } from "../manage-access.ts";
import { listTokens, type StoredToken } from "../store/tokens.ts";
import { requireMay } from "./actor.ts";
import { problems } from "./answers.ts";
import type { HttpDeps } from "./deps.ts";
import { accountsSchema, nameParams, roleSchema } from "./schemas.ts";

const tags = ["access"];
const instant = z.iso.datetime();
const tokenShape = {
  name: z.string(),
  role: z.string(),
  accounts: z.array(z.string()).readonly(),
  createdBy: z.string().meta({ description: "As the audit log names them", example: "user:li" }),
  createdAt: instant,
  expiresAt: instant.nullable(),
  revokedAt: instant.nullable(),
};
const tokenAnswer = z.strictObject(tokenShape).meta({ id: "Token" });

/** What programs send to say who they are. For admins. */
export const tokenRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const base = { db: deps.store.db, clock: deps.clock };

    app.get(
      "/api/v1/tokens",
      {
        schema: {
          tags,
          summary: "All tokens, without their texts",
          response: {
            200: z.strictObject({ tokens: z.array(tokenAnswer) }).meta({ id: "Tokens" }),
            ...problems,
          },
        },
      },
      async (request) => {
        requireMay(request, "manage-access");
        return { tokens: (await listTokens(base.db)).map(describeToken) };
      },
    );

    app.post(
      "/api/v1/tokens",
      {
        schema: {
          tags,
          summary: "Makes a token; its text is shown this once",
          body: z.strictObject({
            name: z.string().optional().meta({ description: "Without, one is made" }),
            role: roleSchema,
            accounts: accountsSchema,
            expires: z.string().optional().meta({ example: "90d" }),
          }),
          response: {
            200: z.strictObject({ ...tokenShape, token: z.string() }).meta({ id: "NewToken" }),
            ...problems,
          },
        },
      },
      async (request, reply) => {
        const actor = requireMay(request, "manage-access");
        const made = await createToken({ ...base, config: deps.config() }, request.body, actor);
        void reply.header("cache-control", "no-store");
        return { ...describeToken(made.token), token: made.text };
      },
    );

    app.delete(
      "/api/v1/tokens/:name",
      {
        schema: {
          tags,
          summary: "Revokes a token: from now on it is worth nothing",
          params: nameParams,
          response: { 200: tokenAnswer, ...problems },
        },
      },
      async (request) => {
        const actor = requireMay(request, "manage-access");
        return describeToken(await revokeToken(base, request.params.name, actor));
      },
    );
  };

function describeToken(token: StoredToken) {
  return {
    name: token.name,
    role: token.role,
    accounts: token.accounts,
    createdBy: token.createdBy,
    createdAt: new Date(token.createdAtMs).toISOString(),
    expiresAt: instantOrNull(token.expiresAtMs),
    revokedAt: instantOrNull(token.revokedAtMs),
  };
}

function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
