import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SYSTEM } from "../../src/core/access.ts";
import { handleMalfunction, openMalfunction } from "../../src/handle-malfunction.ts";
import { appendEvent } from "../../src/store/events.ts";
import { saveLetter } from "../../src/store/letters.ts";
import { verifyAudit } from "../../src/verify-audit.ts";
import { bearer, giveToken } from "../helpers/access.ts";
import { createTestApp, fillRounds, MINUTE_MS, type TestApp } from "../helpers/app.ts";
import { testClock } from "../helpers/clock.ts";
import { outageMalfunction } from "../helpers/malfunctions.ts";
import { testMessage } from "../helpers/message.ts";
import { listRoutes } from "../helpers/routes.ts";

// What an account manager is answered must not show that another account is there.

const CONFIG = `
version: 1
timeZone: Asia/Shanghai
vantages: [{ id: here, controls: [] }]
accounts:
  - { id: acme, name: Acme Ltd }
  - { id: beta, name: Beta Ltd }
  - { id: zebra, name: Zebraco Ltd }
statusPage: { accounts: [acme] }
defaults: { interval: 1m, timeout: 5s, vantages: [here] }
targets:
  - { id: a-web-1, product: ecs, region: cn-hangzhou, zone: cn-hangzhou-h, account: acme, agreements: [ecs, ecs-multi-zone], monthlyFee: "100", probe: { kind: tcp, address: "192.0.2.1:22" } }
  - { id: a-web-2, product: ecs, region: cn-hangzhou, zone: cn-hangzhou-g, account: acme, agreements: [ecs, ecs-multi-zone], probe: { kind: tcp, address: "192.0.2.2:22" } }
  - { id: a-group, product: security, region: cn-hangzhou, account: acme, agreements: [security], inherits: z-web-1, probe: { kind: tcp, address: "192.0.2.3:22" } }
  - { id: a-bucket, product: oss, region: cn-hangzhou, account: acme, probe: { kind: tcp, address: "192.0.2.4:80" } }
  - { id: b-web-1, product: ecs, region: cn-hangzhou, account: beta, probe: { kind: tcp, address: "192.0.2.5:22" } }
  - { id: z-web-1, product: ecs, region: cn-hangzhou, zone: cn-hangzhou-i, account: zebra, agreements: [ecs, ecs-multi-zone], monthlyFee: "900", probe: { kind: tcp, address: "198.51.100.1:22" } }
  - { id: z-bucket, product: oss, region: cn-hangzhou, account: zebra, probe: { kind: tcp, address: "198.51.100.2:80" } }
  - { id: z-orders, product: rds, region: cn-chengdu, account: zebra, probe: { kind: tcp, address: "198.51.100.3:3306" } }
`;
const FOREIGN = /zebra|z-web|z-bucket|z-orders|198\.51\.100|cn-chengdu|Chengdu/iu;

const CLOSED_FROM = Date.parse("2026-10-05T00:00:00+08:00");
const NOW = Date.parse("2026-11-20T12:00:00+08:00");
const HOUR_MS = 60 * MINUTE_MS;

const clock = testClock(NOW);
let served: TestApp;
let [manager, both, admin] = ["", "", ""];

