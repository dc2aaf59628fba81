import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { EXCLUSION_STATES } from "../core/exclusion.ts";
import { idsIn, localText, proposalOf, type ProposalFields } from "../core/exclusion-form.ts";
import {
  approveExclusion,
  proposeExclusion,
  rejectExclusion,
  withdrawExclusion,
} from "../exclude.ts";
import type { Actor } from "../core/access.ts";
import { placeChoices, viewExclusion, viewExclusions } from "../view-exclusions.ts";
import { renderProposal, SCOPE_FORMS, type ProposalModel } from "../web/exclusions-form.tsx";
import { NO_DECISION, renderExclusion, type TypedDecision } from "../web/exclusions-one.tsx";
import { exclusionHref, renderExclusions } from "../web/exclusions.tsx";
import { actorOf, requireMay, requireSees, targetFor } from "./actor.ts";
import { caseDepsOf, type HttpDeps } from "./deps.ts";
import { reviseTouched } from "./exclusions.ts";
import { formBody, refusedBy, textIn, textsIn, typedIn, type FormBody } from "./form-body.ts";
import { readerOf, HTML, langSchema, sendPage, type Asked } from "./page.ts";
import { langOf } from "./page-lang.ts";
import { monthSchema, productSchema, wordSchema, rowIdSchema } from "./schemas.ts";

const params = z.object({ id: rowIdSchema });
const text = z.string().max(20_000).default("");

/** The pages about exclusions, and the forms that propose and decide. */
export const exclusionPages =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/exclusions",
      {
        schema: {
          hide: true,
          querystring: z.object({
            state: z.enum(EXCLUSION_STATES).optional(),
            month: monthSchema.optional(),
            account: wordSchema.optional(),
            product: productSchema.optional(),
            region: wordSchema.optional(),
            target: wordSchema.optional(),
            lang: langSchema,
          }),
        },
      },
      async (request, reply) => {
        const actor = actorOf(request);
        const { state, month, account, product, region, target } = request.query;
        requireSees(actor, account);
        if (target !== undefined) targetFor(actor, deps.config(), target);
        const filter = {
          state: state ?? null,
          month: month ?? null,
          account: account ?? null,
          product: product ?? null,
          region: region ?? null,
          target: target ?? null,
        };
        const model = await viewExclusions(caseDepsOf(deps), filter, actor);
        return sendPage(deps, { request, reply }, { model, render: renderExclusions });
      },
    );

    await app.register(proposalPages(deps));
    await app.register(oneRoutes(deps));
  };

/** The form that proposes one; an outage's page fills it in. */
const proposalPages =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/exclusions/new",
      {
        schema: {
          hide: true,
          querystring: z.object({ targets: text, from: text, until: text, lang: langSchema }),
        },
      },
      async (request, reply) => {
        const actor = requireMay(request, "propose-exclusion");
        const { targets, from, until } = request.query;
        const { timeZone } = deps.config();
        const values = {
          targets: idsIn(targets).join("\n"),
          from: localText(from, timeZone),
          until: localText(until, timeZone, "up"),
        };
        const typed = {
          values,
          problems: [],
          scope: "targets",
          products: [],
          regions: [],
        } as const;
        return sendProposal(deps, { request, reply }, { actor, typed });
      },
    );

    app.post(
      "/exclusions",
      { schema: { hide: true, querystring: z.object({ lang: langSchema }), body: formBody } },
      async (request, reply) => {
        const actor = requireMay(request, "propose-exclusion");
        const { body } = request;
        try {
          const proposal = proposalOf(fieldsOf(body), deps.config().timeZone);
          const { id } = await proposeExclusion(caseDepsOf(deps), proposal, actor);
          return await reply.redirect(exclusionHref(langOf(request), id), 303);
        } catch (error) {
          const { status, problems } = refusedBy(error);
          void reply.code(status);
          return sendProposal(deps, { request, reply }, { actor, typed: typedOf(body, problems) });
        }
      },
    );
  };

/** One exclusion, and the decisions on it. */
const oneRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/exclusions/:id",
      { schema: { hide: true, params, querystring: z.object({ lang: langSchema }) } },
      (request, reply) =>
        sendExclusion(deps, { request, reply }, { id: request.params.id, typed: NO_DECISION }),
    );
    const decisions = [
      { verb: "approve", may: "approve-exclusion", decide: approveExclusion },
      { verb: "reject", may: "approve-exclusion", decide: rejectExclusion },
      { verb: "withdraw", may: "propose-exclusion", decide: withdrawExclusion },
    ] as const;
    for (const { verb, may, decide } of decisions) {
      app.post(
        `/exclusions/:id/${verb}`,
        {
          schema: {
            hide: true,
            params,
            querystring: z.object({ lang: langSchema }),
            body: formBody,
          },
        },
        async (request, reply) => {
          const actor = requireMay(request, may);
          const { id } = request.params;
          try {
            const step = { id, note: textIn(request.body, "note") };
            await reviseTouched(deps, await decide(caseDepsOf(deps), step, actor));
          } catch (error) {
            const { status, problems } = refusedBy(error);
            void reply.code(status);
            const typed = { verb, values: typedIn(request.body), problems };
            return sendExclusion(deps, { request, reply }, { id, typed });
          }
          return reply.redirect(exclusionHref(langOf(request), id), 303);
        },
      );
    }
  };

async function sendExclusion(
  deps: HttpDeps,
  { request, reply }: Asked,
  { id, typed }: { readonly id: number; readonly typed: TypedDecision },
) {
  const model = await viewExclusion(caseDepsOf(deps), id, actorOf(request));
  const reader = await readerOf(deps, request);
  return reply.type(HTML).send(renderExclusion(model, langOf(request), { reader, typed }));
}

/** More ids are no help to who looks for one. */
const MOST_TARGETS = 12;

async function sendProposal(
  deps: HttpDeps,
  { request, reply }: Asked,
  { actor, typed }: { readonly actor: Actor; readonly typed: ProposalModel["typed"] },
) {
  const config = deps.config();
  const { targets } = config;
  const model = {
    nowMs: deps.clock.nowMs(),
    timeZone: config.timeZone,
    choices: placeChoices(config, actor),
    targets: targets.length > MOST_TARGETS ? [] : targets.map(({ id }) => id),
    typed,
  };
  return sendPage(deps, { request, reply }, { model, render: renderProposal });
}

function fieldsOf(body: FormBody): ProposalFields {
  const one = (name: string) => textIn(body, name);
  return {
    kind: one("kind"),
    scope: one("scope"),
    targets: one("targets"),
    products: textsIn(body, "products"),
    regions: textsIn(body, "regions"),
    account: one("account"),
    from: one("from"),
    until: one("until"),
    repeat: one("repeat"),
    lastDay: one("lastDay"),
    rrule: one("rrule"),
    reason: one("reason"),
    evidence: one("evidence"),
  };
}

function typedOf(
  body: FormBody,
  problems: ProposalModel["typed"]["problems"],
): ProposalModel["typed"] {
  const scope = SCOPE_FORMS.find((form) => form === textIn(body, "scope")) ?? "targets";
  const [products, regions] = [textsIn(body, "products"), textsIn(body, "regions")];
  return { values: typedIn(body), problems, scope, products, regions };
}
