import type { FastifyRequest } from "fastify";

/** What forms of the request's login must send back; null for a request without a cookie. */
export function csrfOf(_request: FastifyRequest): string | null {
  return null;
}