beforeAll(async () => {
  served = await createTestApp({ config: CONFIG, clock });
  const { store } = served;
  // Two accounts in the past month and in the present one; the third alone also in August.
  const span = async (targets: string[], fromMs: number, shard: number) => {
    const weather = (target: string, atMs: number) =>
      (atMs - fromMs) % HOUR_MS < 20 * MINUTE_MS && !target.includes("a-web-2") ? "f" : "o";
    const untilMs = fromMs + 2 * HOUR_MS;
    await fillRounds(
      { store, clock },
      { vantage: "here", shard: `60s-${shard}`, targets, fromMs, untilMs, weather },
    );
  };
  const [own, foreign] = [
    ["a-web-1", "a-web-2", "a-group", "a-bucket"],
    ["z-web-1", "z-bucket", "z-orders"],
  ];
  await span(foreign, Date.parse("2026-08-03T00:00:00+08:00"), 1);
  for (const fromMs of [CLOSED_FROM, NOW - 2 * HOUR_MS]) {
    await span(own, fromMs, 0);
    await span(foreign, fromMs, 1);
  }
  for (const account of ["acme", "zebra"]) {
    await appendEvent(store.db, {
      atMs: NOW,
      kind: "state",
      key: account,
      account,
      subject: account === "acme" ? "a-web-1" : "z-web-1",
      data: {},
    });
  }
  manager = await giveToken(served, { role: "account-manager", accounts: ["acme"] }, clock);
  both = await giveToken(served, { role: "account-manager", accounts: ["acme", "beta"] }, clock);
  admin = await giveToken(served, { role: "admin" }, clock);
  await exclude({ all: true }, "a storm");
  await exclude({ account: "acme" }, "work of Acme");
  await exclude({ account: "zebra" }, "work of Zebraco");
  await exclude({ targets: ["a-web-1"] }, "one");
  await exclude({ targets: ["a-web-1", "z-web-1"] }, "two");
  await exclude({ regions: ["cn-chengdu"] }, "elsewhere");
  await strike();
  await write(["acme"], "work of Acme");
  await write(["zebra"], "work of Zebraco");
  await write(["acme", "zebra"], "both, with zebra");
  await write(null, "all, with zebra");
  const closed = await served.app.inject({
    method: "POST",
    url: "/api/v1/reports/2026-10/close",
    headers: bearer(admin),
    payload: { reason: "the month is over" },
  });
  if (closed.statusCode !== 200) throw new Error(closed.body);
});
afterAll(() => served.close());

/** A letter in the inbox. */
function write(accounts: readonly string[] | null, title: string): Promise<void> {
  const message = testMessage({ title });
  const letter = { channel: "desk", messageId: null, accounts, message, atMs: NOW };
  return saveLetter(served.store.db, letter);
}

/** One malfunction of both accounts, one of the other alone, and one that a person told of. */
async function strike(): Promise<void> {
  const span = { fromMs: CLOSED_FROM, untilMs: CLOSED_FROM + 20 * MINUTE_MS };
  const own = { agreement: "ecs", account: "acme", subject: "a-web-1", targets: ["a-web-1"] };
  const other = { ...own, account: "zebra", subject: "z-web-1", targets: ["z-web-1"] };
  const far = { product: "rds", region: "cn-chengdu", subject: "z-orders", targets: ["z-orders"] };
  const { db } = served.store;
  const shared = await outageMalfunction({ db }, { ...span, outages: [own, other] });
  await outageMalfunction({ db }, { ...span, outages: [{ ...other, ...far }] });
  const deps = { db, clock, config: served.config };
  const zebra = { title: "Zebraco cannot log in", level: "P3", account: "zebra" } as const;
  await openMalfunction(deps, { ...zebra, beganAt: "2026-10-05T00:00:00+08:00" }, SYSTEM);
  const note = { verb: "note", text: "zebra complains" } as const;
  await handleMalfunction(deps, { id: shared, step: note }, SYSTEM);
}

/** Two minutes of the month that is closed, proposed by one and approved by another. */
async function exclude(scope: object, reason: string): Promise<void> {
  const approver = await giveToken(served, { role: "approver" }, clock);
  const body = {
    kind: "maintenance",
    scope,
    from: "2026-10-05T00:00:00+08:00",
    until: "2026-10-05T00:02:00+08:00",
    reason,
    evidence: "https://status.example/1",
  };
  const post = (url: string, token: string, payload: object) =>
    served.app.inject({ method: "POST", url, headers: bearer(token), payload });
  const proposed = await post("/api/v1/exclusions", admin, body);
  if (proposed.statusCode !== 201) throw new Error(proposed.body);
  const { id } = proposed.json<{ id: number }>();
  const approved = await post(`/api/v1/exclusions/${id}/approve`, approver, {});
  if (approved.statusCode !== 200) throw new Error(approved.body);
}

const ask = (url: string, token: string) => served.app.inject({ url, headers: bearer(token) });

const DAY = "from=2026-10-05T00:00:00%2B08:00&until=2026-10-05T02:00:00%2B08:00";

