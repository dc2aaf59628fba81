import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SYSTEM, type Actor } from "../../src/core/access.ts";
import { approveExclusion, proposeExclusion } from "../../src/exclude.ts";
import { insertMalfunction, saveMalfunctionOutages } from "../../src/store/malfunctions.ts";
import { giveToken } from "../helpers/access.ts";
import { createTestApp, fillRounds, type TestApp } from "../helpers/app.ts";
import { testClock } from "../helpers/clock.ts";
import { DEMO_CONFIG, DEMO_NOW, fillDemoMonth } from "../helpers/demo-month.ts";
import { outageMalfunction } from "../helpers/malfunctions.ts";

const HOUR_MS = 3_600_000;
const clock = testClock(DEMO_NOW);
let app: TestApp;
let off: TestApp;
let own: TestApp;

beforeAll(async () => {
  const page = `statusPage: { title: "Acme <Cloud>", all: true, accounts: [acme] }\n`;
  app = await createTestApp({ config: `${DEMO_CONFIG}${page}`, clock });
  await fillDemoMonth({ store: app.store, clock });
  // Whoever was given access, the public page stays open.
  await giveToken(app, { role: "viewer" }, clock);
  await fillMalfunctions();
  await planMaintenance();
  off = await createTestApp({ config: DEMO_CONFIG, clock });
  own = await createTestApp({ config: `${DEMO_CONFIG}statusPage: { accounts: [acme] }\n`, clock });
}, 60_000);
afterAll(async () => {
  for (const one of [app, off, own]) await one.close();
});

/** One over, of both accounts; one that lasts, of globex alone. */
async function fillMalfunctions(): Promise<void> {
  const { db } = app.store;
  const common = {
    origin: "outage" as const,
    reference: null,
    title: null,
    account: null,
    product: null,
    region: null,
    level: "P3" as const,
    levelBy: "rules",
    openedBy: "system",
    respondByMs: DEMO_NOW,
    acknowledgedAtMs: null,
    acknowledgedBy: null,
    owner: "li",
    closedAtMs: null,
    closedBy: null,
    cause: "the cause in our own words",
    impact: null,
    resolution: null,
    followUps: null,
  };
  const [fromMs, untilMs] = [DEMO_NOW - 5 * HOUR_MS, DEMO_NOW - 3 * HOUR_MS];
  const over = await insertMalfunction(db, {
    ...common,
    state: "restored",
    beganAtMs: fromMs,
    openedAtMs: fromMs,
    restoredAtMs: untilMs,
  });
  const open = await insertMalfunction(db, {
    ...common,
    state: "open",
    beganAtMs: DEMO_NOW - HOUR_MS,
    openedAtMs: DEMO_NOW - HOUR_MS,
    restoredAtMs: null,
  });
  const outage = { agreement: "ecs", reason: "connect-timeout", region: "cn-hangzhou" };
  await saveMalfunctionOutages(db, [
    {
      ...outage,
      malfunction: over.id,
      subject: "web-1",
      account: "acme",
      product: "ecs",
      targets: ["web-1"],
      fromMs: fromMs + HOUR_MS,
      untilMs: fromMs + 1.5 * HOUR_MS,
    },
    {
      ...outage,
      malfunction: over.id,
      subject: "bucket-3",
      account: "globex",
      product: "oss",
      targets: ["bucket-3"],
      fromMs,
      untilMs,
    },
    {
      ...outage,
      malfunction: open.id,
      subject: "orders",
      account: "globex",
      product: "rds",
      region: "cn-shanghai",
      targets: ["orders"],
      fromMs: DEMO_NOW - HOUR_MS,
      untilMs: null,
    },
  ]);
}

async function planMaintenance(): Promise<void> {
  const deps = { db: app.store.db, clock, config: app.config };
  const plan = async (target: string, inHours: number, reason: string) => {
    const fromMs = DEMO_NOW + inHours * HOUR_MS;
    const { id } = await proposeExclusion(
      deps,
      {
        kind: "maintenance",
        scope: { targets: [target] },
        from: new Date(fromMs).toISOString(),
        until: new Date(fromMs + HOUR_MS).toISOString(),
        reason,
        evidence: "ticket 7",
      },
      { ...SYSTEM, name: "user:li" } satisfies Actor,
    );
    await approveExclusion(deps, { id }, { ...SYSTEM, name: "user:wang" });
  };
  await plan("web-2", 24, "new <kernel>");
  await plan("orders", 48, "a larger disk");
}

