import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { may, ROLES, type Actor, type Permission, type Role } from "../../src/core/access.ts";
import { problemAnswer } from "../../src/http/answers.ts";
import { bearer, giveToken } from "../helpers/access.ts";
import { createTestApp, type TestApp } from "../helpers/app.ts";
import { testClock } from "../helpers/clock.ts";
import { DEMO_CONFIG, DEMO_MONTH, DEMO_NOW, fillDemoMonth } from "../helpers/demo-month.ts";
import { listRoutes } from "../helpers/routes.ts";

// Every route and every role. A route without a line here fails the test: say who may use it.

type Rule = {
  /** "open": also for who is nobody. */
  readonly may: Permission | "open";
  /** A request that whoever may gets an answer to. */
  readonly url?: string;
  readonly payload?: object | string;
  readonly type?: string;
  /** Answered to those who may; 200 by default. */
  readonly answer?: number;
};

const DAY = "from=2026-10-01T00:00:00Z&until=2026-10-01T01:00:00Z";
const NDJSON = "application/x-ndjson";
const FORM = "application/x-www-form-urlencoded";
const RESULT = JSON.stringify({
  target: "quiet",
  vantage: "a",
  plannedAt: "2026-10-01T00:00:00Z",
  outcome: "ok",
  latencyMs: 1,
});
const claimStep = (payload: object): Rule => ({ may: "handle-claim", payload, answer: 404 });

const malfunctionStep = (verb: string, payload: object = {}): readonly [string, Rule] => [
  `POST /api/v1/malfunctions/:id/${verb}`,
  {
    may: "handle-malfunction",
    url: `/api/v1/malfunctions/9999/${verb}`,
    payload,
    answer: 404,
  },
];

