import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Result } from "../../src/core/outcome.ts";
import { probesText } from "../../src/blackbox-text.ts";
import { buildServer } from "../../src/http/server.ts";
import { systemClock } from "../../src/clock.ts";
import { makeCertificates, type Certificates } from "../helpers/certificates.ts";
import { bearer, giveToken } from "../helpers/access.ts";
import { createTestApp, type TestApp } from "../helpers/app.ts";
import { startProgram, type RunningProgram } from "../helpers/child.ts";
import { startMeasuredServer, type MeasuredServer } from "../helpers/measured.ts";
import { startNginx, type Nginx } from "../helpers/nginx.ts";
import { accepts, freePort } from "../helpers/ports.ts";
import { has } from "../helpers/programs.ts";
import { parsePrometheus, type Sample } from "../helpers/prometheus-text.ts";

let server: MeasuredServer;
let served: TestApp;
let closedPort = 0;

const entry = (id: string, product: string, probe: string) =>
  `  - { id: ${id}, product: ${product}, region: cn-hangzhou, probe: ${probe} }\n`;

beforeAll(async () => {
  server = await startMeasuredServer();
  closedPort = await freePort();
  served = await createTestApp({
    clock: systemClock,
    config: `version: 1
vantages: [{ id: here, controls: [] }]
defaults: { interval: 15s, timeout: 2s, vantages: [here] }
targets:
${entry("tcp-1", "ecs", `{ kind: tcp, address: "${server.address}" }`)}${entry("http-1", "slb", `{ kind: http, url: "http://${server.address}/" }`)}${entry("http-404", "slb", `{ kind: http, url: "http://${server.address}/", status: [404] }`)}${entry("closed", "ecs", `{ kind: tcp, address: "127.0.0.1:${closedPort}" }`)}`,
  });
});
afterAll(async () => {
  await served.close();
  await server.kill();
});

const probe = (query: string, headers: Record<string, string> = {}) =>
  served.app.inject({ url: `/probe?${query}`, headers });
const samplesOf = async (query: string) => parsePrometheus((await probe(query)).body);
const valueOf = (samples: readonly Sample[], name: string) =>
  samples.find((one) => one.name === name)?.value;

describe("GET /probe", () => {
  test("probes a target of the configuration now", async () => {
    const before = server.asked().length;
    const { statusCode, headers, body } = await probe("target=http-1&module=http_2xx");
    expect(statusCode).toBe(200);
    expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(server.asked().length).toBe(before + 1);
    const samples = parsePrometheus(body);
    expect(valueOf(samples, "probe_success")).toBe(1);
    expect(valueOf(samples, "probe_http_status_code")).toBe(200);
    expect(valueOf(samples, "probe_duration_seconds")).toBeGreaterThan(0);
  });

  test("says 0 of what fails, with what it saw", async () => {
    expect(valueOf(await samplesOf("target=closed"), "probe_success")).toBe(0);
    const wrong = await samplesOf("target=http-404");
    expect(valueOf(wrong, "probe_success")).toBe(0);
    expect(valueOf(wrong, "probe_http_status_code")).toBe(200);
  });

  test("stores nothing, and leaves no trace in the metrics", async () => {
    await probe("target=http-1");
    expect((await served.store.db.query("select from round")).rowCount).toBe(0);
    const { body } = await served.app.inject("/metrics?compat=blackbox");
    expect(body).toBe("");
  });

  test("connects to no address that it is sent", async () => {
    const before = server.asked().length;
    for (const sent of [server.address, `http://${server.address}/`, "none", "", "constructor"]) {
      const answer = await probe(`target=${encodeURIComponent(sent)}`);
      expect(answer.statusCode, sent).toBe(400);
    }
    const unknown = await probe(`target=${server.address}`);
    expect(unknown.json()).toMatchObject({
      problems: [{ place: "target", message: expect.stringContaining("no target of the") }],
    });
    expect(server.asked().length).toBe(before);
  });

  test("gives the reason to who asks for it", async () => {
    const { body } = await probe("target=closed&debug=true");
    expect(body).toContain(`address: 127.0.0.1:${closedPort}`);
    expect(body).toContain("reason: connect-refused");
    expect(body).toContain("Metrics that would have been returned:\n# HELP probe_success");
  });

  test("ends within the scraper's own time", async () => {
    server.hang(true);
    try {
      const header = { "x-prometheus-scrape-timeout-seconds": "0.7" };
      const { body } = await probe("target=http-1&debug=true", header);
      expect(body).toContain("reason: response-timeout");
      expect(body).toContain("did not end within 500 ms");
      expect(body).toContain("probe_success 0");
    } finally {
      server.hang(false);
    }
  });

  test("is for those who may read the metrics", async () => {
    const away = await createTestApp({
      clock: systemClock,
      config: "version: 1\nmetricsToken: s3cret-token\n",
      deps: {
        isLoopback: false,
        config: () => ({ ...served.config, metricsToken: "s3cret-token" }),
      },
    });
    try {
      const ask = (headers: Record<string, string>) =>
        away.app.inject({ url: "/probe?target=tcp-1", headers });
      expect((await ask({})).statusCode).toBe(401);
      expect((await ask(bearer("s3cret-token"))).statusCode).toBe(200);
      const manager = { role: "account-manager", accounts: ["default"] } as const;
      const token = await giveToken(away, manager, systemClock);
      expect((await ask(bearer(token))).statusCode).toBe(403);
    } finally {
      await away.close();
    }
  });
});

