import { pino } from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { addUser, disableUser } from "../../src/manage-access.ts";
import { verifyAudit } from "../../src/verify-audit.ts";
import { SETUP } from "../helpers/access.ts";
import { configOf, createTestApp } from "../helpers/app.ts";
import { openBrowser } from "../helpers/browser.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { DEMO_CONFIG } from "../helpers/demo-month.ts";
import { createSurfer, startProvider, type TestProvider } from "../helpers/openid-provider.ts";
import { freePort } from "../helpers/ports.ts";
import { has } from "../helpers/programs.ts";

const onEnd = cleanUpAfterEach();
const SECRET = "s3cret of the client";

const GRANTS = `
    grants:
      - { claim: groups, value: nines-admins, role: admin }
      - { claim: groups, value: sre, role: sre }
      - { claim: groups, value: acme-am, role: account-manager, accounts: [acme] }
`;

type Input = Parameters<typeof start>[0];

/** Stopped after the test. */
async function serve(input: Input = {}) {
  const served = await start(input);
  onEnd(served.stop);
  return served;
}

async function start(
  input: {
    readonly secret?: string | null;
    readonly method?: "client_secret_basic" | "client_secret_post";
    readonly more?: string;
    readonly grants?: string;
    readonly startLater?: boolean;
  } = {},
) {
  const { secret = SECRET, more = "", grants = GRANTS, startLater = false } = input;
  const origin = `http://127.0.0.1:${await freePort()}`;
  const startOn = async (port?: number) =>
    startProvider({
      origin,
      secret,
      ...(input.method === undefined ? {} : { method: input.method }),
      ...(port === undefined ? {} : { port }),
    });
  const port = startLater ? await freePort() : null;
  let provider = port === null ? await startOn() : null;
  const issuer = provider?.issuer ?? `http://127.0.0.1:${port}`;
  const config = `${DEMO_CONFIG}
publicUrl: ${origin}
login:
  oidc:
    issuer: ${issuer}
    clientId: nines
    ${secret === null ? "" : `clientSecret: ${JSON.stringify(secret)}`}
    label: Acme
    scopes: [profile, groups]
    ${more}${grants}
`;
  const lines: string[] = [];
  const log = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
  let aheadMs = 0;
  const clock = {
    ...systemClock,
    nowMs: () => systemClock.nowMs() + aheadMs,
    pass: (ms: number) => {
      aheadMs += ms;
    },
  };
  let current = configOf(config);
  const deps = { log, isLoopback: false, config: () => current };
  const served = await createTestApp({ config, clock, deps });
  await served.app.listen({ host: "127.0.0.1", port: Number(new URL(origin).port) });
  const stop = async () => {
    await served.close();
    await provider?.close();
  };
  const people = (all: TestProvider["people"]) => Object.assign(provider!.people, all);
  const back = `${origin}/login/oidc/back`;
  /** From the link of the login page to the way back, as this person. */
  const toBack = async (sub: string, surfer = createSurfer(), next = "") => {
    const begun = await surfer.open(`${origin}/login/oidc${next}`);
    const { url } = await surfer.vouch(begun.to!, { sub, back });
    return { surfer, url, begun };
  };
  const enter = async (sub: string, next = "") => {
    const { surfer, url } = await toBack(sub, createSurfer(), next);
    return { surfer, url, answer: await surfer.open(url) };
  };
  const me = async (surfer: ReturnType<typeof createSurfer>) => {
    const { status, body } = await surfer.open(`${origin}/api/v1/me`);
    return status === 200 ? (JSON.parse(body) as unknown) : status;
  };
  const audit = async () => {
    const { rows } = await served.store.db.query<{ line: string }>(
      `select actor || ' ' || action || ' ' || item || coalesce(' ' || (after::jsonb ->> 'reason'), '')
         || coalesce(' ' || (after::jsonb ->> 'role'), '') as line from audit order by seq`,
    );
    return rows.map(({ line }) => line);
  };
  return {
    ...served,
    db: served.store.db,
    origin,
    lines,
    clock,
    people,
    back,
    toBack,
    enter,
    me,
    audit,
    stop,
    provider: () => provider!,
    /** Another provider in the configuration, while the service runs. */
    changeIssuer: (text: string) => {
      current = configOf(config.replace(issuer, text));
    },
    startProvider: async () => {
      provider = await startOn(port!);
    },
  };
}

const LI = { preferred_username: "li", groups: ["staff", "sre"] };