const RULES: Readonly<Record<string, Rule>> = {
  "GET /healthz": { may: "open" },
  "GET /readyz": { may: "open" },
  "GET /openapi.json": { may: "open" },
  "POST /api/v1/login": { may: "open", payload: {}, answer: 400 },
  // Off in this configuration.
  "GET /status": { may: "open", answer: 404 },
  "GET /status.json": { may: "open", answer: 404 },
  "GET /status.atom": { may: "open", answer: 404 },
  "GET /status.svg": { may: "open", answer: 404 },
  // Somebody has access, so that there is nothing to set up.
  "GET /setup": { may: "open", answer: 303 },
  "POST /setup": { may: "open", answer: 303 },
  "GET /login": { may: "open" },
  "POST /login": { may: "open", answer: 401 },
  "GET /login/oidc": { may: "open", answer: 404 },
  "GET /login/oidc/back": { may: "open", answer: 404 },
  // A token is no login.
  "POST /logout": { may: "read", answer: 409 },
  "GET /login/mine": { may: "read", answer: 409 },
  "POST /login/mine/end/:id": { may: "read", url: "/login/mine/end/9999", answer: 409 },
  "POST /login/mine/end-all": { may: "read", answer: 409 },
  "POST /login/mine/password": { may: "read", answer: 409 },
  "GET /access": { may: "manage-access" },
  "POST /access/users": { may: "manage-access", payload: { role: "boss" }, answer: 400 },
  "POST /access/tokens": { may: "manage-access", payload: { role: "boss" }, answer: 400 },
  "POST /access/users/:name/update": {
    may: "manage-access",
    url: "/access/users/none/update",
    payload: { role: "viewer" },
    answer: 404,
  },
  "POST /access/users/:name/disable": {
    may: "manage-access",
    url: "/access/users/none/disable",
    answer: 404,
  },
  "POST /access/users/:name/enable": {
    may: "manage-access",
    url: "/access/users/none/enable",
    answer: 404,
  },
  "POST /access/users/:name/password": {
    may: "manage-access",
    url: "/access/users/none/password",
    answer: 404,
  },
  "POST /access/tokens/:name/revoke": {
    may: "manage-access",
    url: "/access/tokens/none/revoke",
    answer: 404,
  },
  "GET /audit": { may: "read-all" },
  "GET /metrics": { may: "read-all" },
  "GET /probe": { may: "read-all", url: "/probe?target=none", answer: 400 },
  "GET /": { may: "read" },
  "GET /targets/:id": { may: "read", url: "/targets/web-1" },
  "GET /targets/:id/days/:day": { may: "read", url: "/targets/web-1/days/2026-10-01" },
  "GET /targets/:id/results": { may: "read", url: `/targets/web-1/results?${DAY}` },
  "GET /targets/:id/latency": { may: "read", url: `/targets/web-1/latency?${DAY}` },
  "GET /products/:product": { may: "read", url: "/products/ecs" },
  "GET /search": { may: "read", url: "/search?q=web" },
  "GET /monitor": { may: "read-all" },
  "GET /live": { may: "read", url: "/live?once=true" },
  "GET /api/v1/overview": { may: "read" },
  "GET /api/v1/targets": { may: "read" },
  "GET /api/v1/targets/:id": { may: "read", url: "/api/v1/targets/web-1" },
  "GET /api/v1/targets/:id/slots": { may: "read", url: `/api/v1/targets/web-1/slots?${DAY}` },
  "GET /api/v1/targets/:id/results": { may: "read", url: `/api/v1/targets/web-1/results?${DAY}` },
  "GET /api/v1/outages": { may: "read", url: `/api/v1/outages?month=${DEMO_MONTH}` },
  "GET /api/v1/annotations": { may: "read", url: `/api/v1/annotations?${DAY}` },
  "GET /api/v1/running": { may: "read" },
  "GET /api/v1/events": { may: "read" },
  "GET /api/v1/reports/:month": { may: "read", url: `/api/v1/reports/${DEMO_MONTH}` },
  "GET /api/v1/years/:year": { may: "read", url: "/api/v1/years/2026" },
  "GET /years/:year": { may: "read", url: "/years/2026" },
  "GET /api/v1/reports/:month/revisions": {
    may: "read",
    url: `/api/v1/reports/${DEMO_MONTH}/revisions`,
  },
  "GET /api/v1/reports/:month/diff": {
    may: "read",
    url: `/api/v1/reports/${DEMO_MONTH}/diff?from=0&to=0`,
  },
  "POST /api/v1/reports/:month/close": {
    may: "close-month",
    url: `/api/v1/reports/${DEMO_MONTH}/close`,
    payload: {},
    answer: 409,
  },
  "GET /api/v1/proofs/:day": { may: "read", url: "/api/v1/proofs/2026-10-01", answer: 404 },
  "GET /api/v1/proofs/:day/rounds": {
    may: "read",
    url: "/api/v1/proofs/2026-10-01/rounds?vantage=a&shard=1m.0&plannedAt=2026-10-01T00:00:00Z",
    answer: 404,
  },
  "POST /api/v1/results": { may: "import-results", payload: RESULT, type: NDJSON },
  "GET /api/v1/claims": { may: "read" },
  "GET /api/v1/claims/:id": { may: "read", url: "/api/v1/claims/9999", answer: 404 },
  "GET /api/v1/claims/:id/file": { may: "read", url: "/api/v1/claims/9999/file", answer: 404 },
  "POST /api/v1/claims/:id/acknowledge": claimStep({}),
  "POST /api/v1/claims/:id/submit": claimStep({ reference: "T-1", on: "2026-11-09" }),
  "POST /api/v1/claims/:id/credit": claimStep({ amount: "1.00" }),
  "POST /api/v1/claims/:id/refuse": claimStep({ reason: "no" }),
  "GET /api/v1/exclusions": { may: "read" },
  "GET /api/v1/exclusions/:id": { may: "read", url: "/api/v1/exclusions/9999", answer: 404 },
  "POST /api/v1/exclusions": {
    may: "propose-exclusion",
    payload: {
      kind: "maintenance",
      scope: { all: true },
      from: "2026-10-01T00:00:00Z",
      until: "2026-10-01T01:00:00Z",
      reason: "Announced work",
      evidence: "https://status.example/1",
    },
    answer: 201,
  },
  "POST /api/v1/exclusions/:id/approve": {
    may: "approve-exclusion",
    url: "/api/v1/exclusions/9999/approve",
    payload: {},
    answer: 404,
  },
  "POST /api/v1/exclusions/:id/reject": {
    may: "approve-exclusion",
    url: "/api/v1/exclusions/9999/reject",
    payload: { note: "no" },
    answer: 404,
  },
  "POST /api/v1/exclusions/:id/withdraw": {
    may: "propose-exclusion",
    url: "/api/v1/exclusions/9999/withdraw",
    payload: {},
    answer: 404,
  },
  "GET /reports": { may: "read" },
  "GET /reports/:month": { may: "read", url: `/reports/${DEMO_MONTH}` },
  "GET /reports/:month/files/:format": { may: "read", url: `/reports/${DEMO_MONTH}/files/csv` },
  "GET /reports/:month/files/:format/progress": {
    may: "read",
    url: `/reports/${DEMO_MONTH}/files/pdf/progress`,
    answer: 303,
  },
  "POST /reports/:month/files/:format": {
    may: "read",
    url: `/reports/${DEMO_MONTH}/files/pdf`,
    answer: 303,
  },
  "POST /reports/:month/mail": {
    may: "mail-report",
    url: `/reports/${DEMO_MONTH}/mail?account=acme`,
    answer: 409,
  },
  "GET /api/v1/reports/:month/mails": {
    may: "read",
    url: `/api/v1/reports/${DEMO_MONTH}/mails?account=acme`,
  },
  // Nobody is mailed in this configuration.
  "POST /api/v1/reports/:month/mails": {
    may: "mail-report",
    url: `/api/v1/reports/${DEMO_MONTH}/mails?account=acme`,
    payload: {},
    answer: 409,
  },
  "GET /claims/:id": { may: "read", url: "/claims/9999", answer: 404 },
  "POST /claims/:id/:verb": { may: "handle-claim", url: "/claims/9999/acknowledge", answer: 404 },
  "GET /exclusions": { may: "read" },
  "GET /exclusions/new": { may: "propose-exclusion" },
  "GET /exclusions/:id": { may: "read", url: "/exclusions/9999", answer: 404 },
  "POST /exclusions": { may: "propose-exclusion", payload: "kind=other", type: FORM, answer: 400 },
  "POST /exclusions/:id/approve": {
    may: "approve-exclusion",
    url: "/exclusions/9999/approve",
    answer: 404,
  },
  "POST /exclusions/:id/reject": {
    may: "approve-exclusion",
    url: "/exclusions/9999/reject",
    payload: "note=no",
    type: FORM,
    answer: 404,
  },
  "POST /exclusions/:id/withdraw": {
    may: "propose-exclusion",
    url: "/exclusions/9999/withdraw",
    answer: 404,
  },
  "GET /agreements": { may: "read" },
  "GET /inbox": { may: "read" },
  "POST /inbox/read": { may: "read", payload: "last=1", type: FORM, answer: 303 },
  "POST /inbox/:id/read": { may: "read", answer: 404 },
  "GET /malfunctions/new": { may: "handle-malfunction" },
  "POST /malfunctions": {
    may: "handle-malfunction",
    payload: "title=Slow&level=P2",
    type: FORM,
    answer: 303,
  },
  "POST /malfunctions/:id/:verb": {
    may: "handle-malfunction",
    url: "/malfunctions/9999/acknowledge",
    answer: 404,
  },
  "GET /malfunctions": { may: "read" },
  "GET /malfunctions/:id": { may: "read", url: "/malfunctions/9999", answer: 404 },
  "GET /api/v1/malfunctions": { may: "read" },
  "GET /api/v1/malfunctions/:id": { may: "read", url: "/api/v1/malfunctions/9999", answer: 404 },
  "GET /api/v1/malfunctions/:id/report": {
    may: "read",
    url: "/api/v1/malfunctions/9999/report",
    answer: 404,
  },
  "POST /api/v1/malfunctions": {
    may: "handle-malfunction",
    payload: { title: "Console is slow", level: "P2" },
    answer: 201,
  },
  ...Object.fromEntries([
    malfunctionStep("acknowledge"),
    malfunctionStep("assign", { owner: "li" }),
    malfunctionStep("notes", { text: "seen" }),
    malfunctionStep("level", { level: "P1" }),
    malfunctionStep("restore"),
    malfunctionStep("review", { cause: "a switch" }),
    malfunctionStep("close"),
    malfunctionStep("reopen", { note: "not yet" }),
  ]),
  "GET /api/v1/inbox": { may: "read" },
  "POST /api/v1/inbox/:id/read": { may: "read", payload: {}, answer: 404 },
  "GET /api/v1/channels": { may: "read-all" },
  "GET /api/v1/deliveries": { may: "read-all" },
  "GET /api/v1/me": { may: "read" },
  // A token is no login, and stays.
  "POST /api/v1/logout": { may: "read", answer: 409 },
  "GET /api/v1/tokens": { may: "manage-access" },
  "POST /api/v1/tokens": { may: "manage-access", payload: { role: "viewer" } },
  "DELETE /api/v1/tokens/:name": { may: "manage-access", url: "/api/v1/tokens/none", answer: 404 },
  "GET /api/v1/users": { may: "manage-access" },
  "POST /api/v1/users": {
    may: "manage-access",
    payload: { name: "li", role: "viewer", password: "correct horse" },
  },
  "POST /api/v1/users/:name/update": {
    may: "manage-access",
    url: "/api/v1/users/none/update",
    payload: { role: "viewer" },
    answer: 404,
  },
  "POST /api/v1/users/:name/disable": {
    may: "manage-access",
    url: "/api/v1/users/none/disable",
    answer: 404,
  },
  "POST /api/v1/users/:name/enable": {
    may: "manage-access",
    url: "/api/v1/users/none/enable",
    answer: 404,
  },
  "POST /api/v1/users/:name/password": {
    may: "manage-access",
    url: "/api/v1/users/none/password",
    payload: {},
    answer: 404,
  },
  "GET /api/v1/audit": { may: "read-all" },
};
/** Files of the programs that show API and pages, the same for everybody. */
const isAsset = (url: string) => url.startsWith("/docs") || url.startsWith("/assets/");