/** For every GET route, what is asked of it: with the manager's own things, or with nothing. */
const QUESTIONS: Readonly<Record<string, readonly string[]>> = {
  "/": [
    "/",
    "/?lang=zh",
    "/?month=2026-10",
    "/?month=2026-08",
    "/?product=rds",
    "/?region=cn-hangzhou",
    "/?account=acme",
    "/?account=acme&product=ecs&region=cn-hangzhou",
  ],
  "/products/:product": ["ecs", "oss", "rds"].flatMap((product) => [
    `/products/${product}`,
    `/products/${product}?month=2026-10`,
    `/products/${product}?account=acme&region=cn-hangzhou`,
  ]),
  "/targets/:id/days/:day": ["a-web-1", "a-web-2", "a-group", "a-bucket"].flatMap((id) => [
    `/targets/${id}/days/2026-10-05`,
    `/targets/${id}/days/2026-11-20`,
  ]),
  "/targets/:id/results": [`/targets/a-web-1/results?${DAY}`, `/targets/a-group/results?${DAY}`],
  "/targets/:id/latency": [`/targets/a-web-1/latency?${DAY}`],
  "/search": ["/search", "/search?q=web", "/search?q=bucket", "/search?q=ecs", "/search?q=cn"],
  "/monitor": ["/monitor"],
  "/live": ["/live?once=true"],
  "/targets/:id": ["a-web-1", "a-web-2", "a-group", "a-bucket"].flatMap((id) => [
    `/targets/${id}`,
    `/targets/${id}?month=2026-10`,
  ]),
  "/status": ["/status?account=acme", "/status"],
  "/status.json": ["/status.json?account=acme", "/status.json?account=zebra"],
  "/status.atom": ["/status.atom?account=acme"],
  "/status.svg": ["/status.svg?account=acme"],
  "/setup": ["/setup"],
  "/login": ["/login"],
  "/login/oidc": ["/login/oidc"],
  "/login/oidc/back": ["/login/oidc/back?state=x&code=y"],
  "/login/mine": ["/login/mine"],
  "/access": ["/access"],
  "/audit": ["/audit", "/audit?item=exclusion"],
  "/healthz": ["/healthz"],
  "/readyz": ["/readyz"],
  "/metrics": ["/metrics", "/metrics?compat=blackbox"],
  "/probe": ["/probe?target=z-web-1"],
  "/openapi.json": ["/openapi.json"],
  "/api/v1/overview": ["", "?month=2026-10", "?account=acme", "?month=2026-08"].map(
    (query) => `/api/v1/overview${query}`,
  ),
  "/api/v1/targets": ["/api/v1/targets", "/api/v1/targets?region=cn-hangzhou"],
  "/api/v1/targets/:id": ["/api/v1/targets/a-web-1", "/api/v1/targets/a-group"],
  "/api/v1/targets/:id/slots": [
    `/api/v1/targets/a-web-1/slots?${DAY}`,
    `/api/v1/targets/a-web-1/slots?${DAY}&agreement=ecs-multi-zone`,
    `/api/v1/targets/a-group/slots?${DAY}`,
  ],
  "/api/v1/targets/:id/results": [`/api/v1/targets/a-web-1/results?${DAY}`],
  "/api/v1/outages": ["/api/v1/outages?month=2026-10", "/api/v1/outages?month=2026-11"],
  "/api/v1/annotations": ["", "&kind=outage", "&kind=exclusion", "&account=acme"].map(
    (more) => `/api/v1/annotations?${DAY}${more}`,
  ),
  "/api/v1/running": ["/api/v1/running"],
  "/api/v1/events": ["/api/v1/events"],
  "/api/v1/reports/:month": ["2026-10", "2026-11", "2026-08"].flatMap((month) => [
    `/api/v1/reports/${month}`,
    `/api/v1/reports/${month}?account=acme&format=csv`,
    `/api/v1/reports/${month}?revision=0`,
  ]),
  "/api/v1/years/:year": [
    "/api/v1/years/2026",
    "/api/v1/years/2025",
    ...["csv", "html"].map((format) => `/api/v1/years/2026?account=acme&format=${format}&lang=zh`),
  ],
  "/years/:year": ["/years/2026", "/years/2026?account=acme&lang=zh", "/years/2025"],
  "/api/v1/reports/:month/revisions": ["/api/v1/reports/2026-10/revisions"],
  "/api/v1/reports/:month/mails": ["/api/v1/reports/2026-10/mails"],
  "/api/v1/reports/:month/diff": ["/api/v1/reports/2026-10/diff?from=0&to=1"],
  "/api/v1/proofs/:day": ["/api/v1/proofs/2026-10-04"],
  "/api/v1/proofs/:day/rounds": [0, 1].map(
    (shard) =>
      `/api/v1/proofs/2026-10-04/rounds?vantage=here&shard=60s-${shard}&plannedAt=2026-10-04T16:05:00Z`,
  ),
  "/api/v1/claims": ["/api/v1/claims"],
  "/api/v1/claims/:id": [1, 2, 3, 4].map((id) => `/api/v1/claims/${id}`),
  "/claims/:id": [1, 2, 3, 4].map((id) => `/claims/${id}`),
  "/api/v1/claims/:id/file": [1, 2, 3, 4].map((id) => `/api/v1/claims/${id}/file`),
  "/api/v1/exclusions": [
    "/api/v1/exclusions",
    "/api/v1/exclusions?month=2026-10",
    "/api/v1/exclusions?account=acme",
    "/api/v1/exclusions?target=a-web-1",
  ],
  "/api/v1/exclusions/:id": [1, 2, 3, 4, 5, 6].map((id) => `/api/v1/exclusions/${id}`),
  "/reports": ["/reports", "/reports?lang=zh", "/reports?month=2026-10", "/reports?account=acme"],
  "/reports/:month": ["2026-10", "2026-11", "2026-08"].flatMap((month) => [
    `/reports/${month}`,
    `/reports/${month}?account=acme&lang=zh`,
    `/reports/${month}?revision=0`,
  ]),
  "/reports/:month/files/:format": [
    ...["csv", "json", "html"].map((format) => `/reports/2026-10/files/${format}?account=acme`),
    "/reports/2026-10/files/pdf",
    "/reports/2026-11/files/html",
  ],
  "/reports/:month/files/:format/progress": [
    "/reports/2026-10/files/html/progress",
    "/reports/2026-10/files/html/progress?account=acme&lang=zh",
  ],
  "/exclusions": [
    "/exclusions",
    "/exclusions?month=2026-10&lang=zh",
    "/exclusions?state=approved",
    "/exclusions?target=a-web-1",
  ],
  "/exclusions/new": ["/exclusions/new"],
  "/exclusions/:id": [1, 2, 3, 4, 5, 6].map((id) => `/exclusions/${id}`),
  "/agreements": ["/agreements", "/agreements?lang=zh"],
  "/inbox": ["/inbox", "/inbox?unread=true"],
  "/malfunctions/new": ["/malfunctions/new"],
  "/malfunctions": [
    "/malfunctions",
    "/malfunctions?lang=zh",
    "/malfunctions?month=2026-10&account=acme",
  ],
  "/malfunctions/:id": [1, 2, 3].map((id) => `/malfunctions/${id}`),
  "/api/v1/malfunctions": [
    "/api/v1/malfunctions",
    "/api/v1/malfunctions?month=2026-10",
    "/api/v1/malfunctions?account=acme",
  ],
  "/api/v1/malfunctions/:id": [1, 2, 3].map((id) => `/api/v1/malfunctions/${id}`),
  "/api/v1/malfunctions/:id/report": [1, 2, 3].flatMap((id) =>
    ["json", "md", "html"].map((format) => `/api/v1/malfunctions/${id}/report?format=${format}`),
  ),
  "/api/v1/inbox": ["/api/v1/inbox", "/api/v1/inbox?unread=true", "/api/v1/inbox?after=0"],
  "/api/v1/channels": ["/api/v1/channels"],
  "/api/v1/deliveries": ["/api/v1/deliveries"],
  "/api/v1/me": ["/api/v1/me"],
  "/api/v1/tokens": ["/api/v1/tokens"],
  "/api/v1/users": ["/api/v1/users"],
  "/api/v1/audit": ["/api/v1/audit"],
};
const isAsset = (url: string) => url.startsWith("/docs") || url.startsWith("/assets/");

