import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import {
  BusyError,
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
  UnauthorizedError,
  type Problem,
} from "../errors.ts";
import { saysConnectionLost } from "../store/lost-connection.ts";
import { chooseLang } from "../web/lang.ts";
import { renderError } from "../web/error.tsx";
import type { App } from "./deps.ts";

/** What went wrong, for the one who asked. */
export type Answer = {
  readonly status: number;
  readonly detail: string;
  readonly problems?: readonly Problem[];
};

const PROBLEM_JSON = "application/problem+json; charset=utf-8";

/** Answers every error as RFC 9457 problem+json, or as a page to a browser that asked for a page. */
export function setProblemHandlers(app: App): void {
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?")[0]?.slice(0, 200);
    return sendProblem(request, reply, {
      status: 404,
      detail: `nothing at ${request.method} ${path}`,
    });
  });
}

/** For errors in a route, and for those that come before any route is found. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const answer = toAnswer(error);
  if (answer.status >= 500) request.log.error({ err: error }, "request failed");
  return sendProblem(request, reply, answer);
}

/** Sends an error in the form that the one who asked can read. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, answer: Answer) {
  const title = STATUS_CODES[answer.status] ?? "Error";
  void reply.code(answer.status);
  if (answer.status === 503) void reply.header("retry-after", "5");
  if (answer.status === 401 && !reply.hasHeader("www-authenticate")) {
    void reply.header("www-authenticate", "Bearer");
  }
  const isApi = request.url.startsWith("/api/");
  if (!isApi && (request.headers.accept ?? "").includes("text/html")) {
    const lang = chooseLang(askedLang(request.query), request.headers["accept-language"]);
    return reply.type("text/html; charset=utf-8").send(renderError({ title, ...answer }, lang));
  }
  return reply.type(PROBLEM_JSON).send(JSON.stringify({ type: "about:blank", title, ...answer }));
}

/** What never became a request: too large a header, broken HTTP, a client that is too slow. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy(error);
    return;
  }
  const answers = {
    HPE_HEADER_OVERFLOW: { status: 431, detail: "the request's header is too large" },
    ERR_HTTP_REQUEST_TIMEOUT: { status: 408, detail: "the request took too long to arrive" },
  };
  const { status, detail } = Object.entries(answers).find(([code]) => code === error.code)?.[1] ?? {
    status: 400,
    detail: "this is not HTTP",
  };
  const title = STATUS_CODES[status];
  const body = JSON.stringify({ type: "about:blank", title, status, detail });
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: ${PROBLEM_JSON}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** What an error means for the one who asked. */
export function toAnswer(error: unknown): Answer {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const context = error.validationContext;
    return badRequest(
      error.validation.map((issue) => ({
        place: `${context}${issue.instancePath.replaceAll("/", ".")}`.replace(/\.$/u, ""),
        message: issue.message ?? "is not valid",
      })),
    );
  }
  if (error instanceof InvalidInputError) return badRequest(error.problems);
  if (error instanceof UnauthorizedError) return { status: 401, detail: error.message };
  if (error instanceof ForbiddenError) return { status: 403, detail: error.message };
  if (error instanceof NotFoundError) return { status: 404, detail: error.message };
  if (error instanceof ConflictError) return { status: 409, detail: error.message };
  if (error instanceof BusyError) return { status: 503, detail: error.message };
  const status = statusOf(error);
  if (status < 500 && error instanceof Error) return { status, detail: error.message };
  if (isDatabaseAway(error)) return { status: 503, detail: "the database does not answer" };
  // What went wrong inside is for the log alone.
  return { status: 500, detail: "see the service's log" };
}

function badRequest(problems: readonly Problem[]): Answer {
  const detail = problems.map(({ place, message }) => `${place}: ${message}`).join("; ");
  return { status: 400, detail, problems };
}

function statusOf(error: unknown): number {
  const isCoded = error instanceof Error && "statusCode" in error;
  return isCoded && typeof error.statusCode === "number" ? error.statusCode : 500;
}

/** Nobody listens, the connection was lost, or the server is stopping, starting (57P0x) or full. */
const AWAY_CODES = new Set(
  (
    "ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT EHOSTUNREACH ENOTFOUND EAI_AGAIN " +
    "57P01 57P02 57P03 53300"
  ).split(" "),
);

function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && typeof error.code === "string") return AWAY_CODES.has(error.code);
  return saysConnectionLost(error) || TOO_LONG.test(error.message);
}

/** The driver's words for a wait of its own that ended; they come without a code. */
const TOO_LONG = /^(timeout exceeded|Query read timeout)/u;

function askedLang(query: unknown): string | undefined {
  const isGiven = typeof query === "object" && query !== null && "lang" in query;
  return isGiven && typeof query.lang === "string" ? query.lang : undefined;
}
