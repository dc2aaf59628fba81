import * as client from "openid-client";
import type { Clock } from "./clock.ts";
import type { OidcSettings } from "./config.ts";
import type { Claims } from "./core/oidc-grant.ts";

/** What must come back, and what proves that it was us who asked. Known to one browser alone. */
export type Pending = {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
};

export type Vouched = {
  readonly subject: string;
  readonly claims: Claims;
  readonly idToken: string;
};

export type Oidc = {
  /** Where to send somebody who wants to log in. */
  readonly begin: (
    settings: OidcSettings,
    redirectUri: string,
  ) => Promise<{ readonly url: string; readonly pending: Pending }>;
  /** Who came back. Throws when anything of it is not as it must be. */
  readonly finish: (
    settings: OidcSettings,
    back: { readonly url: URL; readonly pending: Pending },
  ) => Promise<Vouched>;
  /** Where the login at the provider is ended; null when it has no such place. */
  readonly endUrl: (
    settings: OidcSettings,
    login: { readonly idToken: string; readonly returnUri: string },
  ) => Promise<string | null>;
};

/** Clocks of two machines differ. */
const TOLERANCE_SECONDS = 60;
const TIMEOUT_SECONDS = 10;
/** What a provider says of itself may change. */
const KNOWN_MS = 3_600_000;

type Known = {
  readonly settings: OidcSettings;
  readonly untilMs: number;
  readonly provider: Promise<client.Configuration>;
};

/**
 * The code flow of OpenID Connect with PKCE. The provider is asked about itself when somebody first
 * wants to log in, and again when that failed: it may start after us.
 */
export function createOidc(clock: Pick<Clock, "monotonicMs">): Oidc {
  let known: Known | null = null;

  const providerOf = (settings: OidcSettings): Promise<client.Configuration> => {
    const nowMs = clock.monotonicMs();
    if (known !== null && known.settings === settings && nowMs < known.untilMs) {
      return known.provider;
    }
    const fresh = { settings, untilMs: nowMs + KNOWN_MS, provider: discover(settings) };
    fresh.provider.catch(() => {
      if (known === fresh) known = null;
    });
    known = fresh;
    return fresh.provider;
  };

  return {
    begin: async (settings, redirectUri) => {
      const provider = await providerOf(settings);
      const [state, nonce] = [client.randomState(), client.randomNonce()];
      const verifier = client.randomPKCECodeVerifier();
      const url = client.buildAuthorizationUrl(provider, {
        redirect_uri: redirectUri,
        scope: settings.scopes.join(" "),
        state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
      });
      return { url: url.href, pending: { state, nonce, verifier } };
    },
    finish: async (settings, { url, pending }) => {
      const provider = await providerOf(settings);
      const tokens = await client.authorizationCodeGrant(provider, url, {
        expectedState: pending.state,
        expectedNonce: pending.nonce,
        pkceCodeVerifier: pending.verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      const { id_token: idToken, access_token: accessToken } = tokens;
      if (claims === undefined || idToken === undefined) {
        throw new client.ClientError("no ID token came");
      }
      const { sub } = claims;
      const { userinfo_endpoint: place } = provider.serverMetadata();
      // Some providers tell groups there alone. What is signed has precedence.
      const more =
        place === undefined ? {} : await client.fetchUserInfo(provider, accessToken, sub);
      return { subject: sub, claims: { ...more, ...claims }, idToken };
    },
    endUrl: async (settings, { idToken, returnUri }) => {
      const provider = await providerOf(settings);
      if (provider.serverMetadata().end_session_endpoint === undefined) return null;
      const url = client.buildEndSessionUrl(provider, {
        id_token_hint: idToken,
        post_logout_redirect_uri: returnUri,
      });
      return url.href;
    },
  };
}

function discover(settings: OidcSettings): Promise<client.Configuration> {
  const { issuer, clientId, clientSecret } = settings;
  // The configuration allows http on loopback alone.
  const plain = issuer.startsWith("http:") ? [client.allowInsecureRequests] : [];
  return client.discovery(
    new URL(issuer),
    clientId,
    { [client.clockTolerance]: TOLERANCE_SECONDS },
    clientSecret === null ? client.None() : secretSender(settings, clientSecret),
    // The ID token's signature is checked too, not the connection alone.
    { timeout: TIMEOUT_SECONDS, execute: [...plain, client.enableNonRepudiationChecks] },
  );
}

/** Not every provider takes both ways; without a word of it, it takes the first. */
function secretSender({ clientAuth }: OidcSettings, secret: string): client.ClientAuth {
  return (provider, ...request) => {
    const { token_endpoint_auth_methods_supported: taken = ["client_secret_basic"] } = provider;
    const isBasic =
      clientAuth === null ? taken.includes("client_secret_basic") : clientAuth === "basic";
    const send = isBasic ? client.ClientSecretBasic(secret) : client.ClientSecretPost(secret);
    send(provider, ...request);
  };
}

/** "denied": the provider said no. "away": it does not answer. "wrong": what came is not right. */
export type OidcFailure = "denied" | "away" | "wrong";

/** What went wrong, and a line for the log that holds no secret; null for what is our own fault. */
export function oidcFailure(
  error: unknown,
): { readonly kind: OidcFailure; readonly reason: string } | null {
  if (error instanceof client.AuthorizationResponseError) {
    return { kind: "denied", reason: shown(error.error) };
  }
  if (error instanceof client.ResponseBodyError) {
    return { kind: "wrong", reason: shown(error.error) };
  }
  if (error instanceof client.ClientError) {
    const code = error.code ?? "";
    const isAway = code === "OAUTH_TIMEOUT" || code === "OAUTH_RESPONSE_IS_NOT_CONFORM";
    return { kind: isAway ? "away" : "wrong", reason: `${shown(error.message)} (${shown(code)})` };
  }
  if (error instanceof client.WWWAuthenticateChallengeError) {
    return { kind: "wrong", reason: "refused to tell about the user" };
  }
  const isAway = error instanceof TypeError && error.message === "fetch failed";
  return isAway ? { kind: "away", reason: "does not answer" } : null;
}

function shown(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/gu, "?").slice(0, 200);
}
