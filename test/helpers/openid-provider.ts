import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createPrivateKey, generateKeyPairSync, sign, type JsonWebKey } from "node:crypto";
import { Provider } from "oidc-provider";
import { vi } from "vitest";

/** What the provider says of somebody. */
export type Person = Readonly<Record<string, unknown>>;

export type TestProvider = {
  readonly issuer: string;
  /** By subject; may change while it runs. */
  readonly people: Record<string, Person>;
  /** What becomes of an ID token's claims before it is handed out; signed again with its own key. */
  tamper: ((claims: Record<string, unknown>) => Record<string, unknown>) | null;
  /** Signs what was tampered with by a key that nobody knows. */
  wrongKey: boolean;
  readonly close: () => Promise<void>;
};

const keyPair = (): JsonWebKey =>
  generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
const [OWN, FOREIGN] = [keyPair(), keyPair()];

/** A real OpenID provider on loopback, with forms of its own to log in by: any password will do. */
export async function startProvider(client: {
  readonly origin: string;
  readonly secret: string | null;
  readonly method?: "client_secret_basic" | "client_secret_post";
  readonly port?: number;
}): Promise<TestProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(client.port ?? 0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const key: JsonWebKey = { ...OWN, use: "sig", alg: "RS256", kid: "own" };
  const people: Record<string, Person> = {};
  // It warns of what is for development alone, which this is.
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "nines",
        redirect_uris: [`${client.origin}/login/oidc/back`],
        post_logout_redirect_uris: [`${client.origin}/login`],
        ...(client.secret === null
          ? { token_endpoint_auth_method: "none" }
          : {
              client_secret: client.secret,
              token_endpoint_auth_method: client.method ?? "client_secret_basic",
            }),
      },
    ],
    scopes: ["openid", "profile", "email", "groups", "offline_access"],
    claims: { profile: ["preferred_username"], email: ["email"], groups: ["groups"] },
    jwks: { keys: [key] },
    cookies: { keys: ["of the provider"] },
    pkce: { required: () => true },
    ttl: { Session: 3600, Grant: 3600, Interaction: 600, AccessToken: 600, IdToken: 600 },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => ({ sub, ...people[sub] }),
    }),
  });
  warn.mockRestore();
  const started: TestProvider = {
    issuer,
    people,
    tamper: null,
    wrongKey: false,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  provider.use(async (context, next) => {
    await next();
    const body = context.body as { id_token?: string } | null;
    if (context.path !== "/token" || started.tamper === null || !body?.id_token) return;
    const claims = JSON.parse(Buffer.from(body.id_token.split(".")[1]!, "base64url").toString());
    body.id_token = jwtOf(started.tamper(claims), started.wrongKey ? FOREIGN : key);
  });
  const answer = provider.callback();
  server.on("request", (request, response) => void answer(request, response));
  return started;
}

function jwtOf(claims: object, key: JsonWebKey): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ alg: "RS256", kid: "own" })}.${part(claims)}`;
  const signature = sign("sha256", Buffer.from(text), createPrivateKey({ key, format: "jwk" }));
  return `${text}.${signature.toString("base64url")}`;
}

/** A browser over real HTTP: one jar of cookies for each origin, no redirect followed by itself. */
export function createSurfer() {
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (url: string) => {
    const { host } = new URL(url);
    const jar = jars.get(host) ?? new Map<string, string>();
    jars.set(host, jar);
    return jar;
  };
  const open = async (url: string, form: Record<string, string> | null = null) => {
    const jar = jarOf(url);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url, {
      method: form === null ? "GET" : "POST",
      redirect: "manual",
      headers: {
        accept: "text/html",
        "accept-language": "en",
        ...(cookie === "" ? {} : { cookie }),
        ...(form === null ? {} : { origin: new URL(url).origin }),
      },
      ...(form === null ? {} : { body: new URLSearchParams(form) }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/u.exec(line) ?? [];
      const isOver = /(?:max-age=0|expires=Thu, 01 Jan 1970)/iu.test(line);
      if (value === "" || isOver) jar.delete(name);
      else jar.set(name, value);
    }
    const location = answer.headers.get("location");
    const to = location === null ? null : new URL(location, url).href;
    return { status: answer.status, to, body: await answer.text(), headers: answer.headers };
  };

  /** Follows until a page, or until an address that begins with `until`. */
  const follow = async (start: string, until: string | null = null) => {
    let url = start;
    for (let steps = 0; steps < 15; steps += 1) {
      if (until !== null && url.startsWith(until)) return { url, answer: null };
      const answer = await open(url);
      if (answer.to === null) return { url, answer };
      url = answer.to;
    }
    throw new Error(`no end of redirects at ${url}`);
  };

  /** Answers the provider's questions as this person, and gives the way back to the client. */
  const vouch = async (start: string, { sub, back }: { sub: string; back: string }) => {
    let { url, answer } = await follow(start, back);
    for (let steps = 0; steps < 5 && answer !== null; steps += 1) {
      const [, action] = /<form[^>]*action="([^"]+)"/u.exec(answer.body) ?? [];
      if (action === undefined) return { url, answer };
      const prompt = answer.body.includes('value="login"') ? "login" : "consent";
      const fields = prompt === "login" ? { prompt, login: sub, password: "any" } : { prompt };
      const sent = await open(new URL(action, url).href, fields);
      ({ url, answer } = await follow(sent.to!, back));
    }
    return { url, answer };
  };
  return { open, follow, vouch, jarOf };
}
