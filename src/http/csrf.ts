import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import formbody from "@fastify/formbody";
import { errorCodes, type FastifyRequest } from "fastify";
import { ForbiddenError } from "../errors.ts";
import type { App, HttpDeps } from "./deps.ts";

/** The logins by which browsers were let in, by request: they send them along whoever asks. */
const sessions = new WeakMap<FastifyRequest, string>();

/** The request was let in by its cookie. */
export function setCookieSession(request: FastifyRequest, token: string): void {
  sessions.set(request, token);
}

/** The token of the login by whose cookie the request was let in; null for any other request. */
export function cookieSessionOf(request: FastifyRequest): string | null {
  return sessions.get(request) ?? null;
}

/** What forms of the request's login must send back; null for a request without a cookie. */
export function csrfOf(request: FastifyRequest): string | null {
  const session = cookieSessionOf(request);
  if (session === null) return null;
  // Another one on each page: what is always the same can be guessed from the length of what is
  // compressed together with it.
  const salt = randomBytes(SALT_BYTES).toString("base64url");
  return `${salt}.${sign(session, salt)}`;
}

const SALT_BYTES = 12;

function sign(session: string, salt: string): string {
  return createHmac("sha256", session).update(`csrf ${salt}`).digest("base64url");
}

function isCsrf(session: string, text: string): boolean {
  const [salt = "", given = "", ...more] = text.split(".");
  const [wanted, sent] = [Buffer.from(sign(session, salt)), Buffer.from(given)];
  return more.length === 0 && wanted.length === sent.length && timingSafeEqual(wanted, sent);
}

const FORM = "application/x-www-form-urlencoded";
const MAX_FORM_BYTES = 262_144;
const FIELD = "_csrf";
const HEADER = "x-csrf-token";
const READING = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Lets pages take forms, and refuses what another site makes a browser send: what changes
 * something must come from a page of ours and, where a cookie let it in, send back what only pages
 * of that very login hold.
 */
export async function addForms(app: App, deps: HttpDeps): Promise<void> {
  await app.register(formbody, { bodyLimit: MAX_FORM_BYTES });
  app.addHook("preParsing", async (request) => {
    // Any site can have a browser send a form; programs send JSON.
    if (isForm(request) && !takesForms(request)) {
      throw new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE(FORM);
    }
  });
  app.addHook("preValidation", async (request) => {
    const sent = takeToken(request);
    if (READING.has(request.method) || bringsToken(request)) return;
    requireOwnPage(deps, request);
    const session = cookieSessionOf(request);
    if (session === null || isCsrf(session, sent)) return;
    throw new ForbiddenError(
      `this form was made for another login: go back, load its page again and send it from there ` +
        `(programs send the header ${HEADER}, or a token of their own)`,
    );
  });
}

/** No other site can have sent it: of this header browsers send by themselves only other kinds. */
function bringsToken({ headers }: FastifyRequest): boolean {
  return /^bearer /iu.test(headers.authorization ?? "");
}

function isForm({ headers }: FastifyRequest): boolean {
  return (headers["content-type"] ?? "").toLowerCase().includes(FORM);
}

function takesForms({ routeOptions: { url } }: FastifyRequest): boolean {
  return url === undefined || !url.startsWith("/api/");
}

/** The token that was sent; out of a form it is taken away, for no route knows the field. */
function takeToken(request: FastifyRequest): string {
  const header = request.headers[HEADER];
  const given = typeof header === "string" ? header : "";
  const { body } = request;
  if (!isForm(request) || typeof body !== "object" || body === null) return given;
  const { [FIELD]: field, ...rest }: Record<string, unknown> = { ...body };
  request.body = rest;
  return typeof field === "string" ? field : given;
}

/** Throws ForbiddenError for what a browser says came from elsewhere. */
function requireOwnPage(deps: HttpDeps, request: FastifyRequest): void {
  const site = request.headers["sec-fetch-site"];
  // Newer browsers say it themselves, whatever a proxy made of the host's name.
  if (site !== undefined) {
    if (site === "same-origin" || site === "none") return;
    throw new ForbiddenError("this was sent by a page of another site");
  }
  const { origin } = request.headers;
  if (origin === undefined || isOwnOrigin(deps, request, origin)) return;
  throw new ForbiddenError(
    "this was sent by a page of another site; behind a proxy that changes the host, set publicUrl",
  );
}

function isOwnOrigin(deps: HttpDeps, request: FastifyRequest, origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  const { publicUrl } = deps.config();
  const known = publicUrl === null ? null : new URL(publicUrl);
  if (known?.host === host) return known.protocol === protocol;
  // A proxy that ends TLS may not say that it did: then https is the page's, and http ours.
  return host === hostOf(request) && (protocol === "https:" || request.protocol === "http");
}

/** The host that was asked for, without a port that goes without saying. */
function hostOf({ host, protocol }: FastifyRequest): string {
  const text = `${protocol}://${host}`;
  return URL.canParse(text) ? new URL(text).host : "";
}
