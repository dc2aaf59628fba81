import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { listAudit, type LoggedEntry } from "../store/audit-log.ts";
import { requireMay } from "./actor.ts";
import { problems } from "./answers.ts";
import type { HttpDeps } from "./deps.ts";
import { instantSchema, wordSchema } from "./schemas.ts";

const MAX_LIMIT = 1_000;
const DEFAULT_LIMIT = 100;

const word = wordSchema.optional();

const auditQuery = z.strictObject({
  item: word.meta({ description: "Such as token:ci, or token for all of them" }),
  actor: word.meta({ description: "Such as user:li" }),
  action: word.meta({ description: "Such as token.revoke, or token for all of them" }),
  from: instantSchema.optional(),
  until: instantSchema.optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
  before: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional().meta({
    description: "Entries older than the one with this number",
  }),
});

const item = z.unknown().meta({ description: "The item, whole, without secrets; null for none" });

const auditAnswer = z
  .strictObject({
    entries: z.array(
      z.strictObject({
        seq: z.int(),
        at: z.iso.datetime(),
        actor: z.string(),
        origin: z.string().meta({ description: "An address, or cli" }),
        action: z.string(),
        item: z.string(),
        before: item,
        after: item,
        previousHash: z.string(),
        hash: z.string().meta({ description: "Over the hash before it and this entry" }),
      }),
    ),
    next: z.int().nullable().meta({ description: "The next page's before; null on the last" }),
  })
  .meta({ id: "Audit" });

/** The audit log: who did what. */
export const auditRoutes =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      "/api/v1/audit",
      {
        schema: {
          tags: ["access"],
          summary: "The audit log, newest first",
          querystring: auditQuery,
          response: { 200: auditAnswer, ...problems },
        },
      },
      async (request) => {
        requireMay(request, "read-all");
        const { from, until, limit, before, ...names } = request.query;
        const entries = await listAudit(
          deps.store.db,
          { ...names, fromMs: from, untilMs: until },
          { limit: limit + 1, beforeSeq: before },
        );
        const shown = entries.slice(0, limit);
        const next = entries.length > limit ? (shown.at(-1)?.seq ?? null) : null;
        return { entries: shown.map(describeEntry), next };
      },
    );
  };

function describeEntry(entry: LoggedEntry) {
  return {
    seq: entry.seq,
    at: new Date(entry.atMs).toISOString(),
    actor: entry.actor,
    origin: entry.origin,
    action: entry.action,
    item: entry.item,
    before: readJson(entry.before),
    after: readJson(entry.after),
    previousHash: entry.previousHash.toString("hex"),
    hash: entry.hash.toString("hex"),
  };
}

function readJson(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
