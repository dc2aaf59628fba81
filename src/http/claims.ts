import type { FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { readClaimFile } from "../claim-file.ts";
import { CLAIM_STATES, type ClaimStep } from "../core/claim.ts";
import { describeClaim, handleClaim, requireClaim } from "../handle-claim.ts";
import { requireKnownAccount } from "../known-account.ts";
import { listClaims } from "../store/claims.ts";
import { requireMay, requireSees } from "./actor.ts";
import { problems, textOf } from "./answers.ts";
import type { HttpDeps } from "./deps.ts";
import { monthSchema, wordSchema, rowIdSchema } from "./schemas.ts";

const days = z.int().nullable();

const claimAnswer = z
  .strictObject({
    id: z.int(),
    month: z.string(),
    agreement: z.string(),
    subject: z.string(),
    account: z.string(),
    product: z.string(),
    revision: z.int().meta({ description: "Of the report that gives the amount" }),
    state: z.enum(CLAIM_STATES).meta({
      description:
        "lapsed: the window closed before it was submitted; withdrawn: a later revision of the " +
        "month gives no credit",
    }),
    percent: z.number(),
    amount: z.string().nullable().meta({ description: "Owed; null without a fee" }),
    currency: z.string(),
    claimFrom: z.iso.datetime(),
    claimUntil: z.iso.datetime(),
    opensInDays: days.meta({ description: "A part of a day is one; null once it is open" }),
    closesInDays: days.meta({ description: "A part of a day is one; null once it is closed" }),
    reference: z.string().nullable().meta({ description: "The provider's, of the claim" }),
    submittedOn: z.iso.date().nullable(),
    credited: z.string().nullable().meta({ description: "What the provider gave" }),
    refusal: z.string().nullable().meta({ description: "The provider's reason" }),
    note: z
      .string()
      .nullable()
      .meta({ description: "What later revisions changed, a line for each" }),
  })
  .meta({ id: "Claim", description: "What becomes of a credit that is owed" });

const claimsAnswer = z
  .strictObject({ claims: z.array(claimAnswer).readonly() })
  .meta({ id: "Claims" });

const words = z.string().trim().min(1, "is empty; write it down").max(2_000);
const params = z.object({
  id: rowIdSchema.meta({ description: "Id of a claim" }),
});
const answers = { 200: claimAnswer, ...problems };

const query = z.strictObject({
  month: monthSchema.optional(),
  account: wordSchema.optional(),
  state: z.enum(CLAIM_STATES).optional(),
});

/** What becomes of the credits of closed months. */
export const claimRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const { db } = deps.store;

    app.get(
      "/api/v1/claims",
      {
        schema: {
          tags: ["claims"],
          summary: "Claims, newest month first",
          querystring: query,
          response: { 200: claimsAnswer, ...problems },
        },
      },
      async (request) => {
        const actor = requireMay(request, "read");
        const { month, account, state } = request.query;
        requireSees(actor, account);
        await requireKnownAccount({ db, config: deps.config() }, account);
        const accounts = account === undefined ? actor.accounts : [account];
        const claims = await listClaims(db, { month, state, accounts });
        return { claims: claims.map((claim) => describeClaim(claim, deps.clock.nowMs())) };
      },
    );

    app.get(
      "/api/v1/claims/:id",
      { schema: { tags: ["claims"], summary: "One claim", params, response: answers } },
      async (request) => {
        const actor = requireMay(request, "read");
        const claim = await requireClaim(db, request.params.id, actor);
        return describeClaim(claim, deps.clock.nowMs());
      },
    );

    app.get(
      "/api/v1/claims/:id/file",
      {
        schema: {
          tags: ["claims"],
          summary: "The claim with its evidence, in English and Chinese, to hand to the provider",
          params,
          response: { 200: textOf("text/markdown"), ...problems },
        },
      },
      async (request, reply) => {
        const actor = requireMay(request, "read");
        const claim = await requireClaim(db, request.params.id, actor);
        const text = await readClaimFile({ db, config: deps.config() }, claim);
        return reply
          .header("content-type", "text/markdown; charset=utf-8")
          .header(
            "content-disposition",
            `attachment; filename="claim-${claim.month}-${claim.id}.md"`,
          )
          .send(text);
      },
    );

    await app.register(stepRoutes(deps));
  };

/** A route for each step of a claim. */
const stepRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const common = { tags: ["claims"], params, response: answers };

    app.post(
      "/api/v1/claims/:id/acknowledge",
      { schema: { ...common, summary: "Takes a claim on", body: z.strictObject({}).nullish() } },
      (request) =>
        takeStep(deps, request, { id: request.params.id, step: { verb: "acknowledge" } }),
    );

    app.post(
      "/api/v1/claims/:id/submit",
      {
        schema: {
          ...common,
          summary: "Notes that the claim was sent to the provider",
          body: z.strictObject({
            reference: words.meta({ description: "The provider's, such as a ticket's number" }),
            on: words.meta({ description: "The day of it", example: "2026-11-09" }),
          }),
        },
      },
      (request) =>
        takeStep(deps, request, {
          id: request.params.id,
          step: { verb: "submit", ...request.body },
        }),
    );

    app.post(
      "/api/v1/claims/:id/credit",
      {
        schema: {
          ...common,
          summary: "Notes what the provider gave",
          body: z.strictObject({
            amount: words.meta({ description: "In the claim's currency", example: "120.00" }),
          }),
        },
      },
      (request) =>
        takeStep(deps, request, {
          id: request.params.id,
          step: { verb: "credit", ...request.body },
        }),
    );

    app.post(
      "/api/v1/claims/:id/refuse",
      {
        schema: {
          ...common,
          summary: "Notes that the provider refused, and why",
          body: z.strictObject({ reason: words }),
        },
      },
      (request) =>
        takeStep(deps, request, {
          id: request.params.id,
          step: { verb: "refuse", ...request.body },
        }),
    );
  };

async function takeStep(
  { clock, store }: HttpDeps,
  request: FastifyRequest,
  asked: { readonly id: number; readonly step: ClaimStep },
) {
  const actor = requireMay(request, "handle-claim");
  const claim = await handleClaim({ clock, db: store.db }, { ...asked, actor });
  return describeClaim(claim, clock.nowMs());
}