test("every GET route is asked", () => {
  const routes = listRoutes(served.app).filter(
    ({ method, url }) => method === "GET" && !isAsset(url),
  );
  expect(routes.map(({ url }) => url).toSorted()).toEqual(Object.keys(QUESTIONS).toSorted());
});

test.each(Object.entries(QUESTIONS))("%s shows no other account", async (_route, urls) => {
  for (const url of urls) {
    const { body, headers, statusCode } = await ask(url, manager);
    expect(statusCode, url).toBeLessThan(500);
    expect(`${body} ${JSON.stringify(headers)}`, url).not.toMatch(FOREIGN);
  }
});

test("the questions would show the other account to who may see it", async () => {
  const shown = [];
  for (const [route, urls] of Object.entries(QUESTIONS)) {
    for (const url of urls) {
      const { body } = await ask(url, admin);
      if (FOREIGN.test(body)) shown.push(route);
    }
  }
  expect([...new Set(shown)]).toEqual(
    expect.arrayContaining([
      "/",
      "/products/:product",
      "/search",
      "/metrics",
      "/api/v1/overview",
      "/api/v1/targets",
      "/api/v1/targets/:id",
      "/api/v1/outages",
      "/api/v1/annotations",
      "/api/v1/running",
      "/api/v1/events",
      "/api/v1/reports/:month",
      "/api/v1/proofs/:day/rounds",
      "/api/v1/claims",
      "/api/v1/exclusions",
      "/api/v1/exclusions/:id",
      "/api/v1/inbox",
      "/reports",
      "/reports/:month",
      "/years/:year",
      "/api/v1/years/:year",
      "/reports/:month/files/:format",
      "/exclusions",
      "/exclusions/:id",
      "/exclusions/new",
      "/inbox",
      "/malfunctions",
      "/malfunctions/:id",
      "/api/v1/malfunctions",
      "/api/v1/malfunctions/:id",
      "/api/v1/malfunctions/:id/report",
      "/api/v1/audit",
    ]),
  );
});

