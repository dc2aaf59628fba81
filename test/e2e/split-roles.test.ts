import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startProgram } from "../helpers/child.ts";
import { createTestDatabase } from "../helpers/database.ts";
import { startMeasuredServer, type MeasuredServer } from "../helpers/measured.ts";
import { makeHome, runNines, startNines, type Service } from "../helpers/nines.ts";
import { accepts, freePort } from "../helpers/ports.ts";
import { has } from "../helpers/programs.ts";
import { missingInstants, resultsOf } from "../helpers/seen.ts";
import { waitFor } from "../helpers/wait.ts";

let server: MeasuredServer;
beforeAll(async () => {
  server = await startMeasuredServer();
});
afterAll(() => server.kill());

const configOf = (address: string) => `version: 1
vantages: [{ id: east, controls: [] }, { id: west, controls: [] }]
accounts: [{ id: acme, name: Acme Ltd }]
defaults: { interval: 2s, timeout: 900ms, vantages: [east, west] }
targets:
  - { id: web-1, product: ecs, region: cn-hangzhou, account: acme, probe: { kind: tcp, address: "${address}" } }
`;

/** A Redis of its own on a free port, without a file. */
async function startRedis(
  wanted?: number,
): Promise<{ port: number; url: string; kill: () => Promise<void> }> {
  const port = wanted ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), "nines-redis-"));
  const options = ["--port", `${port}`, "--bind", "127.0.0.1", "--save", "", "--dir", folder];
  const program = await startProgram(["redis-server", ...options], () => accepts(port));
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    kill: async () => {
      await program.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Every role in a process of its own; the workers know only what `worker` says. */
async function runSplit(
  env: { readonly roles: Record<string, string>; readonly worker: Record<string, string> },
  work: (
    services: Record<"api" | "scheduler" | "recorder" | "east" | "west", Service>,
  ) => Promise<void>,
): Promise<void> {
  const places = ["api", "scheduler", "recorder", "east", "west"].map((name) => ({
    name,
    at: makeHome(),
  }));
  const started: Service[] = [];
  try {
    const services: Record<string, Service> = {};
    for (const { name, at } of places) {
      const config = at.write("nines.yaml", configOf(server.address));
      const isWorker = name === "east" || name === "west";
      const args = isWorker ? ["--role", "worker", "--vantage", name] : ["--role", name];
      const service = await startNines([...args, "--config", config], {
        at,
        env: isWorker ? env.worker : env.roles,
      });
      started.push(service);
      services[name] = service;
    }
    await work(services);
  } finally {
    await Promise.all(started.map((service) => service.stop()));
    for (const { at } of places) at.remove();
  }
}

async function expectBothMeasure(api: Service): Promise<void> {
  await waitFor(
    async () => {
      const results = await resultsOf(api, "web-1");
      return ["east", "west"].every(
        (id) => results.filter(({ vantage }) => vantage === id).length > 3,
      );
    },
    { what: "results from both vantages", timeoutMs: 30_000 },
  );
  const results = await resultsOf(api, "web-1");
  expect(new Set(results.map(({ outcome }) => outcome))).toEqual(new Set(["ok"]));
  for (const id of ["east", "west"]) {
    expect(
      missingInstants(
        results.filter(({ vantage }) => vantage === id),
        2_000,
      ),
    ).toEqual([]);
  }
}

describe("each role in a process of its own", () => {
  test.skipIf(!has("redis-server"))(
    "works over Redis, with workers that know no database",
    { timeout: 120_000 },
    async () => {
      const database = await createTestDatabase();
      let redis = await startRedis();
      try {
        const worker = { REDIS_URL: redis.url };
        await runSplit(
          { roles: { ...worker, DATABASE_URL: database.url }, worker },
          async (all) => {
            await expectBothMeasure(all.api);
            for (const service of Object.values(all)) {
              expect((await service.get("/healthz")).status).toBe(200);
              const metrics = await (await service.get("/metrics")).text();
              const isApi = service === all.api;
              expect(/^sla_objective_ratio\{/mu.test(metrics)).toBe(isApi);
            }
            expect(await (await all.east.get("/metrics")).text()).toMatch(
              /^sla_target_up\{.*\} 1$/mu,
            );
            expect((await all.east.get("/api/v1/overview")).status).toBe(404);

            // A worker that ends costs nothing but its own rounds, and the other goes on.
            expect((await all.west.stop()).status).toBe(0);
            const before = (await resultsOf(all.api, "web-1")).length;
            await waitFor(async () => (await resultsOf(all.api, "web-1")).length > before + 2);

            // A Redis that comes back has forgotten every plan.
            await redis.kill();
            redis = await startRedis(redis.port);
            const there = (await resultsOf(all.api, "web-1")).length;
            await waitFor(async () => (await resultsOf(all.api, "web-1")).length > there + 5, {
              what: "rounds over the new Redis",
              timeoutMs: 60_000,
            });
          },
        );
      } finally {
        await redis.kill();
        await database.drop();
      }
    },
  );

  test("works on PostgreSQL alone", { timeout: 90_000 }, async () => {
    const database = await createTestDatabase();
    try {
      const roles = { DATABASE_URL: database.url };
      await runSplit({ roles, worker: roles }, async (all) => {
        await expectBothMeasure(all.api);
        const stopped = await Promise.all(Object.values(all).map((service) => service.stop()));
        expect(stopped.map(({ status }) => status)).toEqual([0, 0, 0, 0, 0]);
      });
      const at = makeHome();
      at.write("nines.yaml", configOf(server.address));
      const month = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7);
      const verified = await runNines(["verify", "--month", month], { at, env: roles });
      at.remove();
      expect(verified.stderr).toBe("");
      expect(verified.status).toBe(0);
    } finally {
      await database.drop();
    }
  });

  test.skipIf(!has("redis-server"))(
    "a worker whose Redis is away lives, is not ready, and still stops in time",
    { timeout: 90_000 },
    async () => {
      const redis = await startRedis();
      const at = makeHome();
      const config = at.write("nines.yaml", configOf(server.address));
      const worker = await startNines(
        ["--role", "worker", "--vantage", "east", "--config", config],
        { at, env: { REDIS_URL: redis.url } },
      );
      try {
        await redis.kill();
        await waitFor(async () => (await worker.get("/readyz")).status === 503, {
          timeoutMs: 20_000,
        });
        expect((await worker.get("/healthz")).status).toBe(200);
        const { status, tookMs } = await worker.stop();
        expect(status).toBe(0);
        expect(tookMs).toBeLessThan(15_000);
      } finally {
        if (worker.child.exitCode === null) await worker.stop("SIGKILL");
        at.remove();
      }
    },
  );
});
