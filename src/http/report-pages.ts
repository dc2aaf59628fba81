import type { FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { askReportMail } from "../ask-report-mail.ts";
import { readClaimFile } from "../claim-file.ts";
import type { ClaimStep } from "../core/claim.ts";
import { InvalidInputError } from "../errors.ts";
import { handleClaim, requireClaim } from "../handle-claim.ts";
import { requireKnownAccount } from "../known-account.ts";
import { viewReport, type ReportPageQuery } from "../view-report.ts";
import { viewReports } from "../view-reports.ts";
import { renderClaimText } from "../web/claim-text.tsx";
import { pageHref } from "../web/links.ts";
import { renderReport } from "../web/reports-month.tsx";
import { NO_STEP, type TypedStep } from "../web/reports-parts.tsx";
import { renderReports, reportPageHref } from "../web/reports.tsx";
import { accountFor, actorOf, requireMay, requireSees } from "./actor.ts";
import type { HttpDeps } from "./deps.ts";
import { formBody, refusedBy, textIn, typedIn, type FormBody } from "./form-body.ts";
import { readerOf } from "./page.ts";
import { mailedAccount } from "./report-mails.ts";
import { langOf } from "./page-lang.ts";
import { MAX_NUMBER, monthSchema, revisionSchema, wordSchema } from "./schemas.ts";

const HTML = "text/html; charset=utf-8";
const lang = z.string().optional();
const claimParams = z.object({ id: z.coerce.number().int().min(1).max(MAX_NUMBER) });

/** The pages of monthly reports, and the forms by which claims go on. */
export const reportPages =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/reports",
      {
        schema: {
          hide: true,
          querystring: z.object({
            month: monthSchema.optional(),
            account: wordSchema.optional(),
            lang,
          }),
        },
      },
      async (request, reply) => {
        const actor = actorOf(request);
        const { month, account } = request.query;
        requireSees(actor, account);
        const model = await viewReports(viewingOf(deps), { month, account }, actor);
        const reader = await readerOf(deps, request);
        return reply.type(HTML).send(renderReports(model, langOf(request), reader));
      },
    );

    app.get(
      "/reports/:month",
      {
        schema: {
          hide: true,
          params: z.object({ month: monthSchema }),
          querystring: z.object({
            account: wordSchema.optional(),
            revision: revisionSchema.optional(),
            against: revisionSchema.optional(),
            lang,
          }),
        },
      },
      async (request, reply) => {
        const actor = actorOf(request);
        const { revision, against } = request.query;
        const { month } = request.params;
        const isOpen = request.query.account === undefined && (actor.accounts?.length ?? 1) !== 1;
        // Who sees several accounts chooses one in the list.
        if (isOpen) return reply.redirect(pageHref("/reports", langOf(request), { month }), 303);
        const account = accountFor(actor, request.query.account);
        await requireKnownAccount({ db: deps.store.db, config: deps.config() }, account);
        const query = { month, account, revision, against };
        return sendReport(deps, { request, reply }, { query, typed: NO_STEP });
      },
    );

    await app.register(mailPage(deps));
    await app.register(claimPages(deps));
  };

/** Has the newest revision sent to the account's contacts. */
const mailPage =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.post(
      "/reports/:month/mail",
      {
        schema: {
          hide: true,
          params: z.object({ month: monthSchema }),
          querystring: z.object({ account: wordSchema.optional(), lang }),
          body: formBody,
        },
      },
      async (request, reply) => {
        const actor = requireMay(request, "mail-report");
        const { month } = request.params;
        const account = mailedAccount(request, request.query.account);
        try {
          await askReportMail(viewingOf(deps), { month, account, actor });
        } catch (error) {
          const { status, problems } = refusedBy(error);
          void reply.code(status);
          const query = { month, account, revision: undefined, against: undefined };
          const typed = { ...NO_STEP, verb: "mail", problems };
          return sendReport(deps, { request, reply }, { query, typed });
        }
        const href = reportPageHref(langOf(request), month, { account });
        return reply.redirect(`${href}#revisions`, 303);
      },
    );
  };

/** The text of a claim, and its steps, each of which leads back to its report. */
const claimPages =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/claims/:id",
      { schema: { hide: true, params: claimParams, querystring: z.object({ lang }) } },
      async (request, reply) => {
        const actor = requireMay(request, "read");
        const { db } = deps.store;
        const claim = await requireClaim(db, request.params.id, actor);
        const text = await readClaimFile({ db, config: deps.config() }, claim);
        const reader = await readerOf(deps, request);
        return reply.type(HTML).send(renderClaimText({ ...claim, text }, langOf(request), reader));
      },
    );

    app.post(
      "/claims/:id/:verb",
      {
        schema: {
          hide: true,
          params: claimParams.extend({
            verb: z.enum(["acknowledge", "submit", "credit", "refuse"]),
          }),
          querystring: z.object({ lang }),
          body: formBody,
        },
      },
      async (request, reply) => {
        const actor = requireMay(request, "handle-claim");
        const { id, verb } = request.params;
        const { db } = deps.store;
        const { month, account } = await requireClaim(db, id, actor);
        try {
          const step = stepOf(verb, request.body);
          await handleClaim({ db, clock: deps.clock }, { id, step, actor });
        } catch (error) {
          const { status, problems } = refusedBy(error);
          void reply.code(status);
          const typed = { claim: id, verb, values: typedIn(request.body), problems };
          const query = { month, account, revision: undefined, against: undefined };
          return sendReport(deps, { request, reply }, { query, typed });
        }
        const href = reportPageHref(langOf(request), month, { account });
        return reply.redirect(`${href}#claim-${id}`, 303);
      },
    );
  };

/** What the API refuses, see `words` in claims.ts. */
const LONGEST = 2_000;

function stepOf(verb: ClaimStep["verb"], body: FormBody): ClaimStep {
  const tooLong = Object.keys(body).filter((place) => textIn(body, place).length > LONGEST);
  if (tooLong.length > 0) {
    const message = `must be a text of 1 to ${LONGEST} characters`;
    throw new InvalidInputError(tooLong.map((place) => ({ place, message })));
  }
  switch (verb) {
    case "acknowledge":
      return { verb };
    case "submit":
      return { verb, reference: textIn(body, "reference"), on: textIn(body, "on").trim() };
    case "credit":
      return { verb, amount: textIn(body, "amount").trim() };
    case "refuse":
      return { verb, reason: textIn(body, "reason") };
  }
}

async function sendReport(
  deps: HttpDeps,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  shown: { readonly query: ReportPageQuery; readonly typed: TypedStep },
) {
  const model = await viewReport(viewingOf(deps), shown.query, actorOf(request));
  const reader = await readerOf(deps, request);
  const page = renderReport(model, langOf(request), { reader, typed: shown.typed });
  return reply.type(HTML).send(page);
}

function viewingOf({ store, clock, config }: HttpDeps) {
  return { db: store.db, clock, config: config() };
}
