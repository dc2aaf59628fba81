import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startMeasuredServer, type MeasuredServer } from "../helpers/measured.ts";
import { makeHome, runNines, startNines, type Service, type Home } from "../helpers/nines.ts";
import { cleanUpAfterEach } from "../helpers/clean-up.ts";
import { missingInstants, resultsOf } from "../helpers/seen.ts";
import { waitFor } from "../helpers/wait.ts";

// The service as users run it: a process of its own on an embedded database.

let at: Home;
let server: MeasuredServer;
let slow: MeasuredServer;
const stopAfter = cleanUpAfterEach();

beforeAll(async () => {
  server = await startMeasuredServer();
  slow = await startMeasuredServer();
  slow.hang(true);
});
afterAll(async () => {
  await server.kill();
  await slow.kill();
});
beforeEach(() => {
  at = makeHome();
  stopAfter(at.remove);
});

const tcp = (id: string, more = "") =>
  `  - { id: ${id}, product: ecs, region: cn-hangzhou, account: acme, ${more} probe: { kind: tcp, address: "${server.address}" } }\n`;

function configure(targets: string, more = ""): void {
  at.write(
    "nines.yaml",
    `version: 1
vantages: [{ id: here, controls: [] }${more}]
accounts: [{ id: acme, name: Acme Ltd }]
defaults: { interval: 2s, timeout: 900ms, vantages: [here] }
targets:
${targets}`,
  );
}

async function start(env: Record<string, string> = {}): Promise<Service> {
  const service = await startNines([], { at, env });
  stopAfter(async () => {
    if (service.child.exitCode === null && service.child.signalCode === null) await service.stop();
  });
  return service;
}

const hasResults = (service: Service, target: string, count: number) =>
  waitFor(async () => (await resultsOf(service, target).catch(() => [])).length >= count, {
    what: `${count} results of ${target}`,
    timeoutMs: 20_000,
  });

describe("the service", () => {
  test("measures soon after its start, shows it, and says nothing that alarms", async () => {
    configure(tcp("web-1"));
    const service = await start();
    await hasResults(service, "web-1", 3);
    expect(await service.json("/api/v1/targets/web-1")).toMatchObject({ state: "up" });
    expect(await (await service.get("/metrics")).text()).toMatch(/^sla_target_up\{.*\} 1$/mu);
    expect(await (await service.get("/?lang=zh")).text()).toContain("web-1");
    expect(service.log()).not.toMatch(/Deprecat|Warning|"level":50/u);
  });

  test("on SIGTERM lets rounds in flight end, stores them, and exits with 0", async () => {
    configure(
      tcp("web-1") +
        `  - { id: slow-1, product: slb, region: cn-hangzhou, account: acme, probe: { kind: http, url: "http://${slow.address}/" } }
  - { id: slower, product: slb, region: cn-hangzhou, account: acme, interval: 10s, timeout: 9s, probe: { kind: http, url: "http://${slow.address}/long" } }
`,
    );
    const service = await start();
    await hasResults(service, "slow-1", 2);
    // One that began just now, and so could not end within the time for draining.
    const asked = () => slow.asked().filter((path) => path === "/long").length;
    const before = asked();
    await waitFor(() => asked() > before, { timeoutMs: 15_000 });
    const stoppedMs = Date.now();
    const { status, tookMs } = await service.stop();
    expect(status, service.log()).toBe(0);
    expect(tookMs).toBeLessThan(15_000);

    const again = await start();
    const slowOnes = (await resultsOf(again, "slow-1")).filter(
      ({ plannedAt }) => Date.parse(plannedAt) <= stoppedMs,
    );
    expect(missingInstants(slowOnes, 2_000)).toEqual([]);
    // Planned just before the signal, and so still in flight.
    expect(Date.parse(slowOnes.at(-1)?.plannedAt ?? "")).toBeGreaterThan(stoppedMs - 4_000);
    // On a machine with much else to do the service says of a round that it was itself too slow.
    for (const { outcome, reason } of slowOnes.filter((one) => one.reason !== "event-loop-lag")) {
      expect([outcome, reason]).toEqual(["failed", "response-timeout"]);
    }
    expect((await resultsOf(again, "slower")).at(-1)).toMatchObject({
      outcome: "unknown",
      reason: "aborted",
    });
    const fast = await resultsOf(again, "web-1");
    expect(fast.filter(({ outcome }) => outcome !== "ok")).toEqual([]);
  });

  test("on SIGHUP takes over what changed; what did not change loses no round", async () => {
    configure(tcp("web-1") + tcp("web-2") + tcp("web-3"));
    const service = await start();
    await hasResults(service, "web-1", 3);

    configure(
      tcp("web-1") + tcp("web-2", "interval: 3s,") + tcp("web-4"),
      ", { id: there, controls: [] }",
    );
    service.signal("SIGHUP");
    await hasResults(service, "web-4", 3);
    expect((await service.get("/api/v1/targets/web-3")).status).toBe(404);
    expect(await service.json("/api/v1/targets/web-2")).toMatchObject({ intervalSeconds: 3 });
    const metrics = await (await service.get("/metrics")).text();
    expect(metrics).not.toMatch(/sla_target_up\{target="web-3"/u);

    configure(tcp("web-1") + tcp("web-5", "vantages: [there],"), ", { id: there, controls: [] }");
    service.signal("SIGHUP");
    await hasResults(service, "web-5", 2);

    at.write("nines.yaml", "version: 1\ntargets: [{ id: web-9 }]\n");
    service.signal("SIGHUP");
    await waitFor(() => service.log().includes("the old one stays in force"));
    const before = (await resultsOf(service, "web-5")).length;
    await hasResults(service, "web-5", before + 2);
    expect((await service.get("/api/v1/targets/web-9")).status).toBe(404);

    const kept = await resultsOf(service, "web-1");
    expect(missingInstants(kept, 2_000)).toEqual([]);
    expect(new Set(kept.map(({ outcome }) => outcome))).toEqual(new Set(["ok"]));
  });

  test("killed and started again finds its database and loses nothing", async () => {
    configure(tcp("web-1"));
    const service = await start();
    await hasResults(service, "web-1", 3);
    const before = await resultsOf(service, "web-1");
    await service.stop("SIGKILL");

    const again = await start();
    await hasResults(again, "web-1", before.length + 2);
    const after = await resultsOf(again, "web-1");
    expect(after.slice(0, before.length)).toEqual(before);
    expect(new Set(after.map(({ outcome }) => outcome))).toEqual(new Set(["ok"]));
    const month = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7);
    const verified = await runNines(["verify", "--month", month], { at });
    expect(verified.stderr).toBe("");
    expect(verified.status).toBe(0);
  });

  test("a second one on the same data ends, naming the first", async () => {
    configure(tcp("web-1"));
    const service = await start();
    const second = await runNines(["start"], { at, env: { PORT: "0" } });
    expect(second.status).toBe(1);
    expect(second.stderr).toContain(`pid ${service.child.pid}`);
    expect((await service.get("/readyz")).status).toBe(200);
  });

  test("a port that is taken ends the start before anything is measured", async () => {
    configure(tcp("web-1"));
    const port = server.address.split(":")[1] ?? "";
    const { status, stderr } = await runNines(["start"], { at, env: { PORT: port } });
    expect(status).toBe(1);
    expect(stderr).toContain("EADDRINUSE");
  });

  test("a signal while the start still waits for its database ends it", async () => {
    configure(tcp("web-1"));
    const env = { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none", LOG_LEVEL: "warn" };
    const running = runNines(["start"], { at, env, signalAt: /waiting for/u });
    expect((await running).status).toBe(0);
  });
});
