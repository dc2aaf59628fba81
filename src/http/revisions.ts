import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { closeMonth } from "../close-month.ts";
import { diffReports } from "../core/report-diff.ts";
import { isStorable } from "../core/text.ts";
import { requireKnownAccount } from "../known-account.ts";
import { reportMonth } from "../report-month.ts";
import { listRevisions } from "../store/reports.ts";
import { accountFor, actorOf, requireMay } from "./actor.ts";
import { changeAnswer, problems } from "./answers.ts";
import type { HttpDeps } from "./deps.ts";
import { monthSchema, revisionSchema, wordSchema } from "./schemas.ts";

const revisionAnswer = z
  .strictObject({
    month: z.string(),
    account: z.string().meta({ description: "Empty: the report of all accounts" }),
    revision: z.int(),
    closedAt: z.iso.datetime(),
    closedBy: z.string(),
    reason: z.string(),
  })
  .meta({ id: "Revision" });
const revisionsAnswer = z
  .strictObject({ revisions: z.array(revisionAnswer) })
  .meta({ id: "Revisions" });
const storedAnswer = z
  .strictObject({ revisions: z.array(revisionAnswer.omit({ closedAt: true, closedBy: true })) })
  .meta({ id: "Closed" });
const diffAnswer = z
  .strictObject({
    month: z.string(),
    from: z.int(),
    to: z.int(),
    changes: z.array(changeAnswer),
  })
  .meta({ id: "ReportDiff" });

const params = z.object({ month: monthSchema });
const account = wordSchema.optional();
const closeBody = z.strictObject({
  reason: z
    .string()
    .trim()
    .min(1, "is empty; say why, or leave it out")
    .max(500)
    .refine(isStorable, { error: "has characters that cannot be stored" })
    .optional(),
});

/** A closed month's revisions, what changed between two of them, and closing by hand. */
export const revisionRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const { db } = deps.store;
    app.get(
      "/api/v1/reports/:month/revisions",
      {
        schema: {
          tags: ["reports"],
          summary: "A closed month's revisions, oldest first",
          params,
          querystring: z.strictObject({ account }),
          response: { 200: revisionsAnswer, ...problems },
        },
      },
      async (request) => {
        const scope = accountFor(actorOf(request), request.query.account);
        await requireKnownAccount({ db, config: deps.config() }, scope);
        const query = { month: request.params.month, account: scope ?? "" };
        const revisions = (await listRevisions(db, query)).map(({ closedAtMs, ...one }) => {
          return { ...one, closedAt: new Date(closedAtMs).toISOString() };
        });
        return { revisions };
      },
    );
    app.get(
      "/api/v1/reports/:month/diff",
      {
        schema: {
          tags: ["reports"],
          summary: "What changed from one revision to another; 0 is the month as it stands now",
          params,
          querystring: z.strictObject({ account, from: revisionSchema, to: revisionSchema }),
          response: { 200: diffAnswer, ...problems },
        },
      },
      async (request) => {
        const { month } = request.params;
        const { from, to } = request.query;
        const query = { month, account: accountFor(actorOf(request), request.query.account) };
        const readDeps = { db, config: deps.config() };
        const before = await reportMonth(readDeps, { ...query, revision: from });
        const after = await reportMonth(readDeps, { ...query, revision: to });
        return { month, from, to, changes: diffReports(before, after) };
      },
    );
    app.post(
      "/api/v1/reports/:month/close",
      {
        schema: {
          tags: ["reports"],
          summary: "Closes a month by the present configuration, or makes a new revision",
          params,
          body: closeBody.nullish(),
          response: { 200: storedAnswer, ...problems },
        },
      },
      async (request) => {
        const by = requireMay(request, "close-month");
        const { month } = request.params;
        const order = { month, by, reason: request.body?.reason, afresh: true };
        const { clock, signer } = deps;
        const revisions = await closeMonth({ db, clock, config: deps.config(), signer }, order);
        return { revisions };
      },
    );
  };
