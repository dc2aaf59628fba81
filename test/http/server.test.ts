import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { METRICS } from "../../src/metrics.ts";
import { createTestApp, type TestApp } from "../helpers/app.ts";
import { openBrowser } from "../helpers/browser.ts";
import { testClock } from "../helpers/clock.ts";
import { DEMO_CONFIG, DEMO_MONTH, DEMO_NOW, fillDemoMonth } from "../helpers/demo-month.ts";
import { has } from "../helpers/programs.ts";
import { parsePrometheus } from "../helpers/prometheus-text.ts";
import { listRoutes } from "../helpers/routes.ts";

let served: TestApp;

beforeAll(async () => {
  const clock = testClock(DEMO_NOW);
  served = await createTestApp({ config: DEMO_CONFIG, clock });
  await fillDemoMonth({ store: served.store, clock });
});
afterAll(() => served.close());

const ask = (url: string, headers: Record<string, string> = {}) =>
  served.app.inject({ url, headers });

describe("health", () => {
  test("a process that lives and whose database answers is ready", async () => {
    expect((await ask("/healthz")).json()).toEqual({ status: "ok" });
    expect((await ask("/readyz")).json()).toEqual({ status: "ready" });
  });

  test("a process whose database is away lives, is not ready, and says so for the API too", async () => {
    const lost = await createTestApp({ config: DEMO_CONFIG, clock: testClock(DEMO_NOW) });
    try {
      await lost.database.drop();
      const down = async () => {
        throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
      };
      Object.assign(lost.store.db, { query: down });
      expect((await lost.app.inject("/healthz")).statusCode).toBe(200);
      const ready = await lost.app.inject("/readyz");
      expect(ready.statusCode).toBe(503);
      expect(ready.json()).toEqual({ status: "not ready" });
      const api = await lost.app.inject("/api/v1/overview");
      expect(api.statusCode).toBe(503);
      expect(api.headers["retry-after"]).toBe("5");
      expect(api.json()).toMatchObject({ status: 503, detail: "the database does not answer" });
      const metrics = await lost.app.inject("/metrics");
      expect(metrics.statusCode).toBe(200);
      expect(metrics.body).toContain("nines_settle_delay_seconds");
    } finally {
      await lost.app.close();
    }
  });

  test("a queue that never answers is one that is away", async () => {
    const hanging = await createTestApp({
      config: DEMO_CONFIG,
      clock: testClock(DEMO_NOW),
      deps: { checkReady: () => new Promise(() => undefined) },
    });
    try {
      expect((await hanging.app.inject("/readyz")).statusCode).toBe(503);
    } finally {
      await hanging.close();
    }
  });
});

describe("metrics", () => {
  test("every name and label is one of those that are promised", async () => {
    const samples = parsePrometheus((await ask("/metrics")).body);
    const promised = Object.entries(METRICS);
    for (const { name, labels } of samples) {
      const found = promised.find(([known]) => name === known || name === seriesOf(known, name));
      expect(found?.[0], name).toBeDefined();
      const allowed = [...(found?.[1].labels ?? []), "le"];
      for (const label of Object.keys(labels))
        expect(allowed, `${name}{${label}}`).toContain(label);
    }
  });

  const answerOf = async (token: string | null, header?: string) => {
    const config = token === null ? DEMO_CONFIG.replace(/metricsToken.*\n/u, "") : DEMO_CONFIG;
    const open = await createTestApp({
      config,
      clock: testClock(DEMO_NOW),
      deps: { isLoopback: false },
    });
    try {
      const headers = header === undefined ? {} : { authorization: header };
      return await open.app.inject({ url: "/metrics", headers });
    } finally {
      await open.close();
    }
  };

  test("beyond loopback they want the token of the configuration", async () => {
    expect((await answerOf("s3cret-token", "Bearer s3cret-token")).statusCode).toBe(200);
    const none = await answerOf("s3cret-token");
    expect(none.statusCode).toBe(401);
    expect(none.headers["www-authenticate"]).toBe("Bearer");
    expect(none.headers["content-type"]).toContain("application/problem+json");
    expect((await answerOf("s3cret-token", "Bearer s3cret")).statusCode).toBe(401);
    expect((await answerOf(null, "Bearer null")).statusCode).toBe(401);
  });
});