describe("logging in at a provider", () => {
  test("leads there and back to the page that was asked for, with the role of the group", async () => {
    const { origin, people, me, audit, db } = await serve();
    people({ "sub-1": LI });
    const surfer = createSurfer();
    const sent = await surfer.open(`${origin}/malfunctions?lang=en`);
    const login = await surfer.open(sent.to!);
    expect(login.body).toContain("Log in with Acme");
    const [, href = ""] = /href="(\/login\/oidc[^"]*)"/u.exec(login.body) ?? [];
    const begun = await surfer.open(origin + href.replaceAll("&amp;", "&"));
    const query = new URL(begun.to!).searchParams;
    expect(Object.fromEntries(query)).toMatchObject({
      response_type: "code",
      client_id: "nines",
      scope: "openid profile groups",
      code_challenge_method: "S256",
      redirect_uri: `${origin}/login/oidc/back`,
      state: expect.stringMatching(/^[\w-]{43}$/u),
      nonce: expect.stringMatching(/^[\w-]{43}$/u),
    });
    const { url } = await surfer.vouch(begun.to!, {
      sub: "sub-1",
      back: origin + "/login/oidc/back",
    });
    const answer = await surfer.open(url);
    expect(answer.to).toBe(`${origin}/malfunctions?lang=en`);
    expect((await surfer.open(answer.to!)).body).toContain(">li</a>");
    expect(await me(surfer)).toEqual({ name: "user:li", role: "sre", accounts: null });
    expect([...surfer.jarOf(origin).keys()]).toEqual(["nines"]);
    expect((await surfer.open(`${origin}/login/mine?lang=en`)).body).toContain(
      "Your password is kept",
    );
    expect(await audit()).toEqual(["oidc user.add user:li sre", "user:li login.begin user:li"]);
    expect(await verifyAudit(db)).toBeNull();
    await db.query(`update app_user set password_hash = 'scrypt' where name = 'li'`);
    expect(await verifyAudit(db)).toContain("user:li is not what");
  });

  test.each([
    ["by PKCE alone", { secret: null }],
    ["with the secret in the form", { method: "client_secret_post", more: "clientAuth: post" }],
  ] as const)("works %s", async (_, input) => {
    const { people, enter, me } = await serve(input);
    people({ "sub-1": LI });
    const { surfer } = await enter("sub-1");
    expect(await me(surfer)).toMatchObject({ name: "user:li" });
  });

  test("gives at each login what the groups are then, in every browser", async () => {
    const { people, enter, me, audit, db } = await serve();
    people({ "sub-1": LI });
    const first = await enter("sub-1");
    people({ "sub-1": { ...LI, groups: ["acme-am"] } });
    const second = await enter("sub-1");
    const manager = { name: "user:li", role: "account-manager", accounts: ["acme"] };
    expect(await me(second.surfer)).toEqual(manager);
    expect(await me(first.surfer)).toEqual(manager);
    expect(await audit()).toContain("oidc user.update user:li account-manager");
    expect(await verifyAudit(db)).toBeNull();
  });

  test("keeps the name of the first time, whatever the provider calls them later", async () => {
    const { people, enter, me } = await serve();
    people({ "sub-1": LI });
    await enter("sub-1");
    people({ "sub-1": { ...LI, preferred_username: "root" } });
    const { surfer } = await enter("sub-1");
    expect(await me(surfer)).toMatchObject({ name: "user:li" });
  });

  test("starts when the provider does, though it was away at first", async () => {
    const {
      origin,
      startProvider: startNow,
      people,
      enter,
      me,
      lines,
    } = await serve({
      startLater: true,
    });
    const surfer = createSurfer();
    const away = await surfer.open(`${origin}/login/oidc?lang=en`);
    expect(away.status).toBe(503);
    expect(away.body).toContain("Acme does not answer");
    expect(lines.join("")).toContain("a login at the provider failed");
    await startNow();
    people({ "sub-1": LI });
    const { surfer: later } = await enter("sub-1");
    expect(await me(later)).toMatchObject({ name: "user:li" });
  });

  test("ends there too", async () => {
    const { origin, people, enter, me, provider, audit } = await serve();
    people({ "sub-1": LI });
    const { surfer } = await enter("sub-1");
    const page = await surfer.open(`${origin}/login/mine?lang=en`);
    const [, csrf = ""] = /name="_csrf" value="([^"]+)"/u.exec(page.body) ?? [];
    const out = await surfer.open(`${origin}/logout?lang=en`, { _csrf: csrf });
    expect(out.status).toBe(200);
    const [, href = ""] = /href="([^"]*session\/end[^"]*)"/u.exec(out.body) ?? [];
    const url = new URL(href.replaceAll("&amp;", "&"));
    expect(out.headers.get("refresh")).toBe(`0; url=${url.href}`);
    expect(url.origin).toBe(provider().issuer);
    expect(url.searchParams.get("post_logout_redirect_uri")).toBe(`${origin}/login`);
    expect(url.searchParams.get("id_token_hint")).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/u);
    expect(await me(surfer)).toBe(401);
    expect((await surfer.open(url.href)).status).toBe(200);
    expect(await audit()).toContain("user:li login.end user:li");
  });
});

