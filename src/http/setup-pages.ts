import type { FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { ConflictError, InvalidInputError } from "../errors.ts";
import { logIn } from "../login.ts";
import { addFirstAdmin } from "../manage-access.ts";
import { hasAccess } from "../store/users.ts";
import { loginHref } from "../web/links.ts";
import { renderSetup, type SetupModel } from "../web/setup.tsx";
import { isLocal } from "./authenticate.ts";
import { giveSession } from "./cookies.ts";
import type { HttpDeps } from "./deps.ts";
import { formBody, textIn } from "./form-body.ts";
import { fromOf } from "./login-pages.ts";
import { langOf } from "./page-lang.ts";

const HTML = "text/html; charset=utf-8";
const querystring = z.object({ lang: z.string().optional() });

/** How the first admin gets in: by a form on this very machine, by the command line elsewhere. */
export const setupPages =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const access = { db: deps.store.db, clock: deps.clock, config: deps.config };

    app.get("/setup", { schema: { hide: true, querystring } }, async (request, reply) => {
      if (await hasAccess(access.db)) return reply.redirect(loginHref(langOf(request)), 303);
      return showSetup(deps, { request, reply }, { name: "", problems: [] });
    });

    app.post(
      "/setup",
      { schema: { hide: true, querystring, body: formBody } },
      async (request, reply) => {
        if (await hasAccess(access.db)) return reply.redirect(loginHref(langOf(request)), 303);
        const [name, password] = [textIn(request.body, "name"), textIn(request.body, "password")];
        const refuse = (problems: SetupModel["problems"]) =>
          showSetup(deps, { request, reply }, { name, problems });
        if (!isLocal(deps, request)) return refuse([]);
        if (password !== textIn(request.body, "again")) return refuse(["again"]);
        const from = fromOf(request);
        try {
          await addFirstAdmin(access, { name, password }, { name: "local", origin: from.origin });
        } catch (error) {
          if (error instanceof InvalidInputError) {
            return refuse(error.problems.map(({ place }) => place));
          }
          if (!(error instanceof ConflictError)) throw error;
          return reply.redirect(loginHref(langOf(request)), 303);
        }
        const session = await logIn(access, { name, password }, from);
        if (session !== null) giveSession(deps, { request, reply }, session);
        return reply.redirect("/", 303);
      },
    );
  };

function showSetup(
  deps: HttpDeps,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  typed: Pick<SetupModel, "name" | "problems">,
) {
  const isHere = isLocal(deps, request);
  if (!isHere) void reply.code(403);
  else if (typed.problems.length > 0) void reply.code(400);
  void reply.header("cache-control", "no-store");
  return reply.type(HTML).send(renderSetup({ ...typed, isHere }, langOf(request)));
}
