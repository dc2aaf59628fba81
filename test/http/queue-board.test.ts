import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openQueues, ROUNDS_QUEUE, UPKEEP_QUEUE, type Queues } from "../../src/queues.ts";
import { bearer, giveToken } from "../helpers/access.ts";
import { createTestApp, type TestApp } from "../helpers/app.ts";
import { openBrowser } from "../helpers/browser.ts";
import { testClock } from "../helpers/clock.ts";
import { DEMO_CONFIG, DEMO_NOW } from "../helpers/demo-month.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { has } from "../helpers/programs.ts";
import { startRedis, type RedisServer } from "../helpers/redis.ts";

const clock = testClock(DEMO_NOW);
const stores = ["postgres", "redis"] as const;

describe.each(stores)("looking into queues on %s", (backend) => {
  const isMissing = backend === "redis" && !has("redis-server");
  let redis: RedisServer | null = null;
  let database: TestDatabase;
  let queues: Queues;
  let served: TestApp;
  let [admin, sre] = ["", ""];

  beforeAll(async () => {
    if (isMissing) return;
    if (backend === "redis") redis = await startRedis();
    database = await createTestDatabase({ empty: true });
    queues = await openQueues({
      databaseUrl: database.url,
      redisUrl: redis?.url ?? null,
      onError: () => {},
    });
    const opened = [queues.queue(ROUNDS_QUEUE), queues.queue(UPKEEP_QUEUE)];
    await opened[0]!.add("record-rounds", { rounds: [{ vantage: "a" }] });
    served = await createTestApp({
      config: DEMO_CONFIG,
      clock,
      deps: {
        boardQueues: opened.map(({ bull }) => bull),
        queueCounts: async () => {
          const { waiting = 0 } = await opened[0]!.counts();
          return [{ queue: ROUNDS_QUEUE, waiting, active: 0, delayed: 0, failed: 0 }];
        },
      },
    });
    admin = await giveToken(served, { role: "admin" }, clock);
    sre = await giveToken(served, { role: "sre" }, clock);
  }, 60_000);
  afterAll(async () => {
    if (isMissing) return;
    await served.close();
    await queues.close();
    await database.drop();
    await redis?.stop();
  });

  const ask = (url: string, token: string, method: "GET" | "PUT" | "POST" = "GET") =>
    served.app.inject({ url, method, headers: bearer(token) });

  test.skipIf(isMissing)("an admin sees the jobs, with nothing asked for elsewhere", async () => {
    const page = await ask("/monitor/queues/", admin);
    expect(page.statusCode).toBe(200);
    expect(page.body).toContain('<base href="/monitor/queues/"');
    expect(page.body).not.toContain("googleapis");
    expect(page.headers["content-security-policy"]).toContain("script-src 'self';");
    const { body } = await ask(`/monitor/queues/api/queues?activeQueue=${ROUNDS_QUEUE}`, admin);
    const { queues: shown } = JSON.parse(body) as {
      queues: { name: string; readOnlyMode: boolean; jobs: { name: string }[] }[];
    };
    expect(shown.map(({ name, readOnlyMode }) => [name, readOnlyMode])).toEqual([
      [ROUNDS_QUEUE, true],
      [UPKEEP_QUEUE, true],
    ]);
    expect(shown[0]!.jobs.map(({ name }) => name)).toEqual(["record-rounds"]);
  });

  test.skipIf(isMissing)("nobody else sees them, and nobody changes them", async () => {
    expect((await ask("/monitor/queues/", sre)).statusCode).toBe(403);
    expect((await ask("/monitor/queues/api/queues", sre)).statusCode).toBe(403);
    expect((await served.app.inject("/monitor/queues/api/queues")).statusCode).toBe(403);
    for (const verb of ["pause", "empty", "obliterate", "promote"]) {
      const url = `/monitor/queues/api/queues/${ROUNDS_QUEUE}/${verb}`;
      expect((await ask(url, admin, "PUT")).statusCode, verb).toBe(404);
    }
    expect((await ask("/monitor/queues/api/queues/pause", admin, "PUT")).statusCode).toBe(404);
  });

  test.skipIf(isMissing)(
    "the monitor's page counts them, and leads admins alone there",
    async () => {
      const [own, other] = [
        await ask("/monitor?lang=en", admin),
        await ask("/monitor?lang=en", sre),
      ];
      expect(own.body).toContain('href="/monitor/queues"');
      expect(other.body).not.toContain('href="/monitor/queues"');
      expect(other.body).toMatch(/rounds<\/td><td[^>]*>1<\/td>/);
    },
  );

  test.skipIf(isMissing || !has("chromium"))("it works in a browser under its policy", async () => {
    await served.app.listen({ host: "127.0.0.1", port: 0 });
    const origin = `http://127.0.0.1:${(served.app.server.address() as AddressInfo).port}`;
    const browser = await openBrowser();
    const context = await browser.newContext({ extraHTTPHeaders: bearer(admin) });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await page.goto(`${origin}/monitor/queues/`);
    await page.getByText(ROUNDS_QUEUE, { exact: true }).first().waitFor();
    expect(complaints).toEqual([]);
    await browser.close();
  });
});

test("without the key there is no such page", async () => {
  const served = await createTestApp({ config: DEMO_CONFIG, clock });
  const token = await giveToken(served, { role: "admin" }, clock);
  const answer = await served.app.inject({ url: "/monitor/queues/", headers: bearer(token) });
  expect(answer.statusCode).toBe(404);
  await served.close();
});