test("a worker without a database serves its metrics and probes as well", async () => {
  const { config, metrics } = served;
  const worker = await buildServer(
    {
      clock: systemClock,
      log: pino({ level: "silent" }),
      metrics,
      isLoopback: true,
      config: () => config,
      checkReady: async () => undefined,
      refreshMetrics: async () => undefined,
      probeNow: async () => ({ outcome: "ok", reason: "", latencyMs: 1, phasesMs: {} }),
    },
    null,
  );
  try {
    expect((await worker.inject("/probe?target=tcp-1")).body).toContain("probe_success 1");
    expect((await worker.inject("/metrics")).body).toContain("# TYPE sla_target_up gauge");
    const open = await worker.inject({
      url: "/metrics",
      headers: { accept: "application/openmetrics-text" },
    });
    expect(open.headers["content-type"]).toContain("application/openmetrics-text; version=1.0.0");
    expect((await worker.inject("/metrics?compat=other")).statusCode).toBe(400);
    const [target] = config.targets;
    if (target === undefined) throw new Error("no target");
    const result = { outcome: "failed", reason: "connect-timeout", latencyMs: 9, phasesMs: {} };
    metrics.targets.see({ target, vantage: "here", result: result as Result });
    const samples = parsePrometheus((await worker.inject("/metrics?compat=blackbox")).body);
    expect(samples.find(({ name }) => name === "probe_success")).toEqual({
      name: "probe_success",
      labels: {
        job: "nines",
        instance: "tcp-1",
        target: "tcp-1",
        product: "ecs",
        region: "cn-hangzhou",
        account: target.account,
        vantage: "here",
      },
      value: 0,
    });
  } finally {
    metrics.targets.forget("tcp-1", "here");
    await worker.close();
  }
});

describe("the last results under blackbox_exporter's names", () => {
  const result = (more: Partial<Result> = {}): Result => ({
    outcome: "ok",
    reason: "",
    latencyMs: 12,
    phasesMs: { connect: 2 },
    ...more,
  });
  const told = (kind: string, one: Result) =>
    parsePrometheus(probesText([{ labels: 'instance="x"', kind, result: one }]));
  const names = (samples: readonly Sample[]) => new Set(samples.map(({ name }) => name));

  test("tell of what counts whether it succeeded", () => {
    expect(valueOf(told("tcp", result()), "probe_success")).toBe(1);
    const failed = result({ outcome: "failed", reason: "connect-timeout" });
    expect(valueOf(told("tcp", failed), "probe_success")).toBe(0);
  });

  test("never make our own fault, or our own mistake, a failure", () => {
    expect(told("tcp", result({ outcome: "unknown", reason: "no-sockets" }))).toEqual([]);
    const refused = told("http", result({ outcome: "invalid", reason: "forbidden" }));
    expect(names(refused)).toContain("probe_http_status_code");
    expect(names(refused)).not.toContain("probe_success");
  });

  test.each([
    ["192.0.2.1:22", 4],
    ["[2001:db8::1]:443", 6],
    ["2001:db8::1", 6],
    ["fe80::1%eth0", 6],
    [undefined, 0],
  ])("tell the family of %s and a hash of it", (address, family) => {
    const samples = told("tcp", result(address === undefined ? {} : { address }));
    expect(valueOf(samples, "probe_ip_protocol")).toBe(family);
    const hash = valueOf(samples, "probe_ip_addr_hash") ?? -1;
    expect(hash === 0).toBe(family === 0);
  });

  test("tell the phases of an echo and of a name server", () => {
    const phases = (kind: string, name: string) =>
      Object.fromEntries(
        told(kind, result({ phasesMs: { resolve: 1, processing: 4, transfer: 2 } }))
          .filter((one) => one.name === name)
          .map(({ labels, value }) => [labels["phase"], value]),
      );
    expect(phases("icmp", "probe_icmp_duration_seconds")).toEqual({
      resolve: 0.001,
      setup: 0,
      rtt: 0.004,
    });
    expect(phases("dns", "probe_dns_duration_seconds")).toEqual({
      resolve: 0.001,
      connect: 0,
      request: 0.006,
    });
  });
});

