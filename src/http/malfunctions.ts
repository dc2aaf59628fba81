import type { FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { LEVELS, MALFUNCTION_STATES } from "../core/malfunction.ts";
import { LANGS } from "../core/views.ts";
import { handleMalfunction, openMalfunction, type MalfunctionStep } from "../handle-malfunction.ts";
import { readIncident } from "../incident-report.ts";
import { requireKnownAccount } from "../known-account.ts";
import { INCIDENT_FORMATS, incidentFormats } from "../reports/incident-formats.ts";
import { malfunctionJson } from "../store/malfunctions.ts";
import {
  describeMalfunction,
  describeView,
  readMalfunction,
  readMalfunctions,
} from "../view-malfunction.ts";
import { requireMay, requireSees } from "./actor.ts";
import { problems } from "./answers.ts";
import { caseDepsOf, type HttpDeps } from "./deps.ts";
import {
  incidentAnswer,
  malfunctionAnswer,
  malfunctionsAnswer,
  malfunctionViewAnswer,
} from "./malfunction-answers.ts";
import { filterShape, monthSchema, wordSchema, rowIdSchema } from "./schemas.ts";

const tags = ["malfunctions"];
const params = z.object({
  id: rowIdSchema.meta({ description: "Of a malfunction" }),
});
const level = z.enum(LEVELS);

const openBody = z
  .strictObject({
    title: z.string(),
    level,
    reference: z.string().nullish().meta({
      description: "The ticket's own number: posted again, it gives the same malfunction",
    }),
    account: wordSchema.nullish(),
    product: wordSchema.nullish(),
    region: wordSchema.nullish(),
    beganAt: z.string().nullish().meta({ description: "RFC 3339 instant; now by default" }),
  })
  .meta({ id: "MalfunctionReport" });

/** Outages that belong together, and what people do about them. */
export const malfunctionRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/api/v1/malfunctions",
      {
        schema: {
          tags,
          summary: "Malfunctions, newest first",
          querystring: z.strictObject({
            state: z.enum(MALFUNCTION_STATES).optional(),
            month: monthSchema.optional(),
            ...filterShape,
            limit: z.coerce.number().int().min(1).max(500).default(500),
            before: rowIdSchema.optional().meta({
              description: "Only those with a lower id: to read on, the last one's",
            }),
          }),
          response: { 200: malfunctionsAnswer, ...problems },
        },
      },
      async (request) => {
        const actor = requireMay(request, "read");
        requireSees(actor, request.query.account);
        await requireKnownAccount(caseDepsOf(deps), request.query.account);
        const found = await readMalfunctions(caseDepsOf(deps), request.query, actor);
        return { malfunctions: found.map(describeMalfunction) };
      },
    );

    app.get(
      "/api/v1/malfunctions/:id",
      {
        schema: {
          tags,
          summary: "One malfunction, with its outages and its timeline",
          params,
          response: { 200: malfunctionViewAnswer, ...problems },
        },
      },
      async (request) => {
        const actor = requireMay(request, "read");
        return describeView(await readMalfunction(caseDepsOf(deps), request.params.id, actor));
      },
    );

    await app.register(incidentRoutes(deps));
    await app.register(openingRoutes(deps));
    await app.register(workRoutes(deps));
    await app.register(endRoutes(deps));
  };

/** To hand on what there is to say of it. */
const incidentRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/api/v1/malfunctions/:id/report",
      {
        schema: {
          tags,
          summary: "The incident report: causes, scope of impact, resolution",
          params,
          querystring: z.strictObject({
            format: z.enum(INCIDENT_FORMATS).default("json"),
            lang: z.enum(LANGS).default("en"),
            account: wordSchema.optional().meta({ description: "To hand on to: its part alone" }),
          }),
          response: {
            200: {
              description: "The report",
              content: {
                "application/json": { schema: incidentAnswer },
                "text/markdown": { schema: z.string() },
                "text/html": { schema: z.string() },
              },
            },
            ...problems,
          },
        },
      },
      async (request, reply) => {
        const actor = requireMay(request, "read");
        const { format, lang, account } = request.query;
        requireSees(actor, account);
        const incident = await readIncident(
          caseDepsOf(deps),
          { ...request.params, account },
          actor,
        );
        const { contentType, policy, render } = incidentFormats[format];
        const name = `malfunction-${request.params.id}.${format}`;
        if (policy !== null) void reply.header("content-security-policy", policy);
        return reply
          .header("content-type", contentType)
          .header("content-disposition", `inline; filename="${name}"`)
          .send(render(incident, lang));
      },
    );
  };

const openingRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.post(
      "/api/v1/malfunctions",
      {
        schema: {
          tags,
          summary: "Opens a malfunction by hand or from a ticket system",
          body: openBody,
          response: { 200: malfunctionAnswer, 201: malfunctionAnswer, ...problems },
        },
      },
      async (request, reply) => {
        const actor = requireMay(request, "handle-malfunction");
        const opened = await openMalfunction(caseDepsOf(deps), request.body, actor);
        const { malfunction, isNew } = opened;
        return reply
          .code(isNew ? 201 : 200)
          .header("location", `/api/v1/malfunctions/${malfunction.id}`)
          .send(malfunctionJson(malfunction));
      },
    );
  };

const text = z.string();
const markdown = text.optional().meta({ description: "Markdown; an empty text takes it out" });
const nothing = z.strictObject({}).nullish();

const at = (verb: string) => `/api/v1/malfunctions/:id/${verb}`;
const stepOf = <Body extends z.ZodType>(summary: string, body: Body) => ({
  schema: {
    tags,
    params,
    summary,
    body,
    response: { 200: malfunctionAnswer, ...problems },
  },
});

/** A route for each step while it is worked on. */
const workRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.post(
      at("acknowledge"),
      stepOf("Says that somebody is on it: owns it, if nobody does", nothing),
      (request) => take(deps, request, { ...request.params, step: { verb: "acknowledge" } }),
    );
    app.post(
      at("assign"),
      stepOf("Gives it an owner", z.strictObject({ owner: text })),
      (request) =>
        take(deps, request, { ...request.params, step: { verb: "assign", ...request.body } }),
    );
    app.post(
      at("notes"),
      stepOf("Writes a note into its timeline", z.strictObject({ text })),
      (request) =>
        take(deps, request, { ...request.params, step: { verb: "note", ...request.body } }),
    );
    app.post(at("level"), stepOf("Sets its level for good", z.strictObject({ level })), (request) =>
      take(deps, request, { ...request.params, step: { verb: "level", ...request.body } }),
    );
  };

/** A route for each step that ends it, or opens its review again. */
const endRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const instant = text.optional().meta({ description: "RFC 3339 instant; now by default" });
    app.post(
      at("restore"),
      stepOf(
        "Says that it is over: of one that was not opened by outages",
        z.strictObject({ at: instant }).nullish(),
      ),
      (request) =>
        take(deps, request, { ...request.params, step: { verb: "restore", ...request.body } }),
    );
    app.post(
      at("review"),
      stepOf(
        "Writes the review: what is not given stays",
        z.strictObject({
          cause: markdown,
          impact: markdown,
          resolution: markdown,
          followUps: markdown,
        }),
      ),
      (request) =>
        take(deps, request, { ...request.params, step: { verb: "review", ...request.body } }),
    );
    app.post(
      at("close"),
      stepOf("Closes it: restored, with cause, impact and resolution", nothing),
      (request) => take(deps, request, { ...request.params, step: { verb: "close" } }),
    );
    app.post(
      at("reopen"),
      stepOf("Opens the review of a closed one again", z.strictObject({ note: text })),
      (request) =>
        take(deps, request, { ...request.params, step: { verb: "reopen", ...request.body } }),
    );
  };

async function take(
  deps: HttpDeps,
  request: FastifyRequest,
  asked: { readonly id: number; readonly step: MalfunctionStep },
) {
  const actor = requireMay(request, "handle-malfunction");
  return malfunctionJson(await handleMalfunction(caseDepsOf(deps), asked, actor));
}
