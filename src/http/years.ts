import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { isYear } from "../core/year-report.ts";
import { LANGS } from "../core/views.ts";
import { BusyError } from "../errors.ts";
import { yearFileName } from "../reports/year-facts.ts";
import { YEAR_FORMAT_NAMES, yearFormats } from "../reports/year-index.ts";
import { renderYearJson } from "../reports/year-json.ts";
import type { RenderYearOrder } from "../render-apart.ts";
import { readYearDocument, type YearQuery } from "../year-report.ts";
import { accountFor, actorOf } from "./actor.ts";
import { problems } from "./answers.ts";
import type { HttpDeps } from "./deps.ts";
import { wordSchema } from "./schemas.ts";
import { yearAnswer } from "./year-answer.ts";

const YEAR_FORM = "must be a year such as 2026";
export const yearSchema = z
  .string({ error: YEAR_FORM })
  .refine(isYear, { error: YEAR_FORM })
  .meta({ description: "Calendar year, YYYY", example: "2026" });

/** So many at a time wait for the thread that renders: each is in memory. */
const MOST_UNDERWAY = 4;

const bytes = z.any().meta({ type: "string", format: "binary" });

/** A year of monthly reports in each of its formats. */
export const yearRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    let underway = 0;
    app.get(
      "/api/v1/years/:year",
      {
        schema: {
          tags: ["reports"],
          summary: "A year of monthly reports",
          params: z.object({ year: yearSchema }),
          querystring: z.strictObject({
            account: wordSchema.optional(),
            format: z.enum(YEAR_FORMAT_NAMES).default("json"),
            lang: z.enum(LANGS).default("en"),
          }),
          response: {
            200: {
              description: "The year",
              content: {
                "application/json": { schema: yearAnswer },
                "text/csv": { schema: z.string() },
                "text/html": { schema: z.string() },
                "application/pdf": { schema: bytes },
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
                  schema: bytes,
                },
              },
            },
            ...problems,
          },
        },
      },
      async (request, reply) => {
        const { year } = request.params;
        const { format, lang } = request.query;
        const account = accountFor(actorOf(request), request.query.account);
        if (underway >= MOST_UNDERWAY) {
          throw new BusyError("other years are being rendered: ask again in a little while");
        }
        underway += 1;
        const rendered = await renderYear(deps, { year, account }, { format, lang }).finally(() => {
          underway -= 1;
        });
        const { contentType, extension } = yearFormats[format];
        const disposition = format === "json" ? "inline" : "attachment";
        const name = yearFileName(year, account, extension);
        return reply
          .header("content-type", contentType)
          .header("content-disposition", `${disposition}; filename="${name}"`)
          .send(rendered);
      },
    );
  };

async function renderYear(
  deps: HttpDeps,
  query: YearQuery,
  order: RenderYearOrder,
): Promise<string | Uint8Array> {
  const { clock, store } = deps;
  const document = await readYearDocument({ db: store.db, clock, config: deps.config() }, query);
  // It is there sooner than the document could be handed to the thread.
  if (order.format === "json") return renderYearJson(document.report);
  const { buffer, byteOffset, byteLength } = await deps.renderYear(document, order);
  return Buffer.from(buffer, byteOffset, byteLength);
}
