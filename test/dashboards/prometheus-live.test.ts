import { readFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { METRICS } from "../../src/metrics.ts";
import { startProgram, type RunningProgram } from "../helpers/child.ts";
import { startMeasuredServer, type MeasuredServer } from "../helpers/measured.ts";
import { makeHome, startNines, type Home, type Service } from "../helpers/nines.ts";
import { freePort } from "../helpers/ports.ts";
import { has } from "../helpers/programs.ts";
import { startPrometheus, type Prometheus } from "../helpers/prometheus.ts";
import { waitFor } from "../helpers/wait.ts";

// The service, a real Prometheus and a real Alertmanager with the rules and the routes of
// dashboards/prometheus, in which only times are shortened.

type Told = {
  readonly status: "firing" | "resolved";
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
};
type Rules = { groups: { rules: { for?: string; keep_firing_for?: string }[] }[] };
type Routes = {
  route: Record<string, unknown> & { routes: Record<string, unknown>[] };
  receivers: Record<string, unknown>[];
};

const read = (name: string): unknown =>
  parse(readFileSync(`dashboards/prometheus/${name}`, "utf8"));

/** Each duration that is there becomes a second, so that a test can wait for it. */
function quickRules(): Rules {
  const rules = read("rules.yml") as Rules;
  for (const rule of rules.groups.flatMap((group) => group.rules)) {
    if (rule.for !== undefined) rule.for = "1s";
    if (rule.keep_firing_for !== undefined) rule.keep_firing_for = "1s";
  }
  return rules;
}

async function startReceiver(): Promise<{ url: string; told: Told[]; close: () => void }> {
  const told: Told[] = [];
  const server = http.createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      told.push(...(JSON.parse(body) as { alerts: Told[] }).alerts);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}/`, told, close };
}

async function startAlertmanager(
  home: Home,
  webhook: string,
): Promise<RunningProgram & { address: string }> {
  const config = read("alertmanager.yml") as Routes;
  Object.assign(config.route, { group_wait: "1s", group_interval: "1s" });
  for (const receiver of config.receivers) {
    receiver["webhook_configs"] = [{ url: webhook, send_resolved: true }];
  }
  const file = home.write("alertmanager.yml", stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const program = await startProgram(
    [
      "prometheus-alertmanager",
      `--config.file=${file}`,
      `--storage.path=${home.folder}/alertmanager`,
      `--web.listen-address=${address}`,
      "--cluster.listen-address=",
    ],
    () =>
      fetch(`http://${address}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
  );
  return { ...program, address };
}

const stops: (() => unknown)[] = [];
let server: MeasuredServer;
let service: Service;
let prometheus: Prometheus;
let receiver: Awaited<ReturnType<typeof startReceiver>>;

