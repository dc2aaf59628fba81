import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { ConflictError, InvalidInputError, NotFoundError, type Problem } from "../errors.ts";
import { chooseLang } from "../web/lang.ts";
import { renderError } from "../web/error.tsx";
import type { App } from "./deps.ts";

type Answer = {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly problems?: readonly Problem[];
};

/** Answers every error as RFC 9457 problem+json, or as a page to a browser that asked for a page. */
export function setProblemHandlers(app: App): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const answer = toAnswer(error);
    if (answer.status >= 500) request.log.error({ err: error }, "request failed");
    return sendProblem(request, reply, answer);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, {
      status: 404,
      title: "Not found",
      detail: `nothing at ${request.method} ${request.url.split("?")[0]}`,
    }),
  );
}

function toAnswer(error: FastifyError): Answer {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const problems = error.validation.map((issue) => ({
      place: `${error.validationContext ?? "request"}${issue.instancePath.replaceAll("/", ".")}`,
      message: issue.message ?? "is not valid",
    }));
    const detail = problems.map(({ place, message }) => `${place}: ${message}`).join("; ");
    return { status: 400, title: "Bad request", detail, problems };
  }
  if (error instanceof InvalidInputError) {
    const { problems } = error;
    return { status: 400, title: "Bad request", detail: error.message, problems };
  }
  if (error instanceof NotFoundError) {
    return { status: 404, title: "Not found", detail: error.message };
  }
  if (error instanceof ConflictError) {
    return { status: 409, title: "Conflict", detail: error.message };
  }
  const status = error.statusCode ?? 500;
  if (status < 500) return { status, title: "Request refused", detail: error.message };
  // What went wrong inside is for the log alone.
  return { status: 500, title: "Internal error", detail: "see the service's log" };
}

function sendProblem(request: FastifyRequest, reply: FastifyReply, answer: Answer) {
  const isApi = request.url.startsWith("/api/");
  if (!isApi && (request.headers.accept ?? "").includes("text/html")) {
    const lang = chooseLang(undefined, request.headers["accept-language"]);
    return reply
      .code(answer.status)
      .type("text/html; charset=utf-8")
      .send(renderError(answer, lang));
  }
  return reply
    .code(answer.status)
    .type("application/problem+json; charset=utf-8")
    .send(JSON.stringify({ type: "about:blank", ...answer }));
}