describe("another account's things are answered as what is not there", () => {
  test.each([
    ["/targets/z-web-1", "/targets/x-web-1"],
    ["/targets/z-web-1/days/2026-10-05", "/targets/x-web-1/days/2026-10-05"],
    [`/targets/z-web-1/results?${DAY}`, `/targets/x-web-1/results?${DAY}`],
    [`/targets/z-web-1/latency?${DAY}`, `/targets/x-web-1/latency?${DAY}`],
    ["/?account=zebra", "/?account=xebra"],
    ["/products/ecs?account=zebra", "/products/ecs?account=xebra"],
    ["/api/v1/targets/z-web-1", "/api/v1/targets/x-web-1"],
    [`/api/v1/targets/z-web-1/slots?${DAY}`, `/api/v1/targets/x-web-1/slots?${DAY}`],
    [`/api/v1/targets/z-web-1/results?${DAY}`, `/api/v1/targets/x-web-1/results?${DAY}`],
    ["/api/v1/overview?account=zebra", "/api/v1/overview?account=xebra"],
    ["/api/v1/targets?account=zebra", "/api/v1/targets?account=xebra"],
    ["/api/v1/outages?month=2026-10&account=zebra", "/api/v1/outages?month=2026-10&account=xebra"],
    ["/api/v1/running?account=zebra", "/api/v1/running?account=xebra"],
    [`/api/v1/annotations?${DAY}&target=z-web-1`, `/api/v1/annotations?${DAY}&target=x-web-1`],
    [`/api/v1/annotations?${DAY}&account=zebra`, `/api/v1/annotations?${DAY}&account=xebra`],
    ["/api/v1/events?account=zebra", "/api/v1/events?account=xebra"],
    ["/api/v1/malfunctions?account=zebra", "/api/v1/malfunctions?account=xebra"],
    ["/reports?account=zebra", "/reports?account=xebra"],
    ["/reports/2026-10?account=zebra", "/reports/2026-10?account=xebra"],
    ["/years/2026?account=zebra", "/years/2026?account=xebra"],
    ["/api/v1/years/2026?account=zebra", "/api/v1/years/2026?account=xebra"],
    ["/reports/2026-10/files/csv?account=zebra", "/reports/2026-10/files/csv?account=xebra"],
    [
      "/reports/2026-10/files/pdf/progress?account=zebra",
      "/reports/2026-10/files/pdf/progress?account=xebra",
    ],
    ["/exclusions?account=zebra", "/exclusions?account=xebra"],
    ["/exclusions?target=z-web-1", "/exclusions?target=x-web-1"],
    ["/malfunctions?account=zebra", "/malfunctions?account=xebra"],
    ["/api/v1/claims?account=zebra", "/api/v1/claims?account=xebra"],
    ["/api/v1/reports/2026-10?account=zebra", "/api/v1/reports/2026-10?account=xebra"],
    [
      "/api/v1/reports/2026-10/revisions?account=zebra",
      "/api/v1/reports/2026-10/revisions?account=xebra",
    ],
    ["/api/v1/reports/2026-10/mails?account=zebra", "/api/v1/reports/2026-10/mails?account=xebra"],
    [
      "/api/v1/reports/2026-10/diff?from=0&to=1&account=zebra",
      "/api/v1/reports/2026-10/diff?from=0&to=1&account=xebra",
    ],
  ])("%s", async (foreign, unknown) => {
    const [theirs, none] = [await ask(foreign, manager), await ask(unknown, manager)];
    expect(theirs.statusCode).toBe(404);
    expect(theirs.body).toBe(none.body.replaceAll("x-web", "z-web").replaceAll("xebra", "zebra"));
    const seen = await ask(foreign, admin);
    expect(seen.statusCode).toBe(200);
  });
});