describe.skipIf(!has("prometheus") || !has("prometheus-alertmanager"))("a real Prometheus", () => {
  beforeAll(async () => {
    const home = makeHome();
    stops.push(home.remove);
    server = await startMeasuredServer();
    stops.push(server.kill);
    home.write(
      "nines.yaml",
      `version: 1
publicUrl: https://sla.example.com/
vantages: [{ id: here, controls: [] }]
accounts: [{ id: acme, name: Acme Ltd }]
defaults: { interval: 1s, timeout: 450ms, vantages: [here] }
targets:
  - { id: web-1, product: ecs, region: cn-hangzhou, account: acme, probe: { kind: tcp, address: "${server.address}" } }
  - { id: web-2, product: slb, region: cn-hangzhou, account: acme, probe: { kind: http, url: "http://${server.address}/two" } }
`,
    );
    receiver = await startReceiver();
    stops.push(receiver.close);
    const alertmanager = await startAlertmanager(home, receiver.url);
    stops.push(alertmanager.kill);
    service = await startNines([], { at: home });
    stops.push(() => service.stop());
    prometheus = await startPrometheus(
      {
        global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
        alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager.address] }] }] },
        scrape_configs: [
          {
            job_name: "nines",
            static_configs: [{ targets: [service.url.replace("http://", "")] }],
          },
          {
            job_name: "nines-blackbox",
            honor_labels: true,
            params: { compat: ["blackbox"] },
            static_configs: [{ targets: [service.url.replace("http://", "")] }],
          },
        ],
      },
      quickRules(),
    );
    stops.push(prometheus.kill);
    await waitFor(async () => (await values("sla_target_up")).length === 2, {
      what: "both targets in Prometheus",
      timeoutMs: 20_000,
    });
  });
  afterAll(async () => {
    for (const stop of stops.toReversed()) await stop();
  });

  type Vector = { result: { metric: Record<string, string>; value: [number, string] }[] };
  const values = async (query: string) => (await prometheus.ask<Vector>("query", { query })).result;

  const toldOf = async (status: Told["status"]) => {
    const isIt = ({ status: said, labels }: Told) =>
      said === status && labels["alertname"] === "TargetDown" && labels["target"] === "web-1";
    const what = `web-1 ${status} at the receiver`;
    await waitFor(() => receiver.told.some(isIt), { what, timeoutMs: 20_000 });
    return receiver.told.find(isIt) as Told;
  };

  test("tells by way of Alertmanager that a killed target is down, and when it is up again", async () => {
    expect(await values("ALERTS{alertname='TargetDown'}")).toEqual([]);
    await server.kill();
    const down = await toldOf("firing");
    expect(down.labels).toMatchObject({
      severity: "page",
      product: "ecs",
      region: "cn-hangzhou",
      account: "acme",
    });
    expect(down.annotations).toMatchObject({
      summary: "web-1 (ecs, cn-hangzhou) fails from every vantage",
      page: "https://sla.example.com/targets/web-1",
      runbook: "docs/operating.md#targetdown",
    });
    expect(receiver.told.filter(({ status }) => status === "resolved")).toEqual([]);
    await server.revive();
    expect((await toldOf("resolved")).labels["target"]).toBe("web-1");
  });

  test("reads the durations' exemplars, which name a target and its planned instant", async () => {
    type Exemplars = {
      seriesLabels: Record<string, string>;
      exemplars: { labels: Record<string, string>; value: string }[];
    }[];
    const nowMs = Date.now();
    const found = await prometheus.ask<Exemplars>("query_exemplars", {
      query: 'sla_probe_duration_seconds_bucket{phase="total"}',
      start: String(nowMs / 1000 - 600),
      end: String(nowMs / 1000 + 60),
    });
    const exemplars = found.flatMap((one) => one.exemplars);
    expect(new Set(exemplars.map(({ labels }) => labels["target"]))).toEqual(
      new Set(["web-1", "web-2"]),
    );
    for (const { labels, value } of exemplars) {
      expect(Math.abs(Date.parse(labels["planned_at"] ?? "") - nowMs)).toBeLessThan(600_000);
      expect(Number(value)).toBeGreaterThanOrEqual(0);
    }
  });

  test("calls every series as the other form does, and knows the type of each metric", async () => {
    type Metadata = Record<string, { type: string }[]>;
    const known = await prometheus.ask<Metadata>("metadata");
    for (const [name, { type }] of Object.entries(METRICS)) {
      const family = type === "counter" ? name.replace(/_total$/u, "") : name;
      expect(known[family]?.[0]?.type, name).toBe(type);
    }
    const plain = await (await service.get("/metrics")).text();
    const names = new Set([...plain.matchAll(/^(\w+)[{ ]/gmu)].map(([, name]) => name));
    names.delete("sla_target_up");
    for (const name of names)
      expect(await values(`count(${name}{job="nines"})`), name).not.toEqual([]);
  });

  test("takes the last results under blackbox_exporter's names, with their own job and instance", async () => {
    await waitFor(async () => (await values("probe_success == 1")).length === 2);
    const found = await values("probe_success == 1");
    expect(found.map(({ metric }) => metric)).toContainEqual({
      __name__: "probe_success",
      job: "nines",
      instance: "web-2",
      target: "web-2",
      product: "slb",
      region: "cn-hangzhou",
      account: "acme",
      vantage: "here",
    });
    const [code] = await values('probe_http_status_code{instance="web-2"}');
    expect(code?.value[1]).toBe("200");
  });
});
