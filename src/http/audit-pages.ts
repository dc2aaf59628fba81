import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { DateTime } from "luxon";
import { z } from "zod";
import { fieldChanges } from "../core/audit-view.ts";
import { listAudit } from "../store/audit-log.ts";
import { renderAudit } from "../web/audit.tsx";
import { requireMay } from "./actor.ts";
import type { HttpDeps } from "./deps.ts";
import { langSchema, sendPage } from "./page.ts";
import { wordSchema } from "./schemas.ts";

const PAGE = 50;
const word = wordSchema.default("");

const querystring = z.object({
  actor: word,
  action: word,
  item: word,
  from: word,
  until: word,
  before: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  lang: langSchema,
});

/** The audit log, to read. */
export const auditPages =
  (deps: HttpDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get("/audit", { schema: { hide: true, querystring } }, async (request, reply) => {
      requireMay(request, "read-all");
      const { timeZone } = deps.config();
      const { actor, action, item, from, until, before } = request.query;
      const [fromMs, untilMs] = [readWall(from, timeZone), readWall(until, timeZone)];
      const isWrong =
        Number.isNaN(fromMs) || Number.isNaN(untilMs) || (fromMs ?? 0) >= (untilMs ?? Infinity);
      const names = {
        actor: actor.trim() || undefined,
        action: action.trim() || undefined,
        item: item.trim() || undefined,
      };
      const found = isWrong
        ? []
        : await listAudit(
            deps.store.db,
            { ...names, fromMs, untilMs },
            { limit: PAGE + 1, beforeSeq: before },
          );
      const shown = found.slice(0, PAGE);
      const rows = shown.map((entry) => ({
        ...entry,
        changes: fieldChanges(entry.before, entry.after),
      }));
      const model = {
        rows,
        filter: { actor, action, item, from, until },
        isWrong,
        next: found.length > PAGE ? (shown.at(-1)?.seq ?? null) : null,
        isFirst: before === undefined,
        timeZone,
        nowMs: deps.clock.nowMs(),
      };
      return sendPage(deps, { request, reply }, { model, render: renderAudit });
    });
  };

/** A date or a time as the clocks of the zone show it; undefined for none, NaN for what is neither. */
function readWall(text: string, zone: string): number | undefined {
  return text === "" ? undefined : DateTime.fromISO(text, { zone }).toMillis();
}
