import type { FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { requireKnownAccount } from "../known-account.ts";
import { findRendition, type RenditionKey } from "../renditions.ts";
import { findKeptRevision, shareReportFiles } from "../report-file.ts";
import { FORMAT_NAMES } from "../reports/index.ts";
import { findNewestRevision } from "../store/reports.ts";
import { orderRendition, orderRenditionAgain, viewRendition } from "../view-rendition.ts";
import { reportFileHref, reportWaitHref } from "../web/links.ts";
import { renderReportFile } from "../web/report-file.tsx";
import { NotFoundError } from "../errors.ts";
import { accountFor, actorOf } from "./actor.ts";
import type { HttpDeps } from "./deps.ts";
import { formBody } from "./form-body.ts";
import { langSchema, sendPage } from "./page.ts";
import { langOf } from "./page-lang.ts";
import { sendReportFile } from "./report-answer.ts";
import { monthSchema, revisionSchema, wordSchema } from "./schemas.ts";

const params = z.object({ month: monthSchema, format: z.enum(FORMAT_NAMES) });
const querystring = z.object({
  account: wordSchema.optional(),
  revision: revisionSchema.optional(),
  lang: langSchema,
});

type Place = {
  readonly params: z.output<typeof params>;
  readonly query: z.output<typeof querystring>;
};

/**
 * The forms of a month's report as files. What takes long, and was not rendered yet, is put on a
 * queue, and one waits for it on a page.
 */
export const reportFilePages =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const { db } = deps.store;
    const readReportFile = shareReportFiles();
    const schema = { hide: true, params, querystring };

    app.get("/reports/:month/files/:format", { schema }, async (request, reply) => {
      const { file, key } = await askedFor(deps, request);
      const kept = key === null ? null : await findRendition(db, key);
      if (key !== null && kept === null) {
        await orderRendition(deps.reportQueue(), key);
        return reply.redirect(waitHref(request, key), 303);
      }
      const { format, month, account, revision, lang } = file;
      const making = { db, clock: deps.clock, config: deps.config(), render: deps.render };
      const query = { month, account, revision };
      const found = kept ?? (await readReportFile(making, query, { format, lang }));
      const sent = { month, account, format, disposition: "attachment" } as const;
      return sendReportFile({ request, reply }, found, sent);
    });

    app.get("/reports/:month/files/:format/progress", { schema }, async (request, reply) => {
      const { file, key } = await askedFor(deps, request);
      if (key === null) return reply.redirect(fileHref(request, file), 303);
      const { clock } = deps;
      const queue = deps.reportQueue();
      const model = await viewRendition({ db, clock, config: deps.config(), queue }, key);
      return sendPage(deps, { request, reply }, { model, render: renderReportFile });
    });

    app.post(
      "/reports/:month/files/:format",
      { schema: { ...schema, body: formBody } },
      async (request, reply) => {
        const { file, key } = await askedFor(deps, request);
        if (key === null) return reply.redirect(fileHref(request, file), 303);
        await orderRenditionAgain(deps.reportQueue(), key);
        return reply.redirect(waitHref(request, key), 303);
      },
    );
  };

/**
 * What is asked for, and the key under which it is kept; null for what is sent as it is. Throws
 * NotFoundError for an account or a revision that there is not.
 */
async function askedFor(deps: HttpDeps, request: FastifyRequest & Place) {
  const { db } = deps.store;
  const { month, format } = request.params;
  const account = accountFor(actorOf(request), request.query.account);
  await requireKnownAccount({ db, config: deps.config() }, account);
  const lang = langOf(request);
  const file = { month, format, account, revision: request.query.revision, lang };
  const revision = await findKeptRevision(db, file, format);
  if (revision === 0) return { file, key: null };
  const place = { month, account: account ?? "", revision };
  if (revision > (await findNewestRevision(db, place))) {
    throw new NotFoundError(`no revision ${revision} of ${month}`);
  }
  return { file, key: { ...place, format, lang } };
}

function waitHref(request: FastifyRequest, { month, format, account, revision }: RenditionKey) {
  const query = { ...(account === "" ? {} : { account }), revision: String(revision) };
  return reportWaitHref(langOf(request), { month, format, query });
}

function fileHref(
  request: FastifyRequest,
  file: {
    month: string;
    format: string;
    account: string | undefined;
    revision: number | undefined;
  },
) {
  const { month, format, account, revision } = file;
  const query = {
    ...(account === undefined ? {} : { account }),
    ...(revision === undefined ? {} : { revision: String(revision) }),
  };
  return reportFileHref(langOf(request), { month, format, query });
}
