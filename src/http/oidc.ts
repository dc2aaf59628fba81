import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Config, OidcSettings } from "../config.ts";
import { claimValues, grantOf, provenClaims } from "../core/oidc-grant.ts";
import { parseJson } from "../core/parse-json.ts";
import { NotFoundError } from "../errors.ts";
import { oidcFailure, type Oidc, type Vouched } from "../oidc.ts";
import { logInByOidc } from "../oidc-login.ts";
import { renderOidcRefusal, type OidcRefusal } from "../web/login.tsx";
import { givePending, giveSession, pendingOf, takePending } from "./cookies.ts";
import type { HttpDeps } from "./deps.ts";
import { endFormer, fromOf } from "./login-pages.ts";
import { langOf } from "./page-lang.ts";
import { safePath } from "./safe-path.ts";

const HTML = "text/html; charset=utf-8";
const text = z.string().optional();
const BACK = "/login/oidc/back";
/** A password, a second factor, perhaps a telephone call. */
const PENDING_SECONDS = 600;

type OidcDeps = HttpDeps & { readonly oidc: Oidc };
type Exchange = { readonly request: FastifyRequest; readonly reply: FastifyReply };

/** Logging in at an OpenID provider: there, and back. */
export const oidcPages =
  (deps: OidcDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const seal = createSeal();

    // By a link, not by a form: what a form leads to must be ours.
    app.get(
      "/login/oidc",
      { schema: { hide: true, querystring: z.object({ next: text, lang: text }) } },
      async (request, reply) => {
        const { settings, backUri } = requireOidc(deps.config());
        let begun;
        try {
          begun = await deps.oidc.begin(settings, backUri);
        } catch (error) {
          return refuse(deps, { request, reply }, error);
        }
        const untilMs = deps.clock.nowMs() + PENDING_SECONDS * 1000;
        const kept = { ...begun.pending, next: safePath(request.query.next), untilMs };
        const sealed = seal.close(settings, JSON.stringify(kept));
        givePending(deps, { request, reply }, { text: sealed, maxAge: PENDING_SECONDS });
        return reply.redirect(begun.url, 303);
      },
    );

    app.get(
      BACK,
      { schema: { hide: true, querystring: z.record(z.string(), z.unknown()) } },
      async (request, reply) => {
        const { settings, backUri } = requireOidc(deps.config());
        const kept = readPending(seal.open(settings, pendingOf(deps, request) ?? ""));
        // Used once, whatever comes of it.
        takePending(deps, request, reply);
        if (kept === null || kept.untilMs <= deps.clock.nowMs()) {
          return showRefusal(deps, { request, reply }, { why: "stale", status: 400 });
        }
        const url = new URL(backUri);
        url.search = new URL(request.url, backUri).search;
        let vouched;
        try {
          vouched = await deps.oidc.finish(settings, { url, pending: kept });
        } catch (error) {
          return refuse(deps, { request, reply }, error);
        }
        const next = safePath(kept.next);
        return letIn(deps, { request, reply }, { settings, vouched, next });
      },
    );
  };

/** Throws NotFoundError when there is no provider. */
function requireOidc({ oidc, publicUrl }: Config) {
  if (oidc === null || publicUrl === null) throw new NotFoundError("no provider is configured");
  return { settings: oidc, backUri: publicUrl + BACK };
}

async function letIn(
  deps: OidcDeps,
  { request, reply }: Exchange,
  came: {
    /** Of the provider that vouched: by now there may be another one. */
    readonly settings: OidcSettings;
    readonly vouched: Vouched;
    readonly next: string;
  },
) {
  const { accounts } = deps.config();
  const { settings, vouched, next } = came;
  const { subject, idToken } = vouched;
  const claims = provenClaims(vouched.claims);
  const known = accounts.map(({ id }) => id);
  const identity = {
    issuer: settings.issuer,
    subject,
    name: claimValues(claims, settings.nameClaim)[0] ?? null,
    granted: grantOf(settings.grants, claims, known),
    idToken,
  };
  const access = { db: deps.store.db, clock: deps.clock, config: deps.config };
  const done = await logInByOidc(access, identity, fromOf(request));
  if ("refused" in done) {
    return showRefusal(deps, { request, reply }, { why: done.refused, status: 403 });
  }
  await endFormer(deps, request);
  giveSession(deps, { request, reply }, done.session);
  return reply.redirect(next, 303);
}

const FAILED_STATUS = { denied: 403, away: 503, wrong: 400 } as const;

/** What the provider or the network did wrong is told; what we did wrong is thrown on. */
function refuse(deps: OidcDeps, exchange: Exchange, error: unknown) {
  const failure = oidcFailure(error);
  if (failure === null) throw error;
  const { kind, reason } = failure;
  deps.log.warn({ issuer: deps.config().oidc?.issuer, reason }, "a login at the provider failed");
  return showRefusal(deps, exchange, { why: kind, status: FAILED_STATUS[kind] });
}

function showRefusal(
  deps: HttpDeps,
  { request, reply }: Exchange,
  { why, status }: { readonly why: OidcRefusal; readonly status: number },
) {
  const label = deps.config().oidc?.label ?? "";
  void reply.code(status).header("cache-control", "no-store");
  return reply.type(HTML).send(renderOidcRefusal({ why, label }, langOf(request)));
}

const pendingSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  next: z.string(),
  untilMs: z.number(),
});

function readPending(opened: string | null): z.output<typeof pendingSchema> | null {
  return pendingSchema.safeParse(parseJson(opened ?? "null")).data ?? null;
}

const CIPHER = "aes-256-gcm";
const [KEY_BYTES, IV_BYTES, TAG_BYTES] = [32, 12, 16];

/**
 * Seals what a browser keeps for us meanwhile. The key comes from the secret that we share with the
 * provider, so that another of our processes opens it; without one it is this process's own.
 */
function createSeal() {
  const own = randomBytes(KEY_BYTES);
  const keyOf = ({ issuer, clientId, clientSecret }: OidcSettings): Uint8Array =>
    clientSecret === null
      ? own
      : new Uint8Array(hkdfSync("sha256", clientSecret, issuer, `oidc ${clientId}`, KEY_BYTES));
  return {
    close: (settings: OidcSettings, plain: string): string => {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, keyOf(settings), iv);
      const sealed = Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
      return sealed.toString("base64url");
    },
    /** Null for what we did not seal. */
    open: (settings: OidcSettings, given: string): string | null => {
      const sealed = Buffer.from(given, "base64url");
      if (sealed.length < IV_BYTES + TAG_BYTES) return null;
      const decipher = createDecipheriv(CIPHER, keyOf(settings), sealed.subarray(0, IV_BYTES));
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      try {
        const body = sealed.subarray(IV_BYTES, -TAG_BYTES);
        return Buffer.concat([decipher.update(body), decipher.final()]).toString("utf8");
      } catch {
        return null;
      }
    },
  };
}
