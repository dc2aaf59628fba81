import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { reviseMonths } from "../close-due.ts";
import { EXCLUSION_KINDS, EXCLUSION_STATES } from "../core/exclusion.ts";
import {
  approveExclusion,
  proposeExclusion,
  readExclusion,
  readExclusions,
  rejectExclusion,
  withdrawExclusion,
  type Decided,
} from "../exclude.ts";
import { requireKnownAccount } from "../known-account.ts";
import { exclusionJson } from "../store/exclusions.ts";
import { requireMay, requireSees, targetFor } from "./actor.ts";
import { problems } from "./answers.ts";
import { caseDepsOf, type HttpDeps } from "./deps.ts";
import { filterShape, monthSchema, wordSchema, rowIdSchema } from "./schemas.ts";

const instant = z.iso.datetime();
const ids = z.array(z.string()).readonly();

const kinds = Object.entries(EXCLUSION_KINDS).map(([kind, meaning]) => `${kind}: ${meaning}`);
const kind = z.string().meta({ enum: Object.keys(EXCLUSION_KINDS), description: kinds.join("; ") });

const scope = z
  .union([
    z.strictObject({ targets: ids }),
    z.strictObject({ products: ids.optional(), regions: ids.optional() }).meta({
      description: "Every target of the products in the regions; one of the two may be left out",
    }),
    z.strictObject({ account: z.string() }),
    z.strictObject({ all: z.literal(true) }),
  ])
  .meta({ description: "Whom it concerns. A group of targets is excluded only as a whole" });

const recurrence = z
  .strictObject({
    rrule: z.string().meta({
      example: "FREQ=WEEKLY;BYDAY=SU",
      description: "RFC 5545, section 3.3.10, from an hour up",
    }),
    timeZone: z.string().meta({ example: "Asia/Shanghai" }),
  })
  .meta({ description: "By the clocks of the time zone; from and until are the first occurrence" });

/** What is proposed. Its content is read by the use case, which tells everything that is wrong. */
const proposalBody = z
  .strictObject({
    kind,
    scope,
    from: instant,
    until: instant,
    recurrence: recurrence.nullish(),
    reason: z.string(),
    evidence: z.string().meta({ description: "A link, or the number of a ticket" }),
  })
  .meta({ id: "ExclusionProposal" });

/** What `exclusionJson` gives. */
export const exclusionAnswer = z
  .strictObject({
    id: z.int(),
    kind,
    scope,
    from: instant,
    until: instant,
    recurrence: recurrence.nullable(),
    reason: z.string(),
    evidence: z.string(),
    state: z.enum(EXCLUSION_STATES),
    proposedBy: z.string(),
    proposedAt: instant,
    decidedBy: z.string().nullable(),
    decidedAt: instant.nullable(),
    note: z.string().nullable(),
  })
  .meta({ id: "Exclusion" });

export const exclusionsAnswer = z
  .strictObject({ exclusions: z.array(exclusionAnswer) })
  .meta({ id: "Exclusions" });

const params = z.object({
  id: rowIdSchema.meta({ description: "Of an exclusion" }),
});
const query = z.strictObject({
  state: z.enum(EXCLUSION_STATES).optional(),
  month: monthSchema.optional(),
  target: wordSchema.optional(),
  ...filterShape,
});

/** Intervals that the provider is not held to: proposed by one, approved by another. */
export const exclusionRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ["exclusions"];
    const reading = () => ({ db: deps.store.db, config: deps.config() });

    app.get(
      "/api/v1/exclusions",
      {
        schema: {
          tags,
          summary: "Exclusions, newest first",
          querystring: query,
          response: { 200: exclusionsAnswer, ...problems },
        },
      },
      async (request) => {
        const actor = requireMay(request, "read");
        const { account, target } = request.query;
        requireSees(actor, account);
        await requireKnownAccount(reading(), account);
        if (target !== undefined) targetFor(actor, deps.config(), target);
        const found = await readExclusions(reading(), request.query, actor);
        return { exclusions: found.map(exclusionJson) };
      },
    );

    app.get(
      "/api/v1/exclusions/:id",
      {
        schema: {
          tags,
          summary: "One exclusion",
          params,
          response: { 200: exclusionAnswer, ...problems },
        },
      },
      async (request) => {
        const actor = requireMay(request, "read");
        return exclusionJson(await readExclusion(reading(), request.params.id, actor));
      },
    );

    app.post(
      "/api/v1/exclusions",
      {
        schema: {
          tags,
          summary: "Proposes an exclusion; another person approves it",
          body: proposalBody,
          response: { 201: exclusionAnswer, ...problems },
        },
        validatorCompiler: () => (value: unknown) => ({ value }),
      },
      async (request, reply) => {
        const actor = requireMay(request, "propose-exclusion");
        const proposed = await proposeExclusion(caseDepsOf(deps), request.body, actor);
        return reply
          .code(201)
          .header("location", `/api/v1/exclusions/${proposed.id}`)
          .send(exclusionJson(proposed));
      },
    );

    await app.register(decisionRoutes(deps));
  };

/** A route for each decision on an exclusion. */
const decisionRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const note = z.string().meta({ description: "Why" });
    const mayNote = z.strictObject({ note: note.optional() }).nullish();
    const common = {
      tags: ["exclusions"],
      params,
      response: { 200: exclusionAnswer, ...problems },
    };

    app.post(
      "/api/v1/exclusions/:id/approve",
      {
        schema: {
          ...common,
          summary: "Approves a proposal of another: figures follow at once",
          body: mayNote,
        },
      },
      async (request) => {
        const actor = requireMay(request, "approve-exclusion");
        const step = { id: request.params.id, note: request.body?.note };
        return answer(deps, await approveExclusion(caseDepsOf(deps), step, actor));
      },
    );

    app.post(
      "/api/v1/exclusions/:id/reject",
      {
        schema: {
          ...common,
          summary: "Rejects a proposal",
          body: z.strictObject({ note }),
        },
      },
      async (request) => {
        const actor = requireMay(request, "approve-exclusion");
        const step = { id: request.params.id, note: request.body.note };
        return answer(deps, await rejectExclusion(caseDepsOf(deps), step, actor));
      },
    );

    app.post(
      "/api/v1/exclusions/:id/withdraw",
      {
        schema: {
          ...common,
          summary:
            "Withdraws a proposal, or with a note an approved exclusion: what it covers counts again",
          body: mayNote,
        },
      },
      async (request) => {
        const actor = requireMay(request, "propose-exclusion");
        const step = { id: request.params.id, note: request.body?.note };
        return answer(deps, await withdrawExclusion(caseDepsOf(deps), step, actor));
      },
    );
  };

async function answer(deps: HttpDeps, decided: Decided) {
  await reviseTouched(deps, decided);
  return exclusionJson(decided.exclusion);
}

/** Closed months get their next revision; when that fails, the schedule makes it later. */
export async function reviseTouched(
  deps: HttpDeps,
  { exclusion, touched }: Decided,
): Promise<void> {
  if (touched === null) return;
  const closing = { ...caseDepsOf(deps), signer: deps.signer };
  await reviseMonths(closing, touched).catch((error: unknown) =>
    deps.log.error({ err: error, exclusion: exclusion.id }, "closed months were not revised"),
  );
}