describe("who is not let in", () => {
  test("is whoever no rule fits, and it is written down; the logins of before end", async () => {
    const { people, enter, me, audit, db, origin } = await serve();
    people({ "sub-1": LI, "sub-2": { preferred_username: "eve", groups: ["staff"] } });
    const { answer, surfer } = await enter("sub-2");
    expect(answer.status).toBe(403);
    expect(answer.body).toContain("nothing that it says of you gives access here");
    expect(await me(surfer)).toBe(401);
    expect([...surfer.jarOf(origin).keys()]).toEqual([]);
    const before = await enter("sub-1");
    people({ "sub-1": { ...LI, groups: [] } });
    expect((await enter("sub-1")).answer.status).toBe(403);
    expect(await me(before.surfer)).toBe(401);
    expect(await audit()).toEqual([
      "unknown login.refuse oidc:sub-2 no-grant",
      "oidc user.add user:li sre",
      "user:li login.begin user:li",
      "unknown login.refuse oidc:sub-1 no-grant",
    ]);
    expect(await verifyAudit(db)).toBeNull();
  });

  test("is whoever comes under a name that another has", async () => {
    const served = await serve();
    const { people, enter, me, audit } = served;
    const wish = { name: "root", role: "admin", password: "correct horse battery" };
    await addUser({ ...served, config: served.config }, wish, SETUP);
    people({
      "sub-1": LI,
      "sub-2": { ...LI, groups: ["nines-admins"] },
      "sub-3": { ...LI, preferred_username: "root" },
    });
    await enter("sub-1");
    for (const sub of ["sub-2", "sub-3"]) {
      const { answer, surfer } = await enter(sub);
      expect(answer.status).toBe(403);
      expect(answer.body).toContain("Another login here has the name");
      expect(await me(surfer)).toBe(401);
    }
    expect((await audit()).filter((line) => line.includes("refuse"))).toHaveLength(2);
  });

  test("is whoever has no name that can be used", async () => {
    const { people, enter, db } = await serve();
    for (const name of ["", "user:x", "no name", "x".repeat(64), "名字", "<b>"]) {
      people({ "sub-1": { ...LI, preferred_username: name } });
      const { answer } = await enter("sub-1");
      expect(answer.status, name).toBe(403);
      expect(answer.body).toContain("gives no name for you");
    }
    expect(await verifyAudit(db)).toBeNull();
  });

  test("is whoever gave the provider a mail address that it has not looked at", async () => {
    const { people, enter, me, provider } = await serve({
      more: "nameClaim: email",
      grants: `
    grants: [{ claim: email, value: boss@acme.example, role: admin }]
`,
    });
    people({ "sub-1": LI, "sub-2": LI });
    const comeAs = (isVerified: boolean) => {
      const claim = { email: "boss@acme.example", email_verified: isVerified };
      Object.assign(provider(), { tamper: (claims: object) => ({ ...claims, ...claim }) });
    };
    comeAs(false);
    const thief = await enter("sub-2");
    expect(thief.answer.status).toBe(403);
    expect(await me(thief.surfer)).toBe(401);
    comeAs(true);
    const { surfer } = await enter("sub-1");
    expect(await me(surfer)).toMatchObject({ name: "user:boss@acme.example", role: "admin" });
  });

  test("is whoever an admin disabled, whatever the provider says", async () => {
    const served = await serve();
    served.people({ "sub-1": LI });
    const { surfer } = await served.enter("sub-1");
    await disableUser(served, "li", SETUP);
    expect(await served.me(surfer)).toBe(401);
    const { answer } = await served.enter("sub-1");
    expect(answer.status).toBe(403);
    expect(answer.body).toContain("disabled here by an admin");
  });

  test("is whoever tries the password form with the name of one who has none", async () => {
    const { people, enter, app } = await serve();
    people({ "sub-1": LI });
    await enter("sub-1");
    for (const password of ["", "null", "any"]) {
      const payload = { name: "li", password };
      const answer = await app.inject({ method: "POST", url: "/api/v1/login", payload });
      expect(answer.statusCode).toBe(401);
    }
  });

  test("is whoever the provider refuses", async () => {
    const { origin, back } = await serve();
    const surfer = createSurfer();
    const begun = await surfer.open(`${origin}/login/oidc?lang=en`);
    const state = new URL(begun.to!).searchParams.get("state")!;
    const query = new URLSearchParams({ error: "access_denied", state, error_description: "<b>" });
    const issuer = new URL(begun.to!).origin;
    const answer = await surfer.open(`${back}?${query}&iss=${encodeURIComponent(issuer)}`);
    expect(answer.status).toBe(403);
    expect(answer.body).toContain("did not let you in");
    expect(answer.body).not.toContain("<b>");
  });
});

