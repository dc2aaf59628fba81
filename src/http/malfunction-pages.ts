import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Actor } from "../core/access.ts";
import { instantIn } from "../core/exclusion-form.ts";
import { LEVELS, MALFUNCTION_STATES } from "../core/malfunction.ts";
import { InvalidInputError } from "../errors.ts";
import { handleMalfunction, openMalfunction, type MalfunctionStep } from "../handle-malfunction.ts";
import { requireKnownAccount } from "../known-account.ts";
import { listMonths } from "../list-months.ts";
import { proseHtml } from "../reports/markdown.ts";
import { placeChoices } from "../view-exclusions.ts";
import { readMalfunction, readMalfunctions } from "../view-malfunction.ts";
import type { Typed } from "../web/form-parts.tsx";
import { malfunctionHref } from "../web/links.ts";
import { renderOpening } from "../web/malfunctions-new.tsx";
import { NO_STEP, type TypedStep } from "../web/malfunctions-steps.tsx";
import { renderMalfunction, renderMalfunctions } from "../web/malfunctions.tsx";
import { actorOf, requireMay, requireSees } from "./actor.ts";
import { caseDepsOf, type HttpDeps } from "./deps.ts";
import { formBody, refusedBy, textIn, typedIn, type FormBody } from "./form-body.ts";
import { langSchema, sendPage, type Asked } from "./page.ts";
import { langOf } from "./page-lang.ts";
import { monthSchema, productSchema, wordSchema, rowIdSchema } from "./schemas.ts";

const querystring = z.object({ lang: langSchema });
const params = z.object({ id: rowIdSchema });

/** The pages about malfunctions, which messages link to, and the forms by which they are mended. */
export const malfunctionPages =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    await app.register(listPage(deps));
    await app.register(openingPages(deps));
    await app.register(onePages(deps));
  };

const listPage =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/malfunctions",
      {
        schema: {
          hide: true,
          querystring: z.object({
            state: z.enum(MALFUNCTION_STATES).optional(),
            month: monthSchema.optional(),
            account: wordSchema.optional(),
            product: productSchema.optional(),
            region: wordSchema.optional(),
            lang: langSchema,
          }),
        },
      },
      async (request, reply) => {
        const actor = actorOf(request);
        const { state, month, account, product, region } = request.query;
        requireSees(actor, account);
        const reading = caseDepsOf(deps);
        await requireKnownAccount(reading, account);
        const query = { state, month, account, product, region };
        const malfunctions = await readMalfunctions(reading, query, actor);
        const months = (await listMonths(reading, actor.accounts)).toReversed();
        const filter = {
          state: state ?? null,
          month: month ?? null,
          account: account ?? null,
          product: product ?? null,
          region: region ?? null,
        };
        const choices = { ...placeChoices(deps.config(), actor), months };
        const model = { malfunctions, ...frameOf(deps), list: { filter, choices } };
        return sendPage(deps, { request, reply }, { model, render: renderMalfunctions });
      },
    );
  };

/** The form that opens one by hand. */
const openingPages =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get("/malfunctions/new", { schema: { hide: true, querystring } }, (request, reply) => {
      const actor = requireMay(request, "handle-malfunction");
      const typed = { values: {}, problems: [] };
      return sendOpening(deps, { request, reply }, { actor, typed });
    });

    app.post(
      "/malfunctions",
      { schema: { hide: true, querystring, body: formBody } },
      async (request, reply) => {
        const actor = requireMay(request, "handle-malfunction");
        const { body } = request;
        const given = (name: string) => {
          const text = textIn(body, name).trim();
          return text === "" ? null : text;
        };
        const { timeZone } = deps.config();
        const beganAt = given("beganAt");
        try {
          const opening = {
            title: textIn(body, "title"),
            level: levelIn(body),
            reference: given("reference"),
            account: given("account"),
            product: given("product"),
            region: given("region"),
            beganAt: beganAt === null ? null : instantIn(beganAt, timeZone),
          };
          const { malfunction } = await openMalfunction(caseDepsOf(deps), opening, actor);
          return await reply.redirect(malfunctionHref(langOf(request), malfunction.id), 303);
        } catch (error) {
          const { status, problems } = refusedBy(error);
          void reply.code(status);
          const typed = { values: typedIn(body), problems };
          return sendOpening(deps, { request, reply }, { actor, typed });
        }
      },
    );
  };