const get = (url: string, of = app) => of.app.inject({ url });

describe("the public page", () => {
  test("is not there unless the configuration says so", async () => {
    for (const url of ["/status", "/status.json", "/status.atom", "/status.svg"]) {
      expect((await get(url, off)).statusCode, url).toBe(404);
      expect((await get(`${url}?account=acme`, off)).statusCode, url).toBe(404);
    }
  });

  test("of one account does not tell whether there are others", async () => {
    expect((await get("/status?account=acme", own)).statusCode).toBe(200);
    const [of, other, none] = [
      await get("/status.json", own),
      await get("/status.json?account=globex", own),
      await get("/status.json?account=nobody", own),
    ];
    expect([of, other, none].map(({ statusCode }) => statusCode)).toEqual([404, 404, 404]);
    const detail = (body: string) => (JSON.parse(body) as { detail: string }).detail;
    expect(new Set([of.body, other.body, none.body].map(detail)).size).toBe(1);
  });

  test("says what holds now, in both languages, without a login", async () => {
    const en = await get("/status");
    expect(en.statusCode).toBe(200);
    expect(en.body).toContain("Some services are disturbed");
    expect(en.body).toContain("Acme &lt;Cloud>");
    expect(en.body).toContain("RDS in China (Shanghai) disturbed");
    expect(en.body).toContain("new &lt;kernel>");
    expect((await get("/status?lang=zh")).body).toContain("部分服务异常");
    expect(en.headers["content-security-policy"]).toContain("default-src 'none'");
  });

  test("of an account tells of its own services, outages and maintenance alone", async () => {
    const { body } = await get("/status.json?account=acme");
    const status = JSON.parse(body);
    expect(status).toMatchObject({ title: "Acme Ltd", account: "acme", state: "up" });
    expect(status.services.map((one: { product: string }) => one.product)).toEqual(["ecs", "oss"]);
    expect(status.malfunctions).toEqual([
      {
        id: 1,
        from: new Date(DEMO_NOW - 4 * HOUR_MS).toISOString(),
        until: new Date(DEMO_NOW - 3.5 * HOUR_MS).toISOString(),
        products: ["ecs"],
        regions: ["cn-hangzhou"],
      },
    ]);
    expect(status.maintenance.map((one: { reason: string }) => one.reason)).toEqual([
      "new <kernel>",
    ]);
    const page =
      (await get("/status?account=acme")).body + (await get("/status.atom?account=acme")).body;
    expect(page + body).not.toMatch(/globex|orders|rds|cn-shanghai|\(Shanghai\)|larger disk/i);
  });

  test("shows no word that was written for ourselves", async () => {
    const bodies = await Promise.all(
      ["/status", "/status.json", "/status.atom"].map((url) => get(url)),
    );
    for (const { body } of bodies) {
      expect(body).not.toMatch(/our own words|ticket 7|web-1|192\.0\.2/);
      expect(body).not.toContain('"li"');
    }
  });
});

describe("the feed", () => {
  test("has an entry for each malfunction and each maintenance, with ids that stay", async () => {
    const { body, headers } = await get("/status.atom");
    expect(headers["content-type"]).toContain("application/atom+xml");
    expect([...body.matchAll(/<id>(.*?)<\/id>/g)].map(([, id]) => id)).toEqual([
      "tag:nines,2026:status/all",
      "tag:nines,2026:status/all/malfunction/2",
      "tag:nines,2026:status/all/malfunction/1",
      expect.stringMatching(/^tag:nines,2026:status\/all\/maintenance\/1\/\d+$/),
      expect.stringMatching(/^tag:nines,2026:status\/all\/maintenance\/2\/\d+$/),
    ]);
    expect(body).toContain("new &lt;kernel&gt;");
    expect((await get("/status.atom?lang=zh")).body).toContain("已恢复");
  });

  test("says the same at each fetch while nothing changes", async () => {
    const updated = async () =>
      [...(await get("/status.atom")).body.matchAll(/<updated>(.*?)<\/updated>/g)].map(
        ([, at]) => at,
      );
    const before = await updated();
    clock.set(DEMO_NOW + 30_000);
    expect(await updated()).toEqual(before);
    clock.set(DEMO_NOW);
  });
});