test("the manager's own figures are those that everybody sees", async () => {
  type Subjects = { subjects: { id: string; account: string }[] };
  for (const month of ["2026-10", "2026-11"]) {
    const own = (await ask(`/api/v1/reports/${month}`, manager)).json<Subjects>().subjects;
    const all = (await ask(`/api/v1/reports/${month}`, admin)).json<Subjects>().subjects;
    expect(own).not.toHaveLength(0);
    expect(own).toEqual(all.filter(({ account }) => account === "acme"));
  }
});

test("who sees several accounts says which one a report is for", async () => {
  const answer = await ask("/api/v1/reports/2026-10", both);
  expect(answer.statusCode).toBe(400);
  expect(answer.body).toContain("acme, beta");
  expect((await ask("/api/v1/reports/2026-10?account=beta", both)).statusCode).toBe(200);
  const { cells } = (await ask("/api/v1/overview", both)).json<{
    cells: { product: string; region: string; subjects: number }[];
  }>();
  const ofEcs = cells.filter(({ product }) => product === "ecs");
  expect(ofEcs.reduce((sum, { subjects }) => sum + subjects, 0)).toBe(5);
});

test("a page kept for one is not shown to another", async () => {
  const seen = async (token: string) => FOREIGN.test((await ask("/", token)).body);
  expect([await seen(admin), await seen(manager), await seen(both), await seen(admin)]).toEqual([
    true,
    false,
    false,
    true,
  ]);
});

test("months in which others alone were measured are not offered", async () => {
  expect((await ask("/", admin)).body).toContain("month=2026-08");
  expect((await ask("/", manager)).body).not.toContain("month=2026-08");
  expect((await ask("/", manager)).body).toContain("month=2026-10");
});

test("what was proposed, approved, closed and claimed stands in the audit log as it is", async () => {
  expect(await verifyAudit(served.store.db)).toBeNull();
  const { rows } = await served.store.db.query<{ kind: string }>(
    `select distinct split_part(item, ':', 1) as kind from audit`,
  );
  expect(rows.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(["token", "exclusion", "claim", "report"]),
  );
});