describe.skipIf(!has("prometheus-blackbox-exporter") || !has("nginx"))(
  "beside blackbox_exporter",
  () => {
    let certificates: Certificates;
    let nginx: Nginx;
    let peer: RunningProgram & { port: number };
    let ours: TestApp;
    let tlsPort = 0;

    beforeAll(async () => {
      certificates = makeCertificates();
      tlsPort = await freePort();
      nginx = await startNginx(
        `server { listen $PORT; listen 127.0.0.1:${tlsPort} ssl;
        ssl_certificate soon.crt; ssl_certificate_key soon.key;
        location / { return 200 "hello"; }
        location /moved { return 302 /; }
        location /busy { return 503 "busy"; } }`,
        { "soon.crt": certificates.soon.cert + certificates.ca, "soon.key": certificates.soon.key },
      );
      const port = await freePort();
      const modules = {
        http_2xx: { prober: "http", http: { preferred_ip_protocol: "ip4" } },
        https_2xx: { prober: "http", http: { tls_config: { insecure_skip_verify: true } } },
        tcp_connect: { prober: "tcp" },
      };
      const config = join(nginx.prefix, "blackbox.yml");
      writeFileSync(config, JSON.stringify({ modules }));
      const program = await startProgram(
        [
          "prometheus-blackbox-exporter",
          `--config.file=${config}`,
          `--web.listen-address=127.0.0.1:${port}`,
        ],
        () => accepts(port),
      );
      peer = { ...program, port };
      const http = (path: string, more = "") =>
        `{ kind: http, url: "http://127.0.0.1:${nginx.port}${path}"${more} }`;
      ours = await createTestApp({
        clock: systemClock,
        config: `version: 1
vantages: [{ id: here, controls: [] }]
defaults: { interval: 15s, timeout: 2s, vantages: [here] }
targets:
${entry("tcp", "ecs", `{ kind: tcp, address: "127.0.0.1:${nginx.port}" }`)}${entry("closed", "ecs", `{ kind: tcp, address: "127.0.0.1:1" }`)}${entry("http", "slb", http("/"))}${entry("moved", "slb", http("/moved", ", followRedirects: 5"))}${entry("busy", "slb", http("/busy"))}${entry("refused", "slb", '{ kind: http, url: "http://127.0.0.1:1/" }')}${entry("https", "slb", `{ kind: http, url: "https://127.0.0.1:${tlsPort}/", tlsVerify: false }`)}`,
      });
    });
    afterAll(async () => {
      await ours.close();
      await peer.kill();
      await nginx.kill();
    });

    /** Both answers, without what no second measurement has again. */
    async function both(id: string, address: string, module: string) {
      const { body } = await ours.app.inject(`/probe?target=${id}&module=${module}`);
      const theirs = await fetch(
        `http://127.0.0.1:${peer.port}/probe?${new URLSearchParams({ target: address, module })}`,
      );
      return [parsePrometheus(body), parsePrometheus(await theirs.text())] as const;
    }
    const series = (samples: readonly Sample[]) =>
      samples.map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`).toSorted();
    const steady = (samples: readonly Sample[]) =>
      Object.fromEntries(
        samples
          .filter(({ name }) => !/duration|lookup_time/u.test(name))
          .map(({ name, labels, value }) => [`${name} ${JSON.stringify(labels)}`, value]),
      );

    test.each([
      ["tcp", () => `127.0.0.1:${nginx.port}`, "tcp_connect"],
      ["closed", () => "127.0.0.1:1", "tcp_connect"],
      ["http", () => `http://127.0.0.1:${nginx.port}/`, "http_2xx"],
      ["moved", () => `http://127.0.0.1:${nginx.port}/moved`, "http_2xx"],
      ["busy", () => `http://127.0.0.1:${nginx.port}/busy`, "http_2xx"],
      ["refused", () => "http://127.0.0.1:1/", "http_2xx"],
    ])("the series of %s are the same, and what they say", async (id, address, module) => {
      const [our, their] = await both(id, address(), module);
      expect(series(our)).toEqual(series(their));
      expect(steady(our)).toEqual(steady(their));
    });

    test("the end of a certificate is the same", async () => {
      const [our, their] = await both("https", `https://127.0.0.1:${tlsPort}/`, "https_2xx");
      const name = "probe_ssl_earliest_cert_expiry";
      expect(valueOf(our, name)).toBe(valueOf(their, name));
      expect(our.find((one) => one.name === "probe_tls_version_info")?.labels).toEqual(
        their.find((one) => one.name === "probe_tls_version_info")?.labels,
      );
      const missing = series(their).filter((one) => !series(our).includes(one));
      // What tells of the chain that was verified, which we do not look at.
      expect(missing.filter((one) => !one.startsWith("probe_ssl_last_chain_"))).toEqual([]);
    });
  },
);
