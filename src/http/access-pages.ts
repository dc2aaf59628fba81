import type { FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import {
  addUser,
  changePassword,
  createToken,
  disableUser,
  enableUser,
  revokeToken,
  updateUser,
} from "../manage-access.ts";
import { listTokens } from "../store/tokens.ts";
import { listUsers } from "../store/users.ts";
import { renderAccess } from "../web/access.tsx";
import type { AccessModel } from "../web/access-model.ts";
import { NOTHING_TYPED, type Typed } from "../web/form-parts.tsx";
import { pageHref } from "../web/links.ts";
import { requireMay } from "./actor.ts";
import type { HttpDeps } from "./deps.ts";
import { formBody, refusedBy, textIn, typedIn, type FormBody } from "./form-body.ts";
import { readerOf } from "./page.ts";
import { langOf } from "./page-lang.ts";
import { nameParams } from "./schemas.ts";

const HTML = "text/html; charset=utf-8";
const querystring = z.object({ lang: z.string().optional() });
const form = { hide: true, querystring, body: formBody } as const;
const formOfOne = { ...form, params: nameParams } as const;

/** Users and tokens, for admins. */
export const accessPages =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const base = { db: deps.store.db, clock: deps.clock };

    app.get("/access", { schema: { hide: true, querystring } }, async (request, reply) => {
      requireMay(request, "manage-access");
      return showAccess(deps, { request, reply }, {});
    });

    app.post("/access/users", { schema: form }, async (request, reply) => {
      const actor = requireMay(request, "manage-access");
      const wish = { ...wishIn(request.body), name: textIn(request.body, "name").trim() };
      const password = textIn(request.body, "password") || undefined;
      return orTold(deps, { request, reply, key: "user" }, async () => {
        const config = deps.config();
        const { generated } = await addUser({ ...base, config }, { ...wish, password }, actor);
        return generated === null ? null : { kind: "user", name: wish.name, text: generated };
      });
    });

    app.post("/access/tokens", { schema: form }, async (request, reply) => {
      const actor = requireMay(request, "manage-access");
      const name = textIn(request.body, "name").trim() || undefined;
      const expires = textIn(request.body, "expires").trim() || undefined;
      const wish = { ...wishIn(request.body), name, expires };
      return orTold(deps, { request, reply, key: "token" }, async () => {
        const made = await createToken({ ...base, config: deps.config() }, wish, actor);
        return { kind: "token", name: made.token.name, text: made.text };
      });
    });

    app.post("/access/users/:name/update", { schema: formOfOne }, async (request, reply) => {
      const actor = requireMay(request, "manage-access");
      const { name } = request.params;
      const wish = { ...wishIn(request.body), name };
      return orTold(deps, { request, reply, key: "rights", name }, async () => {
        await updateUser({ ...base, config: deps.config() }, wish, actor);
        return null;
      });
    });

    app.post("/access/users/:name/password", { schema: formOfOne }, async (request, reply) => {
      const actor = requireMay(request, "manage-access");
      const { name } = request.params;
      const password = textIn(request.body, "password") || undefined;
      return orTold(deps, { request, reply, key: "password", name }, async () => {
        const { generated } = await changePassword(base, { name, password }, actor);
        return generated === null ? null : { kind: "password", name, text: generated };
      });
    });

    app.post("/access/users/:name/disable", { schema: formOfOne }, async (request, reply) => {
      const actor = requireMay(request, "manage-access");
      await disableUser(base, request.params.name, actor);
      return reply.redirect(pageHref("/access", langOf(request)), 303);
    });

    app.post("/access/users/:name/enable", { schema: formOfOne }, async (request, reply) => {
      const actor = requireMay(request, "manage-access");
      await enableUser(base, request.params.name, actor);
      return reply.redirect(pageHref("/access", langOf(request)), 303);
    });

    app.post("/access/tokens/:name/revoke", { schema: formOfOne }, async (request, reply) => {
      const actor = requireMay(request, "manage-access");
      await revokeToken(base, request.params.name, actor);
      return reply.redirect(pageHref("/access", langOf(request)), 303);
    });
  };

/** Ids with commas, Chinese ones too, or blanks in between. */
function wishIn(body: FormBody) {
  const ids = textIn(body, "accounts").split(/[\s,，、;；]+/u);
  return { role: textIn(body, "role"), accounts: ids.filter((id) => id !== "") };
}

type Sent = {
  readonly request: FastifyRequest<{ Body: FormBody }>;
  readonly reply: FastifyReply;
  /** The form that was sent, and whom it is about. */
  readonly key: "user" | "token" | "rights" | "password";
  readonly name?: string;
};

/**
 * Does what a form asks for. What was made is shown in the answer itself: it is nowhere else. What
 * was refused is told beside the form, with what was typed, but for passwords.
 */
async function orTold(
  deps: HttpDeps,
  { request, reply, key, name = "" }: Sent,
  work: () => Promise<AccessModel["secret"]>,
) {
  let secret;
  try {
    secret = await work();
  } catch (error) {
    const { status, problems } = refusedBy(error);
    void reply.code(status);
    const { password: _, ...values } = typedIn(request.body);
    const typed: Typed = { values, problems };
    return showAccess(deps, { request, reply }, { [key]: { ...typed, name } });
  }
  if (secret === null) return reply.redirect(pageHref("/access", langOf(request)), 303);
  return showAccess(deps, { request, reply }, { secret });
}

async function showAccess(
  deps: HttpDeps,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  told: Partial<Pick<AccessModel, Sent["key"] | "secret">>,
) {
  const { db } = deps.store;
  const model: AccessModel = {
    users: await listUsers(db),
    tokens: await listTokens(db),
    timeZone: deps.config().timeZone,
    nowMs: deps.clock.nowMs(),
    user: NOTHING_TYPED,
    token: NOTHING_TYPED,
    rights: { ...NOTHING_TYPED, name: "" },
    password: { ...NOTHING_TYPED, name: "" },
    secret: null,
    ...told,
  };
  void reply.header("cache-control", "no-store");
  const reader = await readerOf(deps, request);
  return reply.type(HTML).send(renderAccess(model, langOf(request), reader));
}
