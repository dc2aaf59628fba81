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
import type { Reader } from "../core/views.ts";
import { saysConnectionLost } from "../store/lost-connection.ts";
import { renderError } from "../web/error.tsx";
import type { App } from "./deps.ts";
import { langOf } from "./page-lang.ts";
import { safePath } from "./safe-path.ts";

/** What went wrong, for the one who asked. */
export type Answer = {
  readonly status: number;
  readonly detail: string;
  readonly problems?: readonly Problem[];
};

type Exchange = { readonly request: FastifyRequest; readonly reply: FastifyReply };
/** Who reads of an error; null where that is not known. */
export type ReaderOfError = (exchange: Exchange, status: number) => Promise<Reader | null>;

const PROBLEM_JSON = "application/problem+json; charset=utf-8";

/** Answers every error as RFC 9457 problem+json, or as a page to a browser that asked for a page. */
export function setProblemHandlers(app: App, readerOf: ReaderOfError): void {
  const send = async (request: FastifyRequest, reply: FastifyReply, answer: Answer) => {
    const isPage = asksForPage(request);
    const reader = isPage ? await readerOf({ request, reply }, answer.status) : null;
    return sendProblem(request, reply, { ...answer, reader });
  };
  app.setErrorHandler(async (error, request, reply) =>
    send(request, reply, answerOf(error, request)),
  );
  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split("?")[0]?.slice(0, 200);
    return send(request, reply, { status: 404, detail: `nothing at ${request.method} ${path}` });
  });
}

/** For errors that come before any route is found. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  return sendProblem(request, reply, answerOf(error, request));
}

function answerOf(error: unknown, request: FastifyRequest): Answer {
  const answer = toAnswer(error);
  if (answer.status >= 500) request.log.error({ err: error }, "request failed");
  return answer;
}

/** A person at a browser, who is helped by a page more than by JSON. */
export function asksForPage({ url, headers }: FastifyRequest): boolean {
  return !url.startsWith("/api/") && (headers.accept ?? "").includes("text/html");
}

/** Sends an error in the form that the one who asked can read. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  { reader = null, ...answer }: Answer & { readonly reader?: Reader | null },
) {
  const title = STATUS_CODES[answer.status] ?? "Error";
  void reply.code(answer.status);
  if (answer.status === 503) void reply.header("retry-after", "5");
  if (answer.status === 401 && !reply.hasHeader("www-authenticate")) {
    void reply.header("www-authenticate", "Bearer");
  }
  if (asksForPage(request)) {
    const isRead = request.method === "GET" || request.method === "HEAD";
    const error = { title, ...answer, here: safePath(isRead ? request.url : undefined) };
    return reply.type("text/html; charset=utf-8").send(renderError(error, langOf(request), reader));
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