describe("a badge", () => {
  const text = (body: string) => /<title>(.*?)<\/title>/.exec(body)?.[1];

  test("says the state of all, of a product, or of a place", async () => {
    expect(text((await get("/status.svg")).body)).toBe("status: disturbed");
    expect(text((await get("/status.svg?product=rds")).body)).toBe("RDS: down");
    expect(text((await get("/status.svg?product=ecs&lang=zh")).body)).toBe("ECS: 正常");
  });

  test("says the month's availability so far, of several places the worst", async () => {
    const { body, headers } = await get("/status.svg?show=uptime");
    // Else no page elsewhere may show it.
    expect(headers["cross-origin-resource-policy"]).toBe("cross-origin");
    expect(headers["content-type"]).toContain("image/svg+xml");
    const { services } = JSON.parse((await get("/status.json")).body) as {
      services: { availabilityPercent: string | null }[];
    };
    const percents = services.flatMap(({ availabilityPercent }) => availabilityPercent ?? []);
    const worst = percents.toSorted((a, b) => Number(a) - Number(b))[0] ?? "";
    expect(text(body)).toBe(`uptime 2026-10: ${worst}\u202f%`);
  });

  test("of what is not measured is not there", async () => {
    expect((await get("/status.svg?product=cdn")).statusCode).toBe(404);
  });
});

describe("what holds now", () => {
  const PAGE = `statusPage: { all: true }\n`;
  const HEAD = `version: 1
timeZone: Asia/Shanghai
vantages: [{ id: a, controls: [] }]
accounts: [{ id: acme }]
defaults: { interval: 1m, timeout: 5s, vantages: [a] }
${PAGE}targets:
`;
  const bucket = (id: string, more = "") =>
    `  - { id: ${id}, product: oss, region: cn-hangzhou, account: acme, ${more}probe: { kind: tcp, address: "192.0.2.1:80" } }\n`;
  const targets = ["one", "two", "old"];
  const config = `${HEAD}${bucket("one")}${bucket("two")}${bucket("old", `until: "2026-10-03T00:00:00+08:00", `)}`;

  /** The states of all and of its one place, with these letters of the last minutes. */
  async function statesOf(
    letters: Readonly<Record<string, "o" | "f" | "u" | null>>,
    prepare: (of: TestApp) => Promise<unknown> = () => Promise.resolve(),
  ) {
    const still = testClock(DEMO_NOW);
    const of = await createTestApp({ config, clock: still });
    try {
      const spans = [
        {
          fromMs: DEMO_NOW - 2 * HOUR_MS,
          untilMs: DEMO_NOW - 600_000,
          weather: () => "o" as const,
        },
        {
          fromMs: DEMO_NOW - 600_000,
          untilMs: DEMO_NOW,
          weather: (id: string) => letters[id] ?? null,
        },
      ];
      for (const span of spans) {
        await fillRounds({ store: of.store, clock: still }, { vantage: "a", targets, ...span });
      }
      await prepare(of);
      const { body } = await get("/status.json", of);
      const { state, services } = JSON.parse(body) as {
        state: string;
        services: { state: string }[];
      };
      return [state, ...services.map((one) => one.state)];
    } finally {
      await of.close();
    }
  }

  test.each([
    ["up", { one: "o", two: "o" }],
    ["partly", { one: "f", two: "o" }],
    ["down", { one: "f", two: "f" }],
    ["unknown", { one: "u", two: "u" }],
    ["unknown", {}],
  ] as const)("is %s when its targets answer %j", async (state, letters) => {
    expect(await statesOf(letters)).toEqual([state, state]);
  });

  test("is disturbed while a malfunction lasts, whatever answers again", async () => {
    const acme = { account: "acme", product: "oss", targets: ["one"] };
    const fromMs = DEMO_NOW - HOUR_MS;
    const states = await statesOf({ one: "o", two: "o" }, ({ store }) =>
      outageMalfunction({ db: store.db }, { fromMs, outages: [acme] }),
    );
    expect(states).toEqual(["partly", "partly"]);
    const elsewhere = { ...acme, region: "cn-beijing" };
    expect(
      await statesOf({ one: "o", two: "o" }, ({ store }) =>
        outageMalfunction({ db: store.db }, { fromMs, outages: [elsewhere] }),
      ),
    ).toEqual(["partly", "up"]);
  });
});

// The last one: the clock stays ahead.
test("does not call the past the present when nothing was settled lately", async () => {
  clock.set(DEMO_NOW + 10 * 60_000);
  const { body } = await get("/status.json");
  expect(JSON.parse(body)).toMatchObject({ state: "unknown" });
});