const clock = testClock(DEMO_NOW);
let served: TestApp;
const tokens = new Map<Role, string>();

beforeAll(async () => {
  served = await createTestApp({ config: DEMO_CONFIG, clock });
  await fillDemoMonth({ store: served.store, clock });
  for (const role of ROLES) {
    const accounts = role === "account-manager" ? { accounts: ["acme"] } : {};
    tokens.set(role, await giveToken(served, { role, ...accounts }, clock));
  }
});
afterAll(() => served.close());

async function ask(route: string, headers: Record<string, string> = {}) {
  const [method = "", path = ""] = route.split(" ");
  const { url = path.replace(":id", "9999"), payload, type } = RULES[route]!;
  return served.app.inject({
    method: method as "GET",
    url,
    headers: { ...(type === undefined ? {} : { "content-type": type }), ...headers },
    ...(payload === undefined ? {} : { payload }),
  });
}

const actorOf = (role: Role): Actor => ({ name: "", role, accounts: null, origin: "" });

test("every route has a rule, and every rule a route", () => {
  const routes = listRoutes(served.app).filter(({ url }) => !isAsset(url));
  const names = routes.map(({ method, url }) => `${method} ${url}`);
  expect(names.toSorted()).toEqual(Object.keys(RULES).toSorted());
});