const seriesOf = (name: string, series: string) =>
  ["_bucket", "_sum", "_count"].map((end) => name + end).find((one) => one === series);

describe("the description of the API", () => {
  type Description = {
    readonly openapi: string;
    readonly paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
    readonly components: { readonly schemas: Record<string, unknown> };
  };

  test("is OpenAPI 3.1, has every route, and refers to what is there", async () => {
    const document = (await ask("/openapi.json")).json<Description>();
    expect(document.openapi).toMatch(/^3\.1\./u);
    // Pages are for people.
    const described = /^\/(?:api\/|healthz|readyz|metrics|probe|status\.)/u;
    const routes = listRoutes(served.app)
      .map(({ url }) => url.replaceAll(/:(\w+)/gu, "{$1}"))
      .filter((url) => described.test(url));
    expect(Object.keys(document.paths).toSorted()).toEqual([...new Set(routes)].toSorted());
    const text = JSON.stringify(document);
    for (const [, name = ""] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/gu)) {
      expect(document.components.schemas).toHaveProperty([name]);
    }
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const { responses } of Object.values(methods)) {
        expect(Object.keys(responses), path).toContainEqual(expect.stringMatching(/^20[01]$/u));
        if (path.startsWith("/api/")) expect(responses, path).toHaveProperty(["4XX"]);
      }
    }
    expect(text).not.toContain("readOnly");
    // Committed for whoever wants it without a running service; `vitest -u` writes it again.
    await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot(
      "../../docs/openapi.json",
    );
  });

  test.skipIf(!has("chromium"))("can be read at /docs under its own policy", async () => {
    const origin = await served.app.listen({ host: "127.0.0.1", port: 0 });
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.goto(`${origin}/docs/`);
      await page.getByText("/api/v1/overview").first().waitFor();
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});

describe("headers and pages", () => {
  test.each(["/", "/targets/web-1", "/healthz", "/api/v1/targets", "/nowhere"])(
    "%s forbids scripts, frames and guessing of types",
    async (url) => {
      const { headers } = await ask(url, { accept: "text/html" });
      expect(headers["content-security-policy"]).toContain("default-src 'none'");
      expect(headers["content-security-policy"]).not.toContain("unsafe");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["referrer-policy"]).toBe("same-origin");
      expect(headers["x-frame-options"]).toBe("SAMEORIGIN");
      expect(headers["x-powered-by"]).toBeUndefined();
    },
  );

  test.each([
    ["/?lang=en", {}, "en"],
    ["/?lang=zh", {}, "zh"],
    ["/", { "accept-language": "zh-CN,zh;q=0.9,en;q=0.5" }, "zh"],
    ["/", { "accept-language": "fr" }, "en"],
    [`/targets/bucket-1?month=${DEMO_MONTH}&lang=zh`, {}, "zh"],
    ["/?month=2026-09", {}, "en"],
    ["/?month=2031-01", {}, "en"],
    ["/?product=oss&region=cn-hangzhou", {}, "en"],
    ["/?region=%3Cscript%3Ealert(1)%3C/script%3E", {}, "en"],
    ["/targets/quiet", {}, "en"],
    ["/targets/web-old", {}, "en"],
    ["/targets/web-1?month=2031-01", {}, "en"],
  ])("GET %s %o is a page in %s", async (url, headers, lang) => {
    const { statusCode, body, headers: answered } = await ask(url, headers);
    expect(statusCode).toBe(200);
    expect(answered["content-type"]).toBe("text/html; charset=utf-8");
    expect(body).toMatch(new RegExp(`<html lang="${lang}`, "u"));
    // Only what the policy lets in: files of our own, and nothing that stands in the page.
    expect(body).not.toMatch(
      /<script(?! type="module" src="\/assets\/[a-z]+-[0-9a-f]{16}\.js"><\/script>)/u,
    );
    expect(body).not.toMatch(/undefined|NaN|\[object/u);
  });

  test("the stylesheet that pages name is served and may be kept", async () => {
    const { body } = await ask("/");
    const [, href = ""] = /<link rel="stylesheet" href="([^"]+)"/u.exec(body) ?? [];
    const answer = await ask(href);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["content-type"]).toBe("text/css; charset=utf-8");
    expect(answer.headers["cache-control"]).toContain("immutable");
  });
});
