import type { FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { InvalidInputError } from "../errors.ts";
import { changeOwnPassword, endLogin, endLogins, ownUser } from "../own-login.ts";
import { digestOf } from "../secrets.ts";
import { listSessions } from "../store/sessions.ts";
import { loginHref, pageHref } from "../web/links.ts";
import { renderMine, type MineModel } from "../web/login-mine.tsx";
import { actorOf } from "./actor.ts";
import { bearerOf } from "./authenticate.ts";
import { giveSession, takeSession } from "./cookies.ts";
import { cookieSessionOf } from "./csrf.ts";
import type { HttpDeps } from "./deps.ts";
import { formBody, textIn } from "./form-body.ts";
import { fromOf } from "./login-pages.ts";
import type { TryPassword } from "./login-tries.ts";
import { readerOf } from "./page.ts";
import { langOf } from "./page-lang.ts";
import { MAX_NUMBER } from "./schemas.ts";

const HTML = "text/html; charset=utf-8";
const text = z.string().optional();
const querystring = z.object({ lang: text, done: text });
const MINE = "/login/mine";

/** One's own login: where one is logged in, and the password. */
export const ownLoginPages =
  (deps: HttpDeps & { readonly tryPassword: TryPassword }): FastifyPluginAsyncZod =>
  async (app) => {
    const access = { db: deps.store.db, clock: deps.clock, config: deps.config };

    app.get(MINE, { schema: { hide: true, querystring } }, async (request, reply) => {
      const done = request.query.done === "password" ? "password" : null;
      return showMine(deps, { request, reply }, { done, problem: null, seconds: 0 });
    });

    app.post(
      "/login/mine/end/:id",
      {
        schema: {
          hide: true,
          querystring,
          params: z.object({ id: z.coerce.number().int().min(1).max(MAX_NUMBER) }),
          body: formBody,
        },
      },
      async (request, reply) => {
        await endLogin(access, request.params.id, actorOf(request));
        return reply.redirect(pageHref(MINE, langOf(request)), 303);
      },
    );

    app.post(
      "/login/mine/end-all",
      { schema: { hide: true, querystring, body: formBody } },
      async (request, reply) => {
        await endLogins(access, actorOf(request));
        takeSession(deps, request, reply);
        return reply.redirect(loginHref(langOf(request)), 303);
      },
    );

    app.post(
      "/login/mine/password",
      { schema: { hide: true, querystring, body: formBody } },
      async (request, reply) => {
        const who = actorOf(request);
        const user = await ownUser(access, who);
        const [present, password] = [
          textIn(request.body, "present"),
          textIn(request.body, "password"),
        ];
        const refuse = (problem: MineModel["problem"], seconds = 0) =>
          showMine(deps, { request, reply }, { done: null, problem, seconds });
        if (password !== textIn(request.body, "again")) return refuse("again");
        const from = fromOf(request);
        try {
          const tried = await deps.tryPassword({ name: user.name, address: from.origin }, () =>
            changeOwnPassword(access, { present, password }, { who, from }),
          );
          if ("refused" in tried) return await refuse(tried.refused, tried.seconds);
          if (tried.result === null) return await refuse("present");
          giveSession(deps, { request, reply }, tried.result);
        } catch (error) {
          if (error instanceof InvalidInputError) return refuse("password");
          throw error;
        }
        return reply.redirect(pageHref(MINE, langOf(request), { done: "password" }), 303);
      },
    );
  };

const STATUS = { again: 400, password: 400, present: 403, failed: 429, busy: 429 } as const;

async function showMine(
  deps: HttpDeps,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  told: Pick<MineModel, "done" | "problem" | "seconds">,
) {
  const actor = actorOf(request);
  const { name: userName, issuer, role, accounts } = await ownUser({ db: deps.store.db }, actor);
  const nowMs = deps.clock.nowMs();
  const hash = digestOf(cookieSessionOf(request) ?? bearerOf(request) ?? "");
  const model: MineModel = {
    ...told,
    name: userName,
    role,
    accounts,
    issuer,
    timeZone: deps.config().timeZone,
    nowMs,
    sessions: await listSessions(deps.store.db, { userName, nowMs, hash }),
  };
  if (told.problem !== null) void reply.code(STATUS[told.problem]);
  if (told.seconds > 0) void reply.header("retry-after", String(told.seconds));
  const reader = await readerOf(deps, request);
  return reply.type(HTML).send(renderMine(model, langOf(request), reader));
}
