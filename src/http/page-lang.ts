import type { FastifyRequest } from "fastify";
import type { Lang } from "../core/views.ts";
import { chooseLang } from "../web/lang.ts";

/** The language of the page that a request asks for. */
export function langOf({ query, headers }: FastifyRequest): Lang {
  const isAsked = typeof query === "object" && query !== null && "lang" in query;
  const asked = isAsked && typeof query.lang === "string" ? query.lang : undefined;
  return chooseLang(asked, headers["accept-language"]);
}
