import { writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { join } from "node:path";
import { startProgram } from "../helpers/child.ts";
import { startNginx } from "../helpers/nginx.ts";
import { accepts, freePort } from "../helpers/ports.ts";
import { cpuSeconds, ownCpuSeconds } from "./processes.ts";
import { sleep, startService, targetsYaml } from "./service.ts";

const TARGETS = 1_000;
const WARM_UP_MS = 10_000;

type Kind = "http" | "tcp";

/**
 * CPU per probe, microseconds: nines through its whole path (plan, probe with phases, store,
 * settle, metrics) against blackbox_exporter on the same nginx at the same rate, and a bare
 * connect as the floor. The peer only probes: Prometheus, which plans and stores for it, is
 * not counted.
 */
export async function benchProbeCost(kind: Kind, measureMs: number): Promise<string[]> {
  const nginx = await startNginx(`server {
    listen $PORT backlog=4096; location / { return 200 "ok\\n"; } }`);
  try {
    const ours = await ninesCost(kind, nginx.port, measureMs);
    const peer = await blackboxCost(kind, nginx.port, measureMs);
    const floor = await connectCost(nginx.port);
    const ratio = (part: number, whole: number) => (part / whole).toFixed(2);
    return [
      `CPU per ${kind.toUpperCase()} probe at ${TARGETS}/s, µs`,
      `  nines, whole path                ${ours.own.toFixed(0)}`,
      `  nines, with PostgreSQL           ${ours.all.toFixed(0)}`,
      `  blackbox_exporter (probe alone)  ${peer.toFixed(0)}`,
      `  bare net.connect (floor)         ${floor.toFixed(0)}`,
      `  nines / blackbox                 ${ratio(ours.own, peer)} (with PostgreSQL ${ratio(ours.all, peer)}); wanted at most 0.33`,
      `  nines / floor                    ${ratio(ours.own, floor)}`,
    ];
  } finally {
    await nginx.kill();
  }
}

async function ninesCost(kind: Kind, port: number, measureMs: number) {
  // Each target has an address or a path of its own, else they would share one measurement.
  const probe = (index: number) =>
    kind === "http"
      ? `{ kind: http, url: "http://127.0.0.1:${port}/${index}" }`
      : `{ kind: tcp, address: "127.0.${Math.floor(index / 250)}.${1 + (index % 250)}:${port}" }`;
  const service = await startService(targetsYaml({ count: TARGETS, interval: "1s", probe }));
  try {
    await sleep(WARM_UP_MS);
    const read = async () => {
      const metric = await service.scrape();
      return {
        results: metric("sla_probe_results_total"),
        ok: metric("sla_probe_results_total", 'outcome="ok"'),
        own: ownCpuSeconds(service.pid),
        postgres: cpuSeconds(service.postgresPid),
      };
    };
    const before = await read();
    await sleep(measureMs);
    const after = await read();
    const results = after.results - before.results;
    if (after.ok - before.ok !== results) throw new Error("not every probe was ok");
    if (results < (TARGETS * measureMs * 0.95) / 1000) throw new Error(`only ${results} results`);
    const cost = ((after.own - before.own) / results) * 1e6;
    return { own: cost, all: cost + ((after.postgres - before.postgres) / results) * 1e6 };
  } finally {
    await service.stop();
  }
}

async function blackboxCost(kind: Kind, port: number, measureMs: number): Promise<number> {
  const listen = await freePort();
  const file = join("/tmp", `nines-bench-blackbox-${listen}.yml`);
  writeFileSync(
    file,
    `modules:
  http: { prober: http, timeout: 2s, http: { preferred_ip_protocol: ip4 } }
  tcp: { prober: tcp, timeout: 2s, tcp: { preferred_ip_protocol: ip4 } }
`,
  );
  const program = await startProgram(
    [
      "prometheus-blackbox-exporter",
      `--config.file=${file}`,
      `--web.listen-address=127.0.0.1:${listen}`,
      "--log.level=error",
    ],
    () => accepts(listen),
  );
  const agent = new http.Agent({ keepAlive: true, maxSockets: 100 });
  const target = kind === "http" ? `http://127.0.0.1:${port}/` : `127.0.0.1:${port}`;
  const path = `/probe?module=${kind}&target=${encodeURIComponent(target)}`;
  const scrape = () =>
    new Promise<boolean>((resolve, reject) => {
      http
        .get({ host: "127.0.0.1", port: listen, path, agent }, (answer) => {
          let text = "";
          answer.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
          answer.on("end", () => resolve(/^probe_success 1$/mu.test(text)));
        })
        .on("error", reject);
    });
  try {
    await runAtRate(scrape, 3_000);
    const before = ownCpuSeconds(program.child.pid ?? 0);
    const probes = await runAtRate(scrape, measureMs);
    return ((ownCpuSeconds(program.child.pid ?? 0) - before) / probes) * 1e6;
  } finally {
    agent.destroy();
    await program.kill();
  }
}

/** TARGETS calls a second in steps of 20 ms. Gives the number of calls, all of which must succeed. */
async function runAtRate(call: () => Promise<boolean>, lengthMs: number): Promise<number> {
  const running: Promise<boolean>[] = [];
  const startMs = performance.now();
  while (performance.now() - startMs < lengthMs) {
    const due = ((performance.now() - startMs) / 1000) * TARGETS;
    while (running.length < due) running.push(call());
    await sleep(20);
  }
  const all = await Promise.all(running);
  if (all.includes(false)) throw new Error("the peer's probe failed");
  return all.length;
}

/** A connect and a close, nothing else, in this process. */
async function connectCost(port: number): Promise<number> {
  const connectOnce = () =>
    new Promise<boolean>((resolve, reject) => {
      const socket = net.connect({ host: "127.0.0.1", port }, () => {
        socket.destroy();
        resolve(true);
      });
      socket.on("error", reject);
    });
  const run = async (count: number) => {
    for (let done = 0; done < count; done += 100) {
      await Promise.all(Array.from({ length: 100 }, connectOnce));
    }
  };
  await run(3_000);
  const before = process.cpuUsage();
  await run(10_000);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 10_000;
}