describe.each(Object.entries(RULES))("%s", (route, rule) => {
  const answer = rule.answer ?? 200;

  test("without a token", async () => {
    // Asked under another name, as from elsewhere: what is open to this machine is not at stake.
    const { statusCode, headers } = await ask(route, { host: "nines.example" });
    expect(statusCode).toBe(rule.may === "open" ? answer : 401);
    if (rule.may !== "open") expect(headers["www-authenticate"]).toBe("Bearer");
  });

  test("with a wrong token", async () => {
    const { statusCode, headers } = await ask(route, bearer("nines_wrong"));
    expect(statusCode).toBe(rule.may === "open" ? answer : 401);
    if (rule.may !== "open") expect(headers["www-authenticate"]).toContain("Bearer");
  });

  test.each(ROLES)("as %s", async (role) => {
    const { statusCode, body } = await ask(route, bearer(tokens.get(role)!));
    if (rule.may === "open" || may(actorOf(role), rule.may)) {
      expect(statusCode, body).toBe(answer);
    } else {
      expect(statusCode).toBe(403);
      expect(problemAnswer.parse(JSON.parse(body)).detail).toContain(`the role ${role} may not`);
    }
  });
});

test("files of pages and of the API's description are open", async () => {
  for (const url of ["/docs", "/docs/", "/docs/static/index.css"]) {
    const { statusCode } = await served.app.inject({ url, headers: { host: "nines.example" } });
    expect([200, 302]).toContain(statusCode);
  }
});

test("what is not there is not there for anybody", async () => {
  expect((await served.app.inject("/api/v1/nothing")).statusCode).toBe(404);
});

test("a browser that may not see a page is sent to the login, and with a wrong token told so", async () => {
  const headers = { accept: "text/html" };
  const sent = await served.app.inject({ url: "/?month=2026-10&lang=en", headers });
  expect(sent.statusCode).toBe(303);
  expect(sent.headers.location).toBe("/login?next=%2F%3Fmonth%3D2026-10%26lang%3Den&lang=en");
  expect(sent.body).not.toContain("web-1");
  const told = await served.app.inject({ url: "/", headers: { ...headers, ...bearer("nines_x") } });
  expect(told.statusCode).toBe(401);
  expect(told.headers["content-type"]).toContain("text/html");
  expect(told.body).toContain('href="/login?lang=en"');
  expect(told.body).not.toContain("web-1");
});