describe("attacks", () => {
  let served: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    served = await start();
    served.people({ "sub-1": LI, "sub-2": { ...LI, preferred_username: "eve" } });
  });
  afterAll(() => served.stop());
  afterEach(() => void Object.assign(served.provider(), { tamper: null, wrongKey: false }));
  const expectRefused = async (
    surfer: ReturnType<typeof createSurfer>,
    answer: { readonly status: number; readonly to: string | null },
  ) => {
    expect([400, 403]).toContain(answer.status);
    expect(answer.to).toBeNull();
    expect(await served.me(surfer)).toBe(401);
    expect([...served.lines.join("\n").matchAll(/[\w-]{43}\.|nines_session/gu)]).toEqual([]);
  };

  test("a way back that was not begun here", async () => {
    const { url } = await served.toBack("sub-2");
    const victim = createSurfer();
    await expectRefused(victim, await victim.open(url));
    // Nor by who began another one: neither the state nor the code are theirs.
    await victim.open(`${served.origin}/login/oidc`);
    await expectRefused(victim, await victim.open(url));
  });

  test("another state", async () => {
    const { surfer, url } = await served.toBack("sub-1");
    const wrong = new URL(url);
    wrong.searchParams.set("state", "x".repeat(43));
    await expectRefused(surfer, await surfer.open(wrong.href));
    // The attempt is over with that.
    await expectRefused(surfer, await surfer.open(url));
  });

  test("no state, no code, two codes", async () => {
    for (const change of [
      (query: URLSearchParams) => query.delete("state"),
      (query: URLSearchParams) => query.delete("code"),
      (query: URLSearchParams) => query.append("code", "second"),
      (query: URLSearchParams) => query.set("code", "wrong"),
      (query: URLSearchParams) => query.set("iss", "https://evil.example"),
    ]) {
      const { surfer, url } = await served.toBack("sub-1");
      const wrong = new URL(url);
      change(wrong.searchParams);
      await expectRefused(surfer, await surfer.open(wrong.href));
    }
  });

  test("a code of another login put into one's own", async () => {
    const theirs = await served.toBack("sub-2");
    const own = await served.toBack("sub-1");
    const mixed = new URL(own.url);
    mixed.searchParams.set("code", new URL(theirs.url).searchParams.get("code")!);
    // PKCE: the code is bound to what the other browser alone knows.
    await expectRefused(own.surfer, await own.surfer.open(mixed.href));
  });

  test("a code a second time, with everything that belongs to it", async () => {
    const { surfer, url } = await served.toBack("sub-1");
    const pending = surfer.jarOf(served.origin).get("nines-oidc")!;
    expect((await surfer.open(url)).to).toBe(`${served.origin}/`);
    const thief = createSurfer();
    thief.jarOf(served.origin).set("nines-oidc", pending);
    await expectRefused(thief, await thief.open(url));
  });

  test("another nonce than was asked for", async () => {
    const surfer = createSurfer();
    const begun = await surfer.open(`${served.origin}/login/oidc`);
    const changed = new URL(begun.to!);
    changed.searchParams.set("nonce", "y".repeat(43));
    const { url } = await surfer.vouch(changed.href, { sub: "sub-1", back: served.back });
    await expectRefused(surfer, await surfer.open(url));
  });

  test.each<[string, (claims: Record<string, unknown>) => Record<string, unknown>, boolean]>([
    ["that is over", (claims) => ({ ...claims, exp: Number(claims["iat"]) - 120 }), false],
    ["for another client", (claims) => ({ ...claims, aud: "another" }), false],
    ["of another issuer", (claims) => ({ ...claims, iss: "https://evil.example" }), false],
    ["without a nonce", (claims) => ({ ...claims, nonce: undefined }), false],
    ["of another than the userinfo", (claims) => ({ ...claims, sub: "sub-2" }), false],
    ["signed by another key", (claims) => claims, true],
  ])("an ID token %s", async (_, tamper, wrongKey) => {
    const { surfer, url } = await served.toBack("sub-1");
    Object.assign(served.provider(), { tamper, wrongKey });
    await expectRefused(surfer, await surfer.open(url));
  });

  test("who was vouched for by one provider is nobody of the next one", async () => {
    const { people, toBack, provider, changeIssuer, db } = await serve();
    people({ "sub-1": LI });
    const { surfer, url } = await toBack("sub-1");
    const tamper = (claims: object) => {
      changeIssuer("https://next.example");
      return claims;
    };
    Object.assign(provider(), { tamper });
    expect((await surfer.open(url)).status).toBe(303);
    const { rows } = await db.query(`select issuer from app_user`);
    expect(rows).toEqual([{ issuer: provider().issuer }]);
  });

  test("is none: a clock that differs by less than a minute", async () => {
    const { surfer, url } = await served.toBack("sub-1");
    const late = (claims: Record<string, unknown>) => ({
      ...claims,
      iat: Number(claims["iat"]) + 30,
      exp: Number(claims["iat"]) - 30,
    });
    Object.assign(served.provider(), { tamper: late });
    await surfer.open(url);
    expect(await served.me(surfer)).toMatchObject({ name: "user:li" });
  });

  test("a login that was begun more than ten minutes ago", async () => {
    const { surfer, url } = await served.toBack("sub-1");
    served.clock.pass(10 * 60_000);
    const answer = await surfer.open(`${url}&lang=en`);
    expect(answer.body).toContain("begun too long ago");
    await expectRefused(surfer, answer);
    served.clock.pass(-10 * 60_000);
  });

  test("a cookie that we did not seal", async () => {
    const { surfer, url } = await served.toBack("sub-1");
    const jar = surfer.jarOf(served.origin);
    const sealed = jar.get("nines-oidc")!;
    const first = sealed.startsWith("A") ? "B" : "A";
    for (const text of ["", "x", first + sealed.slice(1), sealed.slice(0, -4), `${sealed}AAAA`]) {
      jar.set("nines-oidc", text);
      await expectRefused(surfer, await surfer.open(url));
    }
  });

  test("a way on to another site", async () => {
    for (const next of [
      "//evil.example",
      "/\\evil.example",
      "https://evil.example",
      "/login/oidc",
    ]) {
      const { answer } = await served.enter("sub-1", `?${new URLSearchParams({ next })}`);
      expect(answer.to, next).toBe(`${served.origin}/`);
    }
  });

  test("a cookie of a login planted before", async () => {
    const { surfer, url } = await served.toBack("sub-1");
    const planted = `nines_session_${"A".repeat(43)}`;
    surfer.jarOf(served.origin).set("nines", planted);
    await surfer.open(url);
    expect(surfer.jarOf(served.origin).get("nines")).not.toBe(planted);
    expect(await served.me(surfer)).toMatchObject({ name: "user:li" });
  });
});

