import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Config } from "../config.ts";
import { seesAccount, type Actor } from "../core/access.ts";
import { ANNOTATION_KINDS, type Annotation } from "../core/annotation.ts";
import { requireKnownAccount } from "../known-account.ts";
import { listAnnotations } from "../list-annotations.ts";
import type { Queryable } from "../store/connect.ts";
import { hasReports } from "../store/reports.ts";
import { requireMay, requireSees, targetFor } from "./actor.ts";
import { problems } from "./answers.ts";
import type { HttpDeps } from "./deps.ts";
import { instantSchema, productSchema, wordSchema } from "./schemas.ts";

const MAX_LIMIT = 5_000;
const MAX_RANGE_MS = 400 * 86_400_000;

const annotationAnswer = z
  .strictObject({
    kind: z.enum(ANNOTATION_KINDS),
    from: z.iso.datetime(),
    until: z.iso.datetime().meta({ description: "The same as from for what has no length" }),
    title: z.string().meta({ example: "Outage: web-1 (ecs, cn-hangzhou)" }),
    text: z.string(),
    tags: z.array(z.string()),
    url: z
      .string()
      .meta({ description: "The page about it; without a publicUrl, from our root on" }),
  })
  .meta({ id: "Annotation" });

export const annotationsAnswer = z
  .strictObject({ annotations: z.array(annotationAnswer) })
  .meta({ id: "Annotations" });

/** Grafana gives its time range as milliseconds since 1970. */
const momentSchema = z
  .string()
  .transform((text) => (/^\d{1,14}$/u.test(text) ? new Date(Number(text)).toISOString() : text))
  .pipe(instantSchema)
  .meta({ description: "RFC 3339 instant, or milliseconds since 1970", example: "1790784000000" });

/** Several values with commas between them, as Grafana writes what was chosen. */
const listOf = <Value>(item: z.ZodType<Value, string>, description: string) =>
  z
    .string()
    .max(8_000)
    .transform((text) => text.split(",").filter((one) => one !== ""))
    .pipe(z.array(item))
    .default([])
    .meta({ description: `${description}; several with commas between them` });

const query = z
  .strictObject({
    from: momentSchema,
    until: momentSchema,
    kind: listOf(z.enum(ANNOTATION_KINDS), ANNOTATION_KINDS.join(", ")),
    product: listOf(productSchema, "A product"),
    region: listOf(wordSchema, "A region"),
    account: listOf(wordSchema, "An account"),
    target: wordSchema.optional().meta({ description: "Only what concerns this target" }),
    limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(1_000),
  })
  .refine(({ from, until }) => until > from, { error: "must be after from", path: ["until"] })
  .refine(({ from, until }) => until - from <= MAX_RANGE_MS, {
    error: "must be at most 400 days after from",
    path: ["until"],
  });

/** Outages, exclusions and breaches as marks over the graphs of Grafana and others. */
export const annotationRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/api/v1/annotations",
      {
        schema: {
          tags: ["annotations"],
          summary: "Outages, approved exclusions and breaches in words, the newest first",
          querystring: query,
          response: { 200: annotationsAnswer, ...problems },
        },
      },
      async (request) => {
        const actor = requireMay(request, "read");
        const { from, until, kind, product, region, account, limit } = request.query;
        const config = deps.config();
        const reading = { db: deps.store.db, clock: deps.clock, config };
        const accounts = await knownAccounts(reading, actor, account);
        const target =
          request.query.target === undefined
            ? null
            : targetFor(actor, config, request.query.target);
        const asked = {
          kinds: kind,
          products: product,
          regions: region,
          accounts,
          target,
        };
        const found = await listAnnotations(
          reading,
          { fromMs: from, untilMs: until, limit, ...asked },
          actor,
        );
        return { annotations: found.map((one) => describe(one, config.publicUrl ?? "")) };
      },
    );
  };

type Reading = { readonly db: Queryable; readonly config: Config };

/**
 * Of the accounts asked for, those that are there for the actor: Grafana also names the ones that
 * it remembers from before. Throws NotFoundError when none is.
 */
async function knownAccounts(
  reading: Reading,
  actor: Actor,
  asked: readonly string[],
): Promise<readonly string[]> {
  const known: string[] = [];
  for (const one of asked) {
    if (!seesAccount(actor, one)) continue;
    const isConfigured = reading.config.accounts.some(({ id }) => id === one);
    if (isConfigured || (await hasReports(reading.db, one))) known.push(one);
  }
  if (known.length === 0) {
    requireSees(actor, asked[0]);
    await requireKnownAccount(reading, asked[0]);
  }
  return known;
}

function describe({ fromMs, untilMs, path, ...said }: Annotation, root: string) {
  return {
    kind: said.kind,
    from: new Date(fromMs).toISOString(),
    until: new Date(untilMs).toISOString(),
    title: said.title,
    text: said.text,
    tags: [...said.tags],
    url: `${root}${path}`,
  };
}