async function sendOpening(
  deps: HttpDeps,
  { request, reply }: Asked,
  { actor, typed }: { readonly actor: Actor; readonly typed: Typed },
) {
  const choices = placeChoices(deps.config(), actor);
  const model = { ...frameOf(deps), choices, typed };
  return sendPage(deps, { request, reply }, { model, render: renderOpening });
}

const VERBS = [
  "acknowledge",
  "assign",
  "note",
  "level",
  "restore",
  "review",
  "close",
  "reopen",
] as const;
type Verb = (typeof VERBS)[number];

/** One malfunction, and its steps. */
const onePages =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/malfunctions/:id",
      { schema: { hide: true, params, querystring } },
      (request, reply) =>
        sendMalfunction(deps, { request, reply }, { id: request.params.id, typed: NO_STEP }),
    );

    app.post(
      "/malfunctions/:id/:verb",
      {
        schema: {
          hide: true,
          params: params.extend({ verb: z.enum(VERBS) }),
          querystring,
          body: formBody,
        },
      },
      async (request, reply) => {
        const actor = requireMay(request, "handle-malfunction");
        const { id, verb } = request.params;
        try {
          const step = stepOf(verb, request.body, deps.config().timeZone);
          await handleMalfunction(caseDepsOf(deps), { id, step }, actor);
        } catch (error) {
          const { status, problems } = refusedBy(error);
          void reply.code(status);
          const typed = { verb, values: typedIn(request.body), problems };
          return sendMalfunction(deps, { request, reply }, { id, typed });
        }
        return reply.redirect(malfunctionHref(langOf(request), id), 303);
      },
    );
  };

function stepOf(verb: Verb, body: FormBody, timeZone: string): MalfunctionStep {
  switch (verb) {
    case "acknowledge":
    case "close":
      return { verb };
    case "assign":
      return { verb, owner: textIn(body, "owner") };
    case "note":
      return { verb, text: textIn(body, "text") };
    case "level":
      return { verb, level: levelIn(body) };
    case "restore": {
      const at = textIn(body, "at");
      return { verb, at: at === "" ? undefined : instantIn(at, timeZone) };
    }
    case "review":
      return {
        verb,
        cause: textIn(body, "cause"),
        impact: textIn(body, "impact"),
        resolution: textIn(body, "resolution"),
        followUps: textIn(body, "followUps"),
      };
    case "reopen":
      return { verb, note: textIn(body, "note") };
  }
}

/** Throws InvalidInputError. */
function levelIn(body: FormBody): (typeof LEVELS)[number] {
  const level = LEVELS.find((one) => one === textIn(body, "level"));
  if (level !== undefined) return level;
  throw new InvalidInputError([{ place: "level", message: `must be one of ${LEVELS.join(", ")}` }]);
}

async function sendMalfunction(
  deps: HttpDeps,
  { request, reply }: Asked,
  { id, typed }: { readonly id: number; readonly typed: TypedStep },
) {
  const view = await readMalfunction(caseDepsOf(deps), id, actorOf(request));
  const { cause, impact, resolution, followUps } = view.malfunction;
  const review = {
    cause: htmlOf(cause),
    impact: htmlOf(impact),
    resolution: htmlOf(resolution),
    followUps: htmlOf(followUps),
  };
  const timeline = view.timeline.map((entry) => ({
    ...entry,
    html: entry.kind === "note" ? htmlOf(entry.text) : null,
  }));
  const model = { ...view, timeline, review, typed, ...frameOf(deps) };
  return sendPage(deps, { request, reply }, { model, render: renderMalfunction });
}

function frameOf({ clock, config }: HttpDeps) {
  const { timeZone, malfunctions } = config();
  return { nowMs: clock.nowMs(), timeZone, rules: malfunctions };
}

function htmlOf(text: string | null): string | null {
  return text === null ? null : proseHtml(text);
}
