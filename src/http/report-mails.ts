import type { FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { askReportMail } from "../ask-report-mail.ts";
import { InvalidInputError } from "../errors.ts";
import { requireKnownAccount } from "../known-account.ts";
import { listReportMails, MAIL_STATES, type ReportMailRow } from "../store/report-mail.ts";
import { accountFor, actorOf, requireMay } from "./actor.ts";
import { problems } from "./answers.ts";
import type { HttpDeps } from "./deps.ts";
import { monthSchema, wordSchema } from "./schemas.ts";

const addresses = z.array(z.string()).readonly();
const mailAnswer = z
  .strictObject({
    month: z.string(),
    account: z.string(),
    revision: z.int(),
    state: z.enum(MAIL_STATES).meta({
      description:
        "waiting: to be sent, or to be tried again for those who lack it; failed: given up, nobody " +
        "has it; replaced: that of a later revision was sent instead",
    }),
    contacts: addresses.meta({ description: "Those who have it" }),
    refused: addresses.meta({ description: "Those whom the mail server refused beside them" }),
    sentAt: z.iso.datetime().nullable().meta({ description: "When the mail server last took it" }),
    detail: z.string().meta({ description: "What became of the last attempt" }),
  })
  .meta({ id: "ReportMail", description: "The mail that brings a revision to its contacts" });
const mailsAnswer = z
  .strictObject({ mails: z.array(mailAnswer).readonly() })
  .meta({ id: "ReportMails" });
const answers = { 200: mailsAnswer, ...problems };

const params = z.object({ month: monthSchema });
const querystring = z.strictObject({ account: wordSchema.optional() });

/** What became of the mails of a month's report, and sending it again. */
export const reportMailRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const { db } = deps.store;
    const common = { tags: ["reports"], params, querystring, response: answers };
    const mailsOf = async (month: string, account: string) => ({
      mails: (await listReportMails(db, { month, account })).map(describe),
    });

    app.get(
      "/api/v1/reports/:month/mails",
      { schema: { ...common, summary: "Who was mailed a month's report, oldest revision first" } },
      async (request) => {
        const account = mailedAccount(request, request.query.account);
        await requireKnownAccount({ db, config: deps.config() }, account);
        return mailsOf(request.params.month, account);
      },
    );

    app.post(
      "/api/v1/reports/:month/mails",
      {
        schema: {
          ...common,
          summary: "Mails the newest revision to the account's contacts, also once more",
          body: z.strictObject({}).nullish(),
        },
      },
      async (request) => {
        const actor = requireMay(request, "mail-report");
        const { month } = request.params;
        const account = mailedAccount(request, request.query.account);
        const { clock } = deps;
        await askReportMail({ db, clock, config: deps.config() }, { month, account, actor });
        return mailsOf(month, account);
      },
    );
  };

/** The report of all accounts has no contacts. Throws InvalidInputError and NotFoundError. */
export function mailedAccount(request: FastifyRequest, asked: string | undefined): string {
  const account = accountFor(actorOf(request), asked);
  if (account !== undefined) return account;
  const message = "name an account: the report of all is mailed to nobody";
  throw new InvalidInputError([{ place: "querystring.account", message }]);
}

function describe(row: ReportMailRow): z.output<typeof mailAnswer> {
  const { month, account, revision, state, contacts, refused, sentAtMs, detail } = row;
  const sentAt = sentAtMs === null ? null : new Date(sentAtMs).toISOString();
  return { month, account, revision, state, contacts, refused, sentAt, detail };
}