test("neither the secret, nor codes, nor tokens are logged or stored where they need not be", async () => {
  const { people, toBack, lines, db } = await serve();
  people({ "sub-1": LI });
  const { surfer, url } = await toBack("sub-1");
  const code = new URL(url).searchParams.get("code")!;
  await surfer.open(url);
  await surfer.open(url);
  const { rows } = await db.query("select * from audit");
  for (const text of [lines.join("\n"), JSON.stringify(rows)]) {
    for (const secret of [SECRET, code]) expect(text).not.toContain(secret);
  }
});

test.skipIf(!has("chromium"))("the whole way in a browser, in and out", async () => {
  const { origin, people, provider } = await serve();
  people({ "sub-1": LI });
  const browser = await openBrowser();
  onEnd(() => browser.close());
  const page = await browser.newPage({ locale: "en-US" });
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() !== "error" || !message.location().url.startsWith(origin)) return;
    complaints.push(message.text());
  });
  await page.goto(`${origin}/login?next=%2Fmalfunctions`);
  await page.getByRole("link", { name: "Log in with Acme" }).click();
  await page.locator('input[name="login"]').fill("sub-1");
  await page.locator('input[name="password"]').fill("any");
  await page.locator("button[type=submit]").click();
  await page.locator("button[type=submit]").click();
  await page.waitForURL(`${origin}/malfunctions**`);
  expect(await page.getByRole("link", { name: "li", exact: true }).count()).toBe(1);
  await page.getByRole("button", { name: "Log out" }).click();
  await page.waitForURL(`${provider().issuer}/session/end**`);
  await page.locator("button").first().click();
  await page.waitForURL(`${origin}/login**`);
  await page.goto(`${origin}/malfunctions`);
  expect(page.url()).toContain("/login");
  expect(complaints).toEqual([]);
});
